#!/usr/bin/env bash
# Stand-in for sudo on test endpoints: runs the command with the same identity, but lets the
# stand-in for `id` say root, and takes back endpoint_protect, so that what only root may write can
# be written. The file `faults/nosudo` of the host makes it refuse.
set -u
while [[ ${1-} == -* ]]; do
	case $1 in
	-u) shift ;;
	--) shift && break ;;
	esac
	shift
done
if [[ -e $ENDPOINT/faults/nosudo ]]; then
	echo 'sudo: a password is required' >&2
	exit 1
fi
chmod u+w "$ENDPOINT" "$ENDPOINT"/{state,opt,opt/sysmon} 2>/dev/null
exec env STANDIN_ROOT=1 "$@"
