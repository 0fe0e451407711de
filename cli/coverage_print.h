/*
 * Coverage_print: shows the coverage of a configuration in every format of `picket coverage`.
 * The printers write to a buffer; what comes from inputs is escaped for the format.
 */
#ifndef CLI_COVERAGE_PRINT_H
#define CLI_COVERAGE_PRINT_H

#include "base/buf.h"
#include "base/json_out.h"
#include "cli/options.h"
#include "generators/coverage/coverage.h"

struct pk_coverage_view {
	const struct pk_coverage *coverage;
	struct pk_coverage_components components; /* of pk_coverage_find_gaps */
	const char *name;			  /* of the configuration, as given */
	const struct pk_texts *techniques;	  /* text, json: only these; empty: all */
	bool all_gaps;				  /* text: every component, with its techniques */
	bool color;				  /* text */
};

void pk_coverage_put_text(struct pk_buf *out, const struct pk_coverage_view *view);
/* One object a technique, component and stale label, then the summary; each on a line. */
void pk_coverage_put_json(struct pk_buf *out, const struct pk_coverage_view *view);
/* A layer of the ATT&CK Navigator, layer format 4.5. */
void pk_coverage_put_navigator(struct pk_buf *out, const struct pk_coverage_view *view);
/* A page that needs nothing but itself. */
void pk_coverage_put_html(struct pk_buf *out, const struct pk_coverage_view *view);

/* --- shared by the printers --- */

struct pk_coverage_state_info {
	const char *key;   /* "proven" */
	const char *label; /* for people */
	unsigned score;	   /* Navigator, 0 to 100 */
	const char *color; /* "#1b7f6b" */
};

const struct pk_coverage_state_info *pk_coverage_state_info(enum pk_coverage_state state);

/* The tag of an event id, its title if it has no tag, or "" if the schema does not have it. */
const char *pk_coverage_event_name(const struct pk_coverage *coverage, unsigned id);
/* What is logged of the events of an id: "all but what excludes match". */
const char *pk_coverage_collection_name(enum pk_collection collection);
/* "Windows" or "Linux". */
const char *pk_coverage_platform(const struct pk_coverage *coverage);
/* True if the technique is to be shown: of the platform, or carried by a rule. */
bool pk_coverage_is_shown(const struct pk_coverage_technique *technique);
/* A number of techniques on each state, of one tactic or of all (NULL), on the platform. */
void pk_coverage_count_states(
	size_t out[PK_COVERAGE_STATES], const struct pk_coverage *coverage, const char *tactic);
/* The full name: "Command and Scripting Interpreter: PowerShell", in the coverage's arena. */
const char *pk_coverage_technique_name(
	const struct pk_coverage *coverage, const struct pk_technique *technique);
/* Where the rule stands, "rules.yaml:12", in the coverage's arena. */
const char *pk_coverage_place(
	const struct pk_coverage *coverage, const struct pk_coverage_rule *rule);
/* The event ids that are bits of `ids`, as an array. */
void pk_coverage_put_ids(struct pk_json_out *json, const char *name, uint64_t ids);
bool pk_coverage_has_tactic(const struct pk_technique *technique, const char *tactic);

#endif
