# shellcheck shell=bash
# Test endpoints: real SSH servers on loopback addresses that tests and the quickstart start for
# themselves. Linux hosts are reached by OpenSSH's sshd and run sh; Windows-like ones run Wine's cmd
# behind it. README.md says what is real and what is a stand-in.
#
#	. tests/fleet/endpoints.sh
#	endpoints_begin DIR PICKET	DIR gets the inventory, known_hosts and the client's key
#	endpoint_sshd			a server; hosts made after it are behind it
#	endpoint_linux web1 127.0.1.1	a host; any address in 127.0.0.0/8
#	endpoint_windows pc1 127.0.2.1
#	endpoint_inventory		writes DIR/inventory.yaml and DIR/known_hosts
#	endpoint_run web1 'id; pwd'	by the plain client
#	endpoints_end			is also run on EXIT
#
# Needs no root. As root, the servers run as the user nobody. A function that fails says why and
# returns 1. What they set is only to be read:
#
# shellcheck disable=SC2034
endpoints_dir=''      # of the client
endpoints_server=''   # folder of the servers and hosts
endpoints_key=''      # the client's private key, without passphrase
endpoints_user=endpoint # who logs in
endpoints_windows=''   # folder of what Windows-like hosts are made of
endpoints_password='' # what that user's password is; empty: none is accepted
endpoint_port=''      # of the newest server
declare -gA endpoint_addresses=() endpoint_ports=() endpoint_platforms=()
endpoint_names=()
endpoints_source=$(dirname -- "$(realpath -- "${BASH_SOURCE[0]}")")

# Says why something cannot be done.
endpoints_complain() {
	echo "endpoints: $*" >&2
	return 1
}

# Runs a command with the identity and the plain surroundings of the servers.
endpoints_as_user() {
	local identity=()
	if [[ $(id -u) -eq 0 ]]; then
		identity=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	fi
	"${identity[@]}" env -i -C "$endpoints_server" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
		HOME="$endpoints_server" LC_ALL=C.UTF-8 "$@"
}

