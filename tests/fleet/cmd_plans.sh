# shellcheck shell=bash disable=SC2154,SC2034
# Plan files: reviewed, signed, applied; and all that is refused before a host is touched.

story_plans() {
	all=(p1 p2 p3)
	hosts p1 p2 p3
	inventory "$one_wave"
	run 'first push' 0 push
	plans_made
	plans_refused
	plans_signed
	plans_applied
	plans_not_read
	selections_undone
	selections_refused
}

plans_made() {
	local before
	config config.xml curl wget nc
	before=$(trees p1 p2 p3)
	run 'plan is saved' 1 plan -o change.plan
	no_touch 'plan touches nothing' "$before" p1 p2 p3
	count 'plan has a line a host' 3 change.plan '"host":"p[123]","address":"127\.0\.'
	equal 'plan has a head, too' 4 "$(wc -l <change.plan)"
	lacks 'plan has no configuration' change.plan '<Sysmon' '/nc'
	run 'plan of two hosts' 1 plan -o two.plan p1 p2
	run 'plan to standard output' 1 plan -o - p1
	count 'nothing else stands there' "$(wc -l <out)" out '^\{"(picket-plan|host)":'
	has 'what is shown is talk' err '^1 host of inventory'
	run 'plan is not good forever' 2 plan --expires 9999 -o never.plan
}

plans_refused() {
	cp config.xml wanted.xml
	refused 'no such plan' 3 PK0001 push --plan none.plan
	inventory "$one_wave" 'hosts: {p8: {address: 127.9.9.9}}'
	refused 'plan of another inventory' 1 PK1956 push --plan change.plan
	inventory "$one_wave"
	sed '1s/"expires":"[0-9]*/"expires":"2020/; 1s/"made":"[0-9]*/"made":"2019/' change.plan >old.plan
	refused 'plan that has expired' 1 PK1957 push --plan old.plan
	config config.xml curl
	refused 'something else is wanted (PK2205)' 1 PK2205 push --plan change.plan
	count 'each host is named' 3 err "something else is wanted on 'p[123]'"
	cp wanted.xml config.xml
	head -n 3 change.plan >cut.plan
	refused 'plan that was cut off' 1 PK1951 push --plan cut.plan
	head -c 300 /dev/urandom >noise.plan
	refused 'noise instead of a plan' 1 'PK[0-9]+' push --plan noise.plan
	sed '2p' change.plan >twice.plan
	refused 'plan that names a host twice' 1 'PK195[15]' push --plan twice.plan
	refused 'host that is not in the plan (PK2204)' 1 PK2204 push --plan two.plan p3
	run 'signers without a plan' 2 push --signers signers
}

plans_signed() {
	local name
	for name in ann eve; do
		ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name"
	done
	printf 'ann@example.org namespaces="picket-plan" %s\n' "$(cut -d ' ' -f 1,2 ann.pub)" >signers
	refused 'plan without a signature' 3 PK0001 push --plan change.plan --signers signers
	ssh-keygen -q -Y sign -f eve -n picket-plan change.plan 2>>log
	refused 'plan signed by somebody else' 1 PK1959 push --plan change.plan --signers signers
	rm change.plan.sig
	ssh-keygen -q -Y sign -f ann -n file change.plan 2>>log
	refused 'signature made for something else' 1 'PK195[89]' \
		push --plan change.plan --signers signers
	rm change.plan.sig
	ssh-keygen -q -Y sign -f ann -n picket-plan change.plan 2>>log
	sed '2s/install\|update/none/' change.plan >changed.plan
	cp change.plan.sig changed.plan.sig
	refused 'plan that was changed after it was signed' 1 PK1958 \
		push --plan changed.plan --signers signers
}

