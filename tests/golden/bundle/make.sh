# shellcheck shell=bash
# For the cases of `bundle`, to be sourced: files that look like a sensor's, and are none.

# elf FILE: the start of a program for Linux and x64.
elf() {
	printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0 %s' "$1" >"$1"
}

# pack FILE NAME...: a tar that is the same each time.
pack() {
	tar --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$@"
}
