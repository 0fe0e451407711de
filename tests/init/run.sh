#!/usr/bin/env bash
# run.sh PICKET [--update]: walks through docs/tutorial.md in an empty folder. In the blocks marked
# `console` each line with "$ " is run, and what it prints must be what the page shows below it.
# Blocks marked `yaml >>FILE` are appended to FILE. Ids of commits, digests, years of expiry, and
# numbers that grow with the shipped rules may differ.
# --update writes what was printed into the page.
set -u

picket=$(realpath -- "${1:?usage: run.sh PICKET [--update]}")
update=${2-}
here=$(dirname -- "$(realpath -- "$0")")
page=$(realpath -- "$here/../../docs/tutorial.md")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir -p "$work/bin" "$work/home/.ssh"
ln -s -- "$picket" "$work/bin/picket"

unset "${!GIT_@}"
export PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb HOME=$work/home PAGER=cat
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com GIT_AUTHOR_DATE=2026-01-02T03:04:05Z
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com
export GIT_COMMITTER_DATE=2026-01-02T03:04:05Z
umask 022

# Replaces what may differ.
normalize() {
	sed -E 's/\b[0-9a-f]{40,64}\b/ID/g; s/\b[0-9a-f]{10}\b/ID/g; s/[0-9]{4}-12-31/DATE/g; s/\b[0-9]+ passed/N passed/
		s/^( *Rules: +)[0-9]+/\1N/; s/^  [0-9]+ filters? and|^  [0-9]+ filters? or/  N filters or/
		s/[0-9]+ (filters?|Rules?) (and Rules? |or Rule )?do(es)? not match/N do not match/'
}

ran=0
wrong=0
line_number=0
block=none
shown=''
pending='' # a command whose output is being read

# Runs the command; its output, and then what it says, go to $work/printed.
run_pending() {
	[[ -n $pending ]] || return
	ran=$((ran + 1))
	eval "$pending" >"$work/out" 2>"$work/err" </dev/null
	cat -- "$work/out" "$work/err" >"$work/printed"
	if ! diff -u --label "docs/tutorial.md:$pending_line: $pending" --label printed \
		<(printf '%s' "$shown" | normalize) <(normalize <"$work/printed") >"$work/diff"; then
		wrong=$((wrong + 1))
		[[ $update == --update ]] || cat -- "$work/diff"
	fi
	cat -- "$work/printed" >&3
	pending=''
	shown=''
}

# One line of the page; what the page should be goes to descriptor 3.
take_line() {
	local line=$1
	case $block in
	console)
		if [[ $line == '$ '* || $line == '```' ]]; then
			run_pending
			printf '%s\n' "$line" >&3
			pending=${line#'$ '}
			pending_line=$line_number
			if [[ $line == '```' ]]; then
				pending=''
				block=none
			fi
		else
			shown+=$line$'\n'
		fi
		return
		;;
	append)
		if [[ $line == '```' ]]; then
			block=none
		else
			printf '%s\n' "$line" >>"$file"
		fi
		;;
	other)
		[[ $line == '```' ]] && block=none
		;;
	none)
		case $line in
		'```console') block=console ;;
		'```yaml >>'*)
			block=append
			file=${line#'```yaml >>'}
			;;
		'```'*) block=other ;;
		esac
		;;
	esac
	printf '%s\n' "$line" >&3
}

mapfile -t lines <"$page"
mkdir "$work/sensors" && cd -- "$work/sensors" || exit
exec 3>"$work/page"
for line in "${lines[@]}"; do
	line_number=$((line_number + 1))
	take_line "$line"
done
exec 3>&-

if [[ $update == --update ]]; then
	cp -- "$work/page" "$page"
	echo "$wrong of $ran outputs were written anew"
	exit
fi
echo "$ran commands run, $wrong wrong"
[[ $wrong -eq 0 && $ran -gt 0 && $block == none ]]
