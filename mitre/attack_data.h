/*
 * The tables of ATT&CK as they are in the program: the bytes of the files in mitre/data, put there
 * by attack_data.S. Each is NUL-terminated, has one header line, LF at the end of every line, tabs
 * between columns and commas between the values of a cell. Only .c files of this room read them.
 */
#ifndef MITRE_ATTACK_DATA_H
#define MITRE_ATTACK_DATA_H

/* id, name, status, replacement, tactics, platforms, strategies; sorted by id. */
extern const char pk_attack_techniques_19_2[];
extern const char pk_attack_techniques_18_1[];
/* id, short name, name; in the order of the matrix. */
extern const char pk_attack_tactics_19_2[];
extern const char pk_attack_tactics_18_1[];
/* id, components, components on Windows, events, events on Linux; sorted by id. */
extern const char pk_attack_strategy_table[];
/* id, name, data source, deprecated; sorted by id. */
extern const char pk_attack_component_table[];
/* system, event id, component, basis, note; Windows first, by event id. */
extern const char pk_attack_source_table[];
/* release; oldest first. */
extern const char pk_attack_release_table[];
/* id, then any number of cells "release kind value", oldest first; sorted by id. */
extern const char pk_attack_history_table[];

#endif
