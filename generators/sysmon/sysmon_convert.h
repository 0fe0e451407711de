/*
 * Conversion: what Sysmon makes of a configuration that passed the document rules. It takes the
 * events in the order of its schema, tries the elements of RegistryEvent, PipeEvent and WmiEvent
 * on each event id of their tag, takes elements back and refuses files; the binary rules are a
 * by-product. Facts: docs/sysmon-facts.md sections 4, 5, 8, 10 and 16.
 */
#ifndef GENERATORS_SYSMON_SYSMON_CONVERT_H
#define GENERATORS_SYSMON_SYSMON_CONVERT_H

#include "generators/sysmon/sysmon.h"

struct pk_blob_writer;

/*
 * Judges `sysmon`, which must have been read without rejection: sets `rejected` and `defects` and
 * reports every reason. With a writer (else NULL) it also writes the binary rules, which mean
 * something only if the file is not rejected. `element_id_out`, if not NULL, gets one event id per
 * element, the one it was bound to, or 0 if Sysmon leaves it out.
 */
void pk_sysmon_convert(struct pk_sysmon *sysmon, struct pk_blob_writer *writer,
	uint32_t *element_id_out, struct pk_diags *diags);

/*
 * The configuration entries as Sysmon checks them after the rules: HashAlgorithms,
 * ProcessAccessConfig, ArchiveDirectory, FieldSizes. Sets `rejected` and reports.
 */
void pk_sysmon_check_entries(struct pk_sysmon *sysmon, struct pk_diags *diags);

/*
 * The entry `name` that is in force: the last one in the file, as long as no entry without text
 * stands before it, for Sysmon stops reading entries there. NULL if there is none.
 */
const struct pk_sysmon_entry *pk_sysmon_entry(const struct pk_sysmon *sysmon, const char *name);

/* The operator of a filter: `is` if the condition is absent or empty; NULL if unknown. */
const struct pk_operator_info *pk_filter_operator(const struct pk_filter *filter);
/* The relation inside an element: true for and. Without RuleGroup it depends on the version. */
bool pk_element_is_and(const struct pk_sysmon *sysmon, const struct pk_element *element);
/* The relation inside a Rule: true for and. A missing attribute means or, any other text and. */
bool pk_term_is_and(const struct pk_term *term);
/* The name that a filter gives to events: its own, its Rule's, its RuleGroup's; NULL if none. */
const char *pk_filter_name(const struct pk_element *element, const struct pk_term *term,
	const struct pk_filter *filter);
/* True if the element is an include (onmatch="include" or the legacy default="exclude"). */
bool pk_element_is_include(const struct pk_element *element);

enum { PK_RULE_NAME_LIMIT = 255 }; /* UTF-8 bytes */

#endif
