/*
 * Label: technique ids in a RuleName.
 *
 * There is no one convention, so an id counts wherever it stands by itself:
 * "technique_id=T1059.001,technique_name=PowerShell", "TechniqueID=T1059", "Attack=T1059",
 * "T1218,office", "Mitre: https://attack.mitre.org/wiki/Technique/T1060", ".../T1059/001".
 */
#ifndef GENERATORS_COVERAGE_LABEL_H
#define GENERATORS_COVERAGE_LABEL_H

#include <stdbool.h>
#include <stddef.h>

enum { PK_LABEL_SIZE = sizeof("T1059.001") };

/*
 * Finds the next id in `name` from *at on: writes it in MITRE's spelling to `out` and moves *at
 * behind it. False if there is no further one.
 */
bool pk_label_next(char out[PK_LABEL_SIZE], const char *name, size_t *at);

#endif