# What is missing for Linux hosts, and with `windows` also for Windows-like ones; nothing if they
# can be had.
endpoints_missing() {
	local missing=()
	[[ -x /usr/sbin/sshd && -x /usr/lib/openssh/sftp-server ]] || missing+=(openssh-server)
	command -v ssh >/dev/null || missing+=(openssh-client)
	command -v cc >/dev/null || missing+=(gcc)
	if [[ ${1-} == windows ]]; then
		[[ -x /usr/lib/wine/wine64 ]] || missing+=(wine64)
		command -v x86_64-w64-mingw32-gcc >/dev/null || missing+=(gcc-mingw-w64-x86-64)
	fi
	((${#missing[@]} == 0)) || echo "${missing[*]}"
}

# endpoints_begin DIR PICKET: makes ready what all endpoints share.
endpoints_begin() {
	local file name missing picket
	missing=$(endpoints_missing)
	[[ -z $missing ]] || endpoints_complain "packages that are missing: $missing" || return
	[[ -z $endpoints_server ]] || endpoints_complain 'begun already' || return
	picket=$(realpath -- "${2:?usage: endpoints_begin DIR PICKET}") || return
	mkdir -p -- "$1"
	endpoints_dir=$(realpath -- "$1")
	endpoints_server=$(mktemp -d "${TMPDIR:-/tmp}/picket-endpoints.XXXXXX") || return
	[[ -n $(trap -p EXIT) ]] || trap endpoints_end EXIT
	endpoints_key=$endpoints_dir/id_ed25519
	[[ -e $endpoints_key ]] || ssh-keygen -q -t ed25519 -N '' -C endpoints -f "$endpoints_key" || return
	mkdir "$endpoints_server"/{bin,etc,hosts,standin}
	cp -- "$picket" "$endpoints_server/bin/picket"
	cp -- "$endpoints_key.pub" "$endpoints_server/etc/authorized_keys"
	for name in shell windows judge; do
		cp -- "$endpoints_source/standin/$name.sh" "$endpoints_server/bin/"
	done
	for name in id journalctl sudo systemctl; do
		cp -- "$endpoints_source/standin/$name.sh" "$endpoints_server/standin/$name"
	done
	for name in login drive; do
		cc -std=gnu17 -O1 -shared -fPIC -o "$endpoints_server/bin/$name.so" \
			"$endpoints_source/standin/$name.c" || return
	done
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$endpoints_server/etc/host_key" || return
	if [[ $(id -u) -eq 0 ]]; then
		chown -R nobody:nogroup "$endpoints_server"
	fi
}

# endpoint_sshd [NAME [LINE...]]: starts a server, on a free port of all loopback addresses; the
# LINEs go to the front of its configuration, where they win.
endpoint_sshd() {
	local name=${1-sshd} tries hash='*'
	local config=$endpoints_server/etc/$name.conf log=$endpoints_server/etc/$name.log
	shift
	if [[ -n $endpoints_password ]]; then
		# shellcheck disable=SC2016 # Perl's
		hash=$(printf '%s' "$endpoints_password" | perl -e 'print crypt(<STDIN>, q($6$rounds=1000$picket))')
	fi
	for ((tries = 0; tries < 20; tries++)); do
		endpoint_port=$((20000 + RANDOM % 12000))
		{
			((${#@} == 0)) || printf '%s\n' "$@"
			cat <<-END
				ListenAddress 0.0.0.0:$endpoint_port
				HostKey $endpoints_server/etc/host_key
				PidFile $endpoints_server/etc/$name.pid
				AuthorizedKeysFile $endpoints_server/etc/authorized_keys
				PasswordAuthentication $([[ -n $endpoints_password ]] && echo yes || echo no)
				KbdInteractiveAuthentication no
				StrictModes no
				UsePAM no
				UseDNS no
				MaxStartups 10000
				MaxAuthTries 20
				PrintMotd no
				PrintLastLog no
				LogLevel VERBOSE
				Subsystem sftp /usr/lib/openssh/sftp-server
				Match LocalAddress *,!127.0.0.0/8
				DenyUsers *
			END
		} >"$config"
		endpoints_as_user touch "$log"
		if endpoints_as_user LD_PRELOAD="$endpoints_server/bin/login.so" \
			ENDPOINT_SHELL="$endpoints_server/bin/shell.sh" ENDPOINT_HOME="$endpoints_server" \
			ENDPOINT_PASSWORD="$hash" /usr/sbin/sshd -f "$config" -E "$log"; then
			endpoint_wait "$name" && return
		fi
	done
	endpoints_complain "sshd does not start:" "$(tail -n 5 "$log")"
}

# Waits until the server listens.
endpoint_wait() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		[[ -s $endpoints_server/etc/$1.pid ]] && return
		sleep 0.02
	done
	return 1
}

# endpoint_stop [NAME]: ends a server, with its connections.
endpoint_stop() {
	local file=$endpoints_server/etc/${1-sshd}.pid pid
	[[ -s $file ]] && read -r pid <"$file" || return
	endpoints_kill_tree "$pid"
	rm -f -- "$file"
}

# Ends a process and all that it started.
endpoints_kill_tree() {
	local child children
	kill -STOP "$1" 2>/dev/null
	read -r -a children < <(cat "/proc/$1/task/$1/children" 2>/dev/null; echo)
	for child in "${children[@]}"; do
		endpoints_kill_tree "$child"
	done
	kill -KILL "$1" 2>/dev/null
}

# Notes a host behind the newest server.
endpoint_note() {
	[[ -n $endpoint_port ]] || endpoints_complain 'no server: call endpoint_sshd first' || return
	endpoint_names+=("$1")
	endpoint_addresses[$1]=$2
	endpoint_ports[$1]=$endpoint_port
	endpoint_platforms[$1]=$3
}

# endpoint_linux NAME ADDRESS: a Linux host.
endpoint_linux() {
	endpoint_note "$1" "$2" linux || return
	endpoints_as_user mkdir -p "hosts/$2/home" "hosts/$2/faults"
}

# Compiles the stand-ins that are Windows programs into the folder $1.
endpoints_make_programs() {
	local source=$endpoints_source/standin name names=() build
	build=(x86_64-w64-mingw32-gcc -std=gnu17 -O1 -DWIN32_LEAN_AND_MEAN)
	mkdir -p "$1"
	for name in certutil common config dism icacls launcher monster sysmon64 wevtutil whoami winlogbeat; do
		names+=("$source/$name.c")
	done
	(cd -- "$1" && printf '%s\n' "${names[@]}" | xargs -n 1 -P "$(nproc)" "${build[@]}" -c) || return
	for name in certutil dism icacls launcher monster wevtutil whoami winlogbeat; do
		"${build[@]}" -s -municode -o "$1/$name.exe" "$1/$name.o" "$1/common.o" -lbcrypt || return
	done
	endpoints_link_sysmon64 "$1" "$1/Sysmon.exe" 15.22 || return
	"${build[@]}" -s -shared -nostdlib -Wl,--subsystem,native -Wl,-e,DriverEntry \
		-o "$1/driver.sys" "$source/driver.c"
}

# Makes a Wine prefix at $1.
endpoints_make_prefix() {
	local run=(endpoints_as_user WINEPREFIX="$1" WINEDEBUG=-all
		LD_PRELOAD="$endpoints_server/bin/login.so"
		WINEDLLOVERRIDES='winemenubuilder.exe,mscoree,mshtml=')
	"${run[@]}" /usr/lib/wine/wine64 wineboot -i </dev/null >"$endpoints_server/wineboot.log" 2>&1
	"${run[@]}" /usr/lib/wine/wine64 winecfg -v win10 </dev/null >/dev/null 2>&1
	"${run[@]}" /usr/lib/wine/wineserver64 -k
	[[ -s $1/system.reg ]] || endpoints_complain "wineboot made no prefix:" \
		"$(tail -n 5 "$endpoints_server/wineboot.log")"
}

# Puts the stand-ins in the folder $2 into the Wine prefix $1.
endpoints_fill_prefix() {
	local name
	mkdir -p "$1/no-drive" "$1/drive_c/standin/faults"
	for name in certutil dism icacls wevtutil whoami; do
		rm -f -- "$1/drive_c/windows/system32/$name.exe"
		cp -- "$2/$name.exe" "$1/drive_c/windows/system32/"
	done
	cp -- "$2/launcher.exe" "$2/driver.sys" "$2/Sysmon.exe" "$1/drive_c/standin/"
	if [[ $(id -u) -eq 0 ]]; then
		chown -R nobody:nogroup "$1/no-drive" "$1/drive_c"
	fi
	# Copies share their files: nothing may be written into one.
	find "$1/drive_c/windows" -type f -exec chmod a-w {} +
}

# Makes endpoints_windows ready: the folder with a prefix and programs, all of one state. They are
# taken from the folder PICKET_ENDPOINT_CACHE, if that is set, and left there for the next time.
endpoints_make_windows() {
	local key missing cache=${PICKET_ENDPOINT_CACHE-} made=$endpoints_server/windows compiler lock
	[[ -z $endpoints_windows ]] || return 0
	missing=$(endpoints_missing windows)
	[[ -z $missing ]] || endpoints_complain "packages that are missing: $missing" || return
	if [[ -n $cache ]]; then
		mkdir -p -- "$cache"
		exec {lock}>"$cache/lock"
		flock "$lock"
		key=$(cat "$endpoints_source"/endpoints.sh "$endpoints_source"/standin/*.[ch] \
			/var/lib/dpkg/info/libwine*.md5sums <(id -u) | sha256sum)
		cache=$(realpath -- "$cache")/${key:0:16}
	fi
	if [[ -z $cache || ! -d $cache ]]; then
		endpoints_as_user mkdir "$made"
		endpoints_make_programs "$endpoints_server/programs" &
		compiler=$!
		endpoints_make_prefix "$made/prefix" || return
		wait "$compiler" || endpoints_complain 'stand-ins do not compile' || return
		endpoints_fill_prefix "$made/prefix" "$endpoints_server/programs"
		mv -- "$endpoints_server/programs" "$made/"
	fi
	if [[ -n $cache && ! -d $cache ]]; then
		rm -rf -- "${cache%/*}"/*.new "${cache%/*}"/????????????????
		cp -a -- "$made" "$cache.new" && mv -- "$cache.new" "$cache"
	fi
	[[ -z $cache ]] || exec {lock}>&-
	endpoints_windows=${cache:-$made}
}

# Links the stand-in for Sysmon64.exe into the file $2, with the version $3, from the objects in $1.
endpoints_link_sysmon64() {
	local version=$3 object=$endpoints_server/version-$BASHPID.o
	x86_64-w64-mingw32-windres -DVERSION_NUMBERS="${version//./,},0,0" \
		-DVERSION_TEXT="\\\"$version\\\"" "$endpoints_source/standin/sysmon64.rc" -O coff \
		-o "$object" || return
	x86_64-w64-mingw32-gcc -s -municode -o "$2" "$1"/{sysmon64,config,common}.o "$object" \
		-lbcrypt -lversion
}

# endpoint_sysmon64 FILE [VERSION]: the stand-in for Sysmon64.exe, with its version resource.
endpoint_sysmon64() {
	endpoints_make_windows && endpoints_link_sysmon64 "$endpoints_windows/programs" "$1" "${2-15.15}"
}

# endpoint_monster FILE: the stand-in for Monster.exe.
endpoint_monster() {
	endpoints_make_windows && cp -- "$endpoints_windows/programs/monster.exe" "$1"
}

# endpoint_winlogbeat FILE: the stand-in for winlogbeat.exe.
endpoint_winlogbeat() {
	endpoints_make_windows && cp -- "$endpoints_windows/programs/winlogbeat.exe" "$1"
}

# endpoint_sysmon_linux FILE [VERSION]: the stand-in for the program of Sysmon for Linux.
endpoint_sysmon_linux() {
	sed "s/^version=.*/version=${2-1.3.3}/" "$endpoints_source/standin/sysmon-linux.sh" >"$1"
	chmod 755 "$1"
}

# endpoint_windows NAME ADDRESS: a Windows-like host.
endpoint_windows() {
	local root=$endpoints_server/hosts/$2 file
	endpoints_make_windows || return
	endpoint_note "$1" "$2" windows || return
	endpoints_as_user mkdir -p "$root/home"
	cp -al -- "$endpoints_windows/prefix" "$root/prefix" 2>/dev/null ||
		cp -a -- "$endpoints_windows/prefix" "$root/" || return
	for file in "$root"/prefix/*.reg; do
		cp -a -- "$file" "$file.own"
		mv -f -- "$file.own" "$file"
	done
	endpoints_as_user ln -s -- "$endpoints_server/bin" "$root/prefix/dosdevices/s:"
	endpoints_as_user ln -s -- prefix/drive_c/standin/faults prefix/drive_c/standin/applied.log \
		"$root/"
	# The first program starts Wine's services, which would keep the session's output open.
	endpoints_as_user WINEPREFIX="$root/prefix" /usr/lib/wine/wineserver64 -p
	endpoints_as_user SSH_CONNECTION="? 0 $2 0" "$endpoints_server/bin/shell.sh" -c 'exit 0' \
		</dev/null >/dev/null 2>&1
}

# endpoint_dir NAME: the host's folder on this machine; for faults and what stand-ins have noted.
endpoint_dir() {
	echo "$endpoints_server/hosts/${endpoint_addresses[$1]}"
}

# endpoint_fault NAME FAULT [VALUE]: sets a fault; `endpoint_mend NAME` takes all away.
endpoint_fault() {
	printf '%s\n' "${3-1}" >"$(endpoint_dir "$1")/faults/$2"
}

endpoint_mend() {
	rm -rf -- "$(endpoint_dir "$1")"/faults/*
}

# endpoint_protect NAME: from now on the login user may not write where state and sensor are;
# the stand-in for sudo may.
endpoint_protect() {
	# shellcheck disable=SC2016 # sh expands it
	endpoints_as_user sh -c 'chmod a-w "$0" "$0/state" "$0/opt" "$0/opt/sysmon" 2>/dev/null; true' \
		"$(endpoint_dir "$1")"
}

# What ssh and sftp need to know about the host NAME.
endpoint_options() {
	printf '%s\n' -q -F none -i "$endpoints_key" -o BatchMode=yes -o IdentitiesOnly=yes \
		-o IdentityAgent=none -o KexAlgorithms=curve25519-sha256 \
		-o "UserKnownHostsFile=$endpoints_dir/known_hosts" -o GlobalKnownHostsFile=none -o "Port=${endpoint_ports[$1]}" -o "User=$endpoints_user"
}

# endpoint_run NAME COMMAND: runs it there with the plain client.
endpoint_run() {
	local options
	mapfile -t options < <(endpoint_options "$1")
	# shellcheck disable=SC2029 # it has been expanded here
	ssh "${options[@]}" "${endpoint_addresses[$1]}" "$2"
}

# endpoint_sftp NAME: runs the commands on its input there with the plain client.
endpoint_sftp() {
	local options
	mapfile -t options < <(endpoint_options "$1")
	sftp "${options[@]}" -b - "${endpoint_addresses[$1]}"
}

# The keys of all hosts, as known_hosts has them.
endpoint_known_hosts() {
	local name type key
	read -r type key _ <"$endpoints_server/etc/host_key.pub"
	for name in "${endpoint_names[@]}"; do
		printf '[%s]:%s %s %s\n' "${endpoint_addresses[$name]}" "${endpoint_ports[$name]}" "$type" "$key"
	done
}

# endpoint_inventory [FILE]: writes the inventory of all hosts, in the groups linux and windows, and
# known_hosts. Another inventory may include it and say more.
endpoint_inventory() {
	local file=${1-$endpoints_dir/inventory.yaml} name platform
	endpoint_known_hosts >"$endpoints_dir/known_hosts"
	{
		cat <<-END
			inventory: endpoints
			defaults:
			  user: $endpoints_user
			  identity: $endpoints_key
			  known_hosts: $endpoints_dir/known_hosts
			groups:
		END
		for platform in $(printf '%s\n' "${endpoint_platforms[@]}" | sort -u); do
			printf '  %s:\n    platform: %s\n    hosts:\n' "$platform" "$platform"
			for name in "${endpoint_names[@]}"; do
				[[ ${endpoint_platforms[$name]} != "$platform" ]] || endpoint_entry "$name"
			done
		done
	} >"$file"
}

# The host NAME as it stands in the inventory. A Windows-like host is all its own, a Linux host
# shares the folders of this machine.
endpoint_entry() {
	printf '      %s:\n        address: %s\n        port: %s\n' \
		"$1" "${endpoint_addresses[$1]}" "${endpoint_ports[$1]}"
	[[ ${endpoint_platforms[$1]} == windows ]] ||
		printf '        state_dir: %s/state\n        install_dir: %s/opt/sysmon\n' \
			"$(endpoint_dir "$1")" "$(endpoint_dir "$1")"
}

# Ends all servers and hosts, and removes their folder; what is in DIR stays.
endpoints_end() {
	local file pid
	[[ -n $endpoints_server ]] || return 0
	for file in "$endpoints_server"/etc/*.pid; do
		[[ -s $file ]] && read -r pid <"$file" && endpoints_kill_tree "$pid"
	done
	for file in "$endpoints_server"/hosts/*/prefix; do
		[[ -d $file ]] && endpoints_as_user WINEPREFIX="$file" /usr/lib/wine/wineserver64 -k
	done
	for file in /proc/[0-9]*; do
		if grep -qzF -- "$endpoints_server" "$file/environ" 2>/dev/null; then
			kill -KILL "${file#/proc/}" 2>/dev/null
		fi
	done
	rm -rf -- "$endpoints_server"
	endpoints_server=''
	endpoints_windows=''
	endpoint_names=()
	endpoint_port=''
}
