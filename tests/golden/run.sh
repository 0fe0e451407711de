#!/usr/bin/env bash
# Golden tests: run.sh PICKET [--update] [FILTER]
#
# Every tests/golden/<command>/<case>/ has a file `cmd`: shell lines that are run in a copy of the
# case's folder with `picket` on the PATH. What they print must be want.out and want.err, the exit
# status that of want.status (0 without it). Files that the lines write are compared by the lines
# themselves (cat, cmp). PICKET_ROOT is the top of the source tree.
# --update writes what was printed as what is wanted. FILTER: only cases whose <command>/<case>
# starts with it.
set -u

picket=$(realpath -- "${1:?usage: run.sh PICKET [--update] [FILTER]}")
shift
update=no
if [[ ${1-} == --update ]]; then
	update=yes
	shift
fi
filter=${1-}

golden=$(dirname -- "$(realpath -- "$0")")
PICKET_ROOT=$(realpath -- "$golden/../..")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/bin"
ln -s -- "$picket" "$work/bin/picket"
export PICKET_ROOT PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb

# Runs the case in folder $1; leaves out, err and status in $work.
run_case() {
	rm -rf -- "$work/case"
	cp -r -- "$1" "$work/case"
	rm -f -- "$work"/case/want.*
	(cd -- "$work/case" && bash ./cmd) >"$work/out" 2>"$work/err" </dev/null
	echo $? >"$work/status"
}

# Compares the file $2 with what is wanted in $1; none wanted is the text $3.
same() {
	if [[ -e $1 ]]; then
		diff -u --label "$1" --label printed "$1" "$2"
	else
		diff -u --label "$1 (none)" --label printed <(printf '%s' "$3") "$2"
	fi
}

# Makes the file $2 what is wanted in $1, or removes that if it says no more than the text $3.
keep() {
	if cmp -s "$2" <(printf '%s' "$3"); then
		rm -f -- "$1"
	else
		cp -- "$2" "$1"
	fi
}

passed=0
failed=0
for cmd in "$golden"/*/*/cmd; do
	folder=${cmd%/cmd}
	name=${folder#"$golden"/}
	[[ -e $cmd && $name == "$filter"* ]] || continue

	run_case "$folder"
	if [[ $update == yes ]]; then
		keep "$folder/want.out" "$work/out" ''
		keep "$folder/want.err" "$work/err" ''
		keep "$folder/want.status" "$work/status" $'0\n'
	fi
	bad=no
	same "$folder/want.out" "$work/out" '' || bad=yes
	same "$folder/want.err" "$work/err" '' || bad=yes
	same "$folder/want.status" "$work/status" $'0\n' || bad=yes
	if [[ $bad == yes ]]; then
		echo "FAILED $name"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
done

echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
