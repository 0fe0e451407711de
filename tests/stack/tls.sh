#!/usr/bin/env bash
# tls.sh PICKET EDGE: every verb of `picket stack`, and `picket lab` on a stack that runs, over TLS. A real
# OpenSearch (server.sh) is behind an edge that records what is asked (edge.c), and that is behind socat,
# once for each certificate. With a certificate that is accepted every verb does its work; with any other
# it ends with PK2307, nothing at all reaches the edge, and the cluster stays as it was. Status 77:
# packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: tls.sh PICKET EDGE}")
edge=$(realpath -- "${2:?usage: tls.sh PICKET EDGE}")
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/stack/server.sh
. "$here/server.sh"
lacking=$(server_missing opensearch2)
command -v socat >/dev/null || lacking+=' socat'
command -v openssl >/dev/null || lacking+=' openssl'
[[ -z $lacking ]] || { echo "skipped: packages that are missing: $lacking"; exit 77; }

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; server_stop; rm -rf -- "$work"' EXIT
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

# has NAME FILE PATTERN..., lacks NAME FILE PATTERN...: every PATTERN is met by a line; none is.
has() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$file"; then
			good
		else
			bad "$name: no line '$pattern' in $file:" "$(head -c 2000 "$file")"
		fi
	done
}

lacks() {
	local name=$1 file=$2 pattern
	shift 2
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$file"; then
			bad "$name: a line '$pattern' in $file:" "$(grep -E -- "$pattern" "$file" | head -c 2000)"
		else
			good
		fi
	done
}

# is NAME SEEN WANTED
is() {
	if [[ $2 == "$3" ]]; then
		good
	else
		bad "$1: '$2' instead of '$3'"
	fi
}

# run NAME STATUSES COMMAND...: picket must end with one of the STATUSES, "01"; what it says is in out and err.
run() {
	local name=$1 wanted=$2 status=0
	shift 2
	"$picket" "$@" >out 2>err </dev/null || status=$?
	if [[ $wanted != *"$status"* ]] || grep -qE 'Sanitizer|runtime error' err; then
		bad "$name: $*: status $status instead of $wanted" "$(head -c 3000 out; head -c 3000 err)"
	else
		good
	fi
}

# --- certificates ---

key() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" "${@:2}"
}

# leaf NAME NAMES: signed by ca; the chain is in NAME.pem.
leaf() {
	printf 'subjectAltName=%s\n' "$2" >"$1.ext"
	key "$1" -out "$1.csr"
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" \
		-out "$1.crt"
	cat "$1.crt" ca.crt >"$1.pem"
}

make_certificates() (
	set -e
	key ca -x509 -days 30 -addext keyUsage=critical,keyCertSign -out ca.crt
	key other -x509 -days 30 -addext keyUsage=critical,keyCertSign -out other.crt
	leaf fit DNS:localhost,IP:127.0.0.1
	leaf elsewhere DNS:elsewhere.example,IP:192.0.2.7
	key alone -x509 -days 30 -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out alone.crt
	cp alone.crt alone.pem
	# Was valid for a day of 2020; `openssl x509` cannot make one like that.
	leaf old DNS:localhost,IP:127.0.0.1
	mkdir db
	: >db/index
	echo 01 >db/serial
	cat >db/conf <<-'END'
		[ca]
		default_ca = d
		[d]
		database = db/index
		serial = db/serial
		new_certs_dir = db
		default_md = sha256
		policy = p
		[p]
		commonName = supplied
	END
	openssl ca -config db/conf -batch -notext -in old.csr -cert ca.crt -keyfile ca.key \
		-startdate 20200101000000Z -enddate 20200102000000Z -extfile old.ext -out old.crt
	cat old.crt ca.crt >old.pem
)

fingerprint() {
	openssl x509 -in "$1.crt" -noout -fingerprint -sha256 | sed 's/.*=//'
}

# --- servers ---

