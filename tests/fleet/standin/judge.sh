#!/usr/bin/env bash
# judge.sh JOB: what the stand-in for Sysmon64.exe cannot do itself. It has put a configuration
# into C:\standin\job\JOB.xml and waits for JOB.result, which is "ACCEPT", "LOSES" (accepted, with
# elements left out) or "REJECT why"; the binary rules come into JOB.rules. Runs as a Linux program.
set -u
picket=$(dirname -- "$(realpath -- "$0")")/picket
cd -- "$WINEPREFIX/drive_c/standin/job" || exit 1
IFS=$'\t' read -r _ verdict loses why < <("$picket" validate --verdict "$1.xml" 2>/dev/null)
if [[ $verdict != ACCEPT ]]; then
	echo "REJECT ${why:-picket gave no verdict}"
elif ! "$picket" blob encode "$1.xml" -o "$1.rules" 2>/dev/null; then
	echo 'REJECT rules cannot be encoded'
elif [[ $loses == yes ]]; then
	echo LOSES
else
	echo ACCEPT
fi >"$1.new"
mv -- "$1.new" "$1.result"
