/*
 * Puts the tables of ATT&CK into the program, each followed by a NUL (see attack_data.h). Paths
 * are relative to the top of the source tree, which the build gives with -I.
 */
#ifdef __CET__
#include <cet.h> /* or the linker would take control-flow protection from the whole program */
#endif

	.macro table name, file
	.global \name
	.hidden \name
	.type \name, %object
\name:
	.incbin "\file"
	.byte 0
	.size \name, . - \name
	.endm

	.section .rodata
	table pk_attack_techniques_19_2, "mitre/data/attack-19.2.tsv"
	table pk_attack_techniques_18_1, "mitre/data/attack-18.1.tsv"
	table pk_attack_tactics_19_2, "mitre/data/tactics-19.2.tsv"
	table pk_attack_tactics_18_1, "mitre/data/tactics-18.1.tsv"
	table pk_attack_strategy_table, "mitre/data/strategies.tsv"
	table pk_attack_component_table, "mitre/data/components.tsv"
	table pk_attack_source_table, "mitre/data/sources.tsv"
	table pk_attack_release_table, "mitre/data/releases.tsv"
	table pk_attack_history_table, "mitre/data/history.tsv"

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
