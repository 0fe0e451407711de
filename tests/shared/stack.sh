#!/usr/bin/env bash
# stack.sh PROBE SERVER: recorded events through picket's pipelines on a real server (tests/stack/sysmon.sh).
# Each is compared with the tables, all are indexed, none may fail. The events are in
# $PICKET_SHARED/golden/events; without the variable, in ../shared/golden/events beside the source tree.
# Status 77: they, or packages, are missing (skipped).
set -u
export LC_ALL=C.UTF-8
probe=$(realpath -- "${1:?usage: stack.sh PROBE SERVER}")
server=${2:?usage: stack.sh PROBE SERVER}
cd -- "$(dirname -- "$(realpath -- "$0")")/../.." || exit 2
golden=$PWD/../shared/golden
[[ -z ${PICKET_SHARED-} ]] || golden=$(realpath -m -- "$PICKET_SHARED")/golden
shopt -s nullglob
events=("$golden"/events/*.ndjson)
if ((${#events[@]} == 0)); then
	echo "no recorded events in $golden/events"
	exit 77
fi
said=$(tests/stack/sysmon.sh "$probe" "$server" "${events[@]}")
status=$?
echo "$said"
((status == 0)) || exit "$status"
# Fewer events than were recorded are a failure.
grep -qx '5077 events indexed, 5077 read' <<<"$said"
