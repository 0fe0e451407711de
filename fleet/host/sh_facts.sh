#!/bin/sh
# Facts of a Linux host, in lines "NONCE key value" (fleet/host/frame.h). It is run with
# sh -c 'eval "$1"', so that it can hand itself on to sudo; comments are left out then. Each process
# costs the host about a millisecond: what the shell can do itself, it does. No single quotes here.
#
# $1 this text, $2 nonce, $3 state folder, $4 install folder, $5 service, $6 become: auto, sudo,
# none, $7 letters of what is wanted: s sensor, p a sensor that only lies in PATH counts, c bytes of
# configuration and rules, h health, j the journal, $8 files that may lie ready, $9 digests of
# bytes that need not be sent, with commas around each.
#
# shellcheck disable=SC2034 # some of it is for sh_change.sh
nonce=$2 state=$3 install=$4 service=$5 become=$6 wants=$7 staged=$8 known=$9
umask 077
LC_ALL=C
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH

say() {
	printf "%s %s\n" "$nonce" "$*"
}

# May we write into the folder $1, or into what it would be made in?
may_write() {
	place=$1
	while [ ! -e "$place" ]; do
		place=${place%/*}
		[ -n "$place" ] || place=/
	done
	[ -w "$place" ]
}

# Who owns / is root, also in a container.
# shellcheck disable=SC3067
is_able() {
	[ -O / ] || { may_write "$state" && may_write "$install"; }
}

elevated=yes
if ! is_able; then
	elevated=no
	[ "$become" = none ] || become=sudo
fi
if [ "$become" = sudo ]; then
	sudo -n sh -c "$1" picket "$1" "$2" "$3" "$4" "$5" none "$7" "$8" "$9"
	# 1 is said by sudo itself, 127 if there is none; the script never ends with these.
	case $? in
	0) exit 0 ;;
	1 | 127) elevated=no ;;
	*) exit 3 ;;
	esac
fi

# What the host is: it does not change while we look.
look_host() {
	system="" arch=""
	if [ -r /etc/os-release ]; then
		while IFS= read -r line; do
			case $line in PRETTY_NAME=*) system=${line#*=} ;; esac
		done </etc/os-release
		system=${system#\"}
		system=${system%\"}
	fi
	if [ -r /proc/sys/kernel/arch ]; then
		read -r arch </proc/sys/kernel/arch
	else
		arch=$(uname -m)
	fi
	case $arch in
	x86_64 | amd64) arch=x64 ;;
	i?86) arch=x86 ;;
	aarch64 | arm64) arch=arm64 ;;
	esac
}

# Digests of what lies in the install folder, with one process for all.
look_files() {
	config="" rules=""
	set --
	[ ! -r "$install/config.xml" ] || set -- "$install/config.xml"
	[ ! -r "$install/rules.bin" ] || set -- "$@" "$install/rules.bin"
	[ $# -gt 0 ] || return 0
	sums=$(sha256sum "$@" 2>/dev/null)
	for word in $sums; do
		case $word in
		*/config.xml) config=$sum ;;
		*/rules.bin) rules=$sum ;;
		*) sum=$word ;;
		esac
	done
}

look_service() {
	running=
	command -v systemctl >/dev/null || return 0
	case $(systemctl is-active "$service" 2>/dev/null </dev/null) in
	active | reloading | activating) running=yes ;;
	inactive | failed | deactivating) running=no ;;
	esac
}

# Every run of the program begins with "Sysmon v1.3.3 - ...".
look_version() {
	version=
	[ -n "$program" ] || return 0
	banner=$("$program" "-?" 2>&1 </dev/null)
	case $banner in
	*"Sysmon v"[0-9]*)
		version=${banner#*Sysmon v}
		version=${version%%[!0-9.]*}
		;;
	esac
}

look_sensor() {
	program="" present=no trouble=""
	if [ -e "$install" ] && [ ! -x "$install" ]; then
		present="" trouble="no right to look into $install"
		return 0
	fi
	if [ -x "$install/sysmon" ]; then
		program=$install/sysmon present=yes
	else
		for unit in /etc/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
			[ ! -e "$unit/$service.service" ] || present=yes
		done
		program=$(command -v sysmon)
		case $wants in *p*) [ -z "$program" ] || present=yes ;; esac
	fi
}