# start_edge NAME <SCRIPT: sets port; what it is asked is in NAME.record.
start_edge() {
	cat >"$1.script"
	: >"$1.record"
	"$edge" "$1.script" "$1.record" >"$1.port" &
	pids+=($!)
	for ((try = 0; try < 200; try++)); do
		[[ -s $1.port ]] && break
		sleep 0.05
	done
	port=$(<"$1.port")
}

# start_tls CERTIFICATE PORT: sets port; what arrives there goes on to PORT of this machine, without TLS.
start_tls() {
	: >"$1.$2.log"
	socat -d -d "OPENSSL-LISTEN:0,bind=127.0.0.1,cert=$1.pem,key=$1.key,verify=0,reuseaddr,fork" \
		"TCP4:127.0.0.1:$2" 2>"$1.$2.log" &
	pids+=($!)
	port=''
	for ((try = 0; try < 200; try++)); do
		port=$(sed -nE 's/.* listening on AF=2 127\.0\.0\.1:([0-9]+)$/\1/p' "$1.$2.log")
		[[ -z $port ]] || return 0
		sleep 0.05
	done
	bad "socat does not listen:" "$(<"$1.$2.log")"
	exit 1
}

make_certificates >certificates.log 2>&1 || { bad 'certificates:' "$(<certificates.log)"; exit 1; }
server_start opensearch2 || exit 1
start_edge cluster <<<$'* *\n  forward '"${SERVER_URL##*:}"
behind=$port
declare -A at=()
for name in fit elsewhere alone old; do
	start_tls "$name" "$behind"
	at[$name]=localhost:$port
done

