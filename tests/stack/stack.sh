#!/usr/bin/env bash
# stack.sh PICKET SERVER: `picket stack` from outside, on a real server of server.sh: plan, up, verify,
# sample, edits by hand, what is not picket's, down, render, prune. Every check has a name and says what
# was seen if it fails. Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: stack.sh PICKET SERVER}")
server=${2:-opensearch2}
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/stack/server.sh
. "$here/server.sh"
lacking=$(server_missing "$server")
[[ -z $lacking ]] || { echo "skipped: packages that are missing: $lacking"; exit 77; }

work=$(mktemp -d)
trap 'server_stop; rm -rf -- "$work"' EXIT
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
unset PICKET_PASSWORD PICKET_API_KEY http_proxy https_proxy all_proxy
server_start "$server" || exit 1
cd -- "$work" || exit 1
failures=0
checks=0

good() {
	checks=$((checks + 1))
}

bad() {
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "NOT OK $*"
}

# run NAME STATUS VERB ARG...: picket stack must end with STATUS; what it says is in out and err.
run() {
	local name=$1 wanted=$2 verb=$3 status=0
	shift 3
	"$picket" stack "$verb" --url "$SERVER_URL" "$@" >out 2>err </dev/null || status=$?
	if ((status != wanted)) || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: $verb $*: status $status instead of $wanted" "$(head -c 3000 out; head -c 3000 err)"
	else
		good
	fi
}

# has NAME FILE PATTERN..., lacks NAME FILE PATTERN...: every PATTERN is met by a line; none is.
has() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$file"; then
			good
		else
			bad "$name: no line '$pattern' in $file:" "$(head -c 3000 "$file")"
		fi
	done
}

lacks() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$file"; then
			bad "$name: a line '$pattern' in $file:" "$(head -c 3000 "$file")"
		else
			good
		fi
	done
}

# same NAME A B: two files are equal.
same() {
	if cmp -s -- "$2" "$3"; then
		good
	else
		bad "$1:" "$(diff -- "$2" "$3" | head -c 3000)"
	fi
}

# number NAME KEY: the number of KEY in the last object of out.
number() {
	tail -n 1 out | grep -oE "\"$1\":[0-9]+" | head -n 1 | cut -d: -f2
}

# is NAME SEEN WANTED
is() {
	if [[ $2 == "$3" ]]; then
		good
	else
		bad "$1: '$2' instead of '$3'"
	fi
}

# Everything on the server that we might leave or damage.
holdings() {
	local path
	for path in _component_template _index_template _template _ingest/pipeline _data_stream; do
		echo "$path"
		server_ask GET "$path" 2>/dev/null || true
		echo
	done
}

# Sample events that are stored.
stored() {
	server_ask POST '_all/_count' '{"query":{"term":{"tags":"picket-sample"}}}' |
		grep -oE '"count":[0-9]+' | cut -d: -f2
}

# Writes the pipeline $1 again with the text $2 behind its first brace.
edit_pipeline() {
	local body
	body=$(server_ask GET "_ingest/pipeline/$1") || return
	body=${body#"{\"$1\":{"}
	server_ask PUT "_ingest/pipeline/$1" "{$2,${body%\}}" >/dev/null
}

composable=yes streams=yes
case $server in
elasticsearch6) composable=no streams=no ;;
elasticsearch7) streams=no ;;
esac

# --- an empty server ---

server_ask PUT _ingest/pipeline/mine '{"processors":[]}' >/dev/null
holdings >before
run plan-empty 1 plan
has plan-empty out 'absent \([0-9]+\)' 'ingest pipeline +picket-sysmon'
run plan-json 1 plan --format json
has plan-json out '^\{"schema":1,"kind":"ingest pipeline","id":"picket-rule","state":"absent"\}$'
run sample-empty 3 sample
has sample-empty err PK2325
run dry 0 up --dry-run
holdings >now
same dry-writes-nothing before now

run up 0 up --format json
requests=$(number requests) milliseconds=$(number milliseconds)
echo "$server: up on an empty server: $requests requests, $milliseconds ms"
is up-requests "$((requests <= 25))" 1
run plan-after 0 plan
has plan-after out '^0 to write'
run up-again 0 up --format json
is up-again-writes "$(number writes)" 0
echo "$server: up again: $(number requests) requests, $(number writes) writes, $(number milliseconds) ms"
run up-text 0 up
has up-text out 'as they should be' 'agent-config --sensor sysmon'
run verify 0 verify

# --- events ---

run sample 0 sample --count 10000 --format json
is sample-created "$(number created)" 10000
is sample-refused "$(number refused)" 0
is sample-errors "$(number pipeline_errors)" 0
is sample-stored "$(stored)" 10000
echo "$server: 10000 events: $(number requests) requests, $(number milliseconds) ms"
run sample-again 0 sample --count 10000 --format json
is sample-present "$(number present)" 10000
is sample-not-twice "$(stored)" 10000
run sample-remove 0 sample --remove --format json
is sample-removed "$(number removed)" 10000
is sample-gone "$(stored)" 0
run sample-all 0 sample --format json
all=$(number created)
is sample-all-stored "$(stored)" "$all"
run verify-stored 0 verify --format json
is verify-errors "$(number pipeline_errors)" 0

