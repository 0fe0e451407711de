#!/usr/bin/env bash
# templates.sh PICKET [NAME...]: what `stack render` writes is loaded by hand, file by file, into each
# server. Then `stack plan` must find nothing to do, documents must get the fields of the mapping, and an
# edit by hand must be seen. Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: templates.sh PICKET [NAME...]}")
shift
# shellcheck source=tests/stack/server.sh
. "$(dirname -- "$(realpath -- "$0")")/server.sh"
work=$(mktemp -d)
trap 'server_stop; rm -rf -- "$work"' EXIT
wrong=0
ran=0

complain() {
	echo "$server: $*"
	wrong=$((wrong + 1))
}

# expect PATTERN METHOD PATH [BODY]: what the server answers must meet the pattern.
expect() {
	local pattern=$1 said
	shift
	ran=$((ran + 1))
	said=$(server_ask "$@" 2>&1)
	grep -qE -- "$pattern" <<<"$said" || complain "$1 $2: no '$pattern' in: ${said:0:2000}"
}

# Where a file of an asset is put: the path below the server's URL.
path_of() {
	local name=${1##*/}
	name=${name%.json}
	case $1 in
	*/lifecycle/*) [[ $flavour == os* ]] && echo "_plugins/_ism/policies/$name" || echo "_ilm/policy/$name" ;;
	*/pipelines/*) echo "_ingest/pipeline/$name" ;;
	*/components/*) echo "_component_template/$name" ;;
	*/templates/*) [[ -d $work/assets/components ]] && echo "_index_template/$name" || echo "_template/$name" ;;
	*/indices/*) echo "$name" ;;
	esac
}

# Loads all files in the order that the folders need. The servers have no lifecycles.
load() {
	local file
	rm -rf -- "$work/assets"
	"$picket" stack render --no-geoip --flavor "$flavour" --output "$work/assets" >/dev/null ||
		complain "render $flavour fails"
	for file in "$work"/assets/{pipelines,components,templates,indices}/*.json; do
		[[ ! -e $file ]] || expect '"acknowledged":true' PUT "$(path_of "$file")" "@$file"
	done
}

# plan PATTERN: what `stack plan` says.
plan() {
	local said
	ran=$((ran + 1))
	said=$("$picket" stack plan --no-geoip --url "$SERVER_URL" 2>&1)
	grep -qE -- "$1" <<<"$said" || complain "plan: no '$1' in: $said"
}

# What the mapping makes of values that suit it, and of one that does not.
try_documents() {
	local sysmon='{"@timestamp":"2026-03-04T10:00:01.001Z","event":{"code":"1"},
		"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"1",
		"computer_name":"ws1.example","event_data":{"CommandLine":"cmd.exe /c echo abc",
		"UtcTime":"2026-03-04 10:00:01.001","Image":"C:\\cmd.exe","Unknown":"2026-01-01"}},
		"source":{"ip":"no address"},"destination":{"geo":{"location":{"lat":1.5,"lon":2.5}}}}'
	local monster='{"@timestamp":"2026-03-04T10:00:01.001Z","HostIP":"192.0.2.7","SendBytes":"12",
		"CommandLine":"cmd.exe /c echo abc","DestinationGeoip":{"location":{"lat":1.5,"lon":2.5}}}'
	local all='"size":0,"track_total_hits":true,' create='op_type=create&'
	# Elasticsearch 6 knows neither totals nor new documents without an id.
	[[ $type == _doc ]] || all='"size":0,' create=''
	# Straight into the index: what the pipelines do is tested elsewhere.
	expect '"result":"created"' POST "$sysmon_index/$type?${create}refresh=true&pipeline=_none" \
		"$sysmon"
	expect '"result":"created"' POST "$monster_index/$type?${create}refresh=true&pipeline=_none" \
		"$monster"
	expect '"key":"2026-01-01"' POST "$sysmon_index/_search" \
		"{$all\"aggs\":{\"a\":{\"terms\":{\"field\":\"winlog.event_data.Unknown\"}}}}"
	expect '"(value|total)":1[,}]' POST "$sysmon_index/_search" \
		"{$all\"query\":{\"term\":{\"_ignored\":\"source.ip\"}}}"
	expect '"lat":1\.[45]' POST "$sysmon_index/_search" \
		"{$all\"aggs\":{\"a\":{\"geo_centroid\":{\"field\":\"destination.geo.location\"}}}}"
	expect '"key":"cmd.exe /c echo abc"' POST "$monster_index/_search" \
		"{$all\"query\":{\"term\":{\"IP\":\"192.0.2.7\"}},
		\"aggs\":{\"a\":{\"terms\":{\"field\":\"CommandLine\"}}}}"
	expect '"value":12\.0' POST "$monster_index/_search" \
		"{$all\"aggs\":{\"a\":{\"sum\":{\"field\":\"SendBytes\"}}}}"
	expect '"(value|total)":1[,}]' POST "$monster_index/_search" \
		"{$all\"query\":{\"wildcard\":{\"CommandLine\":\"*echo*\"}}}"
	expect '"(value|total)":1[,}]' POST "$monster_index/_search" \
		"{$all\"query\":{\"match\":{\"CommandLine.text\":\"abc\"}}}"
	expect '"default_pipeline":"picket-monster"' GET "$monster_index/_settings"
}

# An edit by hand is a difference, and loading again ends it.
try_edits() {
	if [[ -d $work/assets/components ]]; then
		sed 's/"5s"/"6s"/' "$work/assets/components/picket@settings.json" >"$work/edited"
		expect true PUT _component_template/picket@settings "@$work/edited"
		plan 'refresh_interval: ours "5s", there "6s"'
	else
		sed 's/"5s"/"6s"/' "$work/assets/templates/picket-monster.json" >"$work/edited"
		expect true PUT _template/picket-monster "@$work/edited"
		plan 'refresh_interval: ours "5s", there "6s"'
	fi
	plan '^changed \(1\)'
	expect true PUT _ingest/pipeline/picket-rule '{"description":"mine","processors":[]}'
	plan '^foreign \(1\)'
	load
	plan '^0 to write, 0 in the way'
}

servers=("$@")
((${#servers[@]})) || servers=(opensearch2 elasticsearch7 elasticsearch6)
for server in "${servers[@]}"; do
	packages=$(server_missing "$server")
	[[ -z $packages ]] || { echo "packages that are missing: $packages"; exit 77; }
done
for server in "${servers[@]}"; do
	server_start "$server" || exit 1
	type=_doc
	sysmon_index='winlogbeat-picket-2026.03.04'
	monster_index='monster-2026.03.04'
	case $server in
	opensearch2)
		flavour=os2
		sysmon_index=logs-windows.sysmon_operational-lab
		monster_index=logs-monster.events-lab
		;;
	elasticsearch7) flavour=es7.10-oss ;;
	elasticsearch6)
		flavour=es6.6-oss
		type=doc
		;;
	esac
	load
	plan '^0 to write, 0 in the way'
	try_documents
	try_edits
	server_stop
done
echo "$ran things tried, $wrong wrong"
((wrong == 0 && ran > 0))
