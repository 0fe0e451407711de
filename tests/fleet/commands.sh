#!/usr/bin/env bash
# The commands of the fleet from outside: commands.sh PICKET [STORY]. Every cmd_STORY.sh beside this
# is a story with hosts on test endpoints (endpoints.sh), an inventory and a store of its own; all
# are told at once. Every check has a name, and says what was seen if it fails. STORY:
# only stories whose name starts with it; those of `windows`, which take Wine, are told only if named.
# Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: commands.sh PICKET [STORY]}")
only=${2-}
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/fleet/endpoints.sh
. "$here/endpoints.sh"
missing=$(endpoints_missing)
[[ -z $missing ]] || { echo "skipped: packages that are missing: $missing"; exit 77; }

work=$(mktemp -d)
trap 'endpoints_end; rm -rf -- "$work"' EXIT
unset "${!GIT_@}" SSH_AUTH_SOCK
mkdir "$work/bin" "$work/home"
ln -s -- "$picket" "$work/bin/picket"
export PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb HOME=$work/home
export XDG_DATA_HOME=$work/data GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

# --- what stories are told with ---

# good NAME, bad NAME WHAT...: a check went well, or not. skipped WHY: the story cannot be told.
good() {
	echo "ok $1" >>checks
}

skipped() {
	echo "$*" >skipped
}

bad() {
	echo "NOT OK $*" >>checks
}

# run NAME STATUS ARG...: picket with these ARGs must end with STATUS. What it says is kept in the
# files out and err, for the checks behind.
run() {
	local name=$1 wanted=$2 status=0
	shift 2
	picket "$@" >out 2>err </dev/null || status=$?
	if ((status != wanted)) || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: picket $*: status $status instead of $wanted" "$(cat out err)"
	elif grep -q $'\033' out err; then
		bad "$name: picket $*: controls a terminal that is not there" "$(cat -v out err)"
	else
		good "$name"
	fi
}

# has NAME FILE PATTERN..., lacks NAME FILE PATTERN...: every PATTERN is met by a line; none is.
has() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		grep -qE -- "$pattern" "$file" || {
			bad "$name: no line '$pattern' in $file:" "$(cat "$file")"
			return
		}
	done
	good "$name"
}

lacks() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		! grep -qE -- "$pattern" "$file" || {
			bad "$name: a line '$pattern' in $file:" "$(cat "$file")"
			return
		}
	done
	good "$name"
}

# count NAME NUMBER FILE PATTERN: so many lines meet PATTERN.
count() {
	equal "$1" "$2" "$(grep -cE -- "$4" "$3")" "$(cat "$3")"
}

# equal NAME WANTED SEEN [WHAT]
equal() {
	if [[ $2 == "$3" ]]; then
		good "$1"
	else
		bad "$1: '$3' instead of '$2' ${4-}"
	fi
}

# check NAME COMMAND...: the command has to go well.
check() {
	local name=$1
	shift
	if "$@" >/dev/null 2>&1; then
		good "$name"
	else
		bad "$name: $*"
	fi
}

# no_touch NAME BEFORE HOST...: are the folders of these hosts as `trees` saw them?
no_touch() {
	local name=$1 before=$2
	shift 2
	equal "$name" "$before" "$(trees "$@")"
}

# applied HOST...: how often a configuration was put into force on each.
applied() {
	local host file
	for host in "$@"; do
		file=$(endpoint_dir "$host")/applied.log
		if [[ -e $file ]]; then wc -l <"$file"; else echo 0; fi
	done | paste -s -d ' '
}

# trees HOST...: one digest of all that is in the folders of these hosts, with times.
trees() {
	local host
	for host in "$@"; do
		find "$(endpoint_dir "$host")" ! -path '*/faults*' ! -path '*/home' \
			-printf '%p %y %m %s %T@\n' | sort
	done | sha256sum
}

# runs HOST: the digest of the configuration in force there.
runs() {
	sha256sum <"$(endpoint_dir "$1")/opt/sysmon/config.xml" | cut -d ' ' -f 1
}

# digest FILE
digest() {
	sha256sum <"$1" | cut -d ' ' -f 1
}

# config FILE [IMAGE...]: a configuration that logs these processes.
config() {
	local file=$1 image
	shift
	{
		printf '<Sysmon schemaversion="4.81">\n\t<EventFiltering>\n'
		printf '\t\t<ProcessCreate onmatch="include">\n'
		for image in "$@"; do
			printf '\t\t\t<Image condition="end with">/%s</Image>\n' "$image"
		done
		printf '\t\t</ProcessCreate>\n\t</EventFiltering>\n</Sysmon>\n'
	} >"$file"
}

# hosts NAME...: Linux hosts of this story, each with an address of its own.
hosts() {
	local name
	for name in "$@"; do
		endpoint_linux "$name" "127.0.$number.$((${#endpoint_names[@]} + 1))"
	done
	endpoint_known_hosts >known_hosts
}