plans_applied() {
	local hand
	config hand.xml socat
	by_hand p2 hand.xml
	hand=$(digest hand.xml)
	run 'plan with a host that moved' 4 push --plan change.plan --signers signers --format json
	told 'the host is skipped, the others are done' \
		'p1 ok update;p2 skipped none PK2105;p3 ok update'
	equal 'the host has what somebody gave it' "$hand" "$(runs p2)"
	equal 'the others have what was planned' "$(digest config.xml) $(digest config.xml)" \
		"$(runs p1) $(runs p3)"
	run 'the same plan again' 4 push --plan change.plan --format json
	told 'all hosts have moved since' \
		'p1 skipped none PK2105;p2 skipped none PK2105;p3 skipped none PK2105'
	equal 'nothing is applied twice' '2 2 2' "$(applied p1 p2 p3)"
}

plans_not_read() {
	config config.xml curl wget
	endpoint_fault p3 cut 20
	run 'plan with a host that cannot be read' 4 plan -o part.plan
	has 'the trouble is told' out '2 would change, 0 as wanted, 1 in trouble' \
		'^hosts in trouble$' '^1 host: p3$'
	endpoint_mend p3
	run 'plan is applied without it' 0 push --plan part.plan --format json
	has 'that is said (PK2203)' err "PK2203.*'p3' could not be read.*left out"
	told 'the others are done' 'p1 ok update;p2 ok update'
}

# What is taken back host by host is that of the last rollout, and not of those before.
selections_undone() {
	local before host
	run 'all are as wanted' 0 push
	before=$(runs p1)
	config config.xml tftp
	run 'push to all' 0 push
	for host in p1 p2; do
		run "rollback of $host" 0 rollback "$host" --format json
		told "$host is brought back" "$host ok rollback"
	done
	run 'rollback of what is left' 0 rollback --format json
	told 'it is one host' 'p3 ok rollback'
	equal 'all have what they had' "$before $before $before" "$(runs p1) $(runs p2) $(runs p3)"
	run 'push to one' 0 push p3
	run 'push to another' 0 push p2
	run 'rollback of the one' 0 rollback p3 --format json
	told 'the rollout before the last is taken back' 'p3 ok rollback'
	equal 'it has what it had' "$before" "$(runs p3)"
	equal 'the other has what was pushed' "$(digest config.xml)" "$(runs p2)"
	run 'all are as wanted again' 0 push
}

selections_refused() {
	refused 'unknown host' 2 PK1736 push p9
	has 'a near name is told' err "write 'p[123]'"
	refused 'empty selection' 2 PK1737 push 'p1 and p2'
	refused 'empty selection in several arguments' 2 PK1737 push p1 and p2
	refused 'not without an operator' 2 PK1735 push p1 not p2
	run 'selector in several arguments' 0 status group:linux and not '(' p1 or p3 ')'
	equal 'it selects what it says' p2 "$(sed 1d out | cut -d ' ' -f 1)"
	refused 'selector that is none' 2 PK1735 push 'p1 and'
	refused 'inventory that is not there' 3 PK0001 push -i none.yaml
	cp inventory.yaml twins.yaml
	endpoint_entry p1 | sed 's/p1:/p4:/' >>twins.yaml
	refused 'two hosts with one address' 1 'PK[0-9]+' push -i twins.yaml
	sed 's/1\.3\.3/9.9.9/' inventory.yaml >bundle.yaml
	refused 'bundle that is not there' 1 'PK[0-9]+' push -i bundle.yaml
	cp config.xml wanted.xml
	sed -i 's/Image condition/Imago condition/' config.xml
	refused 'configuration that the sensor would refuse' 1 'PK[0-9]+' push
	cp wanted.xml config.xml
	sed 's/, config: config.xml/, config: none.xml/' inventory.yaml >none.yaml
	refused 'configuration that is not there' 3 'PK[0-9]+' push -i none.yaml
	refused 'drift of an unknown host' 2 PK1736 drift p9
	refused 'rollback of an unknown host' 2 PK1736 rollback p9
}
