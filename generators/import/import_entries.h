/*
 * Importing configuration entries. For import_sysmon.c.
 */
#ifndef GENERATORS_IMPORT_IMPORT_ENTRIES_H
#define GENERATORS_IMPORT_IMPORT_ENTRIES_H

#include "generators/import/import_text.h"

/*
 * Appends `settings` with the entries that are in force, if there are any. An entry that a key of
 * the language gives back with the same meaning gets that key, others stand under `entries`. The
 * others are reported and left out, with a comment.
 */
void pk_import_put_entries(struct pk_importer *importer, const struct pk_sysmon *sysmon);

#endif
