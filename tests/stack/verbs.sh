#!/usr/bin/env bash
# verbs.sh PICKET EDGE: `picket stack` on a server that answers what a script says (edge.c): servers that
# are busy, refuse or break off in the middle, events that there is no room for, a Kibana of its own. What
# assets look like on the server is taken from `picket stack render`.
set -u
picket=$(realpath -- "${1:?usage: verbs.sh PICKET EDGE}")
edge=$(realpath -- "${2:?usage: verbs.sh PICKET EDGE}")
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf -- "$work"' EXIT
cd -- "$work" || exit 1
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
unset PICKET_PASSWORD PICKET_API_KEY http_proxy https_proxy all_proxy
failures=0
checks=0

bad() {
	failures=$((failures + 1))
	echo "NOT OK $*"
}

# serve NAME <SCRIPT: an edge; its URL is in url, its record in the file NAME.record.
serve() {
	cat >"$1.script"
	: >"$1.record"
	"$edge" "$1.script" "$1.record" >"$1.port" &
	pids+=($!)
	for ((try = 0; try < 200; try++)); do
		[[ -s $1.port ]] && break
		sleep 0.05
	done
	url=http://127.0.0.1:$(<"$1.port")
}

# run NAME STATUS ARG...: picket stack must end with STATUS; what it says is in out and err.
run() {
	local name=$1 wanted=$2 status=0
	shift 2
	checks=$((checks + 1))
	"$picket" stack "$@" >out 2>err </dev/null || status=$?
	if ((status != wanted)) || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: $*: status $status instead of $wanted" "$(head -c 2000 out; head -c 2000 err)"
	fi
}

# has NAME FILE PATTERN..., lacks NAME FILE PATTERN...: every PATTERN is met by a line; none is.
has() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		checks=$((checks + 1))
		grep -qE -- "$pattern" "$file" || bad "$name: no line '$pattern' in $file:" "$(head -c 2000 "$file")"
	done
}

lacks() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		checks=$((checks + 1))
		! grep -qE -- "$pattern" "$file" || bad "$name: a line '$pattern' in $file"
	done
}

# An OpenSearch without assets; rules that go before these are on the input.
empty() {
	cat
	cat <<-'END'
		GET /
		  body {"cluster_name":"edge","version":{"distribution":"opensearch","number":"2.19.1"}}
		GET /_nodes/*
		  body {"nodes":{"a":{"version":"2.19.1","ingest":{"processors":[{"type":"geoip"},{"type":"community_id"}]}}}}
		GET /_plugins/_ism/policies[?]*
		  status 400
		  body {"error":"no handler found"}
		GET *
		  status 404
		  body {}
		PUT *
		  body {"acknowledged":true}
		POST */_search*
		  body {"hits":{"total":{"value":0},"hits":[]}}
		POST *
		  body {}
	END
}

# The same with all assets, as they were rendered. $1 $2 $3: folder, list, member.
listed() {
	local file between=''
	printf '{"%s":[' "$2"
	for file in "rendered/$1"/*.json; do
		printf '%s{"name":"%s","%s":' "$between" "$(basename "$file" .json)" "$3"
		cat "$file"
		printf '}'
		between=,
	done
	echo ']}'
}

full() {
	cat
	cat <<-'END'
		GET /_component_template/*
		  file components.json
		GET /_index_template/*
		  file templates.json
		GET /_ingest/pipeline/*
		  file pipelines.json
	END
	empty </dev/null
}

run render 0 render --flavor os2.19 -o rendered
listed components component_templates component_template >components.json
listed templates index_templates index_template >templates.json
{
	between='{'
	for file in rendered/pipelines/*.json; do
		printf '%s"%s":' "$between" "$(basename "$file" .json)"
		cat "$file"
		between=,
	done
	echo '}'
} >pipelines.json

# --- what is there ---

serve full < <(full </dev/null)
run plan-full 0 plan --url "$url"
has plan-full out '^same \(11\)$'
run plan-namespace 1 plan --url "$url" --namespace other
has plan-namespace out '^outdated \(2\)' 'logs-windows.sysmon_operational-other'
lacks plan full.record '^(PUT|POST|DELETE)'

# --- busy, refusing, breaking off ---

serve busy < <(empty <<-'END'
	PUT /_ingest/pipeline/picket-sysmon
	  times 1
	  status 503
	  header Retry-After: 0
	  body {}
	PUT /_component_template/picket@ecs
	  times 1
	  close
END
)
run up-busy 0 up --url "$url"
has up-busy out '11 of 11 assets written'

serve refusing < <(empty <<-'END'
	PUT /_component_template/picket@sysmon
	  status 400
	  body {"error":{"type":"illegal_argument_exception","reason":"no such type"},"status":400}
END
)
run up-refused 3 up --url "$url"
has up-refused err PK2318 'no such type'
has up-refused refusing.record '^PUT /_component_template/picket@ecs'
lacks up-refused refusing.record '^PUT /_index_template'

serve closed < <(printf 'GET *\n  status 401\n  body {}\n')
run up-closed 3 up --url "$url"
has up-closed err PK2310
lacks up-closed closed.record '^PUT'

# --- events ---

serve tight < <(full <<-'END'
	POST /_bulk*
	  times 1
	  body {"items":[{"create":{"status":429,"error":{"type":"es_rejected_execution_exception"}}},
	  body {"create":{"status":201}},{"create":{"status":409,"error":{"type":"x"}}}]}
	POST /_bulk*
	  body {"items":[{"create":{"status":201}}]}
END
)
run sample-tight 0 sample --url "$url" --count 3
has sample-tight out '3 events: 2 new, 1 there already'

serve strict < <(full <<-'END'
	POST /_bulk*
	  body {"items":[{"create":{"status":400,"error":{"type":"mapper_parsing_exception",
	  body "reason":"failed to parse","caused_by":{"reason":"no date"}}}}]}
END
)
run sample-strict 3 sample --url "$url" --count 1
has sample-strict err PK2327 '1 of 1 events' 'failed to parse: no date'

serve marked < <(full <<-'END'
	POST /_bulk*
	  body {"items":[{"create":{"status":201}}]}
	POST */_search*
	  body {"hits":{"total":{"value":1},"hits":[{"_source":{"error":{"message":["no columns"]}}}]}}
END
)
run sample-marked 3 sample --url "$url" --count 1
has sample-marked err 'PK2327.*1 were marked by a pipeline: no columns'

