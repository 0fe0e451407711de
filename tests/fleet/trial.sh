# shellcheck shell=bash
# What tests of rollouts have in common; after endpoints.sh. A trial has a folder, $trial_work, with the
# inventory site.yaml (made of inventory.yaml by trial_site), a store of its own and one bundle, and
# counts its checks. What it sets is only to be read:
#
# shellcheck disable=SC2034
trial_picket=''
trial_work=''
trial_wrong=0
trial_ran=0
trial_skipped=0

# A check that failed.
trial_complain() {
	echo "WRONG: $*"
	trial_wrong=$((trial_wrong + 1))
}

# trial_check WHAT COMMAND...: counts it, and complains if the command fails.
trial_check() {
	local what=$1
	shift
	trial_ran=$((trial_ran + 1))
	"$@" || trial_complain "$what"
}

# trial_equal WHAT IS WANTED
trial_equal() {
	trial_ran=$((trial_ran + 1))
	[[ $2 == "$3" ]] || trial_complain "$1: '$2' instead of '$3'"
}

# trial_skip COUNT REASON: checks that this machine does not allow.
trial_skip() {
	trial_skipped=$((trial_skipped + $1))
	echo "skipped $1 checks: $2"
}

# trial_begin WORK PICKET: endpoints, and where our own commands keep what they know.
trial_begin() {
	local missing
	missing=$(endpoints_missing)
	if [[ -n $missing ]]; then
		echo "skipped: these packages are missing: $missing"
		exit 77
	fi
	trial_work=$1
	trial_picket=$2
	unset SSH_AUTH_SOCK
	export XDG_STATE_HOME=$1/state XDG_DATA_HOME=$1/data XDG_CACHE_HOME=$1/cache HOME=$1/home
	mkdir -p "$HOME"
	endpoints_begin "$1" "$2" && endpoint_sshd
}

# trial_hosts COUNT [NET]: so many Linux hosts h1, h2, ... of the network 127.0.NET.0.
trial_hosts() {
	local i
	for ((i = 1; i <= $1; i++)); do
		endpoint_linux "h$i" "127.0.${2-9}.$i"
	done
}

# trial_bundle [VERSION]: the stand-in for Sysmon for Linux, in our store of bundles.
trial_bundle() {
	local version=${1-1.3.3} folder
	folder=$(mktemp -d "$trial_work/bundle.XXXXXX")
	endpoint_sysmon_linux "$folder/sysmon" "$version"
	cat >"$folder/bundle.yaml" <<-END
		bundle: 1
		name: sysmon-linux
		version: $version
		sensor: sysmon-linux
		platform: linux
		files:
		  - {path: sysmon, role: program}
	END
	"$trial_picket" bundle add "$folder" >/dev/null
}

# trial_config WORD: the configuration that is wanted, wanted.xml, watches the program WORD; prints
# its digest.
trial_config() {
	cat >"$trial_work/wanted.xml" <<-END
		<Sysmon schemaversion="4.81">
		  <EventFiltering>
		    <RuleGroup name="" groupRelation="or">
		      <ProcessCreate onmatch="include">
		        <Image condition="end with">/$1</Image>
		      </ProcessCreate>
		    </RuleGroup>
		  </EventFiltering>
		</Sysmon>
	END
	trial_digest "$trial_work/wanted.xml"
}

trial_digest() {
	local sum
	sum=$(sha256sum <"$1")
	echo "${sum%% *}"
}

# trial_site [LINE...]: site.yaml, with the sensor for all Linux hosts and the LINEs, of its
# `rollout` (without indent).
trial_site() {
	{
		cat <<-END
			inventory: site
			include: inventory.yaml
			groups:
			  linux:
			    sensor: {kind: sysmon-linux, bundle: sysmon-linux@1.3.3, config: wanted.xml}
			rollout:
		END
		printf '  %s\n' "$@"
	} >"$trial_work/site.yaml"
}

# trial_run COMMAND OPTION...: picket's command on site.yaml.
trial_run() {
	local command=$1
	shift
	"$trial_picket" "$command" --inventory "$trial_work/site.yaml" "$@" </dev/null
}

# trial_quiet COMMAND OPTION...: the same; what it says is only shown if it fails.
trial_quiet() {
	local said
	said=$(trial_run "$@" 2>&1) && return
	printf '%s\n' "$said"
	return 1
}

# trial_store: the file with what we know.
trial_store() {
	find "$XDG_STATE_HOME" -name '*.db' -o -name '*.sqlite' | head -n 1
}

# trial_end: says how it went, and is the test's status.
trial_end() {
	echo "$trial_ran checks in $SECONDS s, $trial_wrong wrong, $trial_skipped skipped"
	((trial_wrong == 0))
}
