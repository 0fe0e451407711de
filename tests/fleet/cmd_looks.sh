# shellcheck shell=bash disable=SC2154,SC2034
# How it looks: on a terminal, in a file, for programs.

story_looks() {
	all=(l1 l2)
	hosts l1 l2
	inventory "$one_wave"
	looks_plain
	looks_terminal
	looks_machine
}

looks_plain() {
	run 'quiet push' 0 push --quiet --no-health
	equal 'only results are told' '' "$(cat err)"
	count 'a line a host' 2 out '^ok +l[12]: install [0-9.]+ s$'
	run 'push in text' 0 push
	count 'nothing was to do' 2 out '^ok +l[12]: none '
	run 'no inventory' 3 plan -i none.yaml
	run 'a report that cannot be written' 3 push --report none/report.html
	has 'the report is named' err "PK0002.*'none/report.html'"
	picket push --format json 2>err >/dev/full
	equal 'a full disk for results' 3 "$?"
	has 'the reason is told' err 'standard output cannot be written: No space left'
	run 'more sessions than can be counted' 2 status --sessions 4294967296
	run 'no home (PK2212)' 0 plan
	env -u HOME -u XDG_STATE_HOME picket status >out 2>err
	equal 'no folder for the store' 1 "$?"
	has 'no folder for the store: PK2212' err 'PK2212' 'give a file with --state'
	run 'a store by name' 0 status --state state/picket/looks.db
}

# The table on a terminal shows what runs, and is taken away.
looks_terminal() {
	local plain
	command -v script >/dev/null || return 0
	config config.xml curl nc
	endpoint_fault l1 slow 1
	endpoint_fault l2 slow 1
	NO_COLOR='' TERM=xterm script -qec 'picket push' typed >/dev/null </dev/null
	plain=$(tr -d '\r' <typed)
	check 'the table has a bar' grep -qE '^\S*\[[#.]{20}\] 0 of 2, wave 1 of 1 all' <<<"$plain"
	check 'it names hosts' grep -qE '^  l[12]  (connecting|working), [0-9] s' <<<"$plain"
	check 'the table is taken away' \
		grep -qE $'\033\\[[0-9]+A\033\\[J2 ok, 0 failed, 0 skipped, 0 not begun' <<<"$plain"
	endpoint_mend l1
	endpoint_mend l2
}

looks_machine() {
	config config.xml curl socat
	endpoint_fault l1 refuse
	run 'JSON with a failure' 4 push --format json --report report.html
	check 'every line is JSON' parse_lines
	has 'a host that fails' out \
		'^\{"schema":1,"host":"l1","action":"[a-z]+","result":"failed","code":"PK2112","message":"[^"]+","from":"sha256:[0-9a-f]{64}","to":"sha256:[0-9a-f]{64}","seconds":[0-9.]+[,}]'
	lacks 'talk is not in the product' out '^[^{]'
	run 'JUnit with a failure' 4 push --format junit
	has 'JUnit has the code' out '<failure type="PK2112" message="update: '
	! command -v xmllint >/dev/null || check 'JUnit is XML' xmllint --noout out
	run 'text with a failure' 4 push
	has 'text has the code' out '^failed +l1: update \(apply\): .*\[PK2112\] [0-9.]+ s$'
	endpoint_mend l1
}

parse_lines() {
	if command -v jq >/dev/null; then
		jq -e .host <out
	else
		perl -MJSON::PP -ne 'decode_json($_)->{host} or die' out
	fi
}
