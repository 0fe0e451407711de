# shellcheck shell=bash disable=SC2154,SC2034
# A fleet from its first push on: install, nothing to do, change, drift by hand, rollback.

story_life() {
	hosts web1 web2 web3 web4
	inventory 'rollout: {stages: [{name: canary, hosts: 1}, {name: rest}]}'
	life_before
	life_install
	life_change
	life_drift
	life_undo
	life_journal
}

life_before() {
	local before
	run 'an inventory is judged without hosts' 0 validate inventory.yaml
	run 'drift: nothing was pushed (PK2211)' 1 drift
	has 'drift names the code' err 'PK2211.*nothing was pushed yet'
	run 'history: nothing was pushed' 1 history
	has 'history names the code' err PK2211
	run 'rollback: nothing was pushed' 1 rollback
	has 'rollback names the code' err PK2211
	run 'resume: nothing was pushed' 1 resume
	has 'resume names the code' err PK2211
	run 'status without a store' 0 status
	check 'no store comes of asking' test ! -e state/picket/life.db
	has 'a host that nobody has read is unknown' out '^web1 .* unknown .*nobody has read'
	run 'status as JSON' 0 status --format json
	count 'status names PK2210' 4 out '"state":"unknown","code":"PK2210"'
	run 'live status of empty hosts' 0 status --live
	count 'no sensor is there' 4 out '^web[1-4] .* absent '
	before=$(trees web1 web2 web3 web4)
	run 'diff: no configuration to be told (PK1130)' 3 diff host:web1 config.xml
	has 'diff names PK1130 and a way on' err 'PK1130.*host:web1' 'picket status --live web1'
	run 'plan of empty hosts' 1 plan
	has 'plan counts hosts' out "^4 hosts of inventory 'life': 4 would change, 0 as wanted, 0 in trouble"
	count 'plan says it once for all' 1 out 'install sysmon-linux 1.3.3'
	has 'plan names hosts' out '^4 hosts: web1, web2, web3, web4$'
	equal 'plan touches nothing' "$before" "$(trees web1 web2 web3 web4)"
	check 'no store comes of looking at hosts' test ! -e state/picket/life.db
	# As if a push had ended before it could begin.
	mkdir -p state/picket
	: >state/picket/life.db
	run 'rollback without a rollout (PK2209)' 1 rollback
	has 'rollback names PK2209' err PK2209
	run 'resume without a rollout (PK2206)' 1 resume
	has 'resume names PK2206' err 'PK2206.*there is no rollout yet'
}

life_install() {
	local sha
	sha=sha256:$(digest config.xml)
	run 'push installs' 0 push --format json --report report.html
	told 'all were installed' \
		'web1 ok install;web2 ok install;web3 ok install;web4 ok install'
	count 'lines are those of the contract' 4 out \
		'^\{"schema":1,"host":"web[1-4]","action":"install","result":"ok","code":"","message":"","from":"","to":"'"$sha"'","seconds":[0-9.]+[,}]'
	has 'waves are told' err '4 hosts, 2 waves \(canary 1, rest 3\)' '^wave canary: 1 host$' \
		'^wave rest: 3 hosts$'
	has 'the canary comes first' <(head -n 1 out) '"wave":"canary"'
	has 'the end is told' err '^4 ok, 0 failed, 0 skipped, 0 not begun in .* s: done$'
	equal 'the configuration is put into force once' '1 1 1 1' "$(applied web1 web2 web3 web4)"
	equal 'it is the wanted one' "$(digest config.xml)" "$(runs web3)"
	for host in web1 web2 web3 web4; do
		has "report has $host" report.html "<td class=\"\">$host</td>"
	done
	lacks 'report loads nothing' report.html '<script|<link|src=|href=|@import|url\('
	run 'plan after it' 0 plan
	has 'plan: all as wanted' out '0 would change, 4 as wanted, 0 in trouble'
	run 'second push' 0 push --format json
	told 'nothing was to do' 'web1 ok none;web2 ok none;web3 ok none;web4 ok none'
	equal 'nothing was applied again' '1 1 1 1' "$(applied web1 web2 web3 web4)"
}

