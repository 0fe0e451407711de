#!/usr/bin/env bash
# Login shell of the test endpoints: `shell.sh -c COMMAND`, as sshd calls it. One sshd serves many
# hosts; which one is meant is told from the address that was connected to. Linux hosts run COMMAND
# with sh and the stand-ins first on the PATH, Windows-like ones with Wine's cmd.
#
# Faults, as files in the host's folder `faults`: `say` is printed before anything else, `cut` ends
# all output after that many bytes, `drop` ends the connection after that many seconds, `stall`
# waits that many seconds before COMMAND is run, `full` leaves no room for files above so many KiB.
set -u
server=${0%/*/*}
# shellcheck disable=SC2086 # words are wanted
set -- "${2-}" ${SSH_CONNECTION:-? 0 127.0.0.1 0}
command=$1
root=$server/hosts/$4

fault() {
	[[ -e $root/faults/$1 ]] && read -r value <"$root/faults/$1"
}

if [[ -d $root/faults ]]; then
	[[ -e $root/faults/say ]] && cat "$root/faults/say"
	fault stall && sleep "$value"
	fault full && ulimit -f "$value"
	if fault drop; then
		(sleep "$value" && kill -KILL "$PPID") </dev/null >/dev/null 2>&1 &
	fi
	fault cut && exec > >(head -c "$value")
fi
if [[ -d $root/prefix ]]; then
	# shellcheck source=tests/fleet/standin/windows.sh
	. "$server/bin/windows.sh"
fi
[[ -d $root/home ]] || mkdir -p "$root/home"
cd "$root/home" || exit 1
export HOME=$root/home ENDPOINT=$root TMPDIR=$root/home
export PATH=$server/standin:/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8
unset SSH_CONNECTION SSH_CLIENT OLDPWD
if [[ -n $command ]]; then
	exec /bin/sh -c "$command"
fi
exec /bin/sh
