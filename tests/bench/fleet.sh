#!/usr/bin/env bash
# fleet.sh PICKET [--quick]: what a push of a configuration of 200 KB costs the controller, beside a
# bare loop of libssh2 (fleet_floor.c) and other tools, if they are there. README.md says how to read
# the figures. Needs what tests/fleet/endpoints.sh needs; PICKET's build folder has the programs
# fleet_floor, measured, store_bench and schedule_sim. PSSH_PYTHON may name a Python that has the
# package parallel-ssh. With --quick a few hosts and runs: shows that the benchmark works.
# shellcheck source=tests/bench/common.sh
. "$(dirname -- "$(realpath -- "$0")")/common.sh"
# shellcheck source=tests/fleet/endpoints.sh
. "$here/../fleet/endpoints.sh"

tools=$(dirname -- "$picket")/tests/bench
runs=${BENCH_RUNS-5}
hosts=200
cap=64
many=1000
[[ ${2-} != --quick ]] || runs=1 hosts=40 many=0

missing=$(endpoints_missing)
if [[ -n $missing ]]; then
	echo "skipped; packages that are missing: $missing"
	exit 77
fi

# The least that can pass for a sensor: takes everything, judges nothing. The stand-in of the tests
# judges with picket itself, 50 ms a host, and would hide what is measured.
make_sensor() {
	cat >"$1" <<-'END'
		#!/bin/sh
		# Stand-in for Sysmon for Linux that takes everything and judges nothing.
		case $1 in
		"-?") echo "Sysmon v1.3.3 - stand-in for benchmarks" ;;
		-c) cp "$2" "$ENDPOINT/opt/sysmon/config.xml" ;;
		esac
		[ ! -e "$ENDPOINT/faults/slow" ] || [ "$1" != -c ] || sleep 40
	END
	chmod 755 "$1"
}

# Hosts number $1 to $2 that have the sensor, in the nets $3...: 127.0 for picket, 127.1 for what it
# is compared with.
make_hosts() {
	local net number folder
	for net in "${@:3}"; do
		for ((number = $1; number < $2; number++)); do
			folder=$endpoints_server/hosts/127.$net.$((1 + number / 250)).$((1 + number % 250))
			mkdir -p "$folder"/{home,faults,units,opt/sysmon}
			cp sensor "$folder/opt/sysmon/sysmon"
			echo active >"$folder/units/sysmon"
			((net != 0)) || endpoint_note "h$number" "${folder##*/}" linux
		done
	done
	if [[ $(id -u) -eq 0 ]]; then
		chown -R nobody:nogroup "$endpoints_server/hosts"
	fi
}

# A configuration of 200 KB that no host has had yet: $1 is in every value.
make_configuration() {
	awk -v mark="$1" 'BEGIN {
		print "<Sysmon schemaversion=\"4.81\">\n<EventFiltering>\n<RuleGroup groupRelation=\"or\">"
		print "<ProcessCreate onmatch=\"include\">"
		for (i = 0; i < 1480; i++)
			printf "  <CommandLine condition=\"contains\" name=\"technique_id=T%d,technique_name=Number %d\">" \
				"/opt/%s/program-%d --option-%d</CommandLine>\n", 1000 + i % 600, i, mark, i, i
		print "</ProcessCreate>\n</RuleGroup>\n</EventFiltering>\n</Sysmon>"
	}' >config.xml
}

# Runs a command that must not fail, and adds its figures to the file $1.
note() {
	local file=$1
	shift
	if ! "$tools/measured" "$@" 3>>"$file" >out 2>err; then
		echo "fleet.sh: failed: $*" >&2
		tail -n 5 out err >&2
		return 1
	fi
}

push() {
	note "$1" "$picket" push -i site.yaml --no-health --no-ask --ssh-config none "${@:2}"
}

# fleet_floor MODE: see there.
floor() {
	note "$1" "$tools/fleet_floor" "$2" "$endpoints_server" "$endpoint_port" "$endpoints_key" \
		"$endpoints_server/etc/host_key.pub" config.xml "$hosts" "$cap"
}

# Column $2 of the figures of $1 (wall, own CPU, CPU of others, memory, both CPUs): the median.
figure() {
	awk -v at="$2" '{print at == 5 ? $2 + $3 : $at}' "$1" | median
}

# A line of the table: name, file, hosts.
line() {
	awk -v name="$1" -v hosts="$3" -v wall="$(figure "$2" 1)" -v own="$(figure "$2" 2)" \
		-v others="$(figure "$2" 3)" -v memory="$(figure "$2" 4)" 'BEGIN {
		printf "%-40s CPU %6.2f ms a host (%.2f and %.2f)   wall %6.2f s   peak %5.1f MB\n", name,
			(own + others) / hosts, own / hosts, others / hosts, wall / 1000, memory / 1024
	}'
}

