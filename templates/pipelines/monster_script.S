/*
 * Puts the script of the pipeline of Monster's records into the program, followed by a NUL. Paths are
 * relative to the top of the source tree, which the build gives with -I.
 */
#ifdef __CET__
#include <cet.h> /* or the linker would take control-flow protection from the whole program */
#endif

	.section .rodata
	.global pk_monster_script
	.hidden pk_monster_script
	.type pk_monster_script, %object
pk_monster_script:
	.incbin "templates/pipelines/monster.painless"
	.byte 0
	.size pk_monster_script, . - pk_monster_script

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
