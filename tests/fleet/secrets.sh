#!/usr/bin/env bash
# secrets.sh PICKET: does a secret get out? Six hosts are logged in to in six ways (password from the
# environment and from a file, key without passphrase, with one from a file and with one that is typed, a
# key of an ssh-agent), and then also with what is wrong. What was planted, its beginning, its end, its
# base64 and hex, and the bytes of private keys, are looked for in all that is written and printed, in
# what the hosts have, in the command lines and environments of all processes while it runs, and in the
# core of a process that is ended while it knows them.
#
# As root, picket runs as nobody. The search itself is tried where it has to find something.
#
# Status 77: packages are missing (skipped).
set -u
picket=$(realpath -- "${1:?usage: secrets.sh PICKET}")
here=$(dirname -- "$(realpath -- "$0")")
# shellcheck source=tests/fleet/endpoints.sh
. "$here/endpoints.sh"
# shellcheck source=tests/fleet/trial.sh
. "$here/trial.sh"
work=$(mktemp -d)
vault=$(mktemp -d) # what is secret, and nothing else
sampler=''
agent=''
trap 'stop_all; endpoints_end; rm -rf -- "$work" "$vault"' EXIT
as=()
declare -A secrets=()

stop_all() {
	[[ -z $sampler ]] || kill "$sampler" 2>/dev/null
	[[ -z $agent ]] || kill "$agent" 2>/dev/null
}

# --- Secrets, and how they are looked for ---

