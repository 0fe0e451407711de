# shellcheck shell=bash disable=SC2154,SC2034
# Rollouts that a person interrupts, pauses and breaks off, and what becomes of them.

story_interrupts() {
	all=(i1 i2 i3)
	hosts i1 i2 i3
	inventory "$one_wave"
	interrupts_finish
	interrupts_abort
	interrupts_pause
	interrupts_hang_up
	interrupts_moved
}

# begin ARG...: starts picket in the background, as a shell of a person would; $pid.
begin() {
	local host
	for host in "${all[@]}"; do
		endpoint_fault "$host" slow 0.6
	done
	: >out
	: >err
	set -m
	picket "$@" >out 2>err </dev/null &
	pid=$!
	set +m
}

# ended NAME STATUS
ended() {
	local status=0
	wait "$pid" || status=$?
	equal "$1" "$2" "$status" "$(cat out err)"
}

interrupts_finish() {
	begin push --sessions 1 --no-health --format json
	wait_for out '"result":"ok"'
	kill -INT "$pid"
	ended 'Ctrl-C' 130
	has 'what runs is finished' err '^finishing what runs; again to break off$' \
		'not begun in .*: paused; .picket resume. goes on$'
	lacks 'no host fails by it' out '"result":"failed"'
	run 'history after it' 0 history
	has 'history says so' out ' push +paused +3 '
	run 'resume' 0 resume --format json
	has 'resume does the rest' err '^3 ok, 0 failed, 0 skipped, 0 not begun'
	equal 'each once' '1 1 1' "$(applied "${all[@]}")"
}

interrupts_abort() {
	config config.xml nc
	begin push --sessions 1 --no-health --format json
	wait_for out '"result":"ok"'
	sleep 0.2
	kill -INT "$pid"
	wait_for err '^finishing'
	kill -INT "$pid"
	ended 'Ctrl-C twice' 130
	has 'connections are ended' err '^breaking off$' 'broken off; .picket resume. goes on$'
	sleep 1
	run 'resume after breaking off' 0 resume --format json
	has 'all is done' err '^3 ok, 0 failed, 0 skipped, 0 not begun'
	equal 'nothing is applied twice' '2 2 2' "$(applied "${all[@]}")"
	run 'all is as wanted' 0 plan
}

interrupts_pause() {
	config config.xml socat
	begin push --sessions 1 --no-health --format json
	wait_for out '"result":"ok"'
	kill -USR1 "$pid"
	wait_for err '^paused: nothing new is begun$'
	sleep 2.5
	check 'nothing is begun in a pause' test "$(wc -l <out)" -lt 3
	kill -USR1 "$pid"
	ended 'the rollout goes on' 0
	has 'that is said' err '^going on$'
	equal 'all are done' '3 3 3' "$(applied "${all[@]}")"
}

# Who goes on with a rollback, or by a plan, passes over hosts that somebody changed meanwhile.
interrupts_moved() {
	local host
	begin rollback --sessions 1 --no-health --format json
	wait_for out '"result":"ok"'
	kill -TERM "$pid"
	ended 'SIGTERM in a rollback' 130
	config hand.xml zmap
	for host in "${all[@]}"; do
		endpoint_mend "$host"
		by_hand "$host" hand.xml
	done
	run 'resume of a rollback' 4 resume --format json
	has 'hosts that were changed since are skipped' err ', 0 failed, [12] skipped, 0 not begun'
	count 'by the code' "$(sed -nE 's/.* ([12]) skipped.*/\1/p' err)" out '"result":"skipped","code":"PK2105"'
}

# Under nohup a rollout outlives its terminal.
interrupts_hang_up() {
	config config.xml tcpdump
	begin push --sessions 1 --no-health --format json
	wait_for out '"result":"ok"'
	kill -HUP "$pid"
	ended 'a terminal that is gone' 130
	config config.xml ncat
	trap '' HUP
	begin push --sessions 1 --no-health --format json
	trap - HUP
	wait_for out '"result":"ok"'
	kill -HUP "$pid"
	ended 'a terminal that is gone, under nohup' 0
	equal 'all have it' "$(digest config.xml)" "$(runs i3)"
}
