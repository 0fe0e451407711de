#!/usr/bin/env bash
# usage.sh PICKET EDGE: what `picket stack` and `picket lab` refuse before they ask a server, verb by verb:
# options, addresses and secrets; what --dry-run leaves alone; and what a lab takes the version of its
# engine for, with a stand-in for Docker. The edge (edge.c) only has to show that nothing arrives.
set -u
picket=$(realpath -- "${1:?usage: usage.sh PICKET EDGE}")
edge=$(realpath -- "${2:?usage: usage.sh PICKET EDGE}")
work=$(mktemp -d)
pid=''
trap '[[ -z $pid ]] || kill "$pid" 2>/dev/null; rm -rf -- "$work"' EXIT
export LC_ALL=C.UTF-8 NO_COLOR=1 TERM=dumb XDG_STATE_HOME=$work/state
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

# run NAME STATUS ARG...: picket must end with STATUS; what it says is in out and err, without the secret.
run() {
	local name=$1 wanted=$2 status=0
	shift 2
	"$picket" "$@" >out 2>err </dev/null || status=$?
	if ((status != wanted)) || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: $*: status $status instead of $wanted" "$(head -c 2000 out; head -c 2000 err)"
	elif grep -qF "$secret" out err; then
		bad "$name: $*: the secret is shown"
	else
		good
	fi
}

# has NAME FILE PATTERN: a line is like that. lacks: none is.
has() {
	if grep -qE -- "$3" "$2"; then
		good
	else
		bad "$1: no line '$3' in $2:" "$(head -c 2000 "$2")"
	fi
}

lacks() {
	if grep -qE -- "$3" "$2"; then
		bad "$1: a line '$3' in $2:" "$(grep -E -- "$3" "$2")"
	else
		good
	fi
}

# absent NAME PATH
absent() {
	if [[ -e $2 ]]; then
		bad "$1: there is '$2'"
	else
		good
	fi
}

: >record
printf 'GET /closed*\n  status 401\n  body {}\n* *\n  status 404\n  body {}\n' >script
"$edge" script record >port &
pid=$!
for ((try = 0; try < 200; try++)); do
	[[ -s port ]] && break
	sleep 0.05
