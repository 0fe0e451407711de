#!/usr/bin/env bash
# pages.sh PICKET [PKnnnn...]: the examples of the pages of findings do what they say (the form of a
# page is told in docs/errors/README.md). The files of "## Bad" give the page's code, those of
# "## Good" neither the code nor any error. A page whose example is `none` names in "## Shown by" a
# test that is there.
set -u

picket=$(realpath -- "${1:?usage: pages.sh PICKET [PKnnnn...]}")
shift
cd -- "$(dirname -- "$(realpath -- "$0")")/../.." || exit 2
export LC_ALL=C.UTF-8 NO_COLOR=1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

ran=0
unrun=0
wrong=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# The part of the page $1 under the heading "## $2".
section() {
	awk -v heading="## $2" '/^```/ {fenced = !fenced}
		/^## / && !fenced {inside = ($0 == heading); next}
		inside' "$1"
}

# Writes the fenced files of the section $2 of page $1 to a fresh $work/files and prints "NAME ARGS"
# of the first one, or "none".
extract() {
	rm -rf -- "$work/files"
	mkdir -- "$work/files"
	section "$1" "$2" | awk -v folder="$work/files/" '
		/^```/ && file != "" {close(file); file = ""; next}
		/^```/ {
			kind = substr($1, 4)
			name = ($2 != "" && $2 !~ /^args=/) ? $2 : "example." kind
			args = ($NF ~ /^args=/) ? substr($NF, 6) : ""
			file = kind == "none" ? "/dev/null" : folder name
			if (!shown++) print (kind == "none" ? "none" : name " " args)
			if (kind != "none") printf "" > file
			next
		}
		file != "" {print > file}'
}

# Judges the file $1 in $work/files with the arguments $2 (divided by ';').
validate() {
	local -a args=()
	IFS=';' read -r -a args <<<"$2"
	(cd -- "$work/files" && "$picket" validate --format short "${args[@]}" -- "$1" 2>&1)
}

check_shown_by() {
	local path found=no
	while IFS= read -r path; do
		found=yes
		[[ -e $path ]] || complain "$1: '$path' under '## Shown by' is not there"
	done < <(section "$1" 'Shown by' | grep -oE 'tests/[A-Za-z0-9_./-]*[A-Za-z0-9_]')
	[[ $found == yes ]] || complain "$1: no example, and no test under '## Shown by'"
}

check_page() {
	local page=$1 id name args printed
	id=$(basename "$page" .md)

	read -r name args <<<"$(extract "$page" Bad)"
	if [[ -z $name ]]; then
		complain "$page: nothing under '## Bad'"
		return
	fi
	if [[ $name == none ]]; then
		unrun=$((unrun + 1))
		check_shown_by "$page"
		return
	fi
	ran=$((ran + 1))
	printed=$(validate "$name" "$args")
	[[ $printed == *"[$id]"* ]] || complain "$page: the bad example does not give $id:" \
		$'\n'"${printed:-nothing found}"

	read -r name args <<<"$(extract "$page" Good)"
	if [[ -z $name || $name == none ]]; then
		complain "$page: nothing under '## Good'"
		return
	fi
	printed=$(validate "$name" "$args")
	status=$?
	if ((status != 0)) || [[ $printed == *"[$id]"* ]]; then
		complain "$page: the good example is not good:"$'\n'"${printed:-status $status}"
	fi
}

if (($# > 0)); then
	pages=("${@/%/.md}")
	pages=("${pages[@]/#/docs/errors/}")
else
	pages=(docs/errors/PK*.md)
fi
for page in "${pages[@]}"; do
	check_page "$page"
done

echo "$ran pages run, $unrun shown by tests, $wrong wrong"
[[ $wrong -eq 0 && $ran -gt 0 ]]
