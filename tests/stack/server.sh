# shellcheck shell=bash
# Real search servers for tests: OpenSearch and Elasticsearch, started from the artefacts that their
# projects publish, as an ordinary process that only this machine reaches. README.md says what they
# have.
#
#	. tests/stack/server.sh
#	server_start opensearch2	or elasticsearch7, elasticsearch6; fetches what is missing
#	server_ask GET _cat/indices	prints the answer; fails if its status is 400 or more
#	curl "$SERVER_URL/_cat/indices"
#	server_stop			is also run on EXIT
#
# Needs no root. As root, the server runs as the user nobody. A function that fails says why and
# returns 1. What they set is only to be read:
#
# shellcheck disable=SC2034
SERVER_URL=''    # of the server that runs; empty: none does
server_pid=''    # its process
server_dir=''    # its folder, with all that it writes
server_limit=150 # seconds until it must answer
server_source=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")
server_cache=${PICKET_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/picket-tests}/maven
server_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1

# Says why something cannot be done.
server_complain() {
	echo "server: $*" >&2
	return 1
}

# The paths in the lock of the server NAME whose files are not in the cache, or are not what they
# should be.
server_lacks() {
	mkdir -p -- "$server_cache"
	env -C "$server_cache" LC_ALL=C sha256sum -c --quiet "$server_source/jars/$1.lock" \
		2>/dev/null | sed -n 's/: FAILED.*//p'
}