done
url=http://127.0.0.1:$(<port)
secret=$(head -c 48 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9')
umask 077
printf '%s\n' "$secret" >others-read
chmod 640 others-read
: >empty
printf '\n%s\n' "$secret" >empty-line
mkdir folder

# --- options, addresses, secrets ---

# refused COMMAND...: everything that no command takes that asks a stack.
refused() {
	local name="$*" file
	run "$name" 2 "$@" --url "$url" --no-such-option
	has "$name: unknown option" err '--no-such-option'
	run "$name" 2 "$@" --url "$url" one-too-many
	run "$name" 2 "$@" --url
	run "$name" 2 "$@" --url "$url" --insecure --fingerprint 00
	run "$name" 2 "$@" --url "$url" --password-file empty
	run "$name" 2 "$@" --url "$url" --user me --api-key-file empty
	run "$name" 2 "$@" --url "$url" --user me --password-file empty --password-env NAME
	run "$name" 3 "$@" --url "http://me:$secret@${url#http://}"
	has "$name: secret in the address" err PK2301
	run "$name" 3 "$@" --url "${url#http://}"
	has "$name: address without a scheme" err PK2301
	run "$name" 3 "$@" --url "$url" --fingerprint 00:11
	has "$name: short fingerprint" err PK2304
	run "$name" 3 "$@" --url "$url" --ca no-such-file
	has "$name: no certificates" err PK2304
	run "$name" 3 "$@" --url "$url" --user me --password-file others-read
	has "$name: password that others can read" err 'can be read by others'
	run "$name" 3 "$@" --url "$url" --api-key-file others-read
	has "$name: API key that others can read" err 'can be read by others'
	for file in empty empty-line no-such-file folder; do
		run "$name" 3 "$@" --url "$url" --user me --password-file "$file"
		has "$name: $file" err "no secret can be read from '$file'"
	done
	EMPTY='' run "$name" 3 "$@" --url "$url" --api-key-env EMPTY
	has "$name: empty variable" err "no password in 'EMPTY'"
}

for verb in plan up verify doctor prune down sample 'sample --remove' 'agent-config --sensor sysmon'; do
	# shellcheck disable=SC2086 # several words
	refused stack $verb
	# shellcheck disable=SC2086 # several words
	run "$verb" 2 stack $verb
	has "$verb: no stack" err -- '--url'
	# shellcheck disable=SC2086 # several words
	run "$verb" 2 stack $verb --url "$url" --kibana-fingerprint 00
	has "$verb: no Kibana" err 'by --kibana'
done
refused lab up --dir lab
run 'no verb' 2 stack --url "$url"
run 'another verb' 2 stack destroy --url "$url"
run 'Kibana' 2 stack plan --url "$url" --kibana "$url" --kibana-password-file empty
has 'Kibana: user' err 'by --kibana-user'
run 'render' 2 stack render -o rendered
run 'render' 2 stack render --flavor es5 -o rendered
run 'render' 3 stack render --flavor os2 -o rendered --url "https://me:$secret@lab:9200"
absent 'render' rendered
run 'agent-config' 2 stack agent-config --url "$url" --flavor es5 --sensor sysmon
run 'agent-config' 3 stack agent-config --flavor os2 --sensor sysmon -o file --url "https://me:$secret@lab:9200"
has 'agent-config' err PK2301
absent 'agent-config' file
run 'lab' 3 lab up --dir lab --url "$url" --kibana "https://me:$secret@lab:5601"
has 'lab: secret in the address of Kibana' err PK2301
if grep -rqF "$secret" lab; then
	bad 'the secret is in the lab'
else
	good
fi
if [[ -s record ]]; then
	bad 'asked all the same:' "$(<record)"
else
	good
fi

# A wrong password is not sent again and again, as long as a lab would wait for its stack.
printf '%s\n' "$secret" >own
run 'lab, wrong password' 3 lab up --dir lab-closed --url "$url/closed" --user me --password-file own
has 'lab, wrong password' err PK2310
if [[ $(grep -c '^GET' record) == 1 ]]; then
	good
else
	bad 'asked more than once:' "$(grep -c '^GET' record)"
fi

# --- nothing is written ---

for sensor in sysmon monster; do
	run 'dry agent-config' 0 stack agent-config --url "$url" --flavor os2 --sensor "$sensor" -o file --dry-run
	has 'dry agent-config' out '^would be written  file$'
	absent 'dry agent-config' file
done
run 'dry sample' 0 stack sample -o file --dry-run --format json
has 'dry sample' out '"file":"file","result":"would be written"'
absent 'dry sample' file
run 'dry sample to the output' 0 stack sample -o - -c 1 --dry-run
has 'dry sample to the output' out picket-sample
run 'dry render' 0 stack render --flavor os2 -o rendered --dry-run
absent 'dry render' rendered
run 'dry lab' 0 lab up --dir lab-dry --url "$url" --dry-run
absent 'dry lab' lab-dry

# --- versions of engines ---

mkdir bin
printf '#!/bin/sh\ncase $* in *" up "*) echo "no images here" >&2; exit 1 ;; esac\n' >bin/docker
chmod +x bin/docker
# version V STATUS: a lab by Docker of that version gets as far as its files, in the folder lab-V.
version() {
	PATH=$work/bin:$PATH run "version $1" 3 lab up --dir "lab-$1" --version "$1"
}

# Since 7.13 Logstash's output has options for data streams, which 7.10 does not know.
for number in 7.17.29 8.19.3 9.5.1 9.6.0-SNAPSHOT 9; do
	version "$number"
	has "version $number" err 'no images here'
	has "version $number" "lab-$number/logstash/90-output-picket.conf" 'data_stream => '
done
for number in 7.10.2 6.8.23; do
	version "$number"
	has "version $number" err 'no images here'
	lacks "version $number" "lab-$number/logstash/90-output-picket.conf" 'data_stream => '
done
for number in 6.5.4 10.0.0 latest; do
	version "$number"
	lacks "version $number" err 'no images here'
	absent "version $number" "lab-$number/compose.yaml"
done
run 'dry lab' 0 lab down --dir lab-9.5.1 --data --dry-run
has 'dry lab' out 'would remove .*/lab-9.5.1$'
has 'dry lab' lab-9.5.1/lab.json '"kind":"docker"'
run 'dry lab as JSON' 0 lab down --dir lab-9.5.1 --dry-run --format json
has 'dry lab as JSON' out '^{"schema":1,"would":"stop the servers of the lab"}$'
mkdir lab-half
echo '{"picket":1,"kind":"archives","address":"127.0.0.1"}' >lab-half/lab.json
run 'status of a lab that was not started' 1 lab status --dir lab-half
has 'status of a lab that was not started' out '^engine .*was not started yet'

# What does not answer is no lab, and is not in the way of one.
run 'lab at nothing' 3 lab up --dir lab-nothing --url http://127.0.0.1:1 --wait 1
absent 'lab at nothing' lab-nothing/lab.json
run 'dry lab at nothing' 0 lab up --dir lab-nothing --url http://127.0.0.1:1 --dry-run --format json
has 'dry lab at nothing' out '^{"schema":1,"would":"use the stack at the given address, in .*"}$'

echo "$checks checks, $failures failed"
((failures == 0))