life_change() {
	local from to
	from=sha256:$(digest config.xml)
	cp config.xml first.xml
	config config.xml curl wget nc
	to=sha256:$(digest config.xml)
	run 'plan of a change' 1 plan
	has 'plan names all hosts at once' out '^4 hosts: web1, web2, web3, web4$'
	count 'plan says the rule once' 1 out '~ widens: include Image \+ ends with ./nc.'
	count 'plan says what event' 1 out 'ProcessCreate'
	run 'plan as JSON' 1 plan --format json
	told 'plan says what would be done' \
		'web1 ok update;web2 ok update;web3 ok update;web4 ok update'
	count 'one change for all' 1 out '"kind":"change".*"hosts":\["web1","web2","web3","web4"\]'
	count 'with its rule' 1 out \
		'"changes":\[\{"change":"changed","action":"include","effect":"widens","rule":"include Image'
	run 'push of a change' 0 push --format json
	count 'from and to are told' 4 out "\"action\":\"update\".*\"from\":\"$from\",\"to\":\"$to\""
	equal 'applied once more' '2 2 2 2' "$(applied web1 web2 web3 web4)"
	run 'status' 0 status
	count 'status knows the configuration' 4 out " running +${to:0:19} "
	run 'live status' 0 status --live web1
	count 'live status reads one host' 1 out "^web1 +sysmon-linux +1\.3\.3 +running +${to:0:19}"
	run 'status as JSON' 0 status --format json web2
	has 'status has facts' out '^\{"schema":1,"host":"web2","state":"running","read":".*","facts":\{'
	has 'when it was read is told' out '"read":"20[0-9-]+T[0-9:]+Z"'
	check 'status is JSON' parse_json out
}

# Is every line of the file an object of JSON?
parse_json() {
	if command -v jq >/dev/null; then
		jq -e 'type == "object" and .schema == 1' <"$1"
	else
		perl -MJSON::PP -ne 'decode_json($_)->{schema} == 1 or die' "$1"
	fi
}

life_drift() {
	local sysmon
	run 'no drift' 0 drift
	has 'no drift is told' out '^0 of 4 hosts drifted'
	sysmon=$(endpoint_dir web4)/opt/sysmon
	cp "$sysmon/rules.bin" rules.bin
	printf 'x' >>"$sysmon/rules.bin"
	run 'live rules were changed' 1 drift web4
	has 'drift of rules is told' out '^1 host: web4$' 'rules: was sha256:.*, is sha256:'
	cp rules.bin "$sysmon/rules.bin"
	config hand.xml curl wget nc socat
	by_hand web1 hand.xml
	endpoint_run web2 'systemctl stop sysmon'
	endpoint_run web3 'systemctl stop sysmon'
	run 'changes by hand' 1 drift
	has 'drift is told in ways' out '^3 of 4 hosts drifted, in 2 ways; 0 not read$' \
		'^2 hosts: web2, web3$' '^1 host: web1$' 'config: was sha256:[0-9a-f]{12}, is sha256:[0-9a-f]{12}$' \
		'running: was yes, is no'
	count 'drift says the rule' 1 out '~ widens: include Image \+ ends with ./socat.'
	lacks 'digests are short for people' out 'sha256:[0-9a-f]{13}'
	run 'drift as JSON' 1 drift --format json
	has 'ways have hosts' out '"kind":"drift".*"hosts":\["web2","web3"\]' '"hosts":\["web1"\]'
	check 'drift is JSON' parse_json out
	run 'drift by what was read last' 1 drift --offline
	has 'drift offline is the same' out '^3 of 4 hosts drifted, in 2 ways'
	run 'diff of two hosts' 1 diff host:web1 host:web4
	has 'diff says the rule' out '/socat'
	run 'diff of a host and a file' 0 diff host:web4 config.xml
	run 'plan shows drift, too' 1 plan
	has 'plan counts drift' out '3 would change, 1 as wanted, 0 in trouble; 3 drifted in 2 ways' \
		'^what is not as the last push left it$'
}

