#!/usr/bin/env bash
# monster.sh PROBE SERVER: records of Monster agents through picket's pipeline, as they are on a real server.
# PROBE is monster_probe, SERVER a name of server.sh. Samples of every event of both generations and the
# odd records of monster_odd.tsv go through _simulate, raw and as Logstash splits them, and must come out as the
# decoder of `picket listen` makes them; then they are indexed with picket's templates, which may refuse none, and are
# found at their millisecond. Status 77: packages are missing.
set -u
export LC_ALL=C.UTF-8
probe=$(realpath -- "${1:?usage: monster.sh PROBE SERVER}")
server=${2:?usage: monster.sh PROBE SERVER}
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/stack/server.sh
. "$here/server.sh"
work=$(mktemp -d)
trap 'server_stop; rm -rf -- "$work"' EXIT
wrong=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# What picket takes the server for, where records go there, and the type of documents.
case $server in
opensearch2) stack=os2.19 index=logs-monster.events-lab type='' ;;
elasticsearch7) stack=es7.10-oss index=monster-2026.11.22 type='' ;;
elasticsearch6) stack=es6.8-oss index=monster-2026.11.22 type=doc ;;
*)
	echo "no server is called '$server'"
	exit 2
	;;
esac

install_assets() {
	local path body
	"$probe" assets "$stack" >"$work/assets" || complain 'no assets'
	while IFS=$'\t' read -r path body; do
		printf '%s' "$body" >"$work/body"
		server_ask PUT "$path" "@$work/body" >"$work/answer" ||
			complain "$path: $(head -c 1000 "$work/answer")"
	done <"$work/assets"
}

# try KIND FILE: the records in FILE, raw or split, come out as the decoder has them.
try() {
	"$probe" "$1" "$type" "$2" >"$work/request"
	server_ask POST _ingest/pipeline/picket-monster/_simulate "@$work/request" >"$work/answer" ||
		complain "_simulate fails: $(head -c 1000 "$work/answer")"
	"$probe" check "$2" "$work/answer" >"$work/said" || complain "$(head -n 20 "$work/said")"
	echo "${2##*/}, $1: $(tail -n 1 "$work/said")"
}

# number QUERY: how many of the documents in the index meet it.
number() {
	server_ask GET "$index/_count?q=$1" | sed -E 's/^\{"count":([0-9]+).*/\1/'
}

# Every column has the type that the template says, or the server would refuse its document.
try_index() {
	local lines
	"$probe" bulk "$index" "$type" "$work/samples" >"$work/bulk"
	server_ask POST '_bulk?refresh=true' "@$work/bulk" >"$work/answer" ||
		complain "_bulk fails: $(head -c 500 "$work/answer")"
	grep -q '"errors":false' "$work/answer" ||
		complain "refused: $(grep -o '"error":{.\{300\}' "$work/answer" | head -n 3)"
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
}

missing=$(server_missing "$server")
if [[ -n $missing ]]; then
	echo "packages that are missing: $missing"
	exit 77
fi
server_start "$server" || exit 1
"$probe" samples 4 >"$work/samples"
install_assets
try raw "$work/samples"
try split "$work/samples"
try raw "$here/monster_odd.tsv"
try split "$here/monster_odd.tsv"
try_index
try_failures
echo "$server: $wrong wrong"
((wrong == 0))
