# shellcheck shell=bash
# shellcheck disable=SC2034 # the benchmarks use what is set here
# What the benchmarks share: COMMAND [--quick] as arguments, a work folder, measuring.
set -euo pipefail
export LC_ALL=C.UTF-8 NO_COLOR=1

picket=$(realpath -- "${1:?usage: $0 PICKET [--quick]}")
runs=21
[[ ${2-} != --quick ]] || runs=3
here=$(dirname -- "$(realpath -- "$0")")
library=$here/../../rulesets/library
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"

# CPU milliseconds, user and system, of a command that must not fail.
cpu_ms() {
	local TIMEFORMAT='%3U %3S' spent
	if ! spent=$({ time "$@" >out 2>err; } 2>&1); then
		echo "bench.sh: failed: $*" >&2
		cat err >&2
		return 1
	fi
	awk '{print ($1 + $2) * 1000}' <<<"$spent"
}

# Resident kilobytes at most.
peak_kb() {
	/usr/bin/time -q -f '%M' -o peak "$@" >out 2>err
	cat peak
}

smallest() {
	sort -n | head -n 1
}

median() {
	sort -n | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'
}

# Prints the line of a measured command: name, file of milliseconds.
report() {
	printf '%-44s min %7.1f ms   median %7.1f ms\n' "$1" "$(smallest <"$2")" "$(median <"$2")"
}

# Measures a command $runs times: name, file for the milliseconds, command.
measure() {
	local name=$1 file=$2
	shift 2
	for ((run = 0; run < runs; run++)); do
		cpu_ms "$@"
	done >"$file"
	report "$name" "$file"
}

ratio() {
	awk -v a="$(smallest <"$1")" -v b="$(smallest <"$2")" -v c="$(median <"$1")" \
		-v d="$(median <"$2")" 'BEGIN {printf "min %.2f   median %.2f", a / b, c / d}'
}
