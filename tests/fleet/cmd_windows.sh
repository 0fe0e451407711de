# shellcheck shell=bash disable=SC2154,SC2034
# The same on a Windows-like host: install under another name, nothing to do, change, drift, rollback.

story_windows() {
	local missing
	missing=$(endpoints_missing windows)
	[[ -z $missing ]] || {
		skipped "packages that are missing: $missing"
		return
	}
	windows_bundle
	windows_host
	windows_push
	windows_drift
}

windows_bundle() {
	endpoint_sysmon64 Sysmon64.exe 15.15
	run 'a bundle of one program' 0 bundle add Sysmon64.exe
	has 'its version is read' out 'sysmon@15\.15'
}

windows_host() {
	all=(pc1)
	endpoint_windows pc1 "127.0.$number.1"
	endpoint_known_hosts >known_hosts
	sensor='{kind: sysmon, bundle: sysmon@15.15, config: config.xml, service: audiosvc, driver: audiodrv}'
	inventory "$one_wave"
	sed -i 's/platform: linux/platform: windows/' inventory.yaml
	windows_config one
}

# windows_config IMAGE
windows_config() {
	cat >config.xml <<-END
		<Sysmon schemaversion="4.90">
		<HashAlgorithms>SHA256</HashAlgorithms>
		<EventFiltering>
		<ProcessCreate onmatch="include"><Image condition="end with">\\$1.exe</Image></ProcessCreate>
		</EventFiltering>
		</Sysmon>
	END
}

# windows_hash NAME FILE: does the sensor report this configuration?
windows_hash() {
	endpoint_run pc1 \
		'reg query HKLM\SYSTEM\CurrentControlSet\Services\audiodrv\Parameters /v ConfigHash' |
		tr A-F a-f >reported
	has "$1" reported "$(digest "$2")"
}

windows_push() {
	local log
	log=$(endpoint_dir pc1)/applied.log
	run 'plan of an empty host' 1 plan
	has 'plan says the version' out 'install sysmon 15\.15'
	run 'push installs' 0 push --format json
	told 'it was installed' 'pc1 ok install'
	run 'live status' 0 status --live --format json
	has 'it runs under another name' out '"service":"audiosvc","driver":"audiodrv"'
	equal 'it was applied once' 1 "$(grep -c . "$log")"
	run 'second push' 0 push --format json
	told 'nothing was to do' 'pc1 ok none'
	equal 'it was not applied again' 1 "$(grep -c . "$log")"
	cp config.xml first.xml
	windows_config two
	run 'plan of a change' 1 plan
	has 'plan says the rule' out "two\.exe"
	run 'push of a change' 0 push --format json
	told 'it was changed' 'pc1 ok update'
	run 'rollback' 0 rollback --format json
	told 'what was there before is back' 'pc1 ok rollback'
	windows_hash 'it is the first configuration' first.xml
	run 'push of the change again' 0 push
	windows_hash 'it is the second configuration' config.xml
	run 'diff of the host and the file' 0 diff host:pc1 config.xml
	run 'diff of the host and the file before' 1 diff first.xml host:pc1
}

windows_drift() {
	windows_config hand
	mv config.xml hand.xml
	windows_config two
	endpoint_sftp pc1 <<<'put hand.xml /C:/standin/hand.xml' >/dev/null
	endpoint_run pc1 'C:\Windows\audiosvc.exe -c C:\standin\hand.xml' >/dev/null
	run 'changed by hand' 1 drift
	has 'drift says the rule' out 'hand\.exe'
	run 'rollback of what somebody changed' 4 rollback --format json
	told 'the host is skipped' 'pc1 skipped none PK2105'
	run 'push mends it' 0 push
	# Of what somebody made by hand only the live rules are known, not the file: they come back.
	run 'rollback to what somebody made by hand' 0 rollback
	has 'the host is brought back' out 'pc1: rollback'
	run 'drift afterwards' 0 drift
}
