/*
 * Puts the tables of ATT&CK into the program, each followed by a NUL (see attack_data.h). Paths
 * are relative to the top of the source tree, which the build gives with -I.
 */
#ifdef __CET__
#include <cet.h> /* or the linker would take control-flow protection from the whole program */
#endif

	.section .rodata

	.global pk_attack_technique_table
	.hidden pk_attack_technique_table
	.type pk_attack_technique_table, %object
pk_attack_technique_table:
	.incbin "mitre/data/attack-19.2.tsv"
	.byte 0
	.size pk_attack_technique_table, . - pk_attack_technique_table

	.global pk_attack_tactic_table
	.hidden pk_attack_tactic_table
	.type pk_attack_tactic_table, %object
pk_attack_tactic_table:
	.incbin "mitre/data/tactics-19.2.tsv"
	.byte 0
	.size pk_attack_tactic_table, . - pk_attack_tactic_table

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