api_key=$(head -c 48 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9')
password=$(head -c 48 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9')
(umask 077 && printf '%s\n' "$api_key" >api-key)

# Everything on the server that a verb might write or remove, and how many sample events there are.
holdings() {
	local path
	for path in _component_template _index_template _template _ingest/pipeline _data_stream; do
		server_ask GET "$path" 2>&1
		echo
	done
	server_ask POST '_all/_count' '{"query":{"term":{"tags":"picket-sample"}}}' |
		grep -oE '"count":[0-9]+'
}

# --- every verb ---

# Every verb does its work at the URL $2 with the options from $3 on.
accepted() {
	local name=$1 to=(--url "$2" "${@:3}")
	: >cluster.record
	run "$name" 1 stack plan "${to[@]}"
	has "$name: plan" out 'absent \([0-9]+\)'
	run "$name" 0 stack up "${to[@]}" --dry-run
	lacks "$name: dry" cluster.record '^(PUT|DELETE)'
	run "$name" 0 stack up "${to[@]}"
	has "$name: up" out 'assets written' '^requests '
	run "$name" 0 stack plan "${to[@]}"
	run "$name" 0 stack verify "${to[@]}"
	run "$name" 01 stack doctor "${to[@]}"
	run "$name" 0 stack sample "${to[@]}" --dry-run
	has "$name: dry sample" out '[1-9][0-9]* sample events would be sent'
	lacks "$name: dry sample" cluster.record '^POST /_bulk'
	run "$name" 0 stack sample "${to[@]}"
	has "$name: sample" out ' new, 0 there already'
	run "$name" 0 stack sample "${to[@]}" --remove --dry-run
	has "$name: dry remove" out '[1-9][0-9]* sample events would be removed'
	run "$name" 0 stack agent-config "${to[@]}" --sensor sysmon
	has "$name: agent-config" out '^output\.'
	run "$name" 0 stack sample "${to[@]}" --remove
	has "$name: remove" out '[1-9][0-9]* sample events removed'
	run "$name" 0 stack prune "${to[@]}" --yes
	run "$name" 0 stack down "${to[@]}" --data --yes
	has "$name: down" out '^removed '
	run "$name" 1 stack plan "${to[@]}"
}

# What was recorded had a secret in each request.
carries() {
	is "$1: requests with a secret" "$(grep -cE "^  Authorization: $2\$" cluster.record)" \
		"$(grep -cE '^[A-Z]+ /' cluster.record)"
}

accepted 'authority, name' "https://${at[fit]}" --ca ca.crt --api-key-file api-key
carries 'authority, name' "ApiKey $api_key"
export PICKET_PASSWORD=$password
accepted 'authority, address' "https://127.0.0.1:${at[fit]#*:}" --ca ca.crt --user me
carries 'authority, address' "Basic $(printf 'me:%s' "$password" | base64 -w 0)"
unset PICKET_PASSWORD
accepted 'fingerprint of a server with another name' "https://${at[elsewhere]}" \
	--fingerprint "$(fingerprint elsewhere)"
run 'fingerprint of the authority' 1 stack plan --url "https://${at[fit]}" --fingerprint "$(fingerprint ca)"
run 'fingerprint of a server that signs itself' 1 stack plan --url "https://${at[alone]}" \
	--fingerprint "$(fingerprint alone | tr -d : | tr '[:upper:]' '[:lower:]')"
run 'authority of a server that signs itself' 1 stack plan --url "https://${at[alone]}" --ca alone.crt

# --- no check ---

run 'what is there' 0 stack up --url "https://${at[fit]}" --ca ca.crt
run 'what is there' 0 stack sample --url "https://${at[fit]}" --ca ca.crt
for verb in 'plan' 'verify' 'doctor' 'agent-config --sensor sysmon' 'up' 'sample' 'prune --yes'; do
	# shellcheck disable=SC2086 # several words
	run "no check" 01 stack $verb --url "https://${at[old]}" --insecure --api-key-file api-key
	has "no check: $verb" err 'warning\[PK2309\]: the certificate of .* is not checked'
done
for name in fit elsewhere alone; do
	run "no check of $name" 0 stack plan --url "https://${at[$name]}" --insecure
	has "no check of $name" err 'PK2309'
done
for verb in 'sample --remove' 'down --data --yes'; do
	# shellcheck disable=SC2086 # several words
	run 'no check' 0 stack $verb --url "https://${at[old]}" --insecure
	has "no check: $verb" err 'warning\[PK2309\]'
done
run 'no check, for machines' 01 stack plan --url "https://${at[old]}" --insecure --format json
has 'no check, for machines' err '"code":"PK2309"'
lacks 'no check, for machines' out PK2309
run 'no check and a check' 2 stack plan --url "https://${at[old]}" --insecure --ca ca.crt

# --- what is refused ---

run 'what is there' 0 stack up --url "https://${at[fit]}" --ca ca.crt
run 'what is there' 0 stack sample --url "https://${at[fit]}" --ca ca.crt
holdings >before
has 'what is there' before '"count":[1-9]'
: >cluster.record

# refused NAME REASON CERTIFICATE OPTION...: each of the verbs finds that the certificate is not to be trusted.
refused() {
	local name=$1 reason=$2 url=https://${at[$3]} verb
	shift 3
	for verb in "${verbs[@]}"; do
		# shellcheck disable=SC2086 # several words
		run "$name" 3 stack $verb --url "$url" "$@" --api-key-file api-key
		has "$name: $verb" err 'error\[PK2307\]' "$reason"
		lacks "$name: $verb" err "$api_key"
		# A doctor looks at this machine, too.
		[[ $verb == doctor ]] || is "$name: $verb: output" "$(<out)" ''
	done
	is "$name: arrived" "$(head -c 2000 cluster.record)" ''
	: >cluster.record
}

verbs=('plan' 'up' 'verify' 'doctor' 'sample' 'sample --remove' 'prune --days 0 --yes' 'down --data --yes'
	'agent-config --sensor sysmon')
refused 'nobody vouches' 'not trusted' fit
refused 'another authority' 'not trusted' fit --ca other.crt
refused 'another name' 'is for elsewhere.example, 192.0.2.7, not for' elsewhere --ca ca.crt
refused 'expired' 'has expired' old --ca ca.crt
refused 'signed by itself' 'not trusted' alone
verbs=('up' 'down --data --yes')
refused 'signed by itself, another authority' 'not trusted' alone --ca ca.crt
refused 'another name, fingerprint of the authority' 'is for elsewhere' elsewhere --fingerprint "$(fingerprint ca)"
refused 'expired, fingerprint of the authority' 'has expired' old --fingerprint "$(fingerprint ca)"
refused 'expired, its fingerprint' 'has expired' old --fingerprint "$(fingerprint old)"
refused 'another fingerprint' 'no certificate that .* shows has the fingerprint' fit \
	--fingerprint "$(fingerprint other)"
holdings >now
is 'the cluster is as it was' "$(diff before now)" ''
has 'the edge does record' <(
	run 'recorded' 0 stack plan --url "https://${at[fit]}" --ca ca.crt --api-key-file api-key
	cat cluster.record
) "Authorization: ApiKey $api_key"

# --- Kibana, which has a certificate of its own ---

run 'render' 0 stack render --flavor os2.19 -o rendered
start_edge kibana <<'END'
POST /api/saved_objects/_export*
  file rendered/dashboards/classic.ndjson
GET /api/saved_objects/_find*
  body {"saved_objects":[]}
END
kibana_port=$port
for name in fit alone elsewhere; do
	start_tls "$name" "$kibana_port"
	at[kibana-$name]=localhost:$port
done
cluster=(--url "https://${at[fit]}" --api-key-file api-key)

# kibana NAME OPTION...: the saved objects there are compared.
kibana() {
	: >kibana.record
	run "$1" 0 stack plan "${cluster[@]}" "${@:2}"
	has "$1" out '^saved objects at .* 0 absent'
	has "$1" kibana.record "Authorization: ApiKey $api_key"
}

# kibana_refused NAME OPTION...: neither it nor the cluster is written to.
kibana_refused() {
	local verb
	: >kibana.record
	for verb in 'plan' 'up --force' 'down --data --yes' 'doctor'; do
		# shellcheck disable=SC2086 # several words
		run "$1" 13 stack $verb "${cluster[@]}" "${@:2}"
		has "$1: $verb" <(cat out err) 'PK2307|is not trusted|not for|fingerprint'
	done
	is "$1: arrived" "$(<kibana.record)" ''
	holdings >now
	is "$1: the cluster is as it was" "$(diff before now)" ''
}

kibana 'Kibana, same authority' --ca ca.crt --kibana "https://${at[kibana-fit]}"
kibana 'Kibana, same fingerprint' --fingerprint "$(fingerprint ca)" --kibana "https://${at[kibana-fit]}"
kibana 'Kibana, authority and fingerprint' --ca ca.crt --kibana "https://${at[kibana-alone]}" \
	--kibana-fingerprint "$(fingerprint alone)"
kibana 'Kibana, no check and fingerprint' --insecure --kibana "https://${at[kibana-alone]}" \
	--kibana-fingerprint "$(fingerprint alone)"
has 'Kibana, no check and fingerprint' err "PK2309.*${at[fit]}"
lacks 'Kibana, no check and fingerprint' err "PK2309.*${at[kibana-alone]}"
kibana 'Kibana, no check' --insecure --kibana "https://${at[kibana-elsewhere]}"
has 'Kibana, no check' err "PK2309.*${at[fit]}" "PK2309.*${at[kibana-elsewhere]}"
kibana_refused 'Kibana with another name' --ca ca.crt --kibana "https://${at[kibana-elsewhere]}"
kibana_refused 'Kibana that signs itself' --ca ca.crt --kibana "https://${at[kibana-alone]}"
kibana_refused 'Kibana with another fingerprint' --ca ca.crt --kibana "https://${at[kibana-fit]}" \
	--kibana-fingerprint "$(fingerprint other)"
kibana_refused 'Kibana, no check and another fingerprint' --insecure --kibana "https://${at[kibana-fit]}" \
	--kibana-fingerprint "$(fingerprint other)"
run 'down' 0 stack down "${cluster[@]}" --ca ca.crt --data --yes

# --- a lab on a stack that runs ---

# A lab is made, looked at and ended; more options reach the stack.
lab() {
	local name=$1
	shift
	: >cluster.record
	run "$name" 0 lab up --dir lab "$@" --samples 30
	has "$name" out '^The lab is in' '30 events: 30 new'
	cp err up.err
	run "$name" 0 lab status --dir lab "$@"
	has "$name" out '^engine +runs .* 30 events'
	cp err status.err
	run "$name" 0 lab down --dir lab "$@" --data
	has "$name" out '^the lab is gone'
	cp err down.err
}

lab 'lab, authority' --url "https://${at[fit]}" --ca ca.crt --api-key-file api-key
carries 'lab, authority' "ApiKey $api_key"
export PICKET_API_KEY=$api_key
lab 'lab, fingerprint' --url "https://${at[elsewhere]}" --fingerprint "$(fingerprint elsewhere)"
carries 'lab, fingerprint' "ApiKey $api_key"
unset PICKET_API_KEY
# A file that is named goes before the variable that is taken without.
export PICKET_API_KEY=other
lab 'lab, file and variable' --url "https://${at[fit]}" --ca ca.crt --api-key-file api-key
carries 'lab, file and variable' "ApiKey $api_key"
unset PICKET_API_KEY
# A password that is typed is asked for once, whatever a lab runs.
: >cluster.record
words=$(printf '%q ' "$picket" lab up --dir lab --url "https://${at[fit]}" --ca ca.crt --user me --samples 30)
mkfifo typing
SHELL=$BASH script -qfec "$words" typescript <typing >screen 2>&1 &
terminal=$!
exec 8>typing
for ((try = 0; try < 600; try++)); do
	grep -qs 'password of me:' typescript && break
	sleep 0.1
done
sleep 0.2
printf '%s\n' "$password" >&8
wait "$terminal" || bad 'lab, typed:' "$(head -c 2000 typescript)"
exec 8>&-
is 'lab, typed: asked' "$(grep -o 'password of me:' typescript | wc -l)" 1
carries 'lab, typed' "Basic $(printf 'me:%s' "$password" | base64 -w 0)"
export PICKET_PASSWORD=$password
run 'lab, typed' 0 lab down --dir lab --url "https://${at[fit]}" --ca ca.crt --user me --data
unset PICKET_PASSWORD
lab 'lab, no check' --url "https://${at[old]}" --insecure
for name in up status down; do
	has "lab $name, no check" "$name.err" 'PK2309'
done

# The certificate of this one is not checked yet.
run 'lab, unchecked' 0 lab up --dir unchecked --url "https://${at[old]}" --insecure --no-samples
holdings >before
: >cluster.record
start=$SECONDS
run 'lab, nobody vouches' 3 lab up --dir refused --url "https://${at[fit]}" --api-key-file api-key
has 'lab, nobody vouches' err PK2307
is 'lab, nobody vouches: it does not wait' "$((SECONDS - start < 5))" 1
run 'lab, another name' 3 lab up --dir refused --url "https://${at[elsewhere]}" --ca ca.crt --api-key-file api-key
has 'lab, another name' err PK2307
run 'lab, expired' 1 lab status --dir unchecked --ca ca.crt --api-key-file api-key
has 'lab, expired' out 'down .*'
run 'lab, expired' 3 lab down --dir unchecked --ca ca.crt --api-key-file api-key
is 'lab that is refused: arrived' "$(head -c 2000 cluster.record)" ''
holdings >now
is 'lab that is refused: the cluster is as it was' "$(diff before now)" ''

echo "$checks checks, $failures failed"
((failures == 0))
