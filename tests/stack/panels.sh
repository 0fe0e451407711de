#!/usr/bin/env bash
# panels.sh PROBE SERVER: what every panel of the dashboards asks is asked of a real server, with picket's
# templates and pipelines and 10,000 sample events of all ids in it. What it answers must be what was
# put in, counted by hand by PROBE (panel_probe); no panel may be empty. Status 77: packages are missing.
set -u
export LC_ALL=C.UTF-8
probe=$(realpath -- "${1:?usage: panels.sh PROBE SERVER}")
server=${2:?usage: panels.sh PROBE SERVER}
# shellcheck source=tests/stack/server.sh
. "$(dirname -- "$(realpath -- "$0")")/server.sh"
work=$(mktemp -d)
trap 'server_stop; rm -rf -- "$work"' EXIT
wrong=0
total=10000
step=500
day=2026.05.28

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

case $server in
opensearch2) stack=os2.19 ;;
elasticsearch7) stack=es7.10-oss ;;
*)
	echo "no server is called '$server'"
	exit 2
	;;
esac

# ask METHOD PATH BODY ANSWER: what the server answers goes into the file ANSWER.
ask() {
	server_ask "$1" "$2" "$3" >"$4" || complain "$2: $(head -c 1000 "$4")"
}

install_assets() {
	local path body
	"$probe" assets "$stack" >"$work/assets" || complain 'no assets'
	while IFS=$'\t' read -r path body; do
		printf '%s' "$body" >"$work/body"
		ask PUT "$path" "@$work/body" "$work/answer"
	done <"$work/assets"
}

# bulk: the events in $work/bulk into their indices.
bulk() {
	ask POST _bulk "@$work/bulk" "$work/answer"
	grep -q '"errors":false' "$work/answer" ||
		complain "refused: $(grep -o '"error":{.\{300\}' "$work/answer" | head -n 3)"
}

# All documents of both sensors, in a file each: not more than a search gives.
collect() {
	local pattern number=0
	while IFS= read -r pattern; do
		number=$((number + 1))
		ask POST "$pattern/_search" '{"size":10000,"query":{"match_all":{}}}' "$work/documents.$number"
	done < <(cut -f 2 "$work/panels" | grep -v , | sort -u)
	[[ $number -eq 2 ]] || complain "$number patterns of indices instead of 2"
}

lacking=$(server_missing "$server")
if [[ -n $lacking ]]; then
	echo "packages that are missing: $lacking"
	exit 77
fi
server_start "$server" || exit 1
install_assets
for ((from = 0; from < total; from += step)); do
	"$probe" bulk "$stack" "$day" "$from" $((from + step)) >"$work/bulk" || complain 'no samples'
	bulk
done
"$probe" places "$stack" "$day" >"$work/bulk" || complain 'no places'
bulk
ask POST _refresh '' "$work/answer"
"$probe" list "$stack" >"$work/panels" || complain 'no panels'
mkdir -- "$work/answers"
while IFS=$'\t' read -r panel indices; do
	"$probe" query "$stack" "$panel" >"$work/query" || complain "$panel: no query"
	ask POST "$indices/_search" "@$work/query" "$work/answers/$panel.json"
done <"$work/panels"
collect
"$probe" check "$total" "$work/answers" "$work"/documents.* || complain 'panels show something else'
[[ -z ${PICKET_KEEP-} ]] || cp -r -- "$work" "$PICKET_KEEP"
echo "$server: $wrong wrong"
((wrong == 0))
