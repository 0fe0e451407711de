#!/usr/bin/env bash
# windows.sh PICKET: is the fleet's work right on Windows? Installs, changes, repairs, takes back and
# removes Sysmon and Monster on Windows-like endpoints (README.md) by the real program, and looks at
# the hosts with the plain client. Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: windows.sh PICKET}")
# shellcheck source=tests/fleet/endpoints.sh
. "$(dirname -- "$(realpath -- "$0")")/endpoints.sh"
work=$(mktemp -d)
trap 'endpoints_end; rm -rf -- "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config
wrong=0
ran=0
said=''
channel=Microsoft-Windows-Sysmon/Operational
services='HKLM\SYSTEM\CurrentControlSet\Services'

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# equal WHAT A B
equal() {
	ran=$((ran + 1))
	[[ $2 == "$3" ]] || complain "$1: '$2' instead of '$3'"
}

# meets WHAT PATTERN...: does what was said last meet each of them? '!PATTERN' must not be met.
meets() {
	local what=$1 pattern
	shift
	for pattern in "$@"; do
		ran=$((ran + 1))
		if [[ $pattern == '!'* ]]; then
			grep -qE -- "${pattern#!}" <<<"$said" && complain "$what: '${pattern#!}' in: $said"
		else
			grep -qE -- "$pattern" <<<"$said" || complain "$what: no '$pattern' in: $said"
		fi
	done
}

# fleet STATUS WORD...: runs picket on the inventory.
fleet() {
	local wanted=$1 verb=$2 status=0
	shift 2
	said=$(timeout 120 "$picket" "$verb" -i "$work/site.yaml" --ssh-config none "$@" 2>&1 </dev/null) ||
		status=$?
	ran=$((ran + 1))
	((status == wanted)) || complain "$verb $*: status $status instead of $wanted: $said"
}

