#!/usr/bin/env bash
# panels.sh PROBE SERVER: what every panel of the dashboards asks is asked of a real server, with picket's
# templates and pipelines and 10,000 sample events of all ids in it. What it answers must be what was
# put in, counted by hand by PROBE (panel_probe); no panel may be empty. Status 77: packages are missing.
# shellcheck source=tests/stack/probe.sh
. "$(dirname -- "$(realpath -- "$0")")/probe.sh"
total=10000
step=500
day=2026.05.28

# All documents of both sensors, in a file each: not more than a search gives.
collect() {
	local pattern number=0
	while IFS= read -r pattern; do
		number=$((number + 1))
		ask POST "$pattern/_search" '{"size":10000,"query":{"match_all":{}}}' "$work/documents.$number"
	done < <(cut -f 2 "$work/panels" | grep -v , | sort -u)
	[[ $number -eq 2 ]] || complain "$number patterns of indices instead of 2"
}

start
for ((from = 0; from < total; from += step)); do
	"$probe" bulk "$stack" "$day" "$from" $((from + step)) >"$work/bulk" || complain 'no samples'
	bulk _bulk
done
"$probe" places "$stack" "$day" >"$work/bulk" || complain 'no places'
bulk _bulk
ask POST _refresh ''
"$probe" list "$stack" >"$work/panels" || complain 'no panels'
mkdir -- "$work/answers"
while IFS=$'\t' read -r panel indices; do
	"$probe" query "$stack" "$panel" >"$work/query" || complain "$panel: no query"
	ask POST "$indices/_search" "@$work/query" "$work/answers/$panel.json"
done <"$work/panels"
collect
"$probe" check "$total" "$work/answers" "$work"/documents.* || complain 'panels show something else'
[[ -z ${PICKET_KEEP-} ]] || cp -r -- "$work" "$PICKET_KEEP"
finish
