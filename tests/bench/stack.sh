#!/usr/bin/env bash
# stack.sh PICKET [--quick]: what `picket stack` costs on a real server (tests/stack/server.sh): requests,
# wall time, and the CPU time of picket and of the server. README.md says how to read the figures. Wall
# times want an idle machine; the first run meets a server that has just been started.
# shellcheck source=tests/bench/common.sh
. "$(dirname -- "$(realpath -- "$0")")/common.sh"
# shellcheck source=tests/stack/server.sh
. "$here/../stack/server.sh"

runs=5
events=10000
[[ ${2-} != --quick ]] || runs=1 events=500
lacking=$(server_missing opensearch2)
if [[ -n $lacking ]]; then
	echo "skipped; packages that are missing: $lacking"
	exit 77
fi
trap 'server_stop; rm -rf -- "$work"' EXIT
unset PICKET_PASSWORD PICKET_API_KEY
server_start opensearch2

# CPU milliseconds that the server has taken.
server_ms() {
	local pid
	pid=$(pgrep -P "$server_pid" java || echo "$server_pid")
	awk -v hz="$(getconf CLK_TCK)" '{print int(($14 + $15) * 1000 / hz)}' "/proc/$pid/stat"
}

# number KEY: the number of KEY in the last object that picket said.
number() {
	tail -n 1 out | grep -oE "\"$1\":[0-9]+" | head -n 1 | cut -d: -f2
}

# measured NAME VERB ARG...: runs picket stack VERB and prints what it cost.
measured() {
	local name=$1 before spent
	shift
	before=$(server_ms)
	spent=$(cpu_ms "$picket" stack "$@" --url "$SERVER_URL" --format json)
	printf '%-28s %3s requests  %3s writes  %6s ms   CPU: picket %4.0f ms, server %6d ms\n' "$name" \
		"$(number requests)" "$(number writes)" "$(number milliseconds)" "$spent" \
		"$(($(server_ms) - before))"
}

measured 'up, server just started' up
measured 'up again' up
measured 'plan' plan
measured "sample, $events events" sample --count "$events"
measured 'sample again' sample --count "$events"
measured 'down with the events' down --data --yes
for ((run = 0; run < runs; run++)); do
	measured 'up' up
	measured 'down' down
done
