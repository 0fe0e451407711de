#!/usr/bin/env bash
# dead.sh PICKET: do hosts that never answer slow down the others? In a network namespace of its own there
# are 60 hosts that live, and 20 that do not: 14 whose addresses lead into nothing, 3 without a route,
# 3 whose packets are thrown away at once. The time at which the last living host ends is compared with that
# of a rollout without the dead ones; sessions are so few that one pool for all would be full
# of dead hosts, and take several times as long.
#
# Status 77: packages are missing, or this may not be done here: it needs root (skipped).
set -u
picket=$(realpath -- "${1:?usage: dead.sh PICKET}")
here=$(dirname -- "$(realpath -- "$0")")
if [[ -z ${DEAD_INSIDE-} ]]; then
	if [[ $(id -u) -ne 0 ]] || ! unshare -n true 2>/dev/null || ! command -v ip >/dev/null; then
		echo 'skipped 6 checks: no network namespace can be made here (it needs root and ip)'
		exit 77
	fi
	DEAD_INSIDE=1 exec unshare -n "$0" "$picket"
fi
# shellcheck source=tests/fleet/endpoints.sh
. "$here/endpoints.sh"
# shellcheck source=tests/fleet/trial.sh
. "$here/trial.sh"
work=$(mktemp -d)
trap 'endpoints_end; rm -rf -- "$work"' EXIT
live=60
sessions=6
connect_s=6
last_ms=0

make_network() {
	# What comes back on lo for somebody else is dropped, as nothing is forwarded.
	ip link set lo up && ip route add 10.66.0.0/16 dev lo src 127.0.0.1 &&
		ip route add unreachable 10.67.0.0/16 && ip route add blackhole 10.68.0.0/16
}

# As they stand in the inventory.
dead_hosts() {
	local i
	echo '  dead:'
	echo '    platform: linux'
	echo '    hosts:'
	for ((i = 1; i <= 14; i++)); do
		echo "      silent$i: {address: 10.66.1.$i}"
	done
	for ((i = 1; i <= 3; i++)); do
		echo "      routeless$i: {address: 10.67.1.$i}"
		echo "      thrown$i: {address: 10.68.1.$i}"
	done
}

# run SELECTOR...: last_ms is when the last living host ended.
run() {
	local line begun=${EPOCHREALTIME/./}
	last_ms=0
	while IFS= read -r line; do
		echo "$line"
		[[ $line != *'"host":"h'*'"result":"ok"'* ]] || last_ms=$(((${EPOCHREALTIME/./} - begun) / 1000))
	done < <(trial_run push --no-ask --format json "$@" 2>"$work/err") >"$work/out"
}

# expect PATTERN COUNT CODES: so many hosts of that name failed as unreachable with one of the codes.
expect() {
	trial_equal "$1: codes" \
		"$(grep -cE "\"host\":\"$1[0-9]+\".*\"result\":\"failed\",\"code\":\"($3)\".*\"class\":\"unreachable\"" \
			"$work/out")" "$2"
}

make_network || {
	echo 'skipped 6 checks: this network namespace cannot be set up'
	exit 77
}
trial_begin "$work" "$picket" || exit
trial_hosts "$live" 10
# shellcheck disable=SC2119 # the default
endpoint_inventory
{
	printf 'inventory: site\ninclude: inventory.yaml\ngroups:\n'
	dead_hosts
	printf 'rollout:\n  stages: [{name: all}]\n  tries: 1\n  connect: %ss\n' "$connect_s"
	printf '  sessions: %s\n  connects: 64\n  budget: {wave: any, total: any, unreachable: any}\n' "$sessions"
} >"$work/site.yaml"
run linux # the first time is slower
run linux
alone=$last_ms
trial_equal 'living hosts that are well' "$(grep -c '"result":"ok"' "$work/out")" "$live"
run
with=$last_ms
trial_equal 'living hosts that are well beside dead ones' "$(grep -c '"result":"ok"' "$work/out")" "$live"
expect silent 14 'PK1911|PK2003'
expect routeless 3 PK2004
expect thrown 3 'PK2004|PK2005'
# In one pool of so few places the dead ones alone would take this long.
pool=$((14 * connect_s * 1000 / sessions))
echo "$live living hosts, $sessions at once: $alone ms; beside 20 dead ones $with ms" \
	"(in one pool about $((alone + pool)) ms)"
trial_check 'dead hosts slow down the others' test "$with" -lt $((alone * 3 / 2 + 3000))
((trial_wrong == 0)) || cat "$work/out" "$work/err"
trial_end
