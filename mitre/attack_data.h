/*
 * The tables of ATT&CK as they are in the program: the bytes of the files in mitre/data, put there
 * by attack_data.S. Each is NUL-terminated, has one header line, LF at the end of every line, tabs
 * between columns and commas between the values of a cell. Only attack.c reads them.
 */
#ifndef MITRE_ATTACK_DATA_H
#define MITRE_ATTACK_DATA_H

/* id, name, status, replacement, tactics, platforms; sorted by id. */
extern const char pk_attack_technique_table[];
/* id, short name, name; in the order of the matrix. */
extern const char pk_attack_tactic_table[];

#endif
