# shellcheck shell=bash disable=SC2154,SC2034
# The sensor itself: another version, removal, names it cannot have; and where what is wanted comes
# from: git revisions, included inventories, Ansible's.

story_sensor() {
	all=(s1 s2)
	hosts s1 s2
	sensor_version
	sensor_removal
	sensor_refused
	sensor_revision
	sensor_ansible
	sensor_aliases
}

version() {
	sed -n 's/^version=//p' "$(endpoint_dir "$1")/opt/sysmon/sysmon"
}

sensor_version() {
	inventory "$one_wave"
	run 'install' 0 push
	equal 'the version is the bundle'\''s' '1.3.3 1.3.3' "$(version s1) $(version s2)"
	sensor=${sensor/1.3.3/1.3.4} inventory "$one_wave"
	run 'plan of another version' 1 plan
	has 'plan says both versions' out '^2 hosts: s1, s2$' '1\.3\.3.*1\.3\.4'
	run 'another version' 0 push --format json
	told 'the sensor is replaced' 's1 ok update;s2 ok update'
	equal 'it is the new one' '1.3.4 1.3.4' "$(version s1) $(version s2)"
	equal 'the configuration is as before' "$(digest config.xml)" "$(runs s1)"
	run 'rollback of the version' 0 rollback s1 --format json
	told 'the old one is back' 's1 ok rollback'
	equal 'it is the old one' '1.3.3 1.3.4' "$(version s1) $(version s2)"
	equal 'the configuration is still there' "$(digest config.xml)" "$(runs s1)"
	run 'push after it' 0 push
	equal 'both have the new one' '1.3.4 1.3.4' "$(version s1) $(version s2)"
}

sensor_removal() {
	local kept=$sensor
	sensor='{kind: sysmon-linux, state: absent}' inventory "$one_wave"
	run 'plan of a removal' 1 plan
	has 'plan says so' out 'remove sysmon-linux'
	run 'removal' 0 push --format json
	told 'sensors are gone: an update, by the words of the contract' 's1 ok update;s2 ok update'
	check 'nothing of it is left' test ! -e "$(endpoint_dir s1)/opt/sysmon/sysmon"
	run 'no drift after a removal' 0 drift
	run 'removal of what is not there' 0 push --format json
	told 'nothing is to do' 's1 ok none;s2 ok none'
	run 'history' 0 history
	run 'rollback of a rollout that did nothing (PK2209)' 1 rollback \
		--rollout "$(sed -n '2s/ .*//p' out)"
	has 'rollback says so' err 'PK2209.*has changed none'
	run 'rollback passes it over and takes the removal back' 0 rollback --format json
	told 'sensors are back' 's1 ok rollback;s2 ok rollback'
	equal 'with the configuration they had' "$(digest config.xml) 1.3.4" "$(runs s1) $(version s1)"
	sensor=${kept/1.3.3/1.3.4}
	inventory "$one_wave"
	run 'as wanted again' 0 plan
}

sensor_refused() {
	local kept=$sensor
	sensor="${kept%\}}, service: kworker}"
	inventory "$one_wave"
	refused 'another name of the service' 1 PK1716 push
	sensor=$kept
	inventory "$one_wave"
	sed -i 's/^  sensor:/  logs: {Nonsense: {size: 64MiB}}\n&/' inventory.yaml
	run 'a log that Linux does not have' 4 plan
	has 'the code is told' out '^hosts in trouble$' '^2 hosts: s1, s2$' 'PK21'
	sed -i 's/Nonsense/journal/' inventory.yaml
	run 'the size of the journal' 1 plan
	has 'plan says it' out 'change the size of journal from [0-9]+ bytes to 67108864 bytes'
	inventory "$one_wave"
}

sensor_revision() {
	local before
	config config.xml curl wget
	git init -q -b main . && git add config.xml
	git -c user.name=Somebody -c user.email=somebody@example.org commit -q -m one
	config config.xml curl wget nc
	before=$(digest <(git show HEAD:config.xml))
	run 'what a revision wants' 0 push --rev HEAD
	equal 'the revision is put into force' "$before" "$(runs s1)"
	run 'what the disk wants' 1 plan
	run 'a revision that is not there' 3 push --rev nowhere
}

sensor_ansible() {
	local name
	{
		printf '[web]\n'
		for name in s1 s2; do
			printf '%s ansible_host=%s ansible_port=%s picket_state_dir=%s/state picket_install_dir=%s/opt/sysmon\n' \
				"$name" "${endpoint_addresses[$name]}" "${endpoint_ports[$name]}" \
				"$(endpoint_dir "$name")" "$(endpoint_dir "$name")"
		done
		printf '\n[web:vars]\nansible_user=%s\nansible_ssh_private_key_file=%s\n' \
			"$endpoints_user" "$endpoints_key"
		printf 'picket_known_hosts=known_hosts\npicket_sensor=sysmon-linux\n'
		printf 'picket_bundle=sysmon-linux@1.3.4\npicket_config=config.xml\n'
	} >hosts.ini
	run 'inventory of Ansible is judged' 0 validate --as inventory hosts.ini
	run 'push by an inventory of Ansible' 0 push -i hosts.ini --format json
	told 'its hosts are done' 's1 ok update;s2 ok update'
	equal 'they have what is wanted' "$(digest config.xml)" "$(runs s2)"
	cat >site.yaml <<-END
		inventory: sensor
		include: hosts.ini
		groups:
		  web: {sensor: {config: first.xml}}
	END
	config first.xml curl
	run 'an inventory that includes it' 1 plan -i site.yaml
	has 'it says more than the included' out '^2 hosts: s1, s2$'
	sed 's/ picket_.*//; /^picket_[sbc]/d' hosts.ini >plain.ini
	run 'an inventory of nothing but hosts' 0 status -i plain.ini --live
	count 'they are asked what they are' 2 out '^s[12] +none .* 20[0-9]{2}-'
	printf 'ansible_become_pass=hunter2\n' >>plain.ini
	run 'a password in an inventory' 0 validate plain.ini
	has 'it is told' out 'PK1724' 'ansible_become_pass=\*+$'
	lacks 'it is not shown' out hunter
}

# Hosts of an ssh_config, the jump host on the way to them as well.
sensor_aliases() {
	cat >ssh_config <<-END
		Host gate
		  HostName ${endpoint_addresses[s2]}
		Host front
		  HostName ${endpoint_addresses[s1]}
		  ProxyJump gate
		Host *
		  Port ${endpoint_ports[s1]}
		  User $endpoints_user
		  IdentityFile $endpoints_key
		  UserKnownHostsFile $PWD/known_hosts
	END
	printf 'inventory: aliases\nhosts: [front]\n' >aliases.yaml
	run 'an alias behind an alias' 0 status -i aliases.yaml --ssh-config ssh_config --live
	has 'it is reached' out '^front +none .* 20[0-9]{2}-'
	run 'its zone is the jump host' 0 status -i aliases.yaml --ssh-config ssh_config zone:gate
}