look_record() {
	record="" r_rollout="" r_sequence=0 r_phase="" r_previous="" r_rules="" r_rules_before=""
	r_applied=0 r_time=0
	[ -r "$state/record" ] || return 0
	while read -r key value; do
		record="$record$key $value
"
		case $key in
		rollout) r_rollout=$value ;;
		sequence) r_sequence=$value ;;
		phase) r_phase=$value ;;
		previous) r_previous=$value ;;
		rules) r_rules=${value#sha256:} ;;
		rules-before) r_rules_before=$value ;;
		applied) r_applied=$value ;;
		time) r_time=$value ;;
		esac
	done <"$state/record"
	case $r_sequence in "" | *[!0-9]*) r_sequence=0 ;; esac
	case $r_applied in "" | *[!0-9]* | 0?*) r_applied=0 ;; esac
	case $r_time in "" | *[!0-9]* | 0?*) r_time=0 ;; esac
}

# Takes SystemMaxUse of the files; the last one that says it wins. Where none does, the journal
# grows up to 4 GiB at most (journald.conf(5)).
look_journal() {
	journal=4G
	for file in /etc/systemd/journald.conf /usr/lib/systemd/journald.conf.d/*.conf \
		/run/systemd/journald.conf.d/*.conf /etc/systemd/journald.conf.d/*.conf; do
		[ -r "$file" ] || continue
		while read -r line; do
			case $line in SystemMaxUse=*) journal=${line#*=} ;; esac
		done <"$file"
	done
	unit=1
	case $journal in
	*K) unit=1024 ;;
	*M) unit=1048576 ;;
	*G) unit=1073741824 ;;
	*T) unit=1099511627776 ;;
	esac
	journal=${journal%[KMGT]}
	case $journal in
	"" | *[!0-9]* | 0?* | ?????????????*) journal=0 ;;
	*) journal=$((journal * unit)) ;;
	esac
}

tell_health() {
	command -v journalctl >/dev/null || return 0
	line=$(journalctl -q -n 1 -o short-unix -u "$service" 2>/dev/null </dev/null)
	stamp=${line%%.*}
	case $stamp in
	"" | *[!0-9]*) return 0 ;;
	esac
	say event-age $(($(date +%s) - stamp))
	case $line in
	*"<EventRecordID>"[0-9]*)
		line=${line#*<EventRecordID>}
		say events "${line%%[!0-9]*}"
		;;
	esac
	since=$((r_time / 1000))
	errors=$(journalctl -q -n 100 -o cat -p err -u "$service" --since "@$since" 2>/dev/null \
		</dev/null)
	count=0
	while IFS= read -r line; do
		[ -z "$line" ] || count=$((count + 1)) error=$line
	done <<END
$errors
END
	say errors "$count"
	[ "$count" = 0 ] || say error "$error"
}

# The bytes of the file $2, called $1, whose digest is $3, unless they are known.
tell_bytes() {
	case $3$known in
	"" | ,* | *",$3,"*) return 0 ;;
	esac
	say "$1"
	head -c "$4" "$2"
	printf "\n"
}

look() {
	case $wants in
	*s*)
		look_sensor
		look_files
		look_service
		;;
	esac
	look_record
	case $wants in *j*) look_journal ;; esac
}

tell() {
	say shell sh
	say system "$system"
	say arch "$arch"
	say elevated "$elevated"
	! command -v gzip >/dev/null || say unpacks gzip
	case $wants in
	*s*)
		say present "$present"
		[ "$present" != yes ] || say service "$service"
		say running "$running"
		say version "$version"
		say image "$program"
		[ -z "$config" ] || say config "sha256:$config"
		[ -z "$rules" ] || say rules "sha256:$rules"
		[ -z "$trouble" ] || say trouble "$trouble"
		;;
	esac
	case $wants in *j*) say journal "$journal" ;; esac
	if [ -n "$record" ]; then
		say record
		printf "%s" "$record"
	fi
	case $wants in
	*c*)
		tell_bytes config-bytes "$install/config.xml" "$config" 16777217
		tell_bytes rules-bytes "$install/rules.bin" "$rules" 33554433
		;;
	esac
	case $wants in *h*) tell_health ;; esac
}

program="" version="" config="" rules="" running=""
look_host
look
look_version
tell
for name in $staged; do
	[ ! -f "$state/$name" ] || say staged "sha256:${name#*/}"
done
say ready

# What is to be done comes as its length in a line, that many bytes for the shell, and the files
# that they name; nothing at all if nothing is to be done. read and head take no byte too many.
if read -r length; then
	changes=$(head -c "$length")
	if [ "${#changes}" = "$length" ]; then
		eval "$changes"
	else
		say failed input
	fi
fi
say end
exit 0
