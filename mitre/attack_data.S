/*
 * Puts the tables of ATT&CK into the program, each followed by a NUL (see attack_data.h).
 */
#include "base/embed.inc"

	embed pk_attack_techniques_19_2, "mitre/data/attack-19.2.tsv"
	embed pk_attack_techniques_18_1, "mitre/data/attack-18.1.tsv"
	embed pk_attack_tactics_19_2, "mitre/data/tactics-19.2.tsv"
	embed pk_attack_tactics_18_1, "mitre/data/tactics-18.1.tsv"
	embed pk_attack_strategy_table, "mitre/data/strategies.tsv"
	embed pk_attack_component_table, "mitre/data/components.tsv"
	embed pk_attack_source_table, "mitre/data/sources.tsv"
	embed pk_attack_release_table, "mitre/data/releases.tsv"
	embed pk_attack_history_table, "mitre/data/history.tsv"
