#!/usr/bin/env bash
# faults.sh PICKET EDGE: `picket stack` on a server that answers wrongly (edge.c, a stand-in): every fault
# ends with status 3 and its code, nothing is written after it, and nothing half-done is called done; and
# secrets: what was planted is looked for in all that is printed, in the command lines and environments
# of all processes, in what was sent, and in core files.
set -u
shopt -s lastpipe
picket=$(realpath -- "${1:?usage: faults.sh PICKET EDGE}")
edge=$(realpath -- "${2:?usage: faults.sh PICKET EDGE}")
work=$(mktemp -d)
edge_pid=''
sampler=''
trap 'edge_stop; [[ -z $sampler ]] || kill "$sampler" 2>/dev/null; rm -rf -- "$work"' EXIT
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb
unset PICKET_PASSWORD PICKET_API_KEY http_proxy https_proxy all_proxy
cd -- "$work" || exit 1
failures=0
checks=0

good() {
	checks=$((checks + 1))
}

bad() {
	checks=$((checks + 1))
	failures=$((failures + 1))
	echo "NOT OK $*"
}

# --- The edge ---

edge_stop() {
	[[ -z $edge_pid ]] || { kill "$edge_pid" && wait "$edge_pid"; } 2>/dev/null
	edge_pid=''
}

# Starts it with the script on standard input; sets url.
edge_start() {
	local tries
	edge_stop
	cat >script
	rm -f port
	: >record
	"$edge" script record >port &
	edge_pid=$!
	for ((tries = 0; tries < 200; tries++)); do
		[[ -s port ]] && break
		sleep 0.05
	done
	url=http://127.0.0.1:$(<port)
}

