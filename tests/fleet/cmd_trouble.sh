# shellcheck shell=bash disable=SC2154,SC2034
# Hosts that fail: budgets, hosts that cannot be reached, keys that are not the known ones.

story_trouble() {
	all=(t1 t2 t3 t4)
	hosts t1 t2 t3 t4
	trouble_budget
	trouble_unreachable
	trouble_sessions
	trouble_keys
	trouble_gone
}

trouble_budget() {
	local host
	inventory 'rollout: {stages: [{name: canary, hosts: 1}, {name: early, hosts: 1}, {name: rest}]}'
	for host in "${all[@]}"; do
		endpoint_fault "$host" refuse
	done
	run 'a canary that fails' 4 push --format json --report report.html
	count 'one host was begun' 1 out '"result":"failed"'
	count 'the others have a line, too' 3 out \
		'"action":"none","result":"skipped","code":"","message":"not begun","from":"","to":"sha256:'
	has 'the sensor refused' out '"wave":"canary","class":"apply"' '"result":"failed","code":"PK2114"'
	has 'the rollout is halted' err '^halted: ' '^0 ok, 1 failed, 0 skipped, 3 not begun .*halted' \
		'picket resume' 'picket rollback'
	has 'the report says so' report.html 'class="failed">failed<' '>halted<'
	equal 'nothing was put into force' '0 0 0 0' "$(applied "${all[@]}")"
	run 'history' 0 history
	has 'history says so' out ' push +halted +4 +0 +1 +0 '
	for host in "${all[@]}"; do
		endpoint_mend "$host"
	done
	run 'resume after a halt' 4 resume --format json
	has 'it goes on without the host that failed' err '^3 ok, 1 failed, 0 skipped, 0 not begun'
	equal 'three have it' '1 1 1' "$(applied "${all[@]}" | tr ' ' '\n' | grep 1 | paste -s -d ' ')"
	run 'history of what went on' 0 history
	has 'history says so, too' out ' push +done +4 +3 +1 +0 '
	run 'what failed in a rollout that is done is tried again' 0 resume --retry-failed
	has 'no host is left' err '^4 ok, 0 failed, 0 skipped, 0 not begun'
	run 'rollback of it' 0 rollback
	run 'push after it' 0 push --format json
	run 'rollback of all' 0 rollback
	for host in "${all[@]}"; do
		rm -f "$(endpoint_dir "$host")/applied.log"
		endpoint_fault "$host" refuse
	done
	run 'a canary that fails once more' 4 push
	for host in "${all[@]}"; do
		endpoint_mend "$host"
	done
	run 'resume tries failed hosts again' 0 resume --retry-failed --format json
	told 'all hosts are done' 't1 ok install;t2 ok install;t3 ok install;t4 ok install'
	equal 'each once' '1 1 1 1' "$(applied "${all[@]}")"
	has 'waves are as they were' err '4 hosts, 3 waves \(canary 1, early 1, rest 2\)'
	run 'resume of what is done (PK2207)' 0 resume
	has 'resume names PK2207' err 'PK2207.*is done'
	run 'resume of a rollout that is not there' 1 resume 20200101T000000Z-00000000
	has 'resume names PK2206' err PK2206
}

trouble_unreachable() {
	inventory 'rollout: {stages: [{name: all}], tries: 2, retry: 1s}' \
		"hosts: {dead: {address: 127.0.$number.99, port: 1}}"
	config config.xml curl wget nc
	run 'a host that cannot be reached' 4 push --format json
	told 'the others are done' \
		'dead failed none PK2002;t1 ok update;t2 ok update;t3 ok update;t4 ok update'
	has 'it is counted as unreachable' out '"host":"dead".*"class":"unreachable"'
	count 'it was tried again once' 1 err '^dead: is tried again: '
	lacks 'the budget bears it' err halted
	run 'live status of it' 4 status --live
	has 'status tells' out '^dead +- +- +unknown '
	run 'plan with it' 4 plan
	has 'plan tells' out '0 would change, 4 as wanted, 1 in trouble' '^1 host: dead$' 'PK2002'
	run 'drift with it' 4 drift
	has 'drift tells' out '^0 of 5 hosts drifted, in 0 ways; 1 not read$' '^1 host: dead$'
	run 'JUnit of a failure' 4 push --format junit
	has 'JUnit has it' out 'failures="1"' '<failure type="PK2002"'
	sed -i '/^hosts:/d' inventory.yaml
	run 'plan without it' 0 plan
}

trouble_sessions() {
	local order
	inventory "$one_wave"
	config config.xml curl
	run 'one after the other' 0 push --sessions 1 --no-health --report report.html
	order=$(sed '1,/Journal/d' report.html | grep -oE '>(started|ok|healthy|checking)<' | tr -d '<>' | paste -s -d ' ')
	equal 'no two at once' 'started ok started ok started ok started ok' "$order"
}

# Somebody else's key for a host.
other_key() {
	[[ -e other ]] || ssh-keygen -q -t ed25519 -N '' -C '' -f other
	printf '[%s]:%s %s\n' "${endpoint_addresses[$1]}" "${endpoint_ports[$1]}" \
		"$(cut -d ' ' -f 1,2 other.pub)"
}

trouble_keys() {
	local before
	config config.xml curl wget
	cp known_hosts all_hosts
	{
		sed 1d all_hosts
		other_key t1
	} >known_hosts
	before=$(trees t1)
	run 'a host with another key' 4 push --sessions 1 --format json
	has 'it fails at once' out '"host":"t1".*"result":"failed","code":"PK2012".*"class":"host-key"'
	has 'that halts the rollout' err '^halted: a host key is not the known one$'
	lacks 'it is not tried again' err 'tried again'
	no_touch 'nothing was done there' "$before" t1
	run 'a key that differs is not trusted, either' 4 push --trust-new-hosts t1
	has 'the code is told' out 'PK2012'
	sed 1d all_hosts >known_hosts
	run 'a host with an unknown key' 4 push t1
	has 'PK2011 is told' out 'PK2011'
	lacks 'nothing is added' known_hosts "\\[${endpoint_addresses[t1]}\\]"
	run 'keys of new hosts are trusted' 0 push --trust-new-hosts t1 --format json
	told 'it is done' 't1 ok update'
	has 'its key is known now' known_hosts "\\[${endpoint_addresses[t1]}\\]"
	run 'without trust from now on' 0 plan t1
	run 'the others follow' 0 push
}

# Hosts that leave the inventory.
trouble_gone() {
	config config.xml nc
	endpoint_fault t1 refuse
	run 'a host refuses' 4 push --format json
	has 'the sensor refused a change' out '"host":"t1".*"code":"PK2112"'
	sed '/^      t1:/,/install_dir/d' inventory.yaml >less.yaml
	run 'resume without the host (PK2202)' 1 resume -i less.yaml --retry-failed
	has 'resume names PK2202' err "PK2202.*'t1'"
	endpoint_mend t1
	run 'resume with it' 0 resume --retry-failed
	run 'rollback without the host (PK2208)' 4 rollback -i less.yaml --format json
	has 'rollback names PK2208' err "PK2208.*'t1' cannot be brought back: it is not in the inventory"
	told 'the others are brought back' 't2 ok rollback;t3 ok rollback;t4 ok rollback'
}
