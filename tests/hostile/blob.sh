# shellcheck shell=bash disable=SC2154
# Binary rules that are cut, lie about their sizes, or lead in circles. Sourced by run.sh.

cat >sound.xml <<'END'
<Sysmon schemaversion="4.90"><EventFiltering>
<RuleGroup name="n" groupRelation="or"><ProcessCreate onmatch="include">
<Rule groupRelation="and" name="r"><Image condition="image">a.exe</Image><User>b</User></Rule>
<CommandLine condition="contains any">c;d</CommandLine>
</ProcessCreate></RuleGroup>
<FileCreate onmatch="exclude"><TargetFilename condition="end with">.x</TargetFilename></FileCreate>
</EventFiltering></Sysmon>
END
accepted blob encode sound.xml -o "$out"
cp "$out" sound.blob
accepted blob decode sound.blob -o "$out"
accepted blob show sound.blob
size=$(wc -c <sound.blob)

for ((len = 0; len < size; len += 8)); do
	head -c "$len" sound.blob >cut.blob
	refused 1 blob decode cut.blob -o "$out"
	((len % 64 > 0)) || refused 1 blob show cut.blob
done
{ cat sound.blob; bytes x 8; } >longer.blob
survived blob decode longer.blob -o "$out"

# Prints the number $1 as a word of four bytes.
word() {
	local hex
	printf -v hex '%08x' "$1"
	printf '%b' "\\x${hex:6:2}\\x${hex:4:2}\\x${hex:2:2}\\x${hex:0:2}"
}

# Makes patched.blob: sound.blob with the number $2 at the offset $1.
patch() {
	cp sound.blob patched.blob
	word "$2" | dd of=patched.blob bs=1 seek="$1" conv=notrunc status=none
}

# The word at the offset $1.
word_at() {
	od -An -tu4 -j "$1" -N 4 sound.blob | tr -d ' '
}

# Every word of the header and of the first event, and those that lead from record to record:
# behind everything, to itself, back to the start, next to a record, and as much as there can be.
event=24
second=$(word_at $((event + 12)))
filter=$(word_at $((event + 20)))
rule=$(word_at 20)
places=()
for ((i = 0; i < 48; i += 4)); do
	places+=("$i")
done
for ((i = 0; i < 24; i += 4)); do
	places+=($((second + i)))
done
places+=($((filter + 516)) $((filter + 520)) $((filter + 524)) $((filter + 528)) $((filter + 532)))
for ((i = 256; i < 292; i += 4)); do
	places+=($((rule + i)))
done
for place in "${places[@]}"; do
	for number in 0 1 "$place" "$event" "$filter" "$rule" $((size - 8)) "$size" 2147483647 4294967295; do
		patch "$place" "$number"
		survived blob decode patched.blob -o "$out"
	done
	survived blob show patched.blob
done
# Circles, and counts beyond everything, are no matter of opinion.
while read -r place number; do
	patch "$place" "$number"
	refused 1 blob decode patched.blob -o "$out"
	refused 1 blob show patched.blob
done <<END
4 4294967295
16 4294967295
16 $size
$((event + 12)) $event
$((second + 12)) $event
$((event + 16)) 4294967295
$((event + 20)) $event
$((filter + 520)) $filter
END

{ head -c 24 sound.blob; head -c 50000000 /dev/zero; } >zeros-50mb.blob
survived blob decode zeros-50mb.blob -o "$out"
head -c 50000000 /dev/zero >all-zeros.blob
refused 1 blob decode all-zeros.blob -o "$out"
truncate -s 300M sparse.blob
refused 1 blob decode sparse.blob -o "$out"
head -c 4096 "$picket" >program.blob
refused 1 blob decode program.blob -o "$out"
refused 1 blob show program.blob
refused 1 blob decode sound.xml -o "$out"
: >empty.blob
refused 1 blob decode empty.blob -o "$out"
refused 1 blob show empty.blob
