#!/usr/bin/env bash
# faults.sh PICKET: what becomes of a rollout when something goes wrong? Each host of a rollout has a
# fault of its own: on the way (relay.c: something at a certain byte of the connection), on its
# disk, in its sensor, or it lies. Each must end with the class and code of the table, within its
# deadlines, with the host as it was before (or done, where only the answer was lost), and be right after
# another push when the fault is gone, with nothing applied twice. Then budgets, and dead hosts in a
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
	[[ -n $relay_pid ]] || return 0
	kill -KILL "$relay_pid"
	wait "$relay_pid" 2>/dev/null
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

# --- Faults ---

# What the hosts find before the tools of the system: lies about a file that has just arrived (`lie`),
# and changes one between its check and its use (`alter`).
make_tools() {
	cat >"$endpoints_server/standin/sha256sum" <<-'END'
		#!/usr/bin/env bash
		# Stand-in for sha256sum with the fault `lie`: what has just arrived is something else.
		if [[ -e $ENDPOINT/faults/lie ]]; then
			/usr/bin/sha256sum "$@" | sed -E '/\.part$/s/^[0-9a-f]{4}/0000/'
		else
			exec /usr/bin/sha256sum "$@"
		fi
	END
	cat >"$endpoints_server/standin/mv" <<-'END'
		#!/usr/bin/env bash
		# Stand-in for mv with the fault `alter`: what it has moved to configs is changed right then.
		/usr/bin/mv "$@" || exit
		[[ ! -e $ENDPOINT/faults/alter || ${!#} != */configs/* ]] || echo '<!-- other -->' >>"${!#}"
	END
	chmod 755 "$endpoints_server"/standin/{sha256sum,mv}
	# A host with a program `hostile` runs that instead of what it is asked.
	# shellcheck disable=SC2016 # that is the line
	sed -i '/^root=/a [[ ! -x $root/hostile ]] || exec "$root/hostile" "$command" "$root"' \
		"$endpoints_server/bin/shell.sh"
}

# Where a connection ends, or says something else, or nothing any more.
faults_on_way() {
	local lost='PK2005|PK2006|PK2009|PK2010'
	on_way connect 0 drop 0 unreachable "$lost" same
	on_way connect 0 stall 0 unreachable PK1912 same
	on_way banner 4 drop 0 unreachable "$lost" same
	on_way banner 4 truncate 0 unreachable "$lost|PK2007" same
	on_way banner 4 stall 0 unreachable PK1912 same
	on_way banner 0 garbage 0 unreachable "PK2007|PK1912" same
	on_way banner 0 flood 0 unreachable "PK2007|PK2010|PK1912" same
	on_way kex 9 drop 0 unreachable "$lost" same
	on_way kex 9 truncate 0 unreachable "$lost" same
	on_way kex 9 stall 0 unreachable PK1912 same
	on_way kex 9 garbage 0 'unreachable|host-key' "$lost|PK2008|PK1912" same
	on_way kex 0 huge 0 unreachable "$lost" same
	on_way kex 0 flood 0 unreachable "$lost" same
	on_way kex 1200 garbage 0 unreachable "$lost|PK2008" same
	on_way kex-up 9 garbage 0 unreachable "$lost|PK2008|PK1912" same
	on_way auth 9 drop 0 unreachable "$lost" same
	on_way auth 9 truncate 0 unreachable "$lost" same
	on_way auth 9 stall 0 unreachable PK1912 same
	on_way auth 9 garbage 0 unreachable "$lost" same
	on_way auth 0 huge 0 unreachable "$lost|PK1912" same
	on_way auth-up 9 garbage 0 unreachable "$lost" same
	on_way exec 500 drop 0 transfer "$lost|PK2102" same
	on_way exec 500 truncate 0 transfer "$lost|PK2102" same
	on_way exec 500 stall 0 transfer PK1913 same
	on_way exec 500 garbage 0 transfer "$lost|PK2102" same
	on_way facts 90 drop 0 transfer "$lost|PK2102" same
	on_way facts 90 truncate 0 transfer "$lost|PK2102" same
	on_way facts 90 stall 0 transfer PK1913 same
	on_way facts 90 garbage 0 transfer "$lost" same
	on_way facts 90 flood 0 transfer "$lost" same
	on_way upload 3500 drop 0 transfer "$lost|PK2102" same
	on_way upload 3500 truncate 0 transfer "$lost|PK2102" same
	on_way upload 3500 stall 0 'transfer|apply' 'PK1913|PK1914' same
	on_way upload 3500 garbage 0 transfer "$lost|PK2102" same
	on_way answer 40 drop 0 transfer "$lost|PK2102" any
	on_way answer 40 truncate 0 transfer "$lost|PK2102" any
	on_way answer 40 stall 0 'transfer|apply' PK1913 any
	on_way answer 40 garbage 0 transfer "$lost" any
}

# NAME FAULT VALUE CLASSES CODES AFTER
on_host() {
	new_host "$1" "$4" "$5" "$6"
	faults[$1]="$2 $3"
}
declare -A faults=()

faults_on_host() {
	on_host sensor-refuses refuse 1 apply PK2112 same
	on_host sensor-hangs hang 1 apply PK1913 open
	on_host sensor-crashes crash 1 apply 'PK2112|PK2115' same
	on_host sensor-does-nothing keep 1 apply PK2112 same
	on_host sensor-is-late slow 2 ok - "done"
	on_host digest-is-wrong lie 1 transfer PK2110 same
	on_host altered-when-staged alter 1 apply PK2112 same
	on_host file-too-large full 0 transfer 'PK2108|PK2109' same
	on_host session-dropped drop 0.05 transfer 'PK2102|PK2009' any
	on_host output-cut cut 300 transfer "PK1913|PK2102" same
	on_host late stall 30 transfer PK1913 same
	on_host no-sudo nosudo 1 apply PK2132 same
	on_host says-escapes say $'\e]0;owned\a\e[2J\e[31mred' ok - "done"
	new_host configs-read-only transfer PK2109 same
	new_host state-read-only apply PK2132 same
	new_host staged-is-other transfer PK2110 same
	new_host hostile-endless transfer PK2042 same
	new_host hostile-errors transfer 'PK2042|PK1913' same
	new_host hostile-frames transfer 'PK2101|PK2042' same
	new_host hostile-drips transfer PK1913 same
	new_host hostile-forges transfer PK2102 same
	new_host hostile-binary transfer 'PK2101|PK2102' same
	new_host hostile-silent transfer PK2102 same
	new_host hostile-twice 'apply|transfer' 'PK2113|PK2101|PK2102' same
	new_host hostile-escapes apply PK2112 same
}

# hostile NAME COMMAND: what the host does, whatever it is asked. It knows $nonce, and facts to tell.
hostile() {
	local file
	file=$(endpoint_dir "$1")/hostile
	cat >"$file" <<-END
		#!/usr/bin/env bash
		nonce=\$(grep -aoE '\b[0-9a-f]{32}\b' <<<"\$1" | head -n 1)
		facts() {
			printf "\$nonce %s\n" 'shell sh' \$'system \e[2J\e]0;owned\a' 'arch x64' 'elevated yes' \\
				'present yes' 'service sysmon' 'running yes' 'version 1.3.3' \\
				'image /x' 'config sha256:$before' ready
		}
		$2
	END
	chmod 755 "$file"
}

# shellcheck disable=SC2016 # the hosts expand it
set_hostile() {
	hostile hostile-endless 'yes'
	hostile hostile-errors 'yes >&2'
	hostile hostile-frames 'yes "$nonce staged x"'
	hostile hostile-drips 'while :; do echo x; sleep 0.3; done'
	hostile hostile-forges 'nonce=00000000000000000000000000000000; facts; echo "$nonce end"'
	hostile hostile-binary 'head -c 200000 /dev/urandom'
	hostile hostile-silent 'exit 0'
	hostile hostile-twice 'facts; facts; head -n 1 >/dev/null; echo "$nonce end"'
	hostile hostile-escapes 'facts; head -n 1 >/dev/null
		printf "$nonce failed refused 1\n\e[31mred\e]0;owned\a\n"; facts; echo "$nonce end"'
}

# Sets the faults of hosts.
set_faults() {
	local name fault value
	for name in "${!faults[@]}"; do
		read -r fault value <<<"${faults[$name]}"
		endpoint_fault "$name" "$fault" "$value"
	done
	set_hostile
	endpoint_protect no-sudo
	chmod a-w "$(endpoint_dir configs-read-only)/state/configs"
	chmod a-w "$(endpoint_dir state-read-only)/state"
	endpoint_fault state-read-only nosudo
	mkdir -p "$(endpoint_dir staged-is-other)/state/configs"
	echo other | endpoints_as_user tee "$(endpoint_dir staged-is-other)/state/configs/$target" >/dev/null
}

mend_all() {
	local name
	for name in "${!wanted[@]}"; do
		end_host "$name"
		endpoint_mend "$name"
		rm -f -- "$(endpoint_dir "$name")/hostile"
		chmod u+w "$(endpoint_dir "$name")" "$(endpoint_dir "$name")"/{state,state/configs,opt,opt/sysmon}
	done
}

# Ends what still runs on the host: a real one would be restarted.
end_host() {
	local file root
	root=$(endpoint_dir "$1")
	while IFS=/ read -r _ _ file _; do
		kill -KILL "$file" 2>/dev/null
	done < <(grep -lzxF -- "ENDPOINT=$root" /proc/[0-9]*/environ 2>/dev/null)
}

# Everybody is right when nothing is wrong any more, and nothing was applied twice.
check_mended() {
	local name count left root
	start_relay none
	mend_all
	# What was altered when it lay ready is found damaged, and sent once more.
	sed -i 's/tries: 1/tries: 3/' "$work/site.yaml"
	push_all push --no-health
	trial_equal 'status when all is well again' "$status" 0
	for name in "${!wanted[@]}"; do
		root=$(endpoint_dir "$name")
		trial_equal "$name: in the end" "$(state_of "$name")" "done"
		count=$(grep -c " $target " "$root/applied.log")
		trial_equal "$name: times applied" "$count" 1
		left=$(find "$root/state" "$root/opt" \( -name '*.part' -o -name '*.new' -o -name '*.old' \) -printf '%P ')
		trial_equal "$name: left behind" "$left" ''
	done
	trial_check 'the journal is not whole' trial_quiet history --verify
}

trial_begin "$work" "$picket" || exit
cc -std=gnu17 -O1 -o "$work/relay" "$here/relay.c" || exit
make_tools
relay_port=$((12000 + RANDOM % 7000))
faults_on_way
faults_on_host
# shellcheck disable=SC2119 # the default
endpoint_inventory
# shellcheck disable=SC2119 # the default
trial_bundle || exit
trial_site 'stages: [{name: all}]' 'tries: 1' 'sessions: 16' 'connects: 16' 'connect: 5s' 'login: 18s' \
	'command: 20s' 'stall: 4s' 'budget: {wave: any, total: any}'
before=$(trial_config one)
start_relay none || exit
push_all push --no-health
trial_equal 'status without faults' "$status" 0
((status == 0)) || cat "$work/err" "$work/out"
echo "first $SECONDS s"
target=$(trial_config two)
for name in "${!wanted[@]}"; do
	digests[$name]=$(tree "$name")
done
start_relay
set_faults
push_all push --no-health
echo "faults $SECONDS s"
trial_equal 'status with faults' "$status" 4
check_results
trial_equal 'terminal escapes that reach us' "$(cat "$work/out" "$work/err" | grep -c $'\e')" 0
tail -n 3 "$work/err"
check_mended
trial_end
