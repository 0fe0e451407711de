#!/usr/bin/env bash
# crash.sh PICKET [KILLS [HOSTS]]: is a rollout that is ended anywhere finished by `resume`? KILLS times
# (12), a rollout to HOSTS hosts (12) is killed with SIGKILL, at moments that are spread over its
# whole duration; then every host must be as wanted, nothing applied twice, no file half-written, and the
# journal whole. What was demanded is `crash.sh PICKET 200 50`, which takes long.
#
# Every time, two thirds of the hosts get a new configuration, and one third has lost its sensor. Of
# each four kills, two hit picket alone, one hits a server's session some time before, and one
# hits picket and all sessions at once, with what runs in them, as a power cut would (without what the
# disk had not got yet: that cannot be had here).
#
# Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: crash.sh PICKET [KILLS [HOSTS]]}")
kills=${2-12}
hosts=${3-12}
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/fleet/endpoints.sh
. "$here/endpoints.sh"
# shellcheck source=tests/fleet/trial.sh
. "$here/trial.sh"
work=$(mktemp -d)
trap 'endpoints_end; rm -rf -- "$work"' EXIT

target=''	  # digest of the configuration that is wanted
before=''	  # of the one before
program=''	  # of the sensor's program
duration=0	  # of a rollout, in ms, as far as we know
declare -A moments=() # how often it was where
declare -A cut=()     # hosts
declare -A unsaid=()  # hosts
cuts=0
unsaids=0
changing_sum=0
twice=0
half=0

now_ms() {
	echo $((${EPOCHREALTIME/./} / 1000))
}

# Sleeps so many ms.
sleep_ms() {
	sleep "$(($1 / 1000)).$(printf '%03d' $(($1 % 1000)))"
}

# The id of the newest rollout; nothing if there is none.
newest() {
	trial_run history 2>/dev/null | awk 'NR == 2 { print $1 }'
}

# Processes of sessions, the children of the server.
sessions() {
	local pid
	read -r pid <"$endpoints_server/etc/sshd.pid"
	cat "/proc/$pid/task/$pid/children" 2>/dev/null
}

