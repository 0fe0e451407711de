#!/usr/bin/env bash
# listen.sh PICKET: `picket listen` as people run it: what it writes where, when it ends, with which status.
set -u
export LC_ALL=C.UTF-8 NO_COLOR=1
picket=$(realpath -- "${1:?usage: listen.sh PICKET}")
work=$(mktemp -d)
receiver=''
trap '[[ -z $receiver ]] || kill "$receiver" 2>/dev/null; rm -rf -- "$work"' EXIT
cd -- "$work" || exit 1
wrong=0
record=$'4500\t7\t192.0.2.1\t131580361231234567\t42\t0\tHKLM\\Lab\t3'

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# start ARGUMENT...: a receiver on a free port of this machine; sets `port`.
start() {
	port=''
	: >err
	"$picket" listen --port 0 --bind 127.0.0.1 "$@" >out 2>err &
	receiver=$!
	for ((i = 0; i < 1200; i++)); do
		port=$(sed -nE 's/^listening on port ([0-9]+),.*/\1/p' err)
		[[ -n $port ]] && return
		kill -0 "$receiver" 2>/dev/null || break
		sleep 0.05
	done
	complain "does not start: $(cat err)"
}

send() {
	printf '%b' "$1" >/dev/udp/127.0.0.1/"$port"
}

# ends STATUS: the receiver has ended, or ends now, with this status.
ends() {
	local status
	wait "$receiver"
	status=$?
	receiver=''
	[[ $status -eq $1 ]] || complain "status $status instead of $1: $(cat err)"
}

# until_said TEXT FILE: it appears there without the receiver being asked to end.
until_said() {
	for ((i = 0; i < 600; i++)); do
		grep -qF -- "$1" "$2" 2>/dev/null && return
		sleep 0.05
	done
	complain "'$1' does not appear in $2: $(cat "$2")"
}

start --count 2
send "$record"
send 'an escape \033[31m\n'
ends 0
[[ $(head -n 1 out) == '2017-12-18T02:02:03.123Z 192.0.2.1 4500 RegEventStatistics pid 42  '* ]] ||
	complain "the line is: $(head -n 1 out)"
grep -qF '(no event id) an escape \x1b[31m' out || complain "the second line is: $(tail -n 1 out)"
grep -qE '^2 datagrams, [0-9]+ bytes, 0 lost, 1 not understood$' err || complain "the end is: $(cat err)"

echo kept >file
start --format json -o file
send "$record"
until_said '"RegEventCounts":3' file
grep -qF '"source":{"address":"127.0.0.1"}' file || complain 'the sender is missing'
[[ $(head -n 1 file) == kept ]] || complain 'the file was not appended to'
kill -INT "$receiver"
ends 130

start --raw --seconds 3
send "$record\r\n"
ends 0
printf '%b\n' "$record" | cmp -s - out || complain "raw is: $(cat out)"

start --seconds 60
"$picket" listen --port "$port" --bind 127.0.0.1 >other 2>&1
[[ $? -eq 3 ]] || complain "a port that is taken: $(cat other)"
grep -q 'PK2402' other || complain "a port that is taken: $(cat other)"
kill -TERM "$receiver"
ends 130

start --count 1 -o /dev/full
send "$record"
ends 3
grep -q 'cannot be written' err || complain "a full disk: $(cat err)"

for arguments in '--port 70000' '--raw --format json' 'word' '--buffer 5000000000'; do
	# shellcheck disable=SC2086 # words
	"$picket" listen $arguments >other 2>&1
	[[ $? -eq 2 ]] || complain "$arguments: $(cat other)"
done

echo "listen: $wrong wrong"
((wrong == 0))
