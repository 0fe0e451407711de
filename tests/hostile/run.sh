#!/usr/bin/env bash
# Hostile input: run.sh PICKET KIND...
#
# A kind is a file <kind>.sh beside this one. It makes its inputs in a temporary folder and demands
# of every call of picket: the wanted exit status; a diagnostic with a code if it is refused; no
# signal and no report of a sanitizer; less than SECONDS of CPU; MEMORY at most, if GNU time is
# there to measure it; not more talk than TALK; and nothing at the place named by -o if it failed.
set -u
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
export ASAN_OPTIONS=exitcode=99:quarantine_size_mb=16 UBSAN_OPTIONS=exitcode=99

SECONDS_MOST=30 # of CPU; sanitizers take several times what the program does
MEMORY_MOST=1500000 # KiB; AddressSanitizer needs several times what the program does
TALK_MOST=16000000  # bytes on both streams together

picket=$(realpath -- "${1:?usage: run.sh PICKET KIND...}")
shift
here=$(dirname -- "$(realpath -- "$0")")
work=$(mktemp -d)
trap 'chmod -R u+rwX -- "$work"; rm -rf -- "$work"' EXIT
# shellcheck disable=SC2034 # the kinds use it
out=$work/made/out

passed=0
failed=0
skipped=0

fail() {
	failed=$((failed + 1))
	echo "FAILED $*"
}

skip() {
	skipped=$((skipped + 1))
	echo "skipped: $*"
}

clock=()
if [[ -x /usr/bin/time ]] && /usr/bin/time -f %M -o "$work/memory" true 2>/dev/null; then
	clock=(/usr/bin/time -f %M -o "$work/memory")
else
	skip 'memory: there is no GNU time to measure it'
fi

# Runs picket with the arguments; leaves stdout, stderr, status and memory.
run() {
	rm -rf -- "$work/made"
	mkdir "$work/made"
	(
		ulimit -c 0
		ulimit -t "$SECONDS_MOST"
		exec "${clock[@]}" timeout -s KILL 120 "$picket" "$@"
	) >"$work/stdout" 2>"$work/stderr"
	status=$?
}

# What is wrong with the last run, whatever the input; nothing if all is well.
complaints() {
	((status < 5)) || echo "ends with status $status"
	! grep -qE 'Sanitizer|runtime error:|Assertion' "$work/stderr" || echo 'sanitizer or assertion'
	[[ ${#clock[@]} -eq 0 || $(tail -n 1 "$work/memory") -le $MEMORY_MOST ]] ||
		echo "takes $(tail -n 1 "$work/memory") KiB"
	[[ $(cat "$work/stdout" "$work/stderr" | wc -c) -le $TALK_MOST ]] || echo 'talks too much'
	[[ $status -eq 0 || -z $(ls -A "$work/made") ]] || echo "leaves $(ls -A "$work/made")"
}

# Counts the last run, whose complaints are $1; the rest says what was run.
judge() {
	local wrong=$1
	shift
	if [[ -z $wrong ]]; then
		passed=$((passed + 1))
		return
	fi
	fail "$*: $wrong"
	head -c 2000 "$work/stderr" | head -n 20 | cut -c 1-200
}

# refused STATUSES ARGUMENTS...: picket ends with one of the statuses and a diagnostic.
refused() {
	local wanted=$1 wrong
	shift
	run "$@"
	wrong=$(
		complaints
		[[ $wanted == *"$status"* ]] || echo "status $status instead of $wanted"
		grep -qE 'PK[0-9]{4}' "$work/stdout" "$work/stderr" || echo 'no diagnostic with a code'
	)
	judge "$wrong" "$@"
}

# accepted ARGUMENTS...: picket ends with status 0.
accepted() {
	run "$@"
	judge "$(complaints; ((status == 0)) || echo "status $status instead of 0")" "$@"
}

# survived ARGUMENTS...: picket ends with 0, or with 1 and a diagnostic: bytes that may mean something.
survived() {
	run "$@"
	judge "$(
		complaints
		((status < 2)) || echo "status $status instead of 0 or 1"
		((status == 0)) || grep -qE 'PK[0-9]{4}' "$work/stdout" "$work/stderr" ||
			echo 'no diagnostic with a code'
	)" "$@"
}

# Prints the byte $1 (octal, as \101) $2 times.
bytes() {
	head -c "$2" /dev/zero | tr '\0' "$1"
}

# Prints the text $1 $2 times.
times() {
	yes -- "$1" | head -n "$2" | tr -d '\n'
}

for kind in "$@"; do
	if [[ $kind == run || ! -e $here/$kind.sh ]]; then
		echo "no kind '$kind'" >&2
		exit 2
	fi
	mkdir "$work/$kind"
	cd -- "$work/$kind" || exit 2
	# shellcheck source=/dev/null
	. "$here/$kind.sh"
done

echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
