#!/usr/bin/env bash
# lab.sh PICKET: a lab from an archive of a real OpenSearch, one on a stack that runs already, and what is
# refused. The archive is put together here from the published parts; its launcher (bin/opensearch) is a
# stand-in, since the vendor's comes only with the whole distribution. Docker and Kibana are not here.
picket=$(realpath -- "${1:?usage: lab.sh PICKET}")
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/stack/server.sh
. "$here/server.sh"
lacking=$(server_missing opensearch2)
if [[ -n $lacking ]]; then
	echo "skipped, packages that are missing: $lacking"
	exit 77
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/picket-lab.XXXXXX")
failed=0
checks=0
as=()
if [[ $(id -u) -eq 0 ]]; then
	as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi

# Runs picket as the user of the lab, in plain surroundings.
lab() {
	"${as[@]}" env -i PATH="$PATH" HOME="$work/home" LC_ALL=C.UTF-8 \
		ASAN_OPTIONS="${ASAN_OPTIONS-}" "$picket" lab "$@" >"$work/out" 2>"$work/err"
}

# check WHAT COMMAND...: the command succeeds.
check() {
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" && return
	echo "FAILED: $what" >&2
	tail -n 30 "$work/out" "$work/err" >&2
	failed=$((failed + 1))
}

# status N COMMAND...: the command ends with this status.
status() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	((got == want)) || echo "exit status $got instead of $want: $*" >&2
	((got == want))
}

finish() {
	lab down --dir "$work/lab" --data >/dev/null 2>&1
	server_stop
	rm -rf -- "$work"
}
trap finish EXIT

says() { grep -q -- "$1" "$work/out" "$work/err"; }

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# An archive of the server as its vendor names it.
make_archive() {
	local version
	server_get opensearch2 || return
	version=$(sed -nE 's,.* org/opensearch/opensearch/([^/]*)/.*,\1,p' "$server_source/jars/opensearch2.lock")
	server_dir=$work/opensearch-$version
	server_lay_out opensearch2 && : | server_configure opensearch2
	mkdir "$server_dir/bin"
	cat >"$server_dir/bin/opensearch" <<-'END'
		#!/usr/bin/env bash
		# Stand-in for the launcher of the distribution.
		home=$(dirname -- "$(dirname -- "$(realpath -- "$0")")")
		# shellcheck disable=SC2086 # several options
		exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.security.manager=allow \
			-Dlog4j2.disable.jmx=true "-Dopensearch.path.home=$home" \
			"-Dopensearch.path.conf=$home/config" -Dopensearch.distribution.type=tar \
			$OPENSEARCH_JAVA_OPTS -cp "$home/lib/*" org.opensearch.bootstrap.OpenSearch
	END
	chmod +x "$server_dir/bin/opensearch"
	mkdir "$work/archives"
	tar -czf "$work/archives/opensearch-min-$version-linux-x64.tar.gz" -C "$work" "opensearch-$version"
	rm -rf -- "$server_dir"
	server_dir=''
}

mkdir "$work/home" "$work/empty"
make_archive || exit 1
chmod 755 "$work"
[[ $(id -u) -ne 0 ]] || chown nobody "$work" "$work/home"

# What an endpoint on this machine needs that must not be touched: a stand-in for Sysmon for Linux with
# folders of its own (tests/fleet/README.md), and stand-ins for what it is managed with.
make_endpoint() {
	local root=$work/ep/hosts/lab tool
	mkdir -p "$work/ep/"{standin,bin,sensor} "$root/"{home,units,faults}
	for tool in systemctl journalctl id sudo; do
		printf '#!/bin/sh\nENDPOINT=%s exec bash %s/standin/%s.sh "$@"\n' "$root" "$here/../fleet" "$tool" \
			>"$work/ep/standin/$tool"
		chmod +x "$work/ep/standin/$tool"
	done
	ln -s -- "$picket" "$work/ep/bin/picket"
	cp -- "$here/../fleet/standin/judge.sh" "$work/ep/bin/"
	sed "s,^set -u,&\nexport ENDPOINT=$root," "$here/../fleet/standin/sysmon-linux.sh" >"$work/ep/sensor/sysmon"
	chmod 755 "$work/ep/sensor/sysmon"
	cat >"$work/ep/sensor/bundle.yaml" <<-'END'
		bundle: 1
		name: sysmon-linux
		version: 1.3.3
		sensor: sysmon-linux
		platform: linux
		files: [{path: sysmon, role: program}]
	END
	cat >"$work/urllab/inventory.yaml" <<-END
		inventory: lab
		groups:
		  lab:
		    hosts:
		      endpoint: {platform: linux, transport: local, state_dir: $root/state, install_dir: $root/opt/sysmon}
		    sensor: {kind: sysmon-linux, bundle: sysmon-linux@1.3.3, config: linux-base}
	END
	[[ $(id -u) -ne 0 ]] || chown -R nobody "$work/ep"
}

# An archive called $1 whose launcher does what $2 says.
make_broken() {
	mkdir -p "$work/$1/x/bin" "$work/$1/x/config"
	printf '#!/bin/sh\n%s\n' "$2" >"$work/$1/x/bin/opensearch"
	chmod +x "$work/$1/x/bin/opensearch"
	tar -czf "$work/$1/opensearch-min-2.19.0-linux-x64.tar.gz" -C "$work/$1" x
}
make_broken ends 'echo no memory for this; exit 3'
mkdir "$work/torn"
head -c 100 "$work/ends/opensearch-min-2.19.0-linux-x64.tar.gz" >"$work/torn/opensearch-2.19.0.tar.gz"

