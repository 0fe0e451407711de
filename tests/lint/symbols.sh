#!/usr/bin/env bash
# symbols.sh LIBRARY...: names of global symbols, functions that are not used, no mutable globals,
# and nothing but the cli room prints or ends the process (docs/conventions.md). The libraries are
# those of the rooms, libpk_<room>.a.
. "$(dirname -- "$0")/common.sh"

rooms=(base mitre rulesets generators fleet templates cli)
mapfile -t files < <(find "${rooms[@]}" -name '*.[ch]')

# Complains about the functions that the pattern $1 names, called in files other than $2.
refuse_calls() {
	grep -HnoE "(^|[^A-Za-z0-9_>.])($1)[[:space:]]*\(" "${files[@]}" | grep -v "^$2:" |
		complain_lines 'not used here'
}
# Without the subshell of a pipe, so that complaints are counted.
shopt -s lastpipe

refuse_calls 'strcpy|strcat|stpcpy|v?sprintf|strtok(_r)?|ato(i|l|ll|f)|gets|system|popen|alloca' ''
refuse_calls 'strto(l|ll|ul|ull|d|f|ld|imax|umax)(_l)?' base/text.c
refuse_calls '_?exit|_Exit|quick_exit' cli/main.c

printing='stdout|stderr|(__)?v?f?printf(_chk)?|puts|fputs|putchar|fputc|putc|fwrite|perror'
for library in "$@"; do
	nm -A -g --defined-only "$library" 2>/dev/null |
		awk '$2 ~ /^[0-9a-f]+$/ && $4 !~ /^(pk_|_|asan\.)/ {print $1, $4}' |
		complain_lines 'global name without pk_'
	objdump -t "$library" 2>/dev/null |
		awk '$3 == "O" && $4 ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && $4 !~ /^\.data\.rel\.ro/ \
			&& $0 !~ /asan|ubsan|gcov|__llvm|\.Lubsan/ {print $NF}' |
		complain_lines "mutable global in $(basename "$library")"
	[[ $library == */libpk_cli.a ]] && continue
	nm -A -u "$library" 2>/dev/null | awk '{print $1, $NF}' | grep -E " ($printing)$" |
		complain_lines 'only cli prints'
done

finish $(($# + ${#files[@]}))
