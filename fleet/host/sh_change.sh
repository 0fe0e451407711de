#!/bin/sh
# What makes changes on a Linux host: functions, and in the end "steps", which sh_change.c writes and
# sends before this: the calls of them. It goes on in the shell of sh_facts.sh. Every function succeeds, or says "failed STEP" with what
# was said to it, takes back what it can, and ends the shell. A change that was ended anywhere is
# finished by doing it again: what is there already is not done twice.
#
# Set before: rollout sequence target bundle; was: digest of the configuration in force as the facts
# had it; i_words c_words u_words: what the program is given to install, to change its configuration
# and to remove itself.
#
# shellcheck disable=SC2154,SC2034 # what sh_facts.sh sets and reads
old="" before="" touched="" failing="" locked="" cut="" had=$present
nl="
"

# What was not finished, of us or of one that was ended.
clean() {
	for file in "$state"/*.part "$state"/*/*.part; do
		[ ! -e "$file" ] || rm -f "$file"
	done
}

# fail STEP [STATUS]: the end. $said is what the step said.
fail() {
	say failed "$@"
	printf "%s\n" "$said"
	if [ -n "$touched" ] && [ -z "$failing" ]; then
		failing=1
		take_back
		look
		look_version
		tell
	fi
	[ -z "$locked" ] || clean
	say end
	exit 0
}

# try STEP COMMAND...: what has to go well; for tools that do not stay.
try() {
	step=$1
	shift
	said=$("$@" 2>&1 </dev/null) || fail "$step"
}

# What the program says goes to a file: what it starts in the background would keep a pipe open.
sensor() {
	"$@" >"$state/said" 2>&1 </dev/null
	status=$?
	said=""
	while IFS= read -r line && [ "${#said}" -lt 400 ]; do
		said="$said$line "
	done <"$state/said"
}

# What it starts and leaves running must not inherit our lock.
sensor_stays() {
	sensor "$@" 9>&-
}

# call RUN PROGRAM FILE WORD...: the program with these words, {config} being the file.
call() {
	run=$1 runs=$2 file=$3
	shift 3
	for word in "$@"; do
		shift
		if [ "$word" = "{config}" ]; then
			[ -n "$file" ] || continue
			word=$file
		fi
		set -- "$@" "$word"
	done
	"$run" "$runs" "$@"
}

# put_record TEXT
put_record() {
	# dd says what went wrong, which printf does not.
	said=$({ printf "%s" "$1" | dd of="$state/record.part" conv=fsync status=none &&
		mv -f "$state/record.part" "$state/record"; } 2>&1) || fail record
}

# begin: locks the host for us, and looks again whether somebody was quicker: what was seen of the
# host while it was being changed is half of the old and half of the new.
begin() {
	if [ ! -d "$state/configs" ] || [ ! -d "$state/stage" ]; then
		try prepare mkdir -p "$state/configs" "$state/stage"
	fi
	# A redirection of exec that fails would end the shell.
	said=$({ true >>"$state/lock"; } 2>&1) || fail prepare
	exec 9>>"$state/lock"
	flock -n 9 2>/dev/null || fail lock
	locked=1
	old=$record
	look_record
	[ "$r_phase" != changing ] || cut=1
	said=$r_rollout
	[ "$r_sequence" -le "$sequence" ] || fail newer
	said=""
	[ "$old" = "$record" ] || fail quicker
	clean
}

# take NAME BYTES: the next file of the input, put aside until it has been checked.
take() {
	said=$(dd of="$state/$1.part" bs=65536 count="$2" iflag=fullblock,count_bytes \
		conv=fsync status=none 2>&1) || fail take
}

# take_packed NAME BYTES: the same, of what gzip packed. What it unpacks to is checked later.
take_packed() {
	said=$({ dd bs=65536 count="$2" iflag=fullblock,count_bytes status=none | gzip -dc |
		dd of="$state/$1.part" bs=65536 conv=fsync status=none; } 2>&1) || fail take
}