# Ends one session, whichever.
kill_session() {
	local pids=()
	read -r -a pids < <(sessions; echo)
	((${#pids[@]} == 0)) || endpoints_kill_tree "${pids[RANDOM % ${#pids[@]}]}"
}

# Ends picket, and with it all sessions.
kill_all() {
	local pid pids=()
	kill -KILL "$1" 2>/dev/null
	read -r -a pids < <(sessions; echo)
	for pid in "${pids[@]}"; do
		kill -STOP "$pid" 2>/dev/null
	done
	for pid in "${pids[@]}"; do
		endpoints_kill_tree "$pid"
	done
}

# Files whose names are final must be whole at any time, also right after a kill.
check_whole() {
	local sum name root wrong=0 files
	root=$endpoints_server/hosts
	files=$(find "$root" -path '*/faults' -prune -o -type f \
		\( -path '*/state/configs/*' -o -path '*/state/stage/*' -o -name config.xml \
		-o -path '*/opt/sysmon/sysmon' \) ! -name '*.part' -print)
	while read -r sum name; do
		case $name in
		*/configs/* | */stage/*) [[ ${name##*/} == "$sum" ]] ;;
		*/config.xml) [[ $sum == "$target" || $sum == "$before" ]] ;;
		*) [[ $sum == "$program" ]] ;;
		esac || { wrong=1 && echo "$name: $sum"; }
	done < <([[ -z $files ]] || xargs sha256sum <<<"$files" 2>/dev/null)
	for name in "$root"/*/state/record; do
		[[ ! -e $name ]] || grep -q '^phase [a-z]*$' "$name" || { wrong=1 && echo "$name"; }
	done
	((wrong == 0)) || half=$((half + 1))
	((wrong == 0))
}

# Hosts whose sensor was killed at its work. While it installed itself, with its configuration in force
# already, but without its service: it is installed anew, so that applied.log has two lines. Or when
# all was in force, but not in applied.log yet, its last step: nothing is left to be done.
note_cut() {
	local name root
	for name in "${endpoint_names[@]}"; do
		root=$(endpoint_dir "$name")
		if grep -qs " $target " "$root/applied.log"; then
			[[ -e $root/units/sysmon ]] || cut[$name]=1
		elif cmp -s -- "$work/wanted.bin" "$root/opt/sysmon/rules.bin"; then
			unsaid[$name]=1
		fi
	done
}

# Where the rollout was: before, in the middle of, or after changing hosts.
note_moment() {
	local done_count changing
	done_count=$(cat "$endpoints_server"/hosts/*/applied.log 2>/dev/null | grep -c " $target ")
	changing=$(cat "$endpoints_server"/hosts/*/state/record 2>/dev/null | grep -c '^phase changing')
	changing_sum=$((changing_sum + changing))
	if ((changing > 0)); then
		moments[changing]=$((${moments[changing]-0} + 1))
	elif ((done_count == 0)); then
		moments[before]=$((${moments[before]-0} + 1))
	elif ((done_count >= hosts)); then
		moments[after]=$((${moments[after]-0} + 1))
	else
		moments[between]=$((${moments[between]-0} + 1))
	fi
}

# Is the host $1 as wanted, with all its files? $2: the kill, for people.
check_host() {
	local root count left name
	root=$(endpoint_dir "$1")
	trial_equal "$2: $1: configuration" "$(trial_digest "$root/opt/sysmon/config.xml" 2>&1)" "$target"
	trial_check "$2: $1: rules are not those of the configuration" \
		cmp -s -- "$work/wanted.bin" "$root/opt/sysmon/rules.bin"
	trial_equal "$2: $1: unit" "$(cat "$root/units/sysmon" 2>&1)" active
	name=$(sed -n 's/^config sha256://p; s/^phase //p' "$root/state/record" 2>&1 | tr '\n' ' ')
	trial_equal "$2: $1: record" "$name" "$target done "
	count=$(grep -c " $target " "$root/applied.log")
	if [[ -n ${unsaid[$1]-} ]]; then
		trial_check "$2: $1: times applied: $count" test "$count" -le 1
	elif [[ -n ${cut[$1]-} ]]; then
		trial_check "$2: $1: times applied: $count" test "$count" -eq 1 -o "$count" -eq 2
	else
		((count <= 1)) || twice=$((twice + 1))
		trial_equal "$2: $1: times applied" "$count" 1
	fi
	left=$(find "$root/state" "$root/opt" \( -name '*.part' -o -name '*.new' -o -name '*.old' \) -printf '%P ')
	trial_equal "$2: $1: left behind" "$left" ''
}

check_store() {
	trial_check "$1: the journal is not whole" trial_quiet history --verify
	if command -v sqlite3 >/dev/null; then
		trial_equal "$1: the store" \
			"$(sqlite3 "file:$(trial_store)?mode=ro" 'PRAGMA integrity_check' 2>&1)" ok
	fi
}

# Every third host loses its sensor and what we wrote there, another third each time.
forget_hosts() {
	local i root
	for ((i = 1; i <= hosts; i++)); do
		root=$(endpoint_dir "h$i")
		(((i + $1) % 3 != 0)) || rm -rf -- "$root"/{state,opt,units,applied.log}
	done
}

# Kill number $1: at this share, in thousandths, of the duration.
try_kill() {
	local number=$1 share=$2 kind=$(($1 % 4)) pid begun wait_ms old status what
	what="kill $number"
	before=$target
	target=$(trial_config "tool$number")
	"$picket" blob encode "$work/wanted.xml" -o "$work/wanted.bin" 2>/dev/null
	forget_hosts "$number"
	cut=() unsaid=()
	old=$(newest)
	begun=$(now_ms)
	"$picket" push --inventory "$work/site.yaml" --no-ask >"$work/push.log" 2>&1 </dev/null &
	pid=$!
	wait_ms=$((duration * share / 1000))
	if ((kind == 2)); then
		sleep_ms $((wait_ms / 2))
		kill_session
		note_cut
		wait_ms=$((wait_ms - wait_ms / 2))
	fi
	sleep_ms "$wait_ms"
	if ! kill -0 "$pid" 2>/dev/null; then
		duration=$((duration * 95 / 100))
	fi
	if ((kind == 3)); then
		kill_all "$pid" 2>/dev/null # nor what the shell says of it
		note_cut
	else
		kill -KILL "$pid" 2>/dev/null
	fi
	{ wait "$pid"; } 2>/dev/null
	cuts=$((cuts + ${#cut[@]}))
	unsaids=$((unsaids + ${#unsaid[@]}))
	note_moment
	trial_check "$what: a file is half-written" check_whole
	status=0
	if [[ $(newest) != "$old" ]]; then
		trial_run resume --no-ask --retry-failed >"$work/resume.log" 2>&1 || status=$?
	else
		trial_run push --no-ask >"$work/resume.log" 2>&1 || status=$?
	fi
	if ((status != 0)); then
		trial_complain "$what (kind $kind, share $share): resume ends with $status"
		tail -n 20 "$work/push.log" "$work/resume.log"
	fi
	finish_kill "$what (kind $kind, share $share)"
	[[ -z ${CRASH_VERBOSE-} ]] || echo "$what: kind $kind, share $share: $(($(now_ms) - begun)) ms"
}

finish_kill() {
	local i was=$trial_wrong
	for ((i = 1; i <= hosts; i++)); do
		check_host "h$i" "$1"
	done
	check_store "$1"
	trial_check "$1: a file is half-written in the end" check_whole
	if ((trial_wrong > was)); then
		tail -n 30 "$work/push.log" "$work/resume.log"
	fi
}

# A rollout that nobody disturbs. Every other host's sensor needs some time, as a real one does, so that
# moments at which it works are met.
measure() {
	local begun i
	for ((i = 1; i <= hosts; i += 2)); do
		endpoint_fault "h$i" slow 0.3
	done
	target=$(trial_config tool0)
	trial_run push --no-ask >"$work/push.log" 2>&1 || { cat "$work/push.log" && return 1; }
	target=$(trial_config tool00)
	forget_hosts 0
	begun=$(now_ms)
	trial_run push --no-ask >"$work/push.log" 2>&1 || { cat "$work/push.log" && return 1; }
	duration=$(($(now_ms) - begun))
}

trial_begin "$work" "$picket" || exit
trial_hosts "$hosts"
# shellcheck disable=SC2119 # the default
endpoint_inventory
# shellcheck disable=SC2119 # the default
trial_bundle || exit
program=$(trial_digest "$work"/bundle.*/sysmon)
trial_site 'stages: [{name: canary, hosts: 2}, {name: rest}]' 'tries: 8' 'retry: 200ms' 'sessions: 12' \
	'budget: {wave: any, total: any}'
measure || exit
echo "a rollout to $hosts hosts takes $duration ms"
for ((kill = 1; kill <= kills; kill++)); do
	# One moment in each of the parts of the duration, in an order that has all kinds everywhere.
	part=$(((kill * 7) % kills))
	try_kill "$kill" $(((part * 1000 + RANDOM % 1000) / kills))
done
trial_check 'the hosts are not as wanted in the end' trial_quiet plan
echo "$kills kills of a rollout to $hosts hosts: ${moments[before]-0} before hosts were changed," \
	"${moments[changing]-0} while ($changing_sum hosts were being changed)," \
	"${moments[between]-0} between, ${moments[after]-0} after; $twice hosts applied twice," \
	"$cuts sensors killed in their installation and installed anew, $unsaids met in the last step of their sensor," \
	"$half times a half-written file"
trial_end
