#!/usr/bin/env bash
# monster.sh PROBE SERVER: records of Monster agents through picket's pipeline, as they are on a real server.
# PROBE is monster_probe, SERVER a name of server.sh. Samples of every event of both generations and the
# odd records of monster_odd.tsv go through _simulate, raw and as Logstash splits them, and must come out as the
# decoder of `picket listen` makes them; then they are indexed with picket's templates, which may refuse none, and are
# found at their millisecond. Status 77: packages are missing.
# shellcheck source=tests/stack/probe.sh
. "$(dirname -- "$(realpath -- "$0")")/probe.sh"
index=monster-2026.11.22
[[ $server != opensearch2 ]] || index=logs-monster.events-lab

# try KIND FILE: the records in FILE, raw or split, come out as the decoder has them.
try() {
	"$probe" "$1" "$type" "$2" >"$work/request"
	ask POST _ingest/pipeline/picket-monster/_simulate "@$work/request"
	"$probe" check "$2" "$work/answer" >"$work/said" || complain "$(head -n 20 "$work/said")"
	echo "${2##*/}, $1: $(tail -n 1 "$work/said")"
}

# Every column has the type that the template says, or the server would refuse its document.
try_index() {
	local lines
	"$probe" bulk "$index" "$type" "$work/samples" >"$work/bulk"
	bulk '_bulk?refresh=true'
	lines=$(wc -l <"$work/samples")
	[[ $(number '*') -eq $lines ]] || complain "$(number '*') of $lines are indexed"
	[[ $(number event.kind:event) -eq $lines ]] || complain 'records that could not be read'
	[[ $(number '_exists_:monster.invalid') -eq 0 ]] || complain 'columns of another type'
	server_ask POST "$index/_search" '{"size":1000,"_source":false,"docvalue_fields":[{"field":
		"@timestamp","format":"epoch_millis"}],"query":{"match_all":{}}}' >"$work/found"
	"$probe" check-times "$work/samples" "$work/found" || complain 'times'
}

# What can not be read is indexed all the same, and found.
try_failures() {
	printf '%s\n' hello 1500 '' >"$work/failures"
	"$probe" bulk "$index" "$type" "$work/failures" | sed 's/"_id":"/&failure-/' >"$work/bulk"
	server_ask POST '_bulk?refresh=true' "@$work/bulk" >"$work/answer"
	[[ $(number event.kind:pipeline_error) -eq 3 ]] ||
		complain "$(number event.kind:pipeline_error) of 3 failures are found"
	try_refused
}

# Documents that an index would refuse are kept as a text, and say why.
try_refused() {
	local lines action="\"_index\":\"$index\"${type:+,\"_type\":\"$type\"}"
	lines=$(wc -l <"$here/monster_refused.ndjson")
	awk -v action="$action" '{printf "{\"create\":{%s,\"_id\":\"refused-%d\"}}\n%s\n", action, NR, $0}' \
		"$here/monster_refused.ndjson" >"$work/bulk"
	bulk '_bulk?refresh=true'
	[[ $(number 'event.kind:pipeline_error+AND+_exists_:error.message') -eq $((lines + 3)) ]] ||
		complain "$(number 'event.kind:pipeline_error+AND+_exists_:error.message') of $((lines + 3)) say why"
}

start
"$probe" samples 4 >"$work/samples"
try raw "$work/samples"
try split "$work/samples"
try raw "$here/monster_odd.tsv"
try split "$here/monster_odd.tsv"
try_index
try_failures
finish