# server_missing NAME: what is missing to start it; nothing if it can be had. Fetches its jars.
server_missing() {
	local missing=()
	command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
	command -v curl >/dev/null || missing+=(curl)
	command -v perl >/dev/null || missing+=(perl)
	command -v mvn >/dev/null || [[ -z $(server_lacks "$1") ]] || missing+=(maven)
	((${#missing[@]})) || server_get "$1" || missing+=("jars of $1, which cannot be fetched")
	((${#missing[@]} == 0)) || echo "${missing[*]}"
}

# A project for Maven that depends on the files whose paths in a repository are on the input, and on
# nothing else.
server_project() {
	local path group name version
	cat <<-END
		<project xmlns="http://maven.apache.org/POM/4.0.0">
		<modelVersion>4.0.0</modelVersion>
		<groupId>picket</groupId><artifactId>servers</artifactId><version>1</version>
		<packaging>pom</packaging>
		<dependencies>
	END
	while IFS= read -r path; do
		path=${path%/*}
		version=${path##*/}
		path=${path%/*}
		name=${path##*/}
		group=${path%/*}
		cat <<-END
			<dependency><groupId>${group//\//.}</groupId>
			<artifactId>$name</artifactId><version>$version</version>
			<exclusions><exclusion>
			<groupId>*</groupId><artifactId>*</artifactId>
			</exclusion></exclusions></dependency>
		END
	done
	printf '</dependencies>\n</project>\n'
}

# server_get NAME: fills the cache with what the server is made of.
server_get() {
	local lock=$server_source/jars/$1.lock lacks project
	[[ -r $lock ]] || server_complain "no server is called '$1'" || return
	mkdir -p -- "$server_cache" || return
	(
		flock 9
		mapfile -t lacks < <(server_lacks "$1")
		((${#lacks[@]})) || exit 0
		command -v mvn >/dev/null || server_complain 'package that is missing: maven' || exit
		(cd -- "$server_cache" && rm -f -- "${lacks[@]}")
		project=$(mktemp -d "${TMPDIR:-/tmp}/picket-servers.XXXXXX") || exit
		printf '%s\n' "${lacks[@]}" | server_project >"$project/pom.xml"
		umask 022
		mvn -B -q -C -U -f "$project/pom.xml" -Dmaven.repo.local="$server_cache" \
			-Dmaven.artifact.threads=8 "$server_plugin:resolve" </dev/null >"$project/log" 2>&1 ||
			server_complain "Maven fails: $(grep -m 3 ERROR "$project/log")"
		rm -rf -- "$project"
		mapfile -t lacks < <(server_lacks "$1")
		((${#lacks[@]} == 0)) || server_complain "cannot get: ${lacks[*]}"
	) 9>"$server_cache.lock"
}

# Puts the jars of the server NAME where it looks for them. The table of modules says which belong
# to a module, each of which has its own loader, and what it is; all others are the server's own.
server_lay_out() {
	local lock=$server_source/jars/$1.lock product=${1%%[0-9]*} module class extended jars
	local jar path name version
	local -A folders=()
	version=$(sed -nE "s,.* org/$product/$product/([^/]*)/.*,\1,p" "$lock")
	mkdir -p "$server_dir"/{config/ingest-geoip,data,lib,logs,plugins,tmp}
	while read -r module class extended jars; do
		for jar in $jars; do
			folders[$jar]=modules/$module
		done
		mkdir -p "$server_dir/modules/$module"
		cat >"$server_dir/modules/$module/plugin-descriptor.properties" <<-END
			name=$module
			description=$module
			version=$version
			$product.version=$version
			java.version=1.8
			classname=$class
			extended.plugins=${extended#-}
			has.native.controller=false
		END
		# What is tested is not whom the server trusts.
		echo 'grant { permission java.security.AllPermission; };' \
			>"$server_dir/modules/$module/plugin-security.policy"
	done < <(grep -v '^#' "$server_source/jars/$1.modules")
	while read -r _ path; do
		jar=${path%/*/*}
		name=${path##*/}
		# The rights of a library hang on its name: this was published under another one.
		[[ $name != plugin-classloader-7.* ]] || name=$product-$name
		jar=$server_dir/${folders[${jar##*/}]-lib}/$name
		ln -- "$server_cache/$path" "$jar" 2>/dev/null ||
			cp -- "$server_cache/$path" "$jar" || return
	done <"$lock"
	[[ ! -d $server_dir/modules/ingest-geoip ]] ||
		perl "$server_source/geoip.pl" "$server_dir/modules/ingest-geoip"
}

# Writes the configuration of the server NAME; more lines are on the input.
server_configure() {
	local product=${1%%[0-9]*} transport=transport.port
	[[ $1 != elasticsearch6 ]] || transport=transport.tcp.port
	cat >"$server_dir/config/$product.yml" <<-END
		cluster.name: picket-tests
		node.name: $1
		discovery.type: single-node
		network.host: 127.0.0.1
		http.port: 0
		$transport: 0
		node.portsfile: true
		bootstrap.system_call_filter: false
		cluster.routing.allocation.disk.threshold_enabled: false
	END
	cat >>"$server_dir/config/$product.yml"
	cat >"$server_dir/config/log4j2.properties" <<-'END'
		status = error
		appender.console.type = Console
		appender.console.name = console
		appender.console.layout.type = PatternLayout
		appender.console.layout.pattern = [%d{ISO8601}][%p][%c{1.}] %m%n
		rootLogger.level = info
		rootLogger.appenderRef.console.ref = console
	END
}

# Runs the server NAME in place of this shell; it ends when the shell does that started it.
server_run() {
	local product=${1%%[0-9]*} key=es class=org.elasticsearch.bootstrap.Elasticsearch
	local as=(setpriv --pdeathsig KILL)
	if [[ $product == opensearch ]]; then
		key=opensearch
		class=org.opensearch.bootstrap.OpenSearch
	fi
	if [[ $(id -u) -eq 0 ]]; then
		as+=(--reuid=nobody --regid=nogroup --clear-groups)
	fi
	cd -- "$server_dir" || return
	exec "${as[@]}" env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME="$server_dir" java \
		-Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
		-Djava.security.manager=allow -Djava.io.tmpdir="$server_dir/tmp" \
		-Djna.tmpdir="$server_dir/tmp" -Dlog4j2.disable.jmx=true \
		"-D$key.path.home=$server_dir" "-D$key.path.conf=$server_dir/config" \
		"-D$key.distribution.type=tar" "-D$key.distribution.flavor=oss" \
		-cp "$server_dir/lib/*" "$class"
}

# Waits until the server answers, and sets SERVER_URL.
server_wait() {
	local end=$((SECONDS + server_limit)) ports=$server_dir/logs/http.ports port
	while ((SECONDS < end)) && kill -0 "$server_pid" 2>/dev/null; do
		if [[ -s $ports ]] && read -r port <"$ports"; then
			SERVER_URL=http://$port
			curl -fsS -m "$server_limit" -o "$server_dir/health" \
				"$SERVER_URL/_cluster/health?wait_for_status=yellow" \
				2>>"$server_dir/log" && return
			SERVER_URL=''
		fi
		sleep 0.05
	done
	return 1
}

# server_start NAME [LINE...]: starts it on free ports; the LINEs go to its configuration.
server_start() {
	local name=$1
	shift
	[[ -z $server_pid ]] || server_complain 'one runs already: call server_stop first' || return
	command -v java >/dev/null ||
		server_complain 'package that is missing: openjdk-17-jre-headless' || return
	server_get "$name" || return
	server_dir=$(mktemp -d "${TMPDIR:-/tmp}/picket-server.XXXXXX") || return
	[[ -n $(trap -p EXIT) ]] || trap server_stop EXIT
	server_lay_out "$name" || return
	printf '%s\n' "$@" | server_configure "$name"
	if [[ $(id -u) -eq 0 ]]; then
		find "$server_dir" -type d -exec chown nobody:nogroup {} +
	fi
	server_run "$name" </dev/null >"$server_dir/log" 2>&1 &
	server_pid=$!
	server_wait && return
	server_complain "$name does not start:" "$(tail -n 20 "$server_dir/log")"
	server_stop
	return 1
}

# server_ask METHOD PATH [BODY]: prints the answer. A BODY of @FILE is the file's.
server_ask() {
	local options=(-sS -g --fail-with-body -m 60 -X "$1")
	(($# < 3)) || options+=(-H 'Content-Type: application/json' --data-binary "$3")
	[[ $1 != HEAD ]] || options+=(-I)
	curl "${options[@]}" "$SERVER_URL/${2#/}"
}

# Ends the server and removes what it wrote.
server_stop() {
	if [[ -n $server_pid ]]; then
		kill -KILL "$server_pid" 2>/dev/null || true
		wait "$server_pid" 2>/dev/null || true
	fi
	[[ -z $server_dir ]] || rm -rf -- "$server_dir"
	server_pid=''
	server_dir=''
	SERVER_URL=''
}
