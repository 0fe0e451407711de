#!/usr/bin/env bash
# Compares picket with the recorded answers of a reference parser: run.sh PICKET KIND...
#
#   verdicts  what `validate --verdict` says of every configuration and case
#   blobs     what `blob encode` makes of every accepted file, by size and SHA-256
#   decode    blob -> XML -> blob is the same blob
#   import    XML -> YAML -> XML -> blob is the blob of the first XML
#   replay    what becomes of recorded and made events under public and made configurations
#
# The answers are in $PICKET_SHARED/golden; without the variable, in ../shared/golden beside the
# source tree. They are no part of the tree: where they are missing, their cases are skipped.
set -u
export LC_ALL=C.UTF-8 NO_COLOR=1

picket=$(realpath -- "${1:?usage: run.sh PICKET KIND...}")
shift
cd -- "$(dirname -- "$(realpath -- "$0")")/../.." || exit 2
golden=$PWD/../shared/golden
[[ -z ${PICKET_SHARED-} ]] || golden=$(realpath -m -- "$PICKET_SHARED")/golden
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# How many cases each kind has; fewer looked at are a failure.
declare -A cases=([verdicts]=850 [blobs]=729 [decode]=718 [import]=729 [replay]=41639)

passed=0
failed=0
skipped=0
wanted=0

pass() {
	passed=$((passed + 1))
}

fail() {
	failed=$((failed + 1))
	((failed > 20)) || echo "FAILED $*"
}

# What picket said last.
reason() {
	tail -n 1 "$work/err"
}

# Compares two files of sorted lines "PATH<TAB>..."; what differs has failed.
compare() {
	local same
	same=$(comm -12 "$1" "$2" | wc -l)
	passed=$((passed + same))
	while IFS= read -r line; do
		fail "wanted: $line"
		grep -F "${line%%$'\t'*}"$'\t' "$2" | sed 's/^/       got:    /'
	done < <(comm -23 "$1" "$2")
}

# One call of picket for all files; a file that crashes the reference is one to refuse.
test_verdicts() {
	local -a files
	awk -F'\t' 'FNR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
		{
			path = FILENAME ~ /cases.tsv$/ ? "cases/" $1 ".xml" : $at["path"]
			verdict = $at["verdict"] == "ACCEPT" ? "ACCEPT" : "REJECT"
			print path "\t" verdict "\t" (verdict == "ACCEPT" ? $at["defects"] : "no")
		}' verdicts.tsv cases/cases.tsv | sort >"$work/want"
	mapfile -t files < <(cut -f1 "$work/want")
	"$picket" validate --verdict "${files[@]}" 2>"$work/err" | cut -f1-3 | sort >"$work/got"
	head -n 5 "$work/err"
	compare "$work/want" "$work/got"
}

# Lines "PATH<TAB>SIZE<TAB>SHA256" of the accepted files; without rules size and hash are 0 and "-".
wanted_blobs() {
	awk -F'\t' 'FNR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
		{print $at["path"] "\t" $at["blob_size"] "\t" $at["blob_sha256"]}' blobs.tsv
}

digest() {
	sha256sum <"$1" | cut -d' ' -f1
}

# True if file $1 is what a row wants: size $2 and hash $3.
is_blob() {
	[[ -e $1 && $(wc -c <"$1") -eq $2 ]] && { [[ $2 -eq 0 ]] || [[ $(digest "$1") == "$3" ]]; }
}

test_blobs() {
	while IFS=$'\t' read -r path size hash; do
		rm -f "$work/blob"
		"$picket" blob encode "$path" -o "$work/blob" 2>"$work/err" >&2
		if is_blob "$work/blob" "$size" "$hash"; then
			pass
		else
			fail "$path: $(reason)"
		fi
	done < <(wanted_blobs)
}

test_decode() {
	while IFS=$'\t' read -r path size _; do
		((size > 0)) || continue
		rm -f "$work/blob" "$work/xml" "$work/again"
		"$picket" blob encode "$path" -o "$work/blob" 2>/dev/null
		"$picket" blob decode "$work/blob" -o "$work/xml" 2>"$work/err" >&2
		"$picket" blob encode "$work/xml" -o "$work/again" 2>>"$work/err" >&2
		if cmp -s "$work/blob" "$work/again"; then
			pass
		else
			fail "$path: $(reason)"
		fi
	done < <(wanted_blobs)
}

test_import() {
	while IFS=$'\t' read -r path size hash; do
		rm -rf "$work/site" "$work/xml" "$work/blob"
		"$picket" import "$path" -o "$work/site" 2>"$work/err" >&2
		"$picket" compile "$work/site" -o "$work/xml" 2>>"$work/err" >&2
		"$picket" blob encode "$work/xml" -o "$work/blob" 2>>"$work/err" >&2
		if is_blob "$work/blob" "$size" "$hash"; then
			pass
		else
			fail "$path: $(reason)"
		fi
	done < <(wanted_blobs)
}

# Lines "EVENTS<TAB>INDEX<TAB>log|drop<TAB>RuleName"; of what is dropped nobody sees the name.
without_dropped_names() {
	awk -F'\t' -v OFS='\t' '{print $1, $2, $3, $3 == "log" ? $4 : ""}' | sort
}

# One call of picket for each configuration with all its files of events.
test_replay() {
	local config
	local -a files
	awk -F'\t' -v work="$work" 'FNR > 1 {
			if (!($1 in number))
				print $1 >(work "/configs")
			number[$1] = 1
			row = $2 "\t" $3 "\t" $4 "\t" $5
			print row >(work "/rows." length(number))
		}' eval/synthetic.tsv eval/real.tsv
	local at=0
	while IFS= read -r config; do
		at=$((at + 1))
		mapfile -t files < <(cut -f1 "$work/rows.$at" | sort -u)
		without_dropped_names <"$work/rows.$at" >"$work/want"
		"$picket" replay --format tsv "$config" "${files[@]}" 2>"$work/err" |
			without_dropped_names >"$work/got"
		compare "$work/want" "$work/got"
	done <"$work/configs"
}

for kind in "$@"; do
	if [[ -z ${cases[$kind]-} ]]; then
		echo "no kind '$kind'" >&2
		exit 2
	fi
	wanted=$((wanted + cases[$kind]))
	if cd -- "$golden" 2>/dev/null; then
		"test_$kind"
	else
		echo "$kind: no recorded answers in $golden"
		skipped=$((skipped + cases[$kind]))
	fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $((passed + skipped)) -eq $wanted ]]
