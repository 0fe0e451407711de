/*
 * Puts the scripts of the pipelines for Sysmon and for addresses into the program, each followed by
 * a NUL (see sysmon_part.h). Paths are relative to the top of the source tree, which the build gives
 * with -I.
 */
#ifdef __CET__
#include <cet.h> /* or the linker would take control-flow protection from the whole program */
#endif

	.macro script name, file
	.global \name
	.hidden \name
	.type \name, %object
\name:
	.incbin "\file"
	.byte 0
	.size \name, . - \name
	.endm

	.section .rodata
	script pk_sysmon_script, "templates/pipelines/sysmon.painless"
	script pk_sysmon_failed_script, "templates/pipelines/sysmon_failed.painless"
	script pk_rule_script, "templates/pipelines/rule.painless"
	script pk_network_script, "templates/pipelines/network.painless"
	script pk_network_after_script, "templates/pipelines/network_after.painless"

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