life_undo() {
	local last before
	before=$(trees web1 web2 web3)
	last=$(digest config.xml)
	run 'rollback after drift' 4 rollback --format json
	told 'only what nobody has changed is taken back' \
		'web1 skipped none PK2105;web2 skipped none PK2105;web3 skipped none PK2105;web4 ok rollback'
	equal 'the host has the first configuration' "$(digest first.xml)" "$(runs web4)"
	equal 'the others are untouched' "$before" "$(trees web1 web2 web3)"
	has 'the end counts them' err '1 ok, 0 failed, 3 skipped'
	run 'push after drift' 0 push --format json
	told 'drift is mended' 'web1 ok update;web2 ok update;web3 ok update;web4 ok update'
	equal 'web1 has what is wanted' "$last" "$(runs web1)"
	run 'no drift any more' 0 drift
	run 'plan after mending' 0 plan
	run 'rollback of a rollout that is not there' 1 rollback --rollout 20200101T000000Z-00000000
	has 'rollback names PK2206' err 'PK2206.*there is no rollout .20200101'
}

not() {
	! "$@"
}

life_journal() {
	local id store=state/picket/life.db head
	run 'history' 0 history
	count 'history has all rollouts' 5 out '^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8} +(push|rollback) +done '
	id=$(sed -n '$s/ .*//p' out)
	has 'history counts' out "^$id +push +done +4 +4 +0 +0 "
	run 'history of a rollout' 0 history "$id"
	count 'history has its hosts' 4 out '^web[1-4] +(canary|rest) +[a-z]+ +install'
	run 'history as JSON' 0 history "$id" --format json
	told 'history says what was done' \
		'web1 ok install;web2 ok install;web3 ok install;web4 ok install'
	run 'history as JUnit' 0 history "$id" --format junit --report page.html
	has 'history writes a report' page.html 'web4'
	if command -v xmllint >/dev/null; then
		check 'JUnit is XML' xmllint --noout out
		check 'JUnit is XML, by picket' test "$(xmllint --xpath 'count(//testcase)' out)" = 4
	fi
	run 'history of a host' 0 history --host web1
	has 'the journal has its transitions' out ' web1 +changing ' ' web1 +ok ' ' web1 +skipped '
	run 'history of a host that is not there' 2 history --host web9
	has 'history names PK1736' err "PK1736.*'web9'"
	run 'JUnit is of rollouts' 2 history "$id" --host web1 --format junit
	run 'history of a rollout that is not there' 1 history 20200101T000000Z-00000000
	has 'history names PK2206' err PK2206
	run 'the journal is whole' 0 history --verify
	head=$(sed -n 's/.*the last is //p' out)
	equal 'its head is a hash' 64 "${#head}"
	run 'that as JSON' 0 history --verify --format json
	has 'JSON has the head' out "^\\{\"schema\":1,\"journal\":\"whole\",\"rows\":[0-9]+,\"hash\":\"$head\"\\}"
	command -v sqlite3 >/dev/null || return 0
	cp "$store" whole.db
	check 'the journal is only added to' not sqlite3 "$store" 'DELETE FROM journal'
	sqlite3 "$store" 'DROP TRIGGER journal_update; DROP TRIGGER journal_delete'
	cp "$store" open.db
	sqlite3 "$store" "UPDATE journal SET detail = '{\"try\":9}' WHERE number = 7" ||
		bad 'the journal cannot be changed by sqlite3'
	run 'a row that was changed (PK1939)' 1 history --verify
	has 'the row is named' err 'PK1939.* 7'
	cp open.db "$store"
	sqlite3 "$store" 'DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)'
	run 'a row that was cut off' 1 history --verify
	has 'the cut is found' err PK1939
	cp whole.db "$store"
	sqlite3 "$store" "UPDATE host SET facts = '{\"platform\":7}' WHERE host = 'web2'"
	run 'facts that somebody meddled with (PK2201)' 0 status --format json web2
	has 'status names PK2201' out '"state":"unknown","code":"PK2201"'
	chmod 666 "$store"
	run 'a store that others may write (PK1933)' 3 status
	has 'the store is named' err PK1933
}
