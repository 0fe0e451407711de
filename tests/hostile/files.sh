# shellcheck shell=bash disable=SC2154
# Things that are no files, and places that cannot be written. Sourced by run.sh.

sound='<Sysmon schemaversion="4.90"><EventFiltering><ProcessCreate onmatch="exclude"/>'
sound+='</EventFiltering></Sysmon>'
printf '%s' "$sound" >sound.xml
printf 'picket: 1\nruleset: {id: t, version: 1.0.0, title: T}\n' >sound.yaml
mkdir folder
ln -s loop loop
printf 'picket: 1\n' >closed.yaml
chmod 0 closed.yaml

# What cannot be read is status 3, with every command.
refused_file() {
	refused "$1" validate "$2"
	refused "$1" blob encode "$2" -o "$out"
	refused "$1" blob decode "$2" -o "$out"
	refused "$1" blob show "$2"
	refused "$1" import "$2" -o "$out"
	refused '1 3' compile "$2" -o "$out"
	refused '1 3' 'test' "$2"
}
refused_file 3 folder
refused_file 3 folder/
refused_file 3 missing
refused_file 3 missing/file
refused_file 3 sound.xml/file
refused_file 3 loop
refused_file 3 /dev/zero
refused_file 3 /dev/null
refused_file 3 /dev/tty
refused_file 3 /proc/self/mem
refused_file 3 "$(bytes x 5000)"
refused_file 3 ''
if [[ -r closed.yaml ]]; then
	skip 'unreadable file: this user reads everything'
else
	refused_file 3 closed.yaml
fi

# Streams without an end are read up to the limit; slow ones are waited for.
refused '1 3' validate - </dev/zero
refused '1 3' blob encode - -o "$out" </dev/zero
refused '1 3' validate - < <(yes 'picket: 1')
mkfifo pipe
{ printf '<Sysmon'; sleep 0.5; printf ' schemaversion="4.90">'; sleep 0.5; printf '<'; } >pipe &
refused 1 validate pipe
wait
{ sleep 0.5; printf '%s' "$sound"; } >pipe &
accepted validate pipe
wait
: >pipe &
refused 1 validate pipe
wait
refused '1 3' validate - <&-
refused '1 3' validate - <folder

# A place that cannot be written is status 3.
for place in /dev/full folder missing/out sound.xml/out loop/out ''; do
	refused 3 blob encode sound.xml -o "$place"
	refused 3 compile sound.yaml -o "$place"
done
"$picket" blob encode sound.xml -o sound.blob 2>/dev/null
refused 3 blob decode sound.blob -o /dev/full
for place in /dev/full /dev/null sound.xml sound.xml/out; do
	refused 3 import sound.xml -o "$place"
done
mkdir read-only
chmod 555 read-only
if [[ -w read-only ]]; then
	skip 'folder without permission: this user writes everywhere'
else
	refused 3 blob encode sound.xml -o read-only/out
	refused 3 import sound.xml -o read-only/out
fi

# A standard output that is full or closed is status 3 and said on the other stream.
cannot_print() {
	local how=$1
	shift
	case $how in
	full) "$picket" "$@" >/dev/full 2>"$work/stderr" ;;
	closed) "$picket" "$@" >&- 2>"$work/stderr" ;;
	esac
	status=$?
	: >"$work/stdout"
	judge "$(
		((status == 3)) || echo "status $status instead of 3"
		grep -qE 'cannot be written|PK0002' "$work/stderr" || echo 'nothing is said'
	)" "$how: $*"
}
for how in full closed; do
	cannot_print "$how" compile sound.yaml
	cannot_print "$how" compile sound.yaml -o -
	cannot_print "$how" blob encode sound.xml -o -
	cannot_print "$how" blob decode sound.blob -o -
	cannot_print "$how" blob show sound.blob
	cannot_print "$how" validate --verdict sound.xml
	cannot_print "$how" validate --format json missing
	cannot_print "$how" explain PK0001
	cannot_print "$how" help
	cannot_print "$how" version
done

# What was there stays as it was if the new file cannot be made.
unharmed() {
	if [[ $(cat "$1") == before ]]; then
		passed=$((passed + 1))
	else
		fail "$1 has changed"
	fi
}
printf '<Sysmon schemaversion="4.90"><Nothing/></Sysmon>' >refused.xml
printf 'picket: 1\nruleset: {}\n' >refused.yaml
echo before >old
refused 1 blob encode refused.xml -o old
refused 1 blob decode refused.xml -o old
refused 1 compile refused.yaml -o old
unharmed old
mkdir site
for file in ruleset.yaml picket.yaml; do
	rm -f site/*
	echo before >"site/$file"
	refused 3 import sound.xml -o site
	refused 1 import refused.xml --force -o site
	unharmed "site/$file"
	[[ $(ls -A site) == "$file" ]] || fail "import leaves $(ls -A site)"
done
rm -f site/*
mkdir site/picket.yaml
refused 3 import sound.xml --force -o site
[[ $(ls -A site) == picket.yaml ]] || fail "import leaves $(ls -A site)"
