#!/usr/bin/env bash
# Every code of base/diag_codes.def has its page with the right title and severity, every page its
# code, numbers are given once and in order, and each code is met by a test: named in tests/, or
# shown by the example of its page, which tests/docs runs.
. "$(dirname -- "$0")/common.sh"

table=base/diag_codes.def
row='^PK_CODE\(([0-9]{4}), ([A-Z0-9_]+), (NOTE|WARNING|ERROR), "(.*)"\)$'

declare -A known met
while IFS= read -r word; do
	met[$word]=yes
done < <(grep -rhoE 'PK[0-9]{4}|PK_[A-Z0-9_]+' tests --include='*' | sort -u)

# True if the page $1 has an example under "## Bad" that is run.
has_example() {
	sed -n '/^## Bad/,/^## /p' "$1" | grep -E '^```' | head -n 1 | grep -qvE '^```(none)?( |$)'
}

count=0
last=0
while IFS= read -r line; do
	if [[ ! $line =~ $row ]]; then
		complain "$table: not as a row should be: $line"
		continue
	fi
	number=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
	severity=${BASH_REMATCH[3],,} title=${BASH_REMATCH[4]//\\\"/\"}
	id=PK$number page=docs/errors/PK$number.md
	known[$id]=yes
	count=$((count + 1))

	((10#$number > last)) || complain "$table: $id is out of order or given twice"
	last=$((10#$number))
	if [[ ! -e $page ]]; then
		complain "$id ($name) has no page $page"
		continue
	fi
	[[ $(sed -n 1p "$page") == "# $id: $title" ]] ||
		complain "$page: the first line should be '# $id: $title'"
	grep -qx "Severity: $severity" "$page" ||
		complain "$page: there should be a line 'Severity: $severity'"
	[[ -n ${met[$id]-} || -n ${met[PK_$name]-} ]] || has_example "$page" ||
		complain "$id ($name) is met by no test"
done < <(grep '^PK_CODE' "$table")

for page in docs/errors/PK*.md; do
	id=$(basename "$page" .md)
	[[ -n ${known[$id]-} ]] || complain "$page: there is no code $id"
done

finish "$count"