# How often column $3 of $2 is in that of $1.
times() {
	awk -v a="$(figure "$1" "$3")" -v b="$(figure "$2" "$3")" 'BEGIN {printf "%.2f", a / b}'
}

# The same upload by OpenSSH's client under pssh: 127.1, file on standard input, known keys.
run_pssh() {
	note pssh parallel-ssh -I -p "$cap" -t 300 -l "$endpoints_user" -h peers \
		-x "-F none -i $endpoints_key -o IdentitiesOnly=yes -o BatchMode=yes" \
		-O KexAlgorithms=curve25519-sha256 -O "UserKnownHostsFile=$work/peers_known" \
		'cat >floor; sha256sum floor' <config.xml
}

# The same by the Python package parallel-ssh: SFTP, then the digest; it checks no host keys.
run_python() {
	note python "$PSSH_PYTHON" - <<-END
		from pssh.clients import ParallelSSHClient
		hosts = [line.split(":")[0] for line in open("peers")]
		client = ParallelSSHClient(hosts, user="$endpoints_user", port=$endpoint_port,
		                           pkey="$endpoints_key", pool_size=$cap)
		for task in client.copy_file("config.xml", "floor"):
		    task.get()
		for host in client.run_command("sha256sum floor"):
		    assert len(list(host.stdout)) == 1
	END
}

make_peers() {
	local type key
	read -r type key _ <"$endpoints_server/etc/host_key.pub"
	for ((number = 0; number < hosts; number++)); do
		echo "127.1.$((1 + number / 250)).$((1 + number % 250)):$endpoint_port"
	done >peers
	sed -E "s/(.*):(.*)/[\1]:\2 $type ${key//\//\\/}/" peers >peers_known
}

make_inventory() {
	endpoint_inventory "$work/inventory.yaml"
	cat >site.yaml <<-END
		inventory: bench
		include: inventory.yaml
		rollout:
		  sessions: $cap
		  stages: [{name: all}]
		groups:
		  linux:
		    sensor: {kind: sysmon-linux, config: config.xml}
	END
}

export XDG_STATE_HOME=$work/state XDG_DATA_HOME=$work/data
unset SSH_AUTH_SOCK
endpoints_begin "$work/endpoints" "$picket"
trap 'set +e; endpoints_end; rm -rf -- "$work"' EXIT
endpoint_sshd sshd
make_sensor sensor
make_hosts 0 "$hosts" 0 1
make_inventory
make_peers
make_configuration begin
push first

echo "== push of $(wc -c <config.xml) bytes to $hosts hosts behind one sshd, $cap at once; medians of $runs runs by turns"
for ((run = 0; run < runs; run++)); do
	make_configuration "run-$run"
	push push
	floor floor push
	floor cat cat
	push nothing
	floor look push
	[[ ${2-} == --quick ]] && continue
	[[ -z $(command -v parallel-ssh) ]] || run_pssh
	[[ -z ${PSSH_PYTHON-} ]] || run_python
done
echo '(CPU of the process itself, and of what it starts: a private ssh-agent, ssh)'
line 'picket push' push "$hosts"
line 'floor: the same dialogue, libssh2 alone' floor "$hosts"
line 'floor: cat and a digest, libssh2 alone' cat "$hosts"
line 'picket push, nothing to change' nothing "$hosts"
line 'floor: the same, nothing to change' look "$hosts"
[[ ! -s pssh ]] || line 'pssh -I (OpenSSH), cat and a digest' pssh "$hosts"
[[ ! -s python ]] || line 'parallel-ssh 2 (libssh2), SFTP and a digest' python "$hosts"
echo "push against the same dialogue: CPU $(times push floor 5), wall $(times push floor 1)"
echo "push against cat: CPU $(times push cat 5), wall $(times push cat 1)"
[[ ! -s pssh ]] || echo "pssh against push: CPU $(times pssh push 5)"
[[ ! -s python ]] || echo "parallel-ssh against push: CPU $(times python push 5)"

if ((many > 0)); then
	echo "== $many hosts that take 40 s each, $many at once"
	make_hosts "$hosts" "$many" 0
	for folder in "$endpoints_server"/hosts/127.0.*/faults; do
		echo 1 >"$folder/slow"
	done
	cap=$many make_inventory
	make_configuration many
	push many --sessions "$many"
	line 'picket push' many "$many"
fi

echo '== the store: CPU of one transition of a host, written with its row of the journal'
"$tools/store_bench" "$((hosts * 50))"
echo '== the schedule: simulated hosts, simulated clock'
"$tools/schedule_sim" "$((hosts * 500))"
