#!/usr/bin/env bash
# faults.sh PICKET: what becomes of a rollout when something goes wrong? Each host of a rollout has a
# fault of its own: on the way (relay.c: something at a certain byte of the connection), on its
# disk, in its sensor, or it lies. Each must end with the class and code of the table, within its
# deadlines, with the host as it was before (or done, where only the answer was lost), and be right after
# `resume` when the fault is gone, with nothing applied twice. Then budgets, and dead hosts in a
# network namespace of their own.
#
# Status 77: packages are missing (skipped). What needs root is skipped without.
set -u
picket=$(realpath -- "${1:?usage: faults.sh PICKET}")
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/fleet/endpoints.sh
. "$here/endpoints.sh"
# shellcheck source=tests/fleet/trial.sh
. "$here/trial.sh"
work=$(mktemp -d)
relay_pid=''
trap 'stop_relay; endpoints_end; rm -rf -- "$work"' EXIT

declare -A wanted=() # of each host, "CLASSES CODES AFTER"
declare -A digests=() # of each host's files, before
declare -A results=() # "RESULT CLASS CODE" of each host
declare -A paths=()
relay_port=''
relay_rules=()
next=1 # number of the next host

# --- Hosts ---

# new_host NAME CLASSES CODES AFTER: a host that must end with one of these classes and codes, separated
# by '|', and is then as AFTER says: same (as before), open (as before, but the record says that it is
# being changed), done, or any (one of these, but never something else).
new_host() {
	endpoint_linux "$1" "127.0.8.$next" || return
	next=$((next + 1))
	wanted[$1]="$2 $3 $4"
}

# on_way PHASE OFFSET ACTION TIMES CLASSES CODES AFTER
on_way() {
	local name=$1-$2-$3-$4
	new_host "$name" "$5" "$6" "$7"
	endpoint_ports[$name]=$relay_port
	relay_rules+=("${endpoint_addresses[$name]} $relay_port $endpoint_port $1 $2 $3 $4")
}

stop_relay() {
	[[ -z $relay_pid ]] || kill -KILL "$relay_pid" 2>/dev/null
	relay_pid=''
}

# Starts the relay with the rules; $1 "none": that do nothing.
start_relay() {
	local rule rules=() line
	stop_relay
	for rule in "${relay_rules[@]}"; do
		[[ ${1-} != none ]] || rule=$(awk '{ $6 = "none"; print }' <<<"$rule")
		rules+=("$rule")
	done
	rm -f -- "$work/relay.out"
	mkfifo "$work/relay.out"
	"$work/relay" < <(printf '%s\n' "${rules[@]}") >"$work/relay.out" &
	relay_pid=$!
	read -r line <"$work/relay.out"
	[[ $line == ready ]]
}

# What is in the folders of the host that we may change, but for what is only a trace of our work.
tree() {
	local root
	root=$(endpoint_dir "$1")
	(cd "$root" && find opt units state/record -type f -print0 2>/dev/null | sort -z |
		xargs -0 -r sha256sum) | sha256sum
}

# --- Results ---

# push_all COMMAND OPTION...: the results of all hosts.
push_all() {
	local command=$1 line host
	shift
	trial_run "$command" --no-ask --format json "$@" >"$work/out" 2>"$work/err"
	status=$?
	results=()
	while IFS= read -r line; do
		host=$(sed -n 's/.*"host":"\([^"]*\)".*/\1/p' <<<"$line")
		results[$host]=$(sed -n 's/.*"result":"\([^"]*\)","code":"\([^"]*\)".*"class":"\([^"]*\)".*/\1 \3 \2/p' \
			<<<"$line")
		messages[$host]=$(sed -n 's/.*"message":"\(.*\)","from".*/\1/p' <<<"$line")
	done < <(grep '"host":' "$work/out")
}
declare -A messages=()
status=0

# Is the word $1 one of the list $2, with '|' between?
among() {
	[[ "|$2|" == *"|$1|"* ]]
}

# The host's state after the rollout, as new_host says it.
state_of() {
	local root config phase
	root=$(endpoint_dir "$1")
	config=$(trial_digest "$root/opt/sysmon/config.xml" 2>/dev/null)
	phase=$(sed -n 's/^phase //p' "$root/state/record" 2>/dev/null)
	if [[ $(tree "$1") == "${digests[$1]}" ]]; then
		echo same
	elif [[ $config == "$target" && $phase == "done" ]]; then
		echo "done"
	elif [[ $config == "$before" && $phase == changing ]]; then
		echo open
	else
		echo "other ($config, $phase)"
	fi
}

check_results() {
	local name result class code classes codes after is
	for name in "${!wanted[@]}"; do
		read -r classes codes after <<<"${wanted[$name]}"
		read -r result class code <<<"${results[$name]-none}"
		trial_ran=$((trial_ran + 1))
		is=$(state_of "$name")
		if [[ $classes == ok ]]; then
			[[ $result == ok ]]
		else
			[[ $result == failed ]] && among "$class" "$classes" && among "$code" "$codes"
		fi || trial_complain "$name: $result $class $code (${messages[$name]-}) instead of $classes $codes"
		[[ $is == "$after" || ($after == any && $is != other*) ]] ||
			trial_complain "$name: afterwards $is instead of $after"
		[[ -z ${FAULTS_VERBOSE-} ]] ||
			echo "$name: $result $class $code $is: ${messages[$name]-}"
	done
}