# --- what is refused: nothing is left ---
check 'no Docker, and what to do' status 3 lab up --dir "$work/lab"
check 'the reason has a code' says PK2422
check 'nothing is started' test ! -e "$work/lab/compose.yaml"
rm -rf -- "$work/lab"
check 'a folder without archives' status 3 lab up --dir "$work/lab" --archives "$work/empty"
check 'its code' says PK2426
rm -rf -- "$work/lab"
check 'no lab to look at' status 3 lab status --dir "$work/lab"
check 'its code' says PK2429
check 'no lab to end' status 3 lab down --dir "$work/lab"
check 'both ways at once' status 2 lab up --url http://127.0.0.1:1 --archives "$work/archives"
check 'a folder with other files' status 3 lab up --dir "$work/archives" --archives "$work/archives"
check 'its code' says PK2430
check 'a dry run says it' lab up --dry-run --dir "$work/lab" --archives "$work/archives"
check 'and does nothing' test ! -e "$work/lab"
check 'an archive that is torn' status 3 lab up --dir "$work/tornlab" --archives "$work/torn"
check 'its code' says PK2423
check 'nothing half-unpacked is used' test -z "$(find "$work/tornlab/programs" -mindepth 1 -maxdepth 1 ! -name '*.new')"
check 'a server that ends' status 3 lab up --dir "$work/endlab" --archives "$work/ends"
check 'its code' says PK2427
check 'and what it said' says 'no memory for this'
if [[ $(id -u) -eq 0 ]]; then
	checks=$((checks + 1))
	env HOME="$work/home" "$picket" lab up --dir "$work/rootlab" --archives "$work/archives" \
		>"$work/out" 2>"$work/err" && failed=$((failed + 1))
	check 'root is told' says PK2428
fi

# --- from an archive ---
port=$(free_port)
up=(up --dir "$work/lab" --archives "$work/archives" --port "$port" --memory 512 --samples 120)
check 'up' lab "${up[@]}"
check 'commands are shown' says "picket stack up --url http://localhost:$port"
# shellcheck disable=SC2016 # the other shell's
check 'there is no secret that nobody needs in the output' bash -c '! grep -qf "$1"/lab/secrets/elastic "$1"/out "$1"/err' - "$work"
check 'status' lab status --dir "$work/lab"
check 'events are counted' says '120 events'
check 'status for machines' lab status --dir "$work/lab" --format json
check 'one object a part' says '"part":"engine","runs":true'
pid=$(sed -nE 's/.*"pid":([0-9]+).*/\1/p' "$work/lab/lab.json")
check 'up again' lab "${up[@]}"
check 'writes nothing' says 'writes 0'
check 'the same process' grep -q "\"pid\":$pid" "$work/lab/lab.json"
check 'passwords are for the user' test "$(stat -c %a "$work/lab/secrets")" = 700
check 'another kind in the same folder' status 3 lab up --dir "$work/lab" --url "http://127.0.0.1:$port"
check 'its code' says PK2430
kill -KILL "$pid"
check 'the engine was killed' status 1 lab status --dir "$work/lab"
check 'up brings it back' lab "${up[@]}"
check 'with its events' lab status --dir "$work/lab"
check 'all of them' says '120 events'

# --- on a stack that runs ---
url=http://localhost:$port
check 'a lab on a URL' lab up --dir "$work/urllab" --url "$url" --no-samples
check 'its status' lab status --dir "$work/urllab"
make_endpoint
endpoint=(up --dir "$work/urllab" --url "$url" --no-samples --sensor "$work/ep/sensor")
PATH=$work/ep/standin:$PATH check 'an endpoint' lab "${endpoint[@]}"
check 'it is pushed to' says 'endpoint: install'
check 'it has the configuration' test -s "$work/ep/hosts/lab/opt/sysmon/config.xml"
PATH=$work/ep/standin:$PATH check 'the endpoint again' lab "${endpoint[@]}"
check 'it is pushed to once' test "$(wc -l <"$work/ep/hosts/lab/applied.log")" = 1
check 'its end' lab down --dir "$work/urllab" --data
check 'leaves no folder' test ! -e "$work/urllab"
check 'leaves nothing of ours' test "$(curl -s "$url/_index_template/picket*" | grep -c picket)" = 0
check 'leaves the server' curl -fsS -o "$work/out" "$url/"

# --- down ---
check 'down keeps the data' lab down --dir "$work/lab"
check 'and says so' says 'are kept'
# shellcheck disable=SC2016 # the other shell's
check 'the process has ended' bash -c '! kill -0 "$1" 2>/dev/null' - "$(sed -nE 's/.*"pid":([0-9]+).*/\1/p' "$work/lab/lab.json")"
check 'status says it is down' status 1 lab status --dir "$work/lab"
check 'down with data' lab down --dir "$work/lab" --data
check 'leaves no folder' test ! -e "$work/lab"

echo "$checks checks, $failed failed"
((failed == 0))
