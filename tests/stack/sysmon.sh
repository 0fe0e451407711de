#!/usr/bin/env bash
# sysmon.sh PROBE SERVER [FILE...]: Sysmon's events through picket's pipelines, as they are on a real server.
# PROBE is sysmon_probe, SERVER a name of server.sh. Sample events of every id, the cases in
# sysmon_*.ndjson and the events in FILEs (NDJSON) go through _simulate and are compared with the tables of
# templates/model; then they are indexed, and 10,000 samples with them. Status 77: packages are missing.
# shellcheck source=tests/stack/probe.sh
. "$(dirname -- "$(realpath -- "$0")")/probe.sh"
shift 2

# Where events go there, and more cases.
index=winlogbeat-picket-2026.11.22 more=''
case $server in
opensearch2) index=logs-windows.sysmon_operational-lab more='geo flow' ;;
elasticsearch7) more=geo ;;
esac

# simulate FILE: the answer for the body in FILE.
simulate() {
	server_ask POST _ingest/pipeline/picket-sysmon/_simulate "@$1"
}

# index FILE: its events into the index, 2,500 at a time; says how many have been refused.
index() {
	local part
	rm -f -- "$work"/part.*
	split -l 2500 -- "$1" "$work/part."
	for part in "$work"/part.*; do
		"$probe" bulk "$index" "$type" "$part" >"$work/bulk"
		bulk _bulk
	done
	server_ask POST "$index/_refresh" >"$work/answer"
}

# Hundredths of a second that the server has worked: what else the machine does matters less.
worked() {
	awk '{print $14 + $15}' "/proc/$server_pid/stat"
}

try_samples() {
	"$probe" samples 600 1 >"$work/samples"
	"$probe" request "$type" "$work/samples" >"$work/request"
	simulate "$work/request" >"$work/answer"
	"$probe" check "$work/samples" "$work/answer" >"$work/said" || complain "$(cat "$work/said")"
	! grep '^never seen' "$work/said" || complain 'samples leave fields out'
	tail -n 1 "$work/said"
}

# try_cases FILE
try_cases() {
	"$probe" cases "$type" "$1" >"$work/request"
	simulate "$work/request" >"$work/answer"
	"$probe" check-cases "$1" "$work/answer" || complain "${1##*/}"
}

# Events that others have recorded: all are compared, and all are indexed.
try_files() {
	local part pairs=() lines
	cat -- "$@" >"$work/events"
	split -l 500 -d -a 4 -- "$work/events" "$work/events."
	for part in "$work"/events.????; do
		"$probe" request "$type" "$part" >"$work/request"
		simulate "$work/request" >"$part.answer"
		pairs+=("$part" "$part.answer")
	done
	"$probe" check "${pairs[@]}" || complain "$*"
	index "$work/events"
	lines=$(wc -l <"$work/events")
	[[ $(number '*') -eq $lines ]] || complain "$(number '*') of $lines events are indexed"
	[[ $(number event.kind:pipeline_error) -eq 0 ]] || complain 'events that could not be read'
	echo "$lines events indexed, $(number event.kind:event) read"
}

try_many() {
	local before begun ticks
	before=$(number '*')
	[[ $before =~ ^[0-9]+$ ]] || before=0
	"$probe" samples 10000 2 >"$work/many"
	ticks=$(worked)
	begun=${EPOCHREALTIME/./}
	index "$work/many"
	echo "10000 samples indexed in $(((${EPOCHREALTIME/./} - begun) / 1000)) ms," \
		"$((($(worked) - ticks) * 10)) ms of work"
	[[ $(($(number '*') - before)) -eq 10000 ]] || complain "$(number '*') documents, $before before"
	[[ $(number event.kind:pipeline_error) -eq 0 ]] || complain 'samples that could not be read'
	[[ $(number event.code:13) -ge 333 ]] || complain 'not a third of a thousand of each id'
	[[ -z $type && $server == opensearch2 ]] || return 0
	[[ $(number data_stream.namespace:lab) -ge 10000 ]] || complain 'data_stream.namespace is missing'
}

# What can not be read is indexed all the same, and found.
try_failures() {
	local lines
	printf '%s\n' '{"winlog":"text"}' '{"@timestamp":"yesterday","winlog":{"event_id":1,"event_data":[1]}}' \
		'{"event":"text","process":{"pid":"a"},"tags":7,"host":{"name":"lab"}}' >"$work/failures"
	cat -- "$here/sysmon_refused.ndjson" >>"$work/failures"
	lines=$(wc -l <"$work/failures")
	index "$work/failures"
	[[ $(number event.kind:pipeline_error) -eq $lines ]] ||
		complain "$(number event.kind:pipeline_error) of $lines failures are found"
	[[ $(number 'event.kind:pipeline_error+AND+_exists_:error.message') -eq $lines ]] ||
		complain 'failures that do not say why'
	try_neighbours
}

# Whatever one event makes of a field, the next is not refused for it.
try_neighbours() {
	local before
	before=$(number '*')
	printf '{"winlog":{"event_id":5,"event_data":%s}}\n' '{"Lab":{"a":1}}' '{"Lab":["a",{"b":1}]}' '{"Lab":"a"}' \
		'{"Lab":7}' '{"Lab.a":1}' '{"":"a"," ":"b"}' '{".":"a","..":"b"}' >"$work/neighbours"
	index "$work/neighbours"
	[[ $(($(number '*') - before)) -eq 7 ]] || complain 'events that are refused for those before them'
}

start
try_samples
for name in cases $more; do
	try_cases "$here/sysmon_$name.ndjson"
done
(($# == 0)) || try_files "$@"
try_many
try_failures
finish
