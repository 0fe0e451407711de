/*
 * Panel_count: what a panel has to show of documents, counted by hand from what they hold, to be
 * compared with what a server counts.
 */
#ifndef TESTS_STACK_PANEL_COUNT_H
#define TESTS_STACK_PANEL_COUNT_H

#include "base/map.h"
#include "base/node.h"
#include "templates/model/panels.h"
#include "templates/objects/kuery.h"

enum { PANEL_VALUES = 64 }; /* of one field in one document */

/* Values of a field in a document, each once. */
struct panel_values {
	const char *items[PANEL_VALUES];
	size_t len;
};

/* How often a combination of values occurs, with the newest time and two sums of its documents. */
struct panel_count {
	const char *key;
	uint64_t documents;
	int64_t newest;
	int64_t sums[2];
};

struct panel_counts {
	struct pk_map map;
	PK_LIST(struct panel_count *) all;
	struct pk_arena *arena;
};

/* What stands at the dotted name, wherever its dots divide. */
void panel_values_of(struct panel_values *out, struct pk_arena *arena,
	const struct pk_node *document, const char *field);
/* Does the document meet the query? */
bool panel_meets(
	struct pk_arena *arena, const struct pk_node *document, const struct pk_kuery *query);
/* Milliseconds since 1970 of "2026-03-04T10:00:01.001Z"; -1 if it is none. */
int64_t panel_time(const char *text);
/* The one count of `key`, made if there is none. */
struct panel_count *panel_count_of(struct panel_counts *counts, const char *key);
/* Adds a document: its keys are `prefix` and each combination of splits below `depth`. */
void panel_counts_add(struct panel_counts *counts, const struct pk_panel *panel, const char *prefix,
	size_t first, size_t depth, const struct pk_node *document);

#endif
