#!/usr/bin/env bash
# Stand-in for journalctl on test endpoints: prints the newest lines of the host's file `journal`,
# each "SECONDS.MICROSECONDS PRIORITY MESSAGE", as -o short-unix, cat or json. Knows -n, -r, -q, -p,
# --since=@SECONDS and -o; whom the lines are of (-u, -t, a field) is not asked. While the unit runs,
# the newest line is an event of this moment, unless the file `faults/noevents` of the host is there.
set -u
count=10
format=short-unix
since=0
priority=7
reverse=''
while (($# > 0)); do
	case $1 in
	-n | --lines) count=$2 && shift ;;
	-n*) count=${1#-n} ;;
	--lines=*) count=${1#*=} ;;
	-o | --output) format=$2 && shift ;;
	-o*) format=${1#-o} ;;
	--output=*) format=${1#*=} ;;
	-S | --since) since=${2#@} && shift ;;
	--since=*) since=${1#*=@} ;;
	-p | --priority) priority=$2 && shift ;;
	-p*) priority=${1#-p} ;;
	--priority=*) priority=${1#*=} ;;
	-r | --reverse) reverse=1 ;;
	-u | -t | --unit | --identifier) shift ;;
	--disk-usage)
		echo 'Archived and active journals take up 16.0M in the file system.'
		exit 0
		;;
	esac
	shift
done
[[ $priority == err ]] && priority=3
[[ $priority == warning ]] && priority=4
newest() {
	local state=''
	[[ -e $ENDPOINT/units/sysmon ]] && read -r state <"$ENDPOINT/units/sysmon"
	[[ $state == active && ! -e $ENDPOINT/faults/noevents ]] || return
	printf '%s 6 <Event><System><EventID>1</EventID><EventRecordID>%d</EventRecordID></System></Event>\n' \
		"$EPOCHREALTIME" $((EPOCHSECONDS - 1577836800))
}
touch "$ENDPOINT/journal"
newest | cat "$ENDPOINT/journal" - |
	awk -v since="$since" -v priority="$priority" '$1 + 0 >= since + 0 && $2 <= priority' |
	tail -n "${count/all/+1}" |
	{ if [[ -n $reverse ]]; then tac; else cat; fi; } |
	while read -r seconds level message; do
		case $format in
		cat) printf '%s\n' "$message" ;;
		json)
			printf '{"__REALTIME_TIMESTAMP":"%s","PRIORITY":"%s","SYSLOG_IDENTIFIER":"sysmon","MESSAGE":"%s"}\n' \
				"${seconds/./}" "$level" "$message"
			;;
		*) printf '%s host sysmon[4711]: %s\n' "$seconds" "$message" ;;
		esac
	done
