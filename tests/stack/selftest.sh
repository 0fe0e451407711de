#!/usr/bin/env bash
# selftest.sh [NAME...]: are the servers what the tests take them for? Starts one after the other;
# templates, a pipeline, bulk and searches are tried on it. Status 77: packages are missing (skipped).
set -u
# shellcheck source=tests/stack/server.sh
. "$(dirname -- "$(realpath -- "$0")")/server.sh"
trap server_stop EXIT
wrong=0
ran=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# expect PATTERN METHOD PATH [BODY]: what the server answers must meet the pattern.
expect() {
	local pattern=$1 said
	shift
	ran=$((ran + 1))
	said=$(server_ask "$@" 2>&1)
	grep -qE -- "$pattern" <<<"$said" || complain "$server: $1 $2: no '$pattern' in: $said"
}

# The pipeline that is tried: each processor leaves a trace of its own.
pipeline() {
	cat <<-'END'
		{"description": "tried", "processors": [
		{"kv": {"field": "rule", "target_field": "pairs", "field_split": ",(?=[a-z_]+=)",
		"value_split": "=", "ignore_missing": true}},
		{"convert": {"field": "port", "type": "long", "ignore_missing": true}},
		{"date": {"field": "time", "formats": ["yyyy-MM-dd HH:mm:ss.SSS"], "timezone": "UTC"}},
		{"set": {"field": "named", "value": "{{host}}!"}},
		{"script": {"lang": "painless", "params": {"T1059": "execution"},
		"source": "ctx.tactic = params[ctx.pairs.technique_id]; ctx.low = Processors.lowercase(ctx.host)"}}
		], "on_failure": [{"set": {"field": "error", "value": "{{_ingest.on_failure_message}}"}}]}
	END
}

# A document, in one line.
document() {
	printf '{"host":"PC%s","port":"443","time":"2026-01-02 03:04:05.678",' "$1"
	printf '"rule":"technique_id=T1059,technique_name=A, B","address":"%s"}\n' "${2-203.0.113.9}"
}

# try_pipeline [TYPE]: TYPE is that of documents, where they have one.
try_pipeline() {
	local type=${1:+\"_type\":\"$1\",}
	expect '"acknowledged":true' PUT _ingest/pipeline/tried "$(pipeline)"
	expect '"tactic":"execution"' POST _ingest/pipeline/tried/_simulate \
		"{\"docs\":[{\"_index\":\"x\",${type-}\"_id\":\"1\",\"_source\":$(document 1)}]}"
	expect '"technique_name":"A, B"' POST _ingest/pipeline/tried/_simulate \
		"{\"docs\":[{\"_index\":\"x\",${type-}\"_id\":\"1\",\"_source\":$(document 1)}]}"
	expect 'compile error' PUT _ingest/pipeline/broken \
		'{"processors":[{"script":{"source":"ctx.a = = 1"}}]}'
	expect '404' GET _ingest/pipeline/broken
}

# try_bulk INDEX ACTION [MORE]: writes 100 documents through the pipeline and searches them.
try_bulk() {
	local number index=$1 lines=''
	for ((number = 0; number < 100; number++)); do
		lines+="{\"$2\":{\"_index\":\"$index\"${3-}}}"$'\n'$(document $((number % 4)))$'\n'
	done
	expect '"errors":false' POST '_bulk?pipeline=tried&refresh=true' "$lines"
	expect '"count":100' GET "$index/_count"
	expect '"key":"pc3","doc_count":25' POST "$index/_search" \
		'{"size":0,"aggs":{"by":{"terms":{"field":"low"}}}}'
	expect '"total":100' POST "$index/_delete_by_query?refresh=true" '{"query":{"match_all":{}}}'
}

# try_geoip: the databases are made for tests.
try_geoip() {
	expect '"country_iso_code":"KR"' POST _ingest/pipeline/_simulate "{\"pipeline\":{\"processors\":[
		{\"geoip\":{\"field\":\"address\"}}]},\"docs\":[{\"_source\":$(document 1)}]}"
	expect '"asn":65536' POST _ingest/pipeline/_simulate "{\"pipeline\":{\"processors\":[
		{\"geoip\":{\"field\":\"address\",\"database_file\":\"GeoLite2-ASN.mmdb\"}}]},
		\"docs\":[{\"_source\":$(document 1 2001:db8::7)}]}"
}

fields='"properties":{"@timestamp":{"type":"date"},"low":{"type":"keyword"}}'

try_opensearch2() {
	expect '"distribution" : "opensearch"' GET /
	try_pipeline
	try_geoip
	expect '"acknowledged":true' PUT _component_template/tried@fields \
		"{\"template\":{\"settings\":{\"number_of_shards\":1},\"mappings\":{$fields}}}"
	expect '"acknowledged":true' PUT _index_template/tried '{"index_patterns":["logs-tried-*"],
		"data_stream":{},"priority":300,"composed_of":["tried@fields"],"_meta":{"by":"test"}}'
	try_bulk logs-tried-one create
	expect '\.ds-logs-tried-one-' GET _data_stream/logs-tried-one
}

try_elasticsearch7() {
	expect '"build_flavor" : "oss"' GET /
	try_pipeline
	try_geoip
	expect '"acknowledged":true' PUT _component_template/tried@fields \
		"{\"template\":{\"settings\":{\"number_of_shards\":1},\"mappings\":{$fields}}}"
	expect '"acknowledged":true' PUT _index_template/tried '{"index_patterns":["tried-*"],
		"priority":300,"composed_of":["tried@fields"],"_meta":{"by":"test"}}'
	try_bulk tried-one create
}

try_elasticsearch6() {
	expect '"number" : "6\.' GET /
	try_pipeline doc
	expect '"acknowledged":true' PUT _template/tried "{\"index_patterns\":[\"tried-*\"],\"order\":10,
		\"mappings\":{\"doc\":{$fields}}}"
	try_bulk tried-one index ',"_type":"doc"'
}

(($#)) || set -- opensearch2 elasticsearch7 elasticsearch6
for server in "$@"; do
	packages=$(server_missing "$server")
	if [[ -n $packages ]]; then
		echo "packages that are missing: $packages"
		exit 77
	fi
	begun=$SECONDS
	if server_start "$server"; then
		echo "$server: started in $((SECONDS - begun)) s"
		"try_$server"
		folder=$server_dir
		server_stop
		[[ ! -e $folder ]] || complain "$server: $folder is left"
	else
		complain "$server: does not start"
	fi
done
echo "$ran checks, $wrong wrong"
((wrong == 0))