# there HOST COMMAND: what it says, without the carriage returns.
there() {
	said=$(endpoint_run "$1" "$2" 2>&1 </dev/null)
	said=${said//$'\r'/}
}

# The value of a driver's parameter.
parameter() {
	there "$1" "reg query $services\\$2\\Parameters /v $3"
	said=$(sed -n "s/^ *$3 *REG_[A-Z]* *//p" <<<"$said")
}

# How often a configuration was put into force on the host; with a second word, that one.
applied() {
	grep -cE -- "${2-.}" "$(endpoint_dir "$1")/applied.log" 2>/dev/null
}

hash_of() {
	local hash
	hash=$(sha256sum "$work/$1.xml")
	echo "${hash%% *}"
}

# config NAME PROGRAM: a configuration that logs it.
config() {
	cat >"$work/$1.xml" <<-END
		<Sysmon schemaversion="4.90">
		<HashAlgorithms>SHA256</HashAlgorithms>
		<EventFiltering>
		<ProcessCreate onmatch="include"><Image condition="end with">\\$2.exe</Image></ProcessCreate>
		</EventFiltering>
		</Sysmon>
	END
}

# site QUIET KEPT [LINE...]: the inventory; what shall be on pc1 and pc2, lines of the rollout.
site() {
	local quiet=$1 kept=$2
	shift 2
	cat >"$work/site.yaml" <<-END
		inventory: site
		include: inventory.yaml
		groups:
		  windows: {}
		hosts:
		  pc1: {$quiet}
		  pc2: {$kept}
		rollout:
		  stages: [{name: all}]
		  tries: 1
	END
	((${#@} == 0)) || printf '  %s\n' "$@" >>"$work/site.yaml"
}

# The stand-in for a version of a sensor, into the store. It goes by a manifest of its own.
bundle() {
	local folder=$work/$1-$2
	mkdir "$folder"
	printf 'bundle: 1\nname: %s\nversion: "%s"\nsensor: %s\nplatform: windows\n' "$1" "$2" "$1" \
		>"$folder/bundle.yaml"
	case $1 in
	sysmon)
		endpoint_sysmon64 "$folder/Sysmon64.exe" "$2" || return
		cat >>"$folder/bundle.yaml" <<-END
			install: [-accepteula, -nologo, -i, '{config}']
			files:
			  - {path: Sysmon64.exe, role: program, arch: x64}
		END
		;;
	monster)
		endpoint_monster "$folder/Monster.exe" || return
		# Another version is another program, and only its digest tells.
		echo "$2" | tee "$folder/version.txt" >>"$folder/Monster.exe"
		cat >>"$folder/bundle.yaml" <<-END
			files:
			  - {path: Monster.exe, role: program, arch: x64}
			  - {path: version.txt, role: other}
		END
		;;
	esac
	said=$("$picket" bundle add "$folder" 2>&1) || complain "bundle add $1@$2: $said"
}

# What reading must leave as it is: files, services, logs.
state_of() {
	local root
	root=$(endpoint_dir "$1")/prefix/drive_c
	there "$1" "reg query $services /s&reg query HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT /s"
	echo "$said"
	find "$root" -ipath '*/temp' -prune -o -type f -printf '%p %s %T@\n' | sort
}

quiet_one="kind: sysmon, bundle: sysmon@15.15, config: one.xml, service: Quiet, driver: QuietDrv"
quiet_two=${quiet_one/one.xml/two.xml}
logs="logs: {'$channel': {size: 128MiB, retention: keep, access: 'O:BAG:SYD:(A;;0x1;;;BA)'}, Windows PowerShell: {size: 32MiB}}"

# pc2 has a Sysmon already, with a configuration from somebody else.
install_by_hand() {
	local drive
	drive=$(endpoint_dir pc2)/prefix/drive_c
	cp "$work/sysmon-15.15/Sysmon64.exe" "$drive/"
	sed 's/SHA256/SHA1,SHA256/' "$work/foreign.xml" >"$drive/foreign.xml"
	chmod 755 "$drive/Sysmon64.exe" "$drive/foreign.xml"
	there pc2 'C:\Sysmon64.exe -accepteula -i C:\foreign.xml'
	meets 'by hand' 'Sysmon64 started'
}

check_plan() {
	local before after
	before=$(state_of pc2)
	fleet 1 plan
	meets plan 'install sysmon 15.15' 'size of Windows PowerShell' 'change the configuration' \
		"narrows: include Image ends with '.foreign.exe'" "widens: include Image ends with '.one.exe'"
	after=$(state_of pc2)
	equal 'a plan changes nothing' "$(diff <(echo "$before") <(echo "$after"))" ''
	said=$("$picket" diff -i "$work/site.yaml" --ssh-config none host:pc2 "$work/two.xml" 2>&1)
	meets 'diff host:pc2' "narrows: include Image ends with '.foreign.exe'"
}

# Installs under hidden names, and changes what somebody else has installed.
check_push() {
	local hash
	hash=$(hash_of one)
	fleet 0 push
	meets push 'pc1: install' 'pc2: update'
	there pc1 "sc query Quiet"
	meets 'hidden service' 'STATE *: 4'
	parameter pc1 QuietDrv ConfigHash
	equal 'ConfigHash of pc1' "$said" "SHA256=${hash^^}"
	parameter pc2 SysmonDrv ConfigHash
	equal 'ConfigHash of pc2' "$said" "SHA256=${hash^^}"
	there pc1 "wevtutil gl $channel&wevtutil gl \"Windows PowerShell\""
	meets 'logs of pc1' 'maxSize: 134217728' 'retention: true' 'autoBackup: false' \
		'channelAccess: O:BAG:SYD:\(A;;0x1;;;BA\)' 'maxSize: 33554432'
	fleet 0 push
	meets 'push again' 'pc1: none' 'pc2: none'
	equal 'put into force on pc1' "$(applied pc1)" 1
	equal 'put into force on pc2' "$(applied pc2)" 2
}

# Back to nothing, and to what somebody else had installed.
check_rollback() {
	local id
	id=$("$picket" history -i "$work/site.yaml" 2>&1 | grep -oE '[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}' | tail -n 1)
	fleet 0 rollback --rollout "$id"
	there pc1 "sc query Quiet&wevtutil gl \"Windows PowerShell\""
	meets 'pc1 as before' '!STATE' 'maxSize: 15728640'
	parameter pc2 SysmonDrv Rules
	equal 'rules of pc2' "$said" "$foreign_rules"
	parameter pc2 SysmonDrv HashingAlgorithm
	equal 'hashes of pc2' "$said" "$foreign_hashes"
}

# A controller that dies again and again does nothing twice.
check_interrupted() {
	local verb=push seconds pid
	for seconds in 2 3.2; do
		"$picket" "$verb" -i "$work/site.yaml" --ssh-config none >/dev/null 2>&1 </dev/null &
		pid=$!
		sleep "$seconds"
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		verb=resume
	done
	"$picket" resume -i "$work/site.yaml" --ssh-config none >"$work/out" 2>&1 </dev/null
	fleet 0 plan
	meets 'after interruptions' '0 would change, 2 as wanted' '!drifted in'
	equal 'installed once more on pc1' "$(applied pc1 '^-i')" 2
	equal 'nothing else on pc1' "$(applied pc1)" 3
	equal 'put into force once more on pc2' "$(applied pc2 "$(hash_of one)")" 2
}

# What somebody does by hand is told, and taken back.
check_drift() {
	# Too long for a line of Wine's cmd.
	printf 'Windows Registry Editor Version 5.00\r\n\r\n[%s\\QuietDrv\\Parameters]\r\n"Rules"=hex:%s\r\n' \
		"${services/HKLM/HKEY_LOCAL_MACHINE}" "$(sed 's/../&,/g; s/,$//' <<<"$foreign_rules")" \
		>"$(endpoint_dir pc1)/prefix/drive_c/edit.reg"
	there pc1 'reg import C:\edit.reg'
	there pc1 "wevtutil sl $channel /ms:1048576"
	there pc2 'sc stop Sysmon64'
	fleet 1 drift
	meets drift 'pc1' 'rules: was' "foreign.exe" "log size of $channel: was 134217728 bytes" 'pc2' \
		'running: was yes, is no'
	fleet 0 push
	there pc1 "wevtutil gl $channel"
	meets 'log of pc1' 'maxSize: 134217728'
	there pc2 'sc query Sysmon64'
	meets 'service of pc2' 'STATE *: 4'
}

# Another version of Sysmon, and Monster for the first time; and back.
check_versions() {
	site "sensor: {${quiet_two/15.15/15.16}}" 'sensor: {kind: monster, bundle: monster@1.0, config: Monster.conf}'
	fleet 1 plan
	meets 'plan of versions' 'replace version 15.15 by 15.16' 'install monster 1.0'
	fleet 0 push
	there pc1 'C:\Windows\Quiet.exe -?'
	meets 'new version' 'v15\.16'
	there pc2 'sc query monster&type C:\Monster\version.txt'
	meets 'monster' 'STATE *: 4' '^1.0$'
	equal 'monster runs it' "$(applied pc2 "/start $(sha256sum <"$work/Monster.conf" | cut -c 1-64)")" 1
	fleet 0 plan
	fleet 0 rollback
	there pc1 'C:\Windows\Quiet.exe -?'
	meets 'old version' 'v15\.15'
	parameter pc1 QuietDrv ConfigHash
	equal 'its configuration' "${said,,}" "sha256=$(hash_of one)"
	there pc2 'sc query monster'
	meets 'monster is gone' '!STATE'
}

# One refused, one that goes on; then one that hangs, and one that goes on.
check_failures() {
	site "sensor: {$quiet_two}" 'sensor: {kind: monster, bundle: monster@1.0, config: Monster.conf}'
	endpoint_fault pc1 refuse-once
	fleet 4 push
	meets 'refused' 'pc1: update .*PK2112' 'pc2: install'
	parameter pc1 QuietDrv ConfigHash
	equal 'the old one is in force' "${said,,}" "sha256=$(hash_of one)"
	fleet 0 drift

	site "sensor: {$quiet_two}" 'sensor: {kind: monster, bundle: monster@1.0, config: Two.conf}' 'command: 10s'
	endpoint_fault pc1 hang
	fleet 4 push
	meets 'hangs' 'failed  pc1: .*PK[0-9]{4}' 'pc2: update'
	endpoint_mend pc1
	equal 'monster runs the other' "$(applied pc2 "/start $(sha256sum <"$work/Two.conf" | cut -c 1-64)")" 1
	endpoint_fault pc1 notelevated
	fleet 4 push pc1
	meets 'not elevated' 'PK2132'
	endpoint_mend pc1
}

# Monster does not say its version; what its files are tells it.
check_monster() {
	site "sensor: {$quiet_two}" 'sensor: {kind: monster, bundle: monster@2.0, config: Two.conf}'
	endpoint_fault pc2 refuse
	fleet 4 push
	meets 'monster does not start' 'pc1: update' 'pc2: update .*PK'
	endpoint_mend pc2
	fleet 0 push pc2
	there pc2 'type C:\Monster\version.txt'
	meets 'monster is new' '^2.0$'
	fleet 0 rollback
	there pc2 'type C:\Monster\version.txt&sc query monster'
	meets 'monster is old' 'STATE *: 4'
}

# Everything goes, and the feature of Windows comes and goes.
check_removal() {
	site 'sensor: {kind: sysmon, state: absent}' 'sensor: {kind: monster, state: absent}'
	fleet 0 push
	there pc1 'sc query Quiet'
	meets 'pc1 without sysmon' '!STATE'
	there pc2 'sc query monster'
	meets 'pc2 without monster' '!STATE'
	site 'sensor: {kind: sysmon, feature: true, config: one.xml}' 'sensor: {kind: sysmon, config: one.xml}'
	fleet 0 push
	there pc1 'sc query Sysmon'
	meets 'feature' 'STATE *: 4'
	fleet 0 rollback
	there pc1 'sc query Sysmon&dism /Online /Get-FeatureInfo /FeatureName:Sysmon'
	meets 'feature is off' '!STATE' 'State : Disabled'
}

missing=$(endpoints_missing windows)
if [[ -n $missing ]]; then
	echo "skipped: packages are missing: $missing"
	exit 77
fi
# shellcheck disable=SC2119 # the arguments are not theirs
endpoints_begin "$work" "$picket" && endpoint_sshd && endpoint_windows pc1 127.0.2.1 &&
	endpoint_windows pc2 127.0.2.2 && endpoint_inventory || exit 1
config one one
config two two
config foreign foreign
for name in Monster Two; do
	printf '{"trace_policy": {"process_image_name": {"include": [], "exclude": ["%s.exe"]}}}\n' "$name" \
		>"$work/$name.conf"
done
for name in sysmon@15.15 sysmon@15.16 monster@1.0 monster@2.0; do
	bundle "${name%@*}" "${name#*@}" || complain "$name cannot be made"
done
site "sensor: {$quiet_one}, $logs" 'sensor: {kind: sysmon, config: one.xml}'
install_by_hand
parameter pc2 SysmonDrv Rules
foreign_rules=$said
parameter pc2 SysmonDrv HashingAlgorithm
foreign_hashes=$said
for check in plan push rollback interrupted drift versions failures monster removal; do
	[[ -z ${WINDOWS_TRACE-} ]] || echo "$check after $SECONDS s"
	"check_$check"
done
echo "$ran checks, $wrong wrong, $SECONDS s"
((wrong == 0))
