# shellcheck shell=bash
# For the lint scripts: `complain` says what is wrong, `finish` ends the script.
set -u
export LC_ALL=C.UTF-8
cd -- "$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")/../.." || exit 2

complaints=0

# Says its arguments and remembers that the lint failed.
complain() {
	echo "$*"
	complaints=$((complaints + 1))
}

# Complains about each line of the standard input, with the text $1 before it.
complain_lines() {
	local line
	while IFS= read -r line; do
		complain "$1: $line"
	done
}

# Ends the script; $1 things were looked at, and none at all is a failure, too.
finish() {
	echo "$1 checked, $complaints wrong"
	[[ $complaints -eq 0 && $1 -gt 0 ]]
	exit
}