# inventory [LINE...]: writes inventory.yaml with all hosts of this story, the LINEs before them.
# What the sensor of all shall be is in $sensor.
sensor='{kind: sysmon-linux, bundle: sysmon-linux@1.3.3, config: config.xml}'
inventory() {
	local name
	{
		printf 'inventory: %s\n' "$story"
		printf 'defaults:\n  user: %s\n  identity: %s\n  known_hosts: known_hosts\n' \
			"$endpoints_user" "$endpoints_key"
		printf '  sensor: %s\n' "$sensor"
		[[ $# -eq 0 ]] || printf '%s\n' "$@"
		printf 'groups:\n  linux:\n    platform: linux\n    hosts:\n'
		for name in "${endpoint_names[@]}"; do
			endpoint_entry "$name"
		done
	} >inventory.yaml
}

# shellcheck disable=SC2034 # read by stories that are not about waves
one_wave='rollout: {stages: [{name: all}], retry: 1s}'

# results: "HOST RESULT ACTION CODE" of each line of JSON in the file out, by name.
results() {
	local member='"([^"]*)"'
	sed -nE "s/.*\"host\":$member,\"action\":$member,\"result\":$member,\"code\":$member.*/\1 \3 \2 \4/p" out |
		sed 's/ $//' | LC_ALL=C sort | paste -s -d ';'
}

# told NAME WANTED: the results in the file out are these.
told() {
	equal "$1" "$2" "$(results)" "$(cat out err)"
}

# by_hand HOST FILE: somebody gives the sensor this configuration, and does not ask picket.
by_hand() {
	endpoint_sftp "$1" <<<"put $2 hand.xml" >/dev/null
	endpoint_run "$1" "$(endpoint_dir "$1")/opt/sysmon/sysmon -c hand.xml" >/dev/null
}

all=() # hosts of the story

# refused NAME STATUS CODE ARG...: picket must refuse with this code, and touch no host of the story ($all).
refused() {
	local name=$1 status=$2 code=$3 before
	shift 3
	before=$(trees "${all[@]}")
	run "$name" "$status" "$@"
	has "$name: code" err "\\[$code\\]"
	no_touch "$name: no host is touched" "$before" "${all[@]}"
}

# wait_for FILE PATTERN: until a line of FILE meets PATTERN, at most 20 s.
wait_for() {
	local tries
	for ((tries = 0; tries < 400; tries++)); do
		! grep -qE -- "$2" "$1" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# --- all stories ---

make_bundles() {
	local version
	for version in 1.3.3 1.3.4; do
		mkdir "$work/bundle-$version"
		endpoint_sysmon_linux "$work/bundle-$version/sysmon" "$version"
		cat >"$work/bundle-$version/bundle.yaml" <<-END
			bundle: 1
			name: sysmon-linux
			version: $version
			sensor: sysmon-linux
			platform: linux
			files:
			  - {path: sysmon, role: program}
		END
		picket bundle add "$work/bundle-$version" >"$work/log" 2>&1 || {
			cat "$work/log"
			return 1
		}
	done
}

# Tells the story in the file $1, as number $2, in a folder of its own.
tell() {
	story=${1##*/cmd_}
	story=${story%.sh}
	number=$2
	mkdir "$work/$story" && cd "$work/$story" || return
	: >checks
	export XDG_STATE_HOME=$PWD/state TMPDIR=$PWD
	# shellcheck disable=SC2034 # endpoints.sh reads it
	endpoints_dir=$PWD
	config config.xml curl wget
	# shellcheck source=/dev/null
	. "$1"
	"story_$story" >said 2>&1
	# What no story expects to be said would go unseen otherwise.
	[[ ! -s said ]] || bad "nothing besides: $(cat said)"
	echo "$SECONDS s" >seconds
}

endpoints_begin "$work/endpoints" "$picket" && endpoint_sshd commands && make_bundles || exit 1
# All stories share what Windows-like hosts are made of.
[[ $only != windows* || -n $(endpoints_missing windows) ]] || endpoints_make_windows || exit 1
stories=()
pids=()
number=40
for file in "$here"/cmd_*.sh; do
	name=${file##*/cmd_}
	[[ ${name%.sh} == "$only"* && (-n $only || $name != windows*) ]] || continue
	stories+=("${name%.sh}")
	number=$((number + 1))
	(tell "$file" "$number") &
	pids+=($!)
done
wait "${pids[@]}"

passed=0
failed=0
for name in "${stories[@]}"; do
	passed=$((passed + $(grep -c '^ok ' "$work/$name/checks")))
	failed=$((failed + $(grep -c '^NOT OK ' "$work/$name/checks")))
	echo "--- $name, $(cat "$work/$name/seconds" 2>/dev/null || echo 'broken off')"
	[[ ! -e $work/$name/skipped ]] || {
		echo "skipped: $(cat "$work/$name/skipped")"
		[[ -z $only ]] || exit 77
	}
	[[ -e $work/$name/seconds ]] || failed=$((failed + 1))
	grep -v '^ok ' "$work/$name/checks"
	[[ -z $only ]] || grep '^ok ' "$work/$name/checks"
done
echo "$passed checks passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