# An empty OpenSearch without plugins, as far as picket asks; rules before it come first.
empty_stack() {
	cat <<-'END'
		GET /
		  body {"name":"n","cluster_name":"edge","tagline":"The OpenSearch Project: https://opensearch.org/","version":{"distribution":"opensearch","number":"2.19.1"}}
		GET /_nodes/ingest*
		  body {"nodes":{"a":{"version":"2.19.1","ingest":{"processors":[{"type":"script"},{"type":"geoip"}]}}}}
		GET *
		  status 404
		  body {"error":"no such thing","status":404}
		PUT *
		  body {"acknowledged":true}
		DELETE *
		  body {"acknowledged":true}
		POST *_count*
		  body {"count":0}
		POST /*_bulk*
		  body {"errors":false,"items":[]}
	END
}

# installed_stack RECORD: rules that give back what a successful `up` has put there.
installed_stack() {
	perl -e '
		my ($path, %put, $of);
		while (<>) {
			if (/^([A-Z]+) (\S+)/) { $of = $1 eq "PUT" ? $2 : undef; next; }
			$put{$of} .= $1 if defined $of && /^\| (.*)/;
		}
		sub names { my $under = shift; map { m{^/$under/(.*)} ? $1 : () } sort keys %put }
		my $pipelines = join(",", map { "\"$_\":$put{\"/_ingest/pipeline/$_\"}" } names("_ingest/pipeline"));
		print "GET /_ingest/pipeline/picket*\n  body {$pipelines}\n";
		for my $kind ("component_template", "index_template") {
			my $list = join(",", map { "{\"name\":\"$_\",\"$kind\":$put{\"/_$kind/$_\"}}" } names("_$kind"));
			print "GET /_$kind/picket*\n  body {\"${kind}s\":[$list]}\n";
		}' "$1"
}

# --- Picket ---

# run NAME STATUS VERB ARG...: picket stack must end with STATUS; what it says is in out and err.
run() {
	local name=$1 wanted=$2 verb=$3 status=0
	shift 3
	"$picket" stack "$verb" --url "$url" "$@" >out 2>err </dev/null || status=$?
	if ((status != wanted)) || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: $verb: status $status instead of $wanted" "$(head -c 2000 out; head -c 2000 err)"
	else
		good
	fi
}

# says NAME FILE TEXT, silent NAME FILE TEXT: it is in the file; it is not.
says() {
	if grep -qF -- "$3" "$2"; then good; else bad "$1: no '$3' in $2:" "$(head -c 2000 "$2")"; fi
}

silent() {
	if grep -qF -- "$3" "$2"; then bad "$1: '$3' in $2:" "$(head -c 2000 "$2")"; else good; fi
}

# writes: how many requests were sent that change something.
writes() {
	grep -cE '^(PUT|DELETE|POST /.*_bulk|POST /api/saved_objects/_import)' record
}

equal() {
	if [[ $2 == "$3" ]]; then good; else bad "$1: '$2' instead of '$3'"; fi
}

# --- A server that is none, from the first request on ---

# first NAME CODE VERB <RULE: the verb meets it at once.
first() {
	local name=$1 code=$2 verb=$3
	edge_start
	run "$name" 3 "$verb" --yes
	says "$name" err "$code"
	says "$name" err 'error['
	equal "$name: $verb writes" "$(writes)" 0
	silent "$name" out 'requests '
}

faults_at_first() {
	local verb
	for verb in plan up verify doctor down sample; do
		first '401' PK2310 "$verb" <<-'END'
			* *
			  status 401
			  header WWW-Authenticate: Basic realm="security"
			  body {"error":{"type":"security_exception","reason":"missing authentication credentials"}}
		END
		first 'another service' PK2317 "$verb" <<<$'* *\n  header Content-Type: text/html\n  body <html>hello</html>'
		first 'redirect' PK2313 "$verb" <<<$'* *\n  status 301\n  header Location: https://elsewhere.example/'
	done
	first '403' PK2311 up <<<$'* *\n  status 403\n  body {"error":{"type":"security_exception","reason":"no"}}'
	first '429' PK2312 up <<<$'* *\n  status 429\n  header Retry-After: 600\n  body {}'
	first '503' PK2312 plan <<<$'* *\n  status 503\n  header Retry-After: 600\n  body {}'
	first 'closed' PK2314 up <<<$'* *\n  close'
	first 'cut' PK2314 plan <<<$'* *\n  cut 10\n  body {"version":{"number":"9.9.9"}}'
	first 'no HTTP' PK2314 plan <<<$'* *\n  garbage'
	first 'foreign JSON' PK2341 plan <<<$'* *\n  body {"hello":"world"}'
	first 'large headers' PK2316 plan <<<$'* *\n  long 1048576\n  body {}'
	first 'large answer' PK2316 plan <<<$'* *\n  big 70000000'
	edge_stop
	run 'nobody there' 3 plan
	says 'nobody there' err PK2306
}

# --- Faults on the way ---

# A server that starts answers 503 a few times; nothing of that is told.
server_that_starts() {
	{
		printf 'GET /\n  times 2\n  status 503\n  body {"error":"starting"}\n'
		empty_stack
	} | edge_start
	run 'starting' 0 up
	says 'starting' out 'assets written'
	silent 'starting' err 'error['
}

# midway NAME CODE RULE: the last template meets it. What was written before stays, nothing comes after.
midway() {
	local name=$1 code=$2 rule=$3
	{
		printf 'PUT /_index_template/picket-monster\n%b\n' "$rule"
		empty_stack
	} | edge_start
	run "$name" 3 up
	says "$name" err "$code"
	silent "$name" out 'assets written'
	silent "$name" out 'next:'
	equal "$name: last write" "$(grep -E '^PUT' record | tail -n 1)" 'PUT /_index_template/picket-monster'
}

faults_on_the_way() {
	local asset='{"error":{"type":"illegal_argument_exception","reason":"not like this"}}'
	midway '400' PK2318 "  status 400\n  body $asset"
	says '400' err 'not like this'
	midway '409' PK2318 '  status 409\n  body {"error":{"type":"version_conflict_engine_exception","reason":"x"}}'
	midway '413' PK2318 '  status 413\n  body {}'
	midway '429 with a time' PK2312 '  status 429\n  header Retry-After: 600\n  body {}'
	midway '403' PK2311 '  status 403\n  body {"error":{"type":"security_exception","reason":"no"}}'
	midway 'cut' PK2314 '  cut 5\n  body {"acknowledged":true}'
	midway 'page' PK2317 '  body <html></html>'
	# One refusal in the middle, and the same again without it.
	{
		printf 'PUT /_component_template/picket@ecs\n  times 1\n  status 400\n  body %s\n' "$asset"
		empty_stack
	} | edge_start
	run 'first time' 3 up
	silent 'first time' record 'PUT /_index_template'
	run 'second time' 0 up
	says 'second time' out 'assets written'
}

# Imports that answer 200 and failed.
imports() {
	{
		printf 'POST /api/saved_objects/_export*\n  status 400\n'
		printf '  body {"statusCode":400,"error":"Bad Request","message":"not found"}\n'
		empty_stack
	} | edge_start
	run 'export is refused' 3 up --kibana "$url"
	silent 'export is refused' out 'imported'
	{
		printf 'POST /api/saved_objects/_export*\n  body {}\n'
		printf 'POST /api/saved_objects/_import*\n  body {"success":false,"successCount":0,"errors":'
		printf '[{"id":"picket-sysmon","type":"index-pattern","error":{"type":"unknown","message":"broken"}}]}\n'
		printf 'GET /api/saved_objects/_find*\n  body {"saved_objects":[]}\n'
		empty_stack
	} | edge_start
	run 'import that failed' 3 up --kibana "$url"
	silent 'import that failed' out 'imported'
	says 'import that failed' record 'POST /api/saved_objects/_import'
	says 'import that failed' err 'picket-sysmon'
}

# What is on a stack that has everything.
on_an_installed_stack() {
	local count
	empty_stack | edge_start
	run 'all is written' 0 up
	cp record written
	{ installed_stack written; empty_stack; } | edge_start
	run 'all is there' 0 plan
	run 'nothing to write' 0 up
	equal 'nothing to write' "$(writes)" 0
	{
		printf 'DELETE /_index_template/picket-sysmon\n  status 500\n'
		printf '  body {"error":{"type":"process_cluster_event_timeout","reason":"not in time"}}\n'
		installed_stack written
		empty_stack
	} | edge_start
	run 'down is refused' 3 down
	says 'down is refused' err 'not in time'
	silent 'down is refused' out "removed  index template 'picket-sysmon'"
	# Nobody says what became of the events; all of them are refused.
	{ installed_stack written; empty_stack; } | edge_start
	run 'sample without an answer' 3 sample
	says 'sample without an answer' err PK2319
	count=$(grep -c '^| {"create"' record)
	{
		printf 'POST /_bulk*\n  body {"errors":true,"items":['
		for ((i = 0; i < count; i++)); do
			((i == 0)) || printf ','
			printf '{"create":{"status":400,"error":{"type":"document_parsing","reason":"failed to parse"}}}'
		done
		printf ']}\n'
		installed_stack written
		empty_stack
	} | edge_start
	run 'sample that is refused' 3 sample
	says 'sample that is refused' err 'failed to parse'
	silent 'sample that is refused' out "$count new"
}

# Pipelines that are not there, checks that find something.
other_verbs() {
	{
		printf 'POST *_simulate\n  status 400\n  body {"error":{"type":"a","reason":"pipeline is missing"}}\n'
		empty_stack
	} | edge_start
	run 'pipelines are missing' 1 verify
	says 'pipelines are missing' out 'pipeline is missing'
	{
		printf 'GET /_cluster/health\n  status 403\n  body {"error":{"type":"x","reason":"no"}}\n'
		empty_stack
	} | edge_start
	run 'nothing installed' 1 doctor
	says 'nothing installed' out "nothing of picket's is installed"
	says 'not allowed' out 'not looked at'
	{
		printf 'GET /_cluster/health\n  close\n'
		empty_stack
	} | edge_start
	run 'gone on the way' 3 doctor
	says 'gone on the way' err PK2314
}

# --- Secrets ---

secret=$(head -c 64 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9' | head -c 32)
coded=$(printf 'elastic:%s' "$secret" | base64 -w 0)
printf '%s\n' "$secret" >password
chmod 600 password

# nowhere NAME FILE...: neither the secret nor its base64 is there.
nowhere() {
	local name=$1
	shift
	if grep -aqF -e "${secret:0:12}" -e "${coded:16:12}" -- "$@"; then
		bad "$name: the secret is in" "$(grep -alF -e "${secret:0:12}" -e "${coded:16:12}" -- "$@")"
	else
		good
	fi
}

# Looks at command lines and environments of processes that are called picket, all the time.
start_sampler() {
	perl -e '
		$SIG{TERM} = sub { print "looked $looked\n"; exit 0 };
		for (;;) {
			for my $path (glob("/proc/[0-9]*")) {
				open(my $comm, "<", "$path/comm") or next;
				next if <$comm> !~ /^picket/;
				$looked++;
				for my $kind ("cmdline", "environ") {
					open(my $in, "<", "$path/$kind") or next;
					local $/;
					my $text = <$in> // "";
					print "$kind\n" if index($text, substr($ARGV[0], 0, 12)) >= 0;
				}
			}
			select(undef, undef, undef, 0.003);
		}' "$secret" >samples &
	sampler=$!
}

# login NAME STATUS ARG...: with the password from a file, on what the edge does.
login() {
	local name=$1 wanted=$2
	shift 2
	run "$name" "$wanted" "$@" --user elastic --password-file password
	nowhere "$name" out err
}

secrets() {
	local format
	empty_stack | edge_start
	for format in text json; do
		login "$format" 0 up --format "$format"
	done
	says 'the password is sent' record "Authorization: Basic $coded"
	start_sampler
	login 'sampled' 1 plan
	kill "$sampler" && wait "$sampler" 2>/dev/null
	sampler=''
	silent 'command line' samples cmdline
	silent 'environment' samples environ
	says 'processes were looked at' samples looked
	edge_start <<<$'* *\n  status 401\n  body {}'
	login '401' 3 plan
	edge_start <<<$'* *\n  status 307\n  header Location: /other'
	login 'redirect' 3 plan
	silent 'redirect' record '/other'
	edge_start <<<$'* *\n  close'
	login 'closed' 3 plan
	edge_start <<<$'* *\n  body <html></html>'
	login 'no JSON' 3 plan
}

# What is refused before anything is sent.
refused_secrets() {
	empty_stack | edge_start
	printf 'changeme\n' >weak
	chmod 600 weak
	run 'changeme in a file' 3 plan --user elastic --password-file weak
	says 'changeme in a file' err PK2303
	PICKET_PASSWORD=changeme run 'changeme in the environment' 3 plan --user elastic
	says 'changeme in the environment' err PK2303
	url=http://192.0.2.1:9200
	login 'without TLS' 3 plan
	says 'without TLS' err PK2302
	url=http://elastic:$secret@127.0.0.1:$(<port)
	run 'in the address' 3 plan
	says 'in the address' err PK2301
	nowhere 'in the address' out err
	url=http://127.0.0.1:$(<port)
	chmod 644 password
	run 'file that others read' 3 plan --user elastic --password-file password
	chmod 600 password
	nowhere 'file that others read' out err
	equal 'nothing was sent' "$(wc -l <record)" 0
}

# A process that is ended while it holds the secret leaves no core.
cores() {
	local pid tries
	mkdir -p dump
	{ (cd dump && ulimit -c unlimited && exec perl -e 'kill("ABRT", $$); sleep 1'); } >/dev/null 2>&1
	if [[ -z $(find dump -name 'core*') ]]; then
		echo "skipped: no core files here ($(</proc/sys/kernel/core_pattern))"
		return
	fi
	rm -f dump/core*
	edge_start <<<$'* *\n  delay 20000\n  body {}'
	(
		cd dump && ulimit -c unlimited
		ASAN_OPTIONS=disable_coredump=0:handle_abort=0 exec "$picket" stack plan --url "$url" \
			--user elastic --password-file ../password
	) >out 2>err &
	pid=$!
	for ((tries = 0; tries < 200; tries++)); do
		[[ -s record ]] && break
		sleep 0.05
	done
	kill -ABRT "$pid"
	{ wait "$pid"; } 2>/dev/null
	equal 'core files' "$(find dump -name 'core*')" ''
}

faults_at_first
server_that_starts
faults_on_the_way
imports
on_an_installed_stack
other_verbs
secrets
refused_secrets
cores
echo "$checks checks, $failures failed"
((failures == 0))
