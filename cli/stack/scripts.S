/*
 * Puts the parts of the scripts that `stack render` writes into the program (see render_scripts.h).
 * Paths are relative to the top of the source tree, which the build gives with -I.
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
	script pk_render_install_head, "cli/stack/install_head.sh"
	script pk_render_install_verbs, "cli/stack/install_verbs.sh"
	script pk_render_remove_head, "cli/stack/remove_head.sh"
	script pk_render_remove_verbs, "cli/stack/remove_verbs.sh"
	script pk_render_script_ask, "cli/stack/script_ask.sh"

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
