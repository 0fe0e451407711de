#!/usr/bin/env bash
# How the C files look: clang-format, no // comments, 100 columns, functions shorter than 60 lines
# and files shorter than 600.
. "$(dirname -- "$0")/common.sh"
shopt -s lastpipe

folders=(base mitre rulesets generators fleet templates cli tests)
mapfile -t files < <(find "${folders[@]}" -name '*.[ch]' | sort)

clang-format --dry-run -Werror "${files[@]}" 2>&1 | grep -E '(error|warning):' |
	complain_lines 'clang-format'

for file in "${files[@]}"; do
	[[ -s $file ]] || complain "$file: empty"
	lines=$(wc -l <"$file")
	((lines < 600)) || complain "$file: $lines lines, 600 or more"

	# Texts and comments of one line out of the way; lines of a comment begin with " *" or "/*".
	sed -E 's/"([^"\\]|\\.)*"/""/g; s,/\*.*\*/,,g; /^[[:space:]]*\/?\*/d' "$file" |
		grep -nF '//' | complain_lines "$file: // comment"
	expand -t 8 "$file" | grep -nE '^.{101}' | complain_lines "$file: over 100 columns"
	awk '/^\{/ {start = NR}
		/^\}/ && start {if (NR - start + 1 >= 60) print start ": " NR - start + 1; start = 0}' \
		"$file" | complain_lines "$file: function of 60 lines or more, at line"
done

finish "${#files[@]}"
