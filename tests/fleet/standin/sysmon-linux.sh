#!/usr/bin/env bash
# Stand-in for Sysmon for Linux on test endpoints: takes its switches (-accepteula -i -c -u -s -?),
# keeps config.xml and rules.bin in its install folder and the unit `sysmon` of the stand-in for
# systemctl, but watches nothing. What it refuses and the binary rules are picket's own work.
#
# applied.log in the host's folder gets a line for each configuration put into force. Faults, as
# files in the host's folder `faults`: `refuse` (every configuration, exit 87), `hang`, `crash`,
# `slow` (waits as many seconds as it says), `keep` (says it went well, and does nothing).
set -u
: "${ENDPOINT:?only for test endpoints}"
folder=$ENDPOINT/opt/sysmon
picket=${ENDPOINT%/*/*}/bin/picket
version=1.3.3
[[ -e $ENDPOINT/faults/version ]] && read -r version <"$ENDPOINT/faults/version"

banner() {
	[[ -n $nologo ]] || cat <<-END

		Sysmon v$version - Monitors system events (stand-in for tests)
		Sysinternals - www.sysinternals.com

	END
}

fail() {
	echo "$2" >&2
	exit "$1"
}

misuse() {
	banner
	cat <<-'END'
		Usage:
		Install:                 sysmon -i [<configfile>]
		Update configuration:    sysmon -c [<configfile>]
		Print schema:            sysmon -s
		Uninstall:               sysmon -u [force]
	END
	exit 87
}

# Checks the configuration $1 as Sysmon would, and puts it into force.
take() {
	local rules
	[[ -r $1 ]] || fail 87 "Error: Failed to open xml configuration: $1"
	if [[ -e $ENDPOINT/faults/refuse ]]; then
		fail 87 'Error: Incorrect or unsupported configuration'
	fi
	"$picket" validate --quiet --platform linux "$1" >/dev/null 2>&1 ||
		fail 87 'Error: Incorrect XML configuration'
	[[ -e $ENDPOINT/faults/keep ]] && return
	mkdir -p "$folder"
	rules=$folder/rules.bin.new
	"$picket" blob encode "$1" -o "$rules" 2>/dev/null || fail 87 'Error: Failed to build rules'
	cp -- "$1" "$folder/config.xml.new"
	mv -- "$folder/config.xml.new" "$folder/config.xml"
	mv -- "$rules" "$folder/rules.bin"
	echo "Configuration file validated."
	log "$1"
}

# One line for each configuration put into force, one event in the journal.
log() {
	local digest=none
	[[ -e $folder/config.xml ]] && digest=$(sha256sum <"$folder/config.xml")
	printf '%s %s %s\n' "$verb" "${digest%% *}" "$1" >>"$ENDPOINT/applied.log"
	printf '%s 6 <Event><System><EventID>16</EventID></System><EventData><Data Name="ConfigurationFileHash">SHA256=%s</Data></EventData></Event>\n' \
		"$EPOCHREALTIME" "${digest%% *}" >>"$ENDPOINT/journal"
}

install() {
	[[ ! -e $ENDPOINT/units/sysmon ]] ||
		fail 1 "The service sysmon is already registered. Uninstall Sysmon before reinstalling."
	[[ -n $eula ]] || fail 1 'This is the first run of this program. You must accept EULA to continue.
Use -accepteula to accept EULA.'
	if [[ -n $file ]]; then
		take "$file"
	else
		mkdir -p "$folder"
		log none
	fi
	[[ -e $ENDPOINT/faults/keep ]] && return
	cmp -s -- "$0" "$folder/sysmon" || {
		cp -- "$0" "$folder/sysmon.new"
		chmod 755 "$folder/sysmon.new"
		mv -- "$folder/sysmon.new" "$folder/sysmon"
	}
	mkdir -p "$ENDPOINT/units"
	echo active >"$ENDPOINT/units/sysmon"
	echo 'Sysmon installed.'
}

configure() {
	[[ -e $ENDPOINT/units/sysmon ]] || fail 1 'Error: Sysmon is not installed.'
	if [[ $file == -- ]]; then
		rm -f -- "$folder/config.xml"
		: >"$folder/rules.bin"
		log none
	elif [[ -n $file ]]; then
		take "$file"
		echo 'Configuration updated.'
	else
		echo 'Current configuration:'
		printf ' - %-31s%s\n' 'Service name:' sysmon 'Config file:' "$folder/config.xml"
		echo
		"$picket" blob show "$folder/rules.bin" 2>/dev/null
	fi
}

remove() {
	[[ -e $ENDPOINT/units/sysmon ]] || fail 1 'Error: Sysmon is not installed.'
	rm -rf -- "$folder" "$ENDPOINT/units/sysmon"
	printf -- '-u none\n' >>"$ENDPOINT/applied.log"
	echo 'Sysmon uninstalled.'
}

verb=''
file=''
eula=''
nologo=''
while (($# > 0)); do
	case ${1,,} in
	-accepteula) eula=1 ;;
	-nologo) nologo=1 ;;
	-i | -c | -u | -s)
		[[ -z $verb ]] || misuse
		verb=${1,,}
		if [[ ${2-} == -- || ${2--} != -* ]]; then
			file=$2
			shift
		fi
		;;
	*) misuse ;;
	esac
	shift
done
if [[ -n $verb && -d $ENDPOINT/faults ]]; then
	[[ ! -e $ENDPOINT/faults/slow ]] || sleep "$(<"$ENDPOINT/faults/slow")"
	[[ ! -e $ENDPOINT/faults/hang ]] || exec sleep 3600
	[[ ! -e $ENDPOINT/faults/crash ]] || kill -SEGV $$
fi
case $verb in
-i) banner && install ;;
-c) banner && configure ;;
-u) banner && remove ;;
-s) echo '<manifest schemaversion="4.81" binaryversion="1.0"/>' ;;
*) misuse ;;
esac