# check NAME...: are the taken files, and those that lay ready, what their names say, and is the
# configuration in force still the one that the plan was made for?
check() {
	for name in "$@"; do
		shift
		[ ! -e "$state/$name.part" ] || name=$name.part
		set -- "$@" "$state/$name"
	done
	case $wants in *s*) [ ! -e "$install/config.xml" ] || set -- "$@" "$install/config.xml" ;; esac
	sums=""
	[ $# = 0 ] || sums=$nl$(sha256sum "$@" 2>&1)$nl
	for file in "$@"; do
		sum=${sums%%"  $file$nl"*}
		[ "$sum" != "$sums" ] || sum=""
		sum=${sum##*"$nl"}
		name=${file##*/}
		said=$name
		if [ "$file" = "$install/config.xml" ]; then
			before=$sum
		elif [ "${name%.part}" != "$sum" ]; then
			rm -f "$file"
			fail damaged
		fi
	done
	said=$before
	[ "$before" = "$was" ] || fail moved
	for file in "$@"; do
		case $file in *.part) try stage mv -f "$file" "${file%.part}" ;; esac
	done
}

# keep: the configuration in force, so that it can be put back.
keep() {
	file=$state/configs/$before
	if [ -z "$before" ] || [ -f "$file" ]; then
		return 0
	fi
	try keep cp "$install/config.xml" "$file.part"
	try keep sync "$file.part"
	try keep mv -f "$file.part" "$file"
}

# note PHASE: writes the record.
note() {
	text="rollout $rollout${nl}sequence $sequence$nl"
	[ -z "$target" ] || text="${text}config sha256:$target$nl"
	# What the rules become is only known in the end.
	[ "$1" = changing ] || [ -z "$rules" ] || text="${text}rules sha256:$rules$nl"
	[ -z "$previous" ] || text="${text}previous $previous$nl"
	[ "$1" != changing ] || [ -z "$rules_before" ] || text="${text}rules-before $rules_before$nl"
	[ -z "$bundle" ] || text="${text}bundle $bundle$nl"
	put_record "${text}applied $applied${nl}time $time${nl}phase $1$nl"
}

# go_on: a change of ours that was interrupted keeps what it said of the time before it.
go_on() {
	applied=$r_applied time=$(date +%s)000
	if [ "$r_rollout" = "$rollout" ] && [ "$r_phase" = changing ]; then
		previous=$r_previous rules_before=$r_rules_before
	else
		previous=${before:+sha256:$before} rules_before=${rules:+sha256:$rules}
	fi
	# Who does not look after the sensor says nothing new about it.
	case $wants in
	*s*) ;;
	*) previous=$r_previous rules=$r_rules ;;
	esac
}

# change: from here on the host may be another.
change() {
	keep
	go_on
	note changing
	touched=1
	say touched
	[ -z "$cut" ] || set_up_rest
}

# set_up_rest: a program that was ended while it set itself up may lie there without its service. It
# must not overwrite itself while it runs.
set_up_rest() {
	[ -x "$install/sysmon" ] || return 0
	case $(systemctl show -p LoadState "$service" 2>/dev/null </dev/null) in
	LoadState=not-found) ;;
	*) return 0 ;;
	esac
	try program mkdir -p "$install.new"
	try program cp "$install/sysmon" "$install.new/sysmon"
	set_up "$install.new/sysmon" || fail install "$status"
}

# configure [again]: puts $target into force, if the sensor does not have it already; again: also
# then, as its rules are not what it was given.
configure() {
	[ "$config$1" != "$target" ] || return 0
	# A program that only lies there has to be set up first.
	if [ ! -x "$install/sysmon" ]; then
		set_up "$program" || fail refused "$status"
		return 0
	fi
	# shellcheck disable=SC2086 # words
	call sensor "$program" "$state/configs/$target" $c_words
	look_files
	if [ "$config" != "$target" ] || [ "$status" != 0 ]; then
		fail refused "$status"
	fi
}

# set_up PROGRAM: lets the program set itself up with $target.
set_up() {
	# shellcheck disable=SC2086 # words
	call sensor_stays "$1" "${target:+$state/configs/$target}" $i_words
	look_sensor
	look_files
	[ "$status" = 0 ] && [ -x "$install/sysmon" ] && [ "${target:-$config}" = "$config" ]
}