# --- edits by hand ---

edit_pipeline picket-rule '"version":7'
run plan-edited 1 plan
has plan-edited out 'changed \(1\)' 'picket-rule' 'version: ours nothing, there 7'
run up-edited 0 up --format json
is up-mends-one "$(number writes)" 1
run plan-mended 0 plan
run other-options 0 up --replicas 1
run other-plan 1 plan
has other-plan out 'outdated \([12]\)'
run other-back 0 up
has other-back err PK2326

if [[ $composable == yes ]]; then
	body=$(server_ask GET _component_template/picket@ecs)
	body=${body#*'"component_template":'}
	server_ask PUT _component_template/picket@old "${body%\}]\}}" >/dev/null
	run plan-left 1 plan
	has plan-left out 'left \(1\)' picket@old
	run up-left 0 up
	run plan-not-left 0 plan
fi

# --- what is not ours ---

server_ask PUT _ingest/pipeline/picket-rule '{"description":"mine","processors":[]}' >/dev/null
holdings >foreign
run plan-foreign 1 plan
has plan-foreign out 'foreign \(1\)'
run up-foreign 3 up
has up-foreign err PK2320
holdings >now
same foreign-writes-nothing foreign now
run up-force 0 up --force
run plan-forced 0 plan

# --- events that a stack refuses ---

edit_pipeline picket-sysmon '"version":8'
body=$(server_ask GET _ingest/pipeline/picket-sysmon)
mark=$(grep -oE '\[picket [^]]*\]' <<<"$body")
server_ask PUT _ingest/pipeline/picket-sysmon \
	"{\"description\":\"x $mark\",\"processors\":[{\"fail\":{\"message\":\"no room\"}}]}" >/dev/null
run sample-refused 3 sample --sensor sysmon --seed 5
has sample-refused err 'PK2327.*30 of 30 events were refused.*no room'
run up-after-refusal 0 up

# --- down ---

if [[ $streams == yes ]]; then
	run down-with-events 0 down
	has down-with-events err PK2323
	run plan-kept 0 plan
	run down-unasked 2 down --data
	is events-kept "$(stored)" "$all"
	server_ask PUT _index_template/mine \
		'{"index_patterns":["mine-*"],"composed_of":["picket@ecs"]}' >/dev/null
	server_ask PUT _component_template/picket@custom \
		'{"template":{"settings":{"index":{"refresh_interval":"9s"}}}}' >/dev/null
	run up-custom 0 up --format json
	is up-custom-writes "$(number writes)" 0
	run down-in-use 0 down --data --yes
	has down-in-use err 'PK2321.*picket@ecs' 'PK2322.*picket@custom'
	is events-gone "$(stored)" 0
	server_ask DELETE _index_template/mine >/dev/null
	server_ask DELETE _component_template/picket@custom >/dev/null
else
	old=winlogbeat-picket-2020.01.01
	server_ask PUT "$old" >/dev/null
	server_ask PUT winlogbeat-picket-mine >/dev/null
	run prune-dry 0 prune --dry-run
	has prune-dry out "would be removed  $old"
	run prune-unasked 2 prune
	run prune 0 prune --days 0 --yes
	has prune out "removed  $old"
	server_ask GET _cat/indices >indices
	lacks prune indices "$old"
	has prune-leaves indices winlogbeat-picket-mine
	server_ask DELETE winlogbeat-picket-mine >/dev/null
	is events-kept "$(stored)" "$all"
	run down-keeps-events 0 down
	holdings >now
	same down-leaves-nothing before now
	is events-kept-by-down "$(stored)" "$all"
	run down-data 0 down --data --yes
	is events-gone "$(stored)" 0
fi
run down 0 down
holdings >now
same down-leaves-nothing before now
run down-again 0 down --format json
is down-again-writes "$(number writes)" 0

# --- files in place of requests ---

case $server in
opensearch2) flavour=os2 ;;
elasticsearch7) flavour=es7.10-oss ;;
elasticsearch6) flavour=es6-oss ;;
esac
"$picket" stack render --flavor "$flavour" --no-geoip -o rendered >out 2>err || bad "render:" "$(cat out err)"
sed -i "/_ism.policies.picket'/d" rendered/*.sh # the server has no plugin for it
if PICKET_URL=$SERVER_URL bash rendered/install.sh >out 2>err; then
	good
else
	bad "install.sh:" "$(cat out err)"
fi
run plan-installed 0 plan --no-geoip
if PICKET_URL=$SERVER_URL bash rendered/remove.sh >out 2>err; then
	good
else
	bad "remove.sh:" "$(cat out err)"
fi
holdings >now
same remove.sh-leaves-nothing before now

echo "$server: $checks checks, $failures failed"
((failures == 0))