# Random letters and digits, of which nothing else can be mistaken for the beginning or end.
make_secret() {
	secrets[$1]=$(head -c 64 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9' | head -c 32)
	printf '%s\n' "${secrets[$1]}" >"$vault/$1"
	chmod 600 "$vault/$1"
}

# What is looked for, as lines "NAME HEX": of the secrets and private keys in the vault.
make_needles() {
	perl -MMIME::Base64 -e '
		sub needle { my ($name, $bytes) = @_; print "$name ", unpack("H*", $bytes), "\n"; }
		for my $path (glob("$ARGV[0]/*")) {
			next if -d $path || $path =~ /needles|\.pub$/;
			my ($name) = $path =~ m{([^/]+)$};
			open(my $file, "<", $path) or die; local $/; my $text = <$file>;
			if ($text =~ /BEGIN OPENSSH PRIVATE KEY-----\n(.*)\n-----END/s) {
				my $lines = $1;
				my @lines = split(/\n/, $lines);
				needle("$name-file", substr($lines[-2], 0, 20));
				open(my $public, "<", "$path.pub") or die;
				my ($blob) = <$public> =~ /^\S+ (\S+)/;
				my $key = substr(decode_base64($blob), -32);
				my $at = rindex(decode_base64($lines), $key);
				needle("$name-seed", substr(decode_base64($lines), $at - 32, 12));
				next;
			}
			$text =~ s/\n\z//;
			needle("$name-begin", substr($text, 0, 10));
			needle("$name-end", substr($text, -10));
			needle("$name-base64", substr(encode_base64($text), 0, 12));
			needle("$name-hex", unpack("H*", substr($text, 0, 8)));
		}' "$vault" >"$vault/needles"
}

# search PATH...: the names of what is found in files and folders.
search() {
	perl -MFile::Find -e '
		my $list = shift;
		open(my $file, "<", $list) or die;
		my %needles = map { my ($name, $hex) = split; ($name, pack("H*", $hex)) } <$file>;
		find({no_chdir => 1, wanted => sub {
			return unless -f $_;
			open(my $in, "<:raw", $_) or return;
			my ($rest, $piece) = ("");
			while (read($in, $piece, 1 << 22)) {
				my $text = $rest . $piece;
				for (sort keys %needles) {
					print "$_ in $File::Find::name\n" if index($text, $needles{$_}) >= 0;
				}
				$rest = substr($text, -64);
			}
		}}, @ARGV);' "$vault/needles" "$@" | sort -u
}

# search_memory PID: the same in the memory of a process.
search_memory() {
	perl -e '
		my ($list, $pid) = @ARGV;
		open(my $file, "<", $list) or die;
		my %needles = map { my ($name, $hex) = split; ($name, pack("H*", $hex)) } <$file>;
		open(my $maps, "<", "/proc/$pid/maps") or exit 3;
		open(my $memory, "<:raw", "/proc/$pid/mem") or exit 3;
		while (<$maps>) {
			my ($from, $to, $rights) = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/ or next;
			($from, $to) = (hex $from, hex $to);
			next if $rights !~ /^rw/ || $to - $from > 1 << 28;
			my $text = "";
			sysseek($memory, $from, 0) && sysread($memory, $text, $to - $from);
			for (sort keys %needles) { print "$_\n" if index($text, $needles{$_}) >= 0; }
		}' "$vault/needles" "$1" 2>/dev/null | sort -u
	return "${PIPESTATUS[0]}"
}

# Looks at all processes all the time; "NAME in WHAT of PID PARENT COMMAND" lines go to the file.
start_sampler() {
	perl -e '
		$SIG{TERM} = sub { print "looked $looked times\n"; exit 0; };
		my %seen;
		open(my $file, "<", $ARGV[0]) or die;
		my %needles = map { my ($name, $hex) = split; ($name, pack("H*", $hex)) } <$file>;
		$| = 1;
		for (;;) {
			for my $path (glob("/proc/[0-9]*")) {
				my $what = "";
				for my $kind ("cmdline", "environ") {
					open(my $in, "<", "$path/$kind") or next;
					local $/; my $text = <$in> // "";
					for my $name (keys %needles) {
						next if index($text, $needles{$name}) < 0;
						open(my $comm, "<", "$path/comm"); chomp(my $program = <$comm> // "");
						open(my $status, "<", "$path/status");
						my ($parent) = (<$status> // "") =~ /^PPid:\s+(\d+)/m;
						my $line = "$name in $kind of " . substr($path, 6) . " " .
							($parent // 0) . " $program\n";
						print $line unless $seen{$line}++;
					}
				}
			}
			$looked++;
			select(undef, undef, undef, 0.005);
		}' "$vault/needles" >"$work/samples" 2>/dev/null &
	sampler=$!
}

stop_sampler() {
	kill "$sampler"
	wait "$sampler" 2>/dev/null
	sampler=''
}

# nowhere WHAT PATH...: nothing is found in any of them.
nowhere() {
	local what=$1 found
	shift
	found=$(search "$@")
	trial_check "$what: $found" test -z "$found"
}

# --- Hosts ---

make_hosts() {
	local name
	for name in by-env by-file passphrase typed-passphrase wrong-password wrong-passphrase; do
		make_secret "$name"
	done
	for name in plain locked typed agent; do
		ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$vault/$name-key"
	done
	make_needles
	# Nobody looks at arguments yet.
	ssh-keygen -q -p -P '' -N "${secrets[passphrase]}" -f "$vault/locked-key" >/dev/null
	ssh-keygen -q -p -P '' -N "${secrets[typed-passphrase]}" -f "$vault/typed-key" >/dev/null
	cat "$vault"/*-key.pub >"$endpoints_server/etc/authorized_keys"
	endpoint_linux plain 127.0.7.1
	endpoint_linux locked 127.0.7.2
	endpoint_linux typed 127.0.7.3
	endpoint_linux agent 127.0.7.4
	endpoints_password=${secrets[by-env]}
	endpoint_sshd env 'AuthorizedKeysFile none' || return
	endpoint_linux env 127.0.7.5
	endpoints_password=${secrets[by-file]}
	endpoint_sshd file 'AuthorizedKeysFile none' || return
	endpoint_linux file 127.0.7.6
	endpoint_linux wrong 127.0.7.7
	endpoints_password=''
	endpoint_known_hosts >"$work/known_hosts"
}

# host NAME LINE...
host() {
	endpoint_entry "$1"
	shift
	printf '        %s\n' "$@"
}

write_site() {
	cat <<-END
		inventory: site
		defaults:
		  user: $endpoints_user
		  known_hosts: $work/known_hosts
		rollout:
		  stages: [{name: all}]
		  tries: 1
		  budget: {wave: any, total: any, auth: any}
		groups:
		  linux:
		    platform: linux
		    sensor: {kind: sysmon-linux, bundle: sysmon-linux@1.3.3, config: wanted.xml}
		    hosts:
	END
	host plain "identity: $vault/plain-key"
	host locked "identity: $vault/locked-key" "passphrase_file: $vault/passphrase"
	host typed "identity: $vault/typed-key"
	host agent
	host env 'password_env: ENDPOINT_PASSWORD_NOW'
	host file "password_file: $vault/by-file"
	host wrong "password_file: $vault/wrong-password"
}

# --- What is done ---

# LeakSanitizer looks for leaks from a process of its own, which shows what its maker was started with.
export ASAN_OPTIONS=detect_leaks=0

# start COMMAND OPTION...: picket as the user, with the password in its environment; its process is
# noted in the file `pid`, and no other has it in its environment.
# shellcheck disable=SC2016 # sh expands it
start=(sh -c 'cd "$0" && echo $$ >>../pids && ENDPOINT_PASSWORD_NOW=$(cat "$1") && shift &&
	export ENDPOINT_PASSWORD_NOW && exec "$@"' "$work/cwd" "$vault/by-env" "$picket")

# Waits until so many sessions of all servers have begun.
wait_sessions() {
	local tries
	for ((tries = 0; tries < 300; tries++)); do
		(($(cat "$endpoints_server"/etc/*.log | grep -c 'Starting session') >= $1)) && return
		sleep 0.1
	done
	return 1
}

sessions() {
	cat "$endpoints_server"/etc/*.log | grep -c 'Starting session'
}

# All ways at once, on a terminal, where the passphrase is typed.
push_typed() {
	local tries pid before status=0
	before=$(sessions)
	mkfifo "$work/typing"
	chmod 666 "$work/typing"
	# script gives the command to $SHELL, and %q quotes for bash.
	"${as[@]}" env SSH_AUTH_SOCK="$work/agent.socket" SHELL="$BASH" script -qfec \
		"$(printf '%q ' "${start[@]}" push -i "$work/site.yaml" --report "$work/report.html")" \
		"$work/typescript" <"$work/typing" >"$work/screen" 2>&1 &
	local terminal=$!
	exec 8>"$work/typing"
	for ((tries = 0; tries < 300; tries++)); do
		grep -qs 'passphrase of' "$work/typescript" && break
		sleep 0.1
	done
	trial_check 'nobody asks for a passphrase' test "$tries" -lt 300
	sleep 0.2
	cat "$vault/typed-passphrase" >&8
	wait_sessions $((before + 6))
	pid=$(tail -n 1 "$work/pids")
	look_at_process "$pid"
	wait "$terminal" || status=$?
	exec 8>&-
	trial_equal 'status of a push with one wrong password' "$status" 4
	trial_equal 'hosts that were logged in to' "$(grep -o '6 ok, 1 failed' "$work/typescript")" '6 ok, 1 failed'
	trial_check 'the wrong password is told' grep -q PK2021 "$work/typescript"
	((trial_wrong == 0)) || cat "$work/screen"
}

# While the process $1 knows its secrets; what takes long comes last.
look_at_process() {
	local found asan=no
	grep -q asan "/proc/$1/maps" && asan=yes
	if [[ $(id -u) -eq 0 ]]; then
		cat "/proc/$1/environ" >"$work/environ"
		nowhere 'environment of the process' "$work/environ"
		trial_equal 'an ordinary user reads the memory of his process' \
			"$("${as[@]}" cat "/proc/$1/mem" 2>&1 >/dev/null | grep -c 'Permission denied')" 1
		trial_equal 'an ordinary user reads the environment of his process' \
			"$("${as[@]}" cat "/proc/$1/environ" 2>&1 >/dev/null | grep -c 'Permission denied')" 1
		found=$(search_memory "$1")
		trial_check 'the search finds nothing where the secrets are, in memory' \
			grep -q '^by-file' <<<"$found"
		echo "in the memory of the process, for root only: ${found//$'\n'/ }"
	else
		trial_skip 2 'the memory of the process can only be seen by root'
		trial_check 'the memory of the process can be read' \
			eval "! cat /proc/$1/environ >/dev/null 2>&1"
	fi
	dump "$1" "$asan"
}

# A debugger's dump, which root may make.
dump() {
	if [[ $(id -u) -ne 0 || $2 == yes ]] || ! command -v gcore >/dev/null; then
		trial_skip 1 'no dump by a debugger: it needs root and gcore, and not AddressSanitizer'
		return
	fi
	mkdir -p "$work/dump"
	gcore -o "$work/dump/core" "$1" >/dev/null 2>&1
	trial_check 'the debugger makes no dump' test -s "$work/dump/core.$1"
	nowhere 'a dump by a debugger' "$work/dump"
	rm -rf -- "$work/dump"
}

# What others may ask for afterwards.
ask_all() {
	local command
	for command in status history; do
		"${as[@]}" "${start[@]}" "$command" -i "$work/site.yaml" >"$work/$command.out" 2>&1
	done
	for command in drift plan; do
		"${as[@]}" "${start[@]}" "$command" -i "$work/site.yaml" --no-ask plain locked env file \
			>"$work/$command.out" 2>&1
	done
	"${as[@]}" "${start[@]}" push -i "$work/site.yaml" --no-ask --format json plain locked env file wrong \
		>"$work/push.json" 2>&1
	sed "s,passphrase_file: .*,passphrase_file: $vault/wrong-passphrase," "$work/site.yaml" \
		>"$work/wrong.yaml"
	"${as[@]}" "${start[@]}" push -i "$work/wrong.yaml" --no-ask locked >"$work/wrong.out" 2>&1
	trial_check 'the wrong passphrase is told' grep -q PK2026 "$work/wrong.out"
	((trial_wrong == 0)) || cat "$work/wrong.out" "$work/push.json"
}

# crash SIGNAL: picket gets it while it is logged in.
crash() {
	local before pid starter
	before=$(sessions)
	(
		ulimit -c unlimited
		exec "${as[@]}" env ASAN_OPTIONS=disable_coredump=0:handle_segv=0:handle_abort=0 \
			"${start[@]}" push -i "$work/site.yaml" --no-ask plain locked env file
	) >"$work/crash.out" 2>&1 </dev/null &
	starter=$!
	wait_sessions $((before + 4))
	pid=$(tail -n 1 "$work/pids")
	kill "-$1" "$pid"
	{ wait "$starter"; } 2>/dev/null
	trial_check "nobody was ended by $1" test $? -gt 128
	find "$work/cwd" -name 'core*' >"$work/cores"
	trial_equal "core files after $1" "$(cat "$work/cores")" ''
	nowhere "core after $1" "$work/cwd"
	rm -f -- "$work"/cwd/core*
}

crashes() {
	local found
	# Something else that knows a secret, and may have a core.
	# shellcheck disable=SC2016 # Perl's
	{ (
		cd "$work/cwd" && ulimit -c unlimited
		exec "${as[@]}" perl -e 'open(F, "<", $ARGV[0]); $a = <F>; kill("ABRT", $$); sleep 1' \
			"$vault/by-file"
	); } >/dev/null 2>&1
	found=$(search "$work/cwd")
	rm -f -- "$work"/cwd/core*
	if [[ $found != *by-file-begin* ]]; then
		trial_skip 6 "no core files here (core_pattern: $(</proc/sys/kernel/core_pattern))"
		return
	fi
	crash ABRT
	crash SEGV
}

# The search finds what is there to be found.
check_search() {
	mkdir -p "$work/control"
	cat "$vault"/by-* "$vault/plain-key" >"$work/control/file"
	printf '%s' "${secrets[by-env]}" | base64 >>"$work/control/file"
	if command -v sqlite3 >/dev/null; then
		printf "PRAGMA journal_mode = wal; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('%s');" \
			"${secrets[passphrase]}" | sqlite3 "$work/control/store.db" >/dev/null
	else
		printf 'xx%s' "${secrets[passphrase]}" >"$work/control/store.db"
	fi
	trial_equal 'what the search finds' "$(search "$work/control" | sed 's/ in .*//' | tr '\n' ' ')" \
		'by-env-base64 by-env-begin by-env-end by-file-begin by-file-end passphrase-begin passphrase-end plain-key-file '
	rm -rf -- "$work/control"
	# An argument, and a variable, of somebody else.
	(exec -a "${secrets[by-file]}" sleep 1) &
	(CONTROL=${secrets[by-env]} exec sleep 1) &
	wait %% %-
}

# Only picket's own start has the variable that it was given.
check_samples() {
	local name word kind pid parent program pids
	pids=" $(tr '\n' ' ' <"$work/pids")"
	trial_check 'processes were looked at too seldom' \
		test "$(sed -n 's/^looked \(.*\) times/\1/p' "$work/samples")" -gt 50
	trial_check 'the search finds no argument' grep -q 'by-file-begin in cmdline of .* sleep' "$work/samples"
	trial_check 'the search finds no variable' grep -q 'by-env-begin in environ of .* sleep' "$work/samples"
	while read -r name word kind _ pid parent program; do
		[[ $word == in && $program != sleep ]] || continue
		# A child that has not become another program yet shows the memory of its parent.
		[[ $program != picket || $pids != *" $parent "* ]] || pid=$parent
		[[ $kind == environ && $name == by-env-* && $pids == *" $pid "* ]] ||
			trial_complain "$program shows $name in its $kind"
	done <"$work/samples"
	trial_ran=$((trial_ran + 1))
	sed -n 's/^looked/all processes were looked at/p' "$work/samples"
}

trial_begin "$work" "$picket" || exit
make_hosts || exit
trial_config secret >/dev/null
# shellcheck disable=SC2119 # the default
trial_bundle || exit
write_site >"$work/site.yaml"
mkdir -p "$work/cwd"
touch "$work/pids"
if [[ $(id -u) -eq 0 ]]; then
	as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	start=("${start[@]::${#start[@]}-1}" "$endpoints_server/bin/picket")
	chown -R nobody:nogroup "$work" "$vault"
fi
"${as[@]}" ssh-agent -D -a "$work/agent.socket" </dev/null >/dev/null 2>&1 &
agent=$!
sleep 0.5
"${as[@]}" env SSH_AUTH_SOCK="$work/agent.socket" ssh-add -q "$vault/agent-key"
start_sampler
check_search
for name in plain locked typed agent env file; do
	endpoint_fault "$name" stall 4
done
push_typed
crashes
for name in plain locked typed agent env file; do
	endpoint_mend "$name"
done
ask_all
stop_sampler
check_samples
nowhere 'what was written and printed' "$work"
nowhere 'what the hosts have' "$endpoints_server"
trial_equal 'whose the store is' "$(find "$(trial_store)" -perm /077 | wc -l)" 0
echo "looked for $(wc -l <"$vault/needles") patterns of $(find "$work" "$endpoints_server" -type f | wc -l) files"
trial_end