# install_program DIGEST: the program of a bundle. State folders are often where no program may be
# run, so it is started beside the folder that it installs itself in, under its own name.
install_program() {
	try program mkdir -p "$install.new"
	try program cp "$state/stage/$1" "$install.new/sysmon"
	try program chmod 755 "$install.new" "$install.new/sysmon"
	set_up "$install.new/sysmon" || fail install "$status"
	look_version
}

# install_packages DIGEST.KIND...: packages of a bundle.
install_packages() {
	for name in "$@"; do
		file=$state/stage/${name%.*}
		case $name in
		*.deb) sensor_stays dpkg -i --force-confold "$file" ;;
		*) sensor_stays rpm -U --replacepkgs "$file" ;;
		esac
		[ "$status" = 0 ] || fail package "$status"
	done
	look_sensor
	set_up "$program" || fail install "$status"
	look_version
}

uninstall() {
	[ -x "$install/sysmon" ] || return 0
	# shellcheck disable=SC2086 # words
	call sensor "$install/sysmon" "" $u_words
	[ ! -x "$install/sysmon" ] || sensor "$install/sysmon" -u force
	[ ! -x "$install/sysmon" ] || fail remove "$status"
	look_sensor
	look_files
	look_version
}

# put_aside: the program that will be replaced, in case the new one does not start.
put_aside() {
	[ -x "$install/sysmon" ] || return 0
	try program mkdir -p "$install.old"
	try program cp "$install/sysmon" "$install.old/sysmon"
}

start() {
	look_service
	[ "$running" != yes ] || return 0
	sensor_stays systemctl start "$service"
	[ "$status" = 0 ] || fail start "$status"
}

# limit_journal BYTES
limit_journal() {
	file=/etc/systemd/journald.conf.d/picket.conf
	[ -d "${file%/*}" ] || try journal mkdir -p "${file%/*}"
	try journal chmod 755 "${file%/*}"
	limit_was=""
	[ ! -f "$file" ] || limit_was=$(cat "$file")
	said=$({ printf "[Journal]\nSystemMaxUse=%s\n" "$1" >"$file.part" &&
		chmod 644 "$file.part" && sync "$file.part" && mv -f "$file.part" "$file"; } 2>&1) ||
		fail journal
	sensor_stays systemctl restart systemd-journald
	[ "$status" != 0 ] || return 0
	if [ -n "$limit_was" ]; then
		printf "%s\n" "$limit_was" >"$file"
	else
		rm -f "$file"
	fi
	fail journal "$status"
}

tidy() {
	for file in "$install.new" "$install.old"; do
		[ ! -d "$file" ] || rm -rf "$file"
	done
}

# take_back: the host as it was, if that can be had, and its record.
take_back() {
	case $wants in *s*) take_sensor_back || return 0 ;; esac
	tidy
	if [ -n "$old" ]; then
		put_record "$old"
	else
		rm -f "$state/record"
	fi
	say restored
}

take_sensor_back() {
	look_sensor
	look_files
	target=$before
	if [ -x "$install.old/sysmon" ]; then
		[ ! -x "$install/sysmon" ] || sensor "$install/sysmon" -u force
		set_up "$install.old/sysmon"
	elif [ "$had" = no ]; then
		[ ! -x "$install/sysmon" ] || sensor "$install/sysmon" -u force
	elif [ "$config" != "$before" ] && [ -n "$before" ]; then
		# shellcheck disable=SC2086 # words
		call sensor "$program" "$state/configs/$before" $c_words
	fi
	look_sensor
	look_files
	[ "$config" = "$before" ] && [ "$present" = "$had" ]
}

# What is in stage/ is only kept as long as it is what this host shall have.
prune() {
	for file in "$state"/stage/*; do
		case " $staged " in
		*" stage/${file##*/} "*) ;;
		*) [ ! -f "$file" ] || rm -f "$file" ;;
		esac
	done
	set -- "$state"/configs/*
	[ $# -gt 50 ] || return 0
	for file in "$@"; do
		case "sha256:${file##*/}" in
		"sha256:$target" | "$previous") ;;
		*) rm -f "$file" ;;
		esac
	done
}

# finish: what was done is written down and told.
finish() {
	tidy
	prune
	case $wants in *s*) look_service ;; esac
	case $wants in *j*) look_journal ;; esac
	applied=$((applied + 1))
	note "done"
	look_record
	tell
}

steps
