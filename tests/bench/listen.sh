#!/usr/bin/env bash
# listen.sh PICKET LOAD [--quick]: how many datagrams a second `picket listen` takes on one core without losing
# one, writing documents to a file, and the same for a loop that only counts. LOAD is listen_load. What picket
# says was lost must be what is missing in its output. With --quick only that is looked at. BENCH_PREFIX is put
# before both programs: `chrt -f 10` keeps other work on the machine out of the figures.
set -euo pipefail
export LC_ALL=C.UTF-8 NO_COLOR=1

picket=$(realpath -- "${1:?usage: $0 PICKET LOAD [--quick]}")
load=$(realpath -- "${2:?usage: $0 PICKET LOAD [--quick]}")
quick=${3-}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
count=${BENCH_COUNT:-200000}
rates=(50000 75000 100000 150000 200000 300000)
if [[ -n $quick ]]; then
	count=20000
	rates=(20000)
fi
here=0 there=0 # cores of the sender and of the receiver
(($(nproc) < 2)) || there=1

# run RATE COMMAND...: starts the receiver, sends, waits until it is idle, and interrupts it; `spent` is the
# nanoseconds that it was on its core.
run() {
	local rate=$1 port='' receiver before
	shift
	rm -f out.ndjson err
	# shellcheck disable=SC2086 # words
	${BENCH_PREFIX-} taskset -c "$there" "$@" 2>err &
	receiver=$!
	for ((i = 0; i < 200; i++)); do
		port=$(sed -nE 's/.*listening on port ([0-9]+).*/\1/p' err 2>/dev/null || :)
		[[ -n $port ]] && break
		sleep 0.05
	done
	# shellcheck disable=SC2086 # words
	${BENCH_PREFIX-} taskset -c "$here" "$load" send "$port" "$rate" "$count" >sent
	spent=-1
	before=0
	while ((spent != before)); do
		before=$spent
		sleep 0.1
		# Looking at the clock ten times a second is no work worth waiting for.
		read -r spent _ <"/proc/$receiver/schedstat"
		((spent - before > 1000000)) || break
	done
	kill -INT "$receiver"
	wait "$receiver" || (($? == 130))
}

us_each() {
	awk -v n="$1" -v spent="$spent" 'BEGIN {printf "%.2f", (n > 0 ? spent / 1000 / n : 0)}'
}

listen_at() {
	local received lost lines
	run "$1" "$picket" listen --port 0 --bind 127.0.0.1 --format json -o out.ndjson
	read -r received lost < <(
		sed -nE 's/^([0-9]+) datagrams, [0-9]+ bytes, ([0-9]+) lost.*/\1 \2/p' err)
	lines=$(wc -l <out.ndjson)
	if ((received + lost != count || lines != received)); then
		echo "of $count datagrams $received were received, $lost lost, $lines written" >&2
		cat err >&2
		exit 1
	fi
	if ((lost > 0)) && ! grep -q 'warning\[PK2406\]' err; then
		echo 'losses are not told' >&2
		exit 1
	fi
	picket_us=$(us_each "$received")
	printf 'picket listen  %7d a second: %6d of %d lost, %s us of CPU each; took %s us to send\n' \
		"$1" "$lost" "$count" "$picket_us" "$(sed 's/.* in \([0-9]*\) us/\1/' sent)"
	((lost > 0)) || best=$1
}

floor_at() {
	local received
	run "$1" "$load" count
	received=$(sed -nE 's/^([0-9]+) datagrams$/\1/p' err)
	floor_us=$(us_each "$received")
	printf 'counting alone %7d a second: %6d of %d lost, %s us of CPU each\n' \
		"$1" $((count - received)) "$count" "$floor_us"
	((received < count)) || floor_best=$1
}

best=0 floor_best=0 picket_us=0 floor_us=0 spent=0
for rate in "${rates[@]}"; do
	floor_at "$rate"
	listen_at "$rate"
done
printf 'no loss up to %d a second, counting alone %d; CPU ratio %s\n' "$best" "$floor_best" \
	"$(awk -v a="$picket_us" -v b="$floor_us" 'BEGIN {printf "%.2f", (b > 0 ? a / b : 0)}')"