serve silent < <(full <<-'END'
	POST /_bulk*
	  body {"items":[]}
END
)
run sample-silent 3 sample --url "$url" --count 1
has sample-silent err PK2319

serve bare < <(empty </dev/null)
run sample-bare 3 sample --url "$url"
has sample-bare err PK2325
lacks sample-bare bare.record '^POST'

# --- who we are, here and there ---

serve kibana < <(printf '* *\n  status 401\n  body {}\n')
kibana=$url
serve cluster < <(empty </dev/null)
PICKET_PASSWORD=geheim run kibana-closed 3 up --url "$url" --user me --kibana "$kibana"
has kibana-closed cluster.record 'Authorization: Basic bWU6Z2VoZWlt'
has kibana-closed kibana.record 'Authorization: Basic bWU6Z2VoZWlt' 'osd-xsrf: true'
lacks kibana-closed cluster.record '^PUT'
: >kibana.record
OTHER=anders PICKET_PASSWORD=geheim run kibana-user 3 up --url "$url" --user me --kibana "$kibana" \
	--kibana-user you --kibana-password-env OTHER
has kibana-user kibana.record 'Authorization: Basic eW91OmFuZGVycw=='
lacks kibana-user kibana.record bWU6Z2VoZWlt
PICKET_API_KEY=abc run api-key 1 plan --url "$url"
has api-key cluster.record 'Authorization: ApiKey abc'

# --- saved objects ---

# A Kibana with the objects of the file $1, which takes others as $2 says.
boards() {
	printf 'POST /api/saved_objects/_export*\n  file %s\n' "$1"
	printf 'GET /api/saved_objects/_find*\n  body {"saved_objects":[]}\n'
	printf 'POST /api/saved_objects/_import*\n  body %s\n' "$2"
}

cp rendered/dashboards/classic.ndjson there.ndjson
sed -E '$s/(\[picket [^ ]+ sha256:)../\1zz/; $s/zz/00/' there.ndjson >other.ndjson
cmp -s there.ndjson other.ndjson && bad "the mark of a dashboard was not changed"
serve all < <(full </dev/null)
cluster=$url
serve boards < <(boards there.ndjson '{"success":true,"successCount":1}')
run boards-same 0 plan --url "$cluster" --kibana "$url"
has boards-same out 'saved objects .* 0 absent, 0 outdated'
run boards-again 0 up --url "$cluster" --kibana "$url" --format json
has boards-again out '"objects":0,.*"writes":0'
lacks boards-again boards.record _import
serve older < <(boards other.ndjson "{\"success\":true,\"successCount\":$(wc -l <there.ndjson)}")
run boards-plan 1 plan --url "$cluster" --kibana "$url"
has boards-plan out ' 1 outdated'
run boards-import 0 up --url "$cluster" --kibana "$url"
has boards-import out 'saved objects imported'
has boards-import older.record _import
serve stubborn < <(boards other.ndjson \
	'{"success":false,"successCount":0,"errors":[{"type":"dashboard","id":"x","error":{"type":"missing_references"}}]}')
run boards-refused 3 up --url "$cluster" --kibana "$url"
has boards-refused err missing_references
lacks secrets out geheim anders
lacks secrets err geheim anders

echo "$checks checks, $failures failed"
((failures == 0))
