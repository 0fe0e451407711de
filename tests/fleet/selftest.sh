#!/usr/bin/env bash
# selftest.sh PICKET: are the test endpoints what the tests take them for? Starts one of each kind and
# looks at them with the plain clients of OpenSSH. Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: selftest.sh PICKET}")
# shellcheck source=tests/fleet/endpoints.sh
. "$(dirname -- "$(realpath -- "$0")")/endpoints.sh"
work=$(mktemp -d)
trap 'endpoints_end; rm -rf -- "$work"' EXIT
wrong=0
ran=0

complain() {
	echo "$*"
	wrong=$((wrong + 1))
}

# expect HOST COMMAND STATUS [PATTERN...]: runs it there; every pattern must be met by what it says.
expect() {
	local host=$1 command=$2 status=0 wanted=$3 said pattern
	shift 3
	ran=$((ran + 1))
	said=$(endpoint_run "$host" "$command" 2>&1 </dev/null) || status=$?
	said=${said//$'\r'/}
	((status == wanted)) || complain "$host: $command: status $status instead of $wanted: $said"
	for pattern in "$@"; do
		grep -qE -- "$pattern" <<<"$said" || complain "$host: $command: no '$pattern' in: $said"
	done
}

# equal WHAT A B
equal() {
	ran=$((ran + 1))
	[[ $2 == "$3" ]] || complain "$1: '$2' instead of '$3'"
}

# Puts files of $work into the folder $2 of the host $1.
put() {
	local host=$1 folder=$2 name
	shift 2
	for name in "$@"; do
		printf 'put %s %s/%s\n' "$work/$name" "$folder" "$name"
	done | endpoint_sftp "$host" >/dev/null || complain "$host: sftp fails"
}

write_configs() {
	cat >"$work/one.xml" <<-'END'
		<Sysmon schemaversion="4.90">
		<HashAlgorithms>SHA256,IMPHASH</HashAlgorithms>
		<EventFiltering>
		<ProcessCreate onmatch="include"><Image condition="end with">\one.exe</Image></ProcessCreate>
		</EventFiltering>
		</Sysmon>
	END
	sed 's/one/two/; s/SHA256,IMPHASH/SHA1/' "$work/one.xml" >"$work/two.xml"
	grep -v HashAlgorithms "$work/one.xml" >"$work/linux.xml"
	echo '<Sysmon schemaversion="4.90"><EventFiltering><Nonsense' >"$work/bad.xml"
}

check_linux() {
	local root
	root=$(endpoint_dir web1)
	endpoint_sysmon_linux "$work/sysmon"
	expect web1 'exit 3' 3
	expect web1 'pwd; echo out; echo err >&2' 0 "^$root/home$" '^out$' '^err$'
	equal 'stdin reaches a command unchanged' "$(endpoint_run web1 sha256sum <"$picket")" \
		"$(sha256sum <"$picket")"
	put web1 . linux.xml bad.xml sysmon
	expect web1 'chmod 755 sysmon; systemctl is-active sysmon' 3 '^inactive$'
	expect web1 './sysmon -accepteula -i bad.xml' 87
	expect web1 './sysmon -accepteula -i linux.xml' 0 '^Sysmon v1\.3\.3 '
	expect web1 'systemctl is-active sysmon' 0 '^active$'
	expect web1 'journalctl -q -n 1 -o short-unix -u sysmon' 0 '^[0-9]+\.[0-9]+ .*<EventRecordID>[0-9]+<'
	"$picket" blob encode "$work/linux.xml" -o "$work/linux.bin"
	cmp -- "$work/linux.bin" "$root/opt/sysmon/rules.bin" || complain 'web1: other rules'
	cmp -- "$work/linux.xml" "$root/opt/sysmon/config.xml" || complain 'web1: other configuration'
	endpoint_fault web1 refuse
	expect web1 './sysmon -c linux.xml' 87
	endpoint_mend web1
	equal 'configurations put into force' "$(wc -l <"$root/applied.log")" 1
	expect web1 './sysmon -u force; systemctl is-active sysmon' 3
}

# What can go wrong on the way.
check_faults() {
	endpoint_fault web2 say 'Welcome to web2'
	expect web2 'echo yes' 0 '^Welcome to web2$' '^yes$'
	endpoint_mend web2
	endpoint_fault web2 drop 0.1
	expect web2 'sleep 5' 255
	endpoint_mend web2
	endpoint_fault web2 cut 4
	equal 'output is cut' "$(endpoint_run web2 'echo 123456')" 1234
	endpoint_mend web2
	endpoint_protect web2
	expect web2 'touch ../state' 1
	expect web2 'sudo -n sh -c "touch ../state; id -u"' 0 '^0$'
	endpoint_fault web2 nosudo
	expect web2 'sudo -n true' 1 'password is required'
	endpoint_mend web2
}

# What is Wine's own, and what goes through it.
check_windows() {
	expect pc1 'ver' 0 'Microsoft Windows 10\.0'
	# shellcheck disable=SC2016 # that is the line
	expect pc1 'echo %OS%$PSVersionTable' 0 '^Windows_NT\$PSVersionTable$'
	expect pc1 'whoami /groups' 0 'S-1-16-12288'
	expect pc1 'whoami & cd' 0 '\\endpoint$' '^C:\\users\\endpoint$'
	expect pc1 'exit 3' 3
	expect pc1 'echo out& echo err>&2' 0 '^out$' '^err$'
	expect pc1 'for /f "tokens=1,2" %a in ("x y") do @echo %b-"%a" && echo a|find "a"' 0 '^y-"x"' '^a$'
	expect pc1 'sc query Spooler' 0 'SERVICE_NAME: Spooler' 'STATE +: 1 '
	expect pc1 'sc query Nothing' 1
	expect pc1 'reg query "HKLM\Software\Microsoft\Windows NT\CurrentVersion" /v CurrentBuild' 0 'REG_SZ'
	printf 'mkdir /C:/stage\n' | endpoint_sftp pc1 >/dev/null
	put pc1 /C:/Stage one.xml two.xml bad.xml Sysmon64.exe Monster.exe
	expect pc1 'dir /b C:\stage & type C:\STAGE\one.xml' 0 '^one\.xml$' '<Sysmon schemaversion="4.90">'
	expect pc1 'certutil -hashfile C:\stage\one.xml SHA256' 0 \
		"^$(sha256sum <"$work/one.xml" | cut -c 1-64)$"
	expect pc2 'if exist C:\stage\one.xml exit 1' 0
}

# The driver's parameter $2 of type $3 on pc1, driver $1.
parameter() {
	endpoint_run pc1 "reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\$1\\Parameters /v $2" |
		sed -n "s/\r//; s/^ *$2 *$3 *//p"
}

# Windows' own Sysmon.
check_feature() {
	expect pc1 'dism /Online /Enable-Feature /FeatureName:Sysmon /NoRestart /Quiet' 0
	expect pc1 'C:\windows\System32\Sysmon.exe -i C:\stage\one.xml' 0 'Sysmon started'
	expect pc1 'reg query HKLM\SYSTEM\CurrentControlSet\Services\Sysmon /v ImagePath' 0 \
		'[Ss]ystem32.Sysmon\.exe'
	expect pc1 'C:\windows\System32\Sysmon.exe -u' 0 'Sysmon removed'
	expect pc1 'dism /Online /Disable-Feature /FeatureName:Sysmon' 0
}

check_sysmon() {
	local root bin
	root=$(endpoint_dir pc1)
	expect pc1 'C:\stage\Sysmon64.exe -i C:\stage\one.xml' 1 'accept EULA'
	expect pc1 'C:\stage\Sysmon64.exe -i C:\stage\one.xml -c' 87 'Usage'
	expect pc1 'C:\stage\Sysmon64.exe -accepteula -i C:\stage\bad.xml' 87
	expect pc1 'sc query Sysmon64' 1
	expect pc1 'C:\stage\Sysmon64.exe -AcceptEula /i C:\stage\one.xml' 0 'System Monitor v15\.15 - ' 'stand-in'
	expect pc1 'sc query Sysmon64 & sc query SysmonDrv' 0 'Sysmon64' 'STATE +: 4 +RUNNING' SysmonDrv
	equal 'ConfigHash' "$(parameter SysmonDrv ConfigHash REG_SZ)" \
		"SHA256=$(sha256sum <"$work/one.xml" | cut -c 1-64 | tr a-f A-F)"
	"$picket" blob encode "$work/one.xml" -o "$work/one.bin"
	bin=$(od -An -v -tx1 <"$work/one.bin" | tr -d ' \n' | tr a-f A-F)
	equal 'Rules' "$(parameter SysmonDrv Rules REG_BINARY)" "$bin"
	expect pc1 'C:\Windows\Sysmon64.exe -c C:\stage\two.xml' 0 'Configuration updated'
	equal 'ConfigHash by SHA1' "$(parameter SysmonDrv ConfigHash REG_SZ)" \
		"SHA1=$(sha1sum <"$work/two.xml" | cut -c 1-40 | tr a-f A-F)"
	expect pc1 'C:\Windows\Sysmon64.exe -c' 0 'Driver name: +SysmonDrv' 'Config file: +C:\\stage\\two.xml'
	endpoint_fault pc1 refuse
	expect pc1 'C:\Windows\Sysmon64.exe -c C:\stage\one.xml' 87
	endpoint_mend pc1
	expect pc1 'wevtutil qe Microsoft-Windows-Sysmon/Operational /c:1 /rd:true /f:xml' 0 '<EventID>1<'
	expect pc1 'wevtutil sl Microsoft-Windows-Sysmon/Operational /ms:1073741824 /rt:true' 0
	expect pc1 'wevtutil gl Microsoft-Windows-Sysmon/Operational' 0 'maxSize: 1073741824' 'retention: true'
	expect pc1 'wevtutil gl Nothing & echo code %ERRORLEVEL%' 159 'could not be found' 'code 15007'
	expect pc1 'sc stop Sysmon64' 0
	expect pc1 'sc query Sysmon64' 0 'STATE +: 1 +STOPPED'
	expect pc1 'C:\Windows\Sysmon64.exe -u' 0 'Sysmon64 removed'
	expect pc1 'sc query Sysmon64' 1
	equal 'applied' "$(cut -d ' ' -f 1 "$root/applied.log" | tr '\n' ' ')" '-i -c -u '
	check_feature
	expect pc1 'copy C:\stage\Sysmon64.exe C:\stage\quiet.exe' 0
	expect pc1 'C:\stage\quiet.exe -accepteula -i C:\stage\one.xml -d quietdrv' 0
	expect pc1 'sc query quiet & sc query quietdrv' 0 'SERVICE_NAME: quiet$' 'SERVICE_NAME: quietdrv$'
}

check_monster() {
	expect pc2 'mkdir C:\Monster' 0
	printf 'put %s /C:/Monster/Monster.exe\nput %s /C:/Monster/Monster.conf\n' \
		"$work/Monster.exe" "$work/one.xml" | endpoint_sftp pc2 >/dev/null
	expect pc2 'C:\Monster\Monster.exe /install' 0
	expect pc2 'C:\Monster\Monster.exe /start' 0
	expect pc2 'sc query monster' 0 'STATE +: 4 +RUNNING'
	expect pc2 'C:\Monster\Monster.exe /stop & sc query monster' 0 'STATE +: 1 +STOPPED'
	expect pc2 'C:\Monster\Monster.exe /remove' 0
	equal 'applied' "$(cut -d ' ' -f 1 "$(endpoint_dir pc2)/applied.log" | tr '\n' ' ')" '/start /remove '
}

missing=$(endpoints_missing windows)
if [[ -n $missing ]]; then
	echo "skipped: these packages are missing: $missing"
	exit 77
fi
# shellcheck disable=SC2119 # the defaults
endpoints_begin "$work/client" "$picket" && endpoint_sshd || exit
endpoint_linux web1 127.0.1.1
endpoint_linux web2 127.0.1.2
endpoint_windows pc1 127.0.2.1 && endpoint_windows pc2 127.0.2.2 || exit
# shellcheck disable=SC2119 # the default
endpoint_inventory
echo "endpoints are up after $SECONDS s"
endpoint_sysmon64 "$work/Sysmon64.exe"
endpoint_monster "$work/Monster.exe"
write_configs
check_linux
check_faults
check_windows
check_sysmon
check_monster
server=$endpoints_server
endpoints_end
ran=$((ran + 1))
if grep -lsF -- "$server" /proc/[0-9]*/cmdline || [[ -e $server ]]; then
	complain "something of $server is left"
fi
echo "$ran checks in $SECONDS s, $wrong wrong"
((wrong == 0))
