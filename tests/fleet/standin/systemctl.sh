#!/usr/bin/env bash
# Stand-in for systemctl on test endpoints: knows the unit `sysmon` only, whose state is the file
# units/sysmon of the host ("active" or "inactive"); there is none if it is not installed.
set -u
state=$ENDPOINT/units/sysmon
verb=''
unit=''
properties=''
value=''
quiet=''
while (($# > 0)); do
	case $1 in
	-p | --property) properties+=${properties:+,}$2 && shift ;;
	-p*) properties+=${properties:+,}${1#-p} ;;
	--property=*) properties+=${properties:+,}${1#*=} ;;
	--value) value=1 ;;
	-q | --quiet) quiet=1 ;;
	-*) ;;
	*) if [[ -z $verb ]]; then verb=$1; else unit=${1%.service}; fi ;;
	esac
	shift
done
now=inactive
[[ -e $state ]] && read -r now <"$state"

# One property of the unit.
property() {
	case $1 in
	Id) echo "$unit.service" ;;
	LoadState) if [[ $unit == sysmon && -e $state ]]; then echo loaded; else echo not-found; fi ;;
	ActiveState) if [[ $unit == sysmon ]]; then echo "$now"; else echo inactive; fi ;;
	SubState) if [[ $unit == sysmon && $now == active ]]; then echo running; else echo dead; fi ;;
	UnitFileState) if [[ $unit == sysmon && -e $state ]]; then echo enabled; fi ;;
	MainPID) if [[ $unit == sysmon && $now == active ]]; then echo 4711; else echo 0; fi ;;
	FragmentPath) if [[ $unit == sysmon && -e $state ]]; then echo /etc/systemd/system/sysmon.service; fi ;;
	NRestarts) echo 0 ;;
	esac
}

known() {
	[[ $unit == sysmon && -e $state ]] && return
	echo "Failed to $verb $unit.service: Unit $unit.service not found." >&2
	exit 5
}

case $verb in
is-active)
	[[ $unit == sysmon ]] || now=inactive
	[[ -n $quiet ]] || echo "$now"
	[[ $now == active ]] || exit 3
	;;
is-enabled)
	known
	echo enabled
	;;
start | restart)
	[[ $unit != systemd-journald ]] || exit 0
	known
	[[ ! -e $ENDPOINT/faults/nostart ]] || {
		echo "Job for $unit.service failed because the control process exited with error code." >&2
		exit 1
	}
	echo active >"$state"
	;;
stop)
	known
	echo inactive >"$state"
	;;
show)
	for name in ${properties//,/ }; do
		text=$(property "$name")
		if [[ -n $value ]]; then echo "$text"; else echo "$name=$text"; fi
	done
	;;
daemon-reload | enable | disable | reset-failed) ;;
*)
	echo "systemctl: this stand-in does not know '$verb'" >&2
	exit 1
	;;
esac
