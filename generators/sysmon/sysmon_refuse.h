/*
 * Refusals: the reports of the grammar (sysmon_grammar.h). Each marks the configuration as one that
 * Sysmon rejects and tells what may have been meant: another spelling, another place, another
 * schema. Nothing here changes the state of the grammar otherwise.
 */
#ifndef GENERATORS_SYSMON_SYSMON_REFUSE_H
#define GENERATORS_SYSMON_SYSMON_REFUSE_H

#include "generators/sysmon/sysmon_grammar.h"

/*
 * Reports a violation and marks the file as refused. Behind an XML error the nesting cannot be
 * trusted, so nothing more is reported there; the caller's hints go to a diagnostic nobody sees.
 */
struct pk_diag *pk_refuse(struct pk_grammar *grammar, enum pk_code code, struct pk_span span,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The attribute `name` is none of the `known_count` that the element may have. */
void pk_refuse_attr(struct pk_grammar *grammar, const struct pk_xml_element *element,
	const char *name, const char *const *known, size_t known_count);
/* The element below Sysmon is neither EventFiltering nor an entry of the schema. */
void pk_refuse_entry(struct pk_grammar *grammar, const struct pk_xml_element *element);
/* The element below EventFiltering or a RuleGroup is no event of the schema. */
void pk_refuse_event(struct pk_grammar *grammar, const struct pk_xml_element *element);
/* The element inside the event `tag`, or inside a Rule of it, is no field that may stand there. */
void pk_refuse_field(
	struct pk_grammar *grammar, const struct pk_xml_element *element, const char *tag);

#endif
