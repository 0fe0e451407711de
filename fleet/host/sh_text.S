/*
 * Puts the scripts that Linux hosts are asked and changed with into the program, each followed by
 * a NUL (see sh_part.h). Paths are relative to the top of the source tree, which the build gives
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
	script pk_sh_facts_text, "fleet/host/sh_facts.sh"
	script pk_sh_change_text, "fleet/host/sh_change.sh"

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
