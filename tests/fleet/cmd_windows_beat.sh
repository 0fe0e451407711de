# shellcheck shell=bash disable=SC2154,SC2034
# Winlogbeat beside Sysmon on one Windows-like host, each by an inventory of its own: what `stack
# agent-config` writes is installed, changed, refused, mended and taken back.

story_windows_beat() {
	local missing
	missing=$(endpoints_missing windows)
	[[ -z $missing ]] || {
		skipped "packages that are missing: $missing"
		return
	}
	beat_files
	beat_push
	beat_beside_sysmon
	beat_drift
	beat_rollback
	beat_refused
	beat_removal
}

# shippers SENSOR: the second inventory, of the same hosts.
shippers() {
	inventory "$one_wave"
	sed "s/^inventory: .*/inventory: shippers/; s/platform: linux/platform: windows/; s/^  sensor: .*/  sensor: $1/" \
		inventory.yaml >shippers.yaml
}

beat_files() {
	mkdir winlogbeat
	endpoint_winlogbeat winlogbeat/winlogbeat.exe
	printf 'not the one that is wanted\n' >winlogbeat/winlogbeat.yml
	printf 'of the stand-in\n' >winlogbeat/LICENSE.txt
	run 'a bundle of a folder' 0 bundle add winlogbeat --version 9.1.0
	has 'it is known by its program' out 'winlogbeat@9\.1\.0'
	all=(pc1)
	endpoint_windows pc1 "127.0.$number.1"
	endpoint_known_hosts >known_hosts
	shippers '{kind: winlogbeat, bundle: winlogbeat@9.1.0, config: winlogbeat.yml}'
	there="$(endpoint_dir pc1)/prefix/drive_c/Program Files/Winlogbeat/winlogbeat.yml"
	run 'the configuration that fits the stack' 0 stack agent-config --flavor es9 \
		--url https://lab:9200 --sensor sysmon -o winlogbeat.yml
	cp winlogbeat.yml first.yml
}

# in_force NAME FILE COUNT: the file is there, and so many starts have been with it.
in_force() {
	equal "$1" "$(digest "$2")" "$(digest "$there")"
	count "$1: it was started with it" "$3" "$(endpoint_dir pc1)/applied.log" \
		"^start $(digest "$2") C:.Program Files.Winlogbeat.winlogbeat\\.yml"
}

beat_push() {
	run 'plan of an empty host' 1 plan -i shippers.yaml
	has 'plan says the version' out 'install winlogbeat 9\.1\.0'
	run 'push installs' 0 push -i shippers.yaml --format json
	told 'it was installed' 'pc1 ok install'
	in_force 'it is the configuration of the stack' first.yml 1
	endpoint_run pc1 'reg query HKLM\SYSTEM\CurrentControlSet\Services\winlogbeat /v ImagePath' >image
	has 'the service is as the vendor makes it' image \
		'-c "C:.Program Files.Winlogbeat.winlogbeat\.yml"' \
		'--path\.data "C:.ProgramData.winlogbeat"'
	run 'second plan' 0 plan -i shippers.yaml
	run 'live status' 0 status -i shippers.yaml --live --format json
	has 'it says its version' out '"version":"9\.1\.0"' '"sensor":"winlogbeat"'
}

# Two rollouts, two stores, two records: neither takes the other for somebody else's work.
beat_beside_sysmon() {
	endpoint_sysmon64 Sysmon64.exe 15.15
	run 'a bundle of Sysmon' 0 bundle add Sysmon64.exe --name beside
	sed -i 's/platform: linux/platform: windows/; s/^  sensor: .*/  sensor: {kind: sysmon, bundle: beside@15.15}/' \
		inventory.yaml
	run 'push of the sensor' 0 push --format json
	told 'the sensor was installed' 'pc1 ok install'
	run 'plan of the agent' 0 plan -i shippers.yaml
	run 'drift of the agent' 0 drift -i shippers.yaml
	run 'plan of the sensor' 0 plan
	endpoint_run pc1 'dir /b C:\ProgramData' >records
	has 'each has a record' records '^picket\s*$' '^picket-winlogbeat\s*$'
}

beat_drift() {
	sed 's/72h/1h/' first.yml >hand.yml
	endpoint_sftp pc1 <<<'put hand.yml "/C:/Program Files/Winlogbeat/winlogbeat.yml"' >/dev/null
	run 'changed by hand' 1 drift -i shippers.yaml
	has 'drift says so' out 'pc1' 'config'
	run 'push mends it' 0 push -i shippers.yaml --format json
	told 'it was changed' 'pc1 ok update'
	in_force 'it is the first one again' first.yml 2
}

beat_rollback() {
	sed -i 's/72h/24h/' winlogbeat.yml
	run 'push of a change' 0 push -i shippers.yaml --format json
	told 'the change was made' 'pc1 ok update'
	in_force 'it is the second one' winlogbeat.yml 1
	run 'rollback' 0 rollback -i shippers.yaml --format json
	told 'what was there before is back' 'pc1 ok rollback'
	in_force 'it is the first one after the rollback' first.yml 3
}

beat_refused() {
	local starts
	starts=$(applied pc1)
	printf 'winlogbeat: [\n' >winlogbeat.yml
	run 'what is no YAML' 1 push -i shippers.yaml
	has 'it is told where' err 'winlogbeat\.yml'
	printf 'winlogbeat.event_logs: [{name: Application}]\n' >winlogbeat.yml
	run 'what has no output' 1 push -i shippers.yaml
	has 'no output: code' err '\[PK2156\]'
	{
		cat first.yml
		printf '\noutput.console:\n  pretty: false\n'
	} >winlogbeat.yml
	run 'what Winlogbeat refuses' 4 push -i shippers.yaml --format json
	told 'it was refused' 'pc1 failed update PK2112'
	has 'in its own words' out 'more than one namespace'
	equal 'the file there is the first one' "$(digest first.yml)" "$(digest "$there")"
	equal 'nothing was stopped or started' "$starts" "$(applied pc1)"
	cp first.yml winlogbeat.yml
	run 'drift after what was refused' 0 drift -i shippers.yaml
	run 'plan after what was refused' 0 plan -i shippers.yaml
}

beat_removal() {
	shippers '{kind: winlogbeat, state: absent}'
	run 'push removes' 0 push -i shippers.yaml --format json
	told 'it was removed' 'pc1 ok update'
	endpoint_run pc1 'sc query winlogbeat' >query
	lacks 'there is no service' query 'STATE'
}
