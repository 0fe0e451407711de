/*
 * Reading `settings` and `collect`, which layers merge key by key: the later one wins.
 */
#ifndef RULESETS_SETTINGS_READ_H
#define RULESETS_SETTINGS_READ_H

#include "rulesets/read.h"

/* What to collect of each event, in the order in which events are first named. */
struct pk_collect_table {
	struct pk_map by_event; /* struct pk_collect_entry * */
	PK_LIST(struct pk_collect_entry *) entries;
};

/* Checks one layer's `settings` by itself; findings are reported. */
void pk_settings_check(struct pk_read *read, const struct pk_node *map);
/* Fills the policy's settings from what `count` layers say, the lowest first; all were checked. */
void pk_settings_merge(struct pk_read *read, const struct pk_node *const *maps, size_t count);
/* Puts what the mapping `collect` says over what is there; findings are reported. */
void pk_collect_read(
	struct pk_read *read, const struct pk_node *map, struct pk_collect_table *table);

/* A copy of the values merged key by key, with variables replaced; NULL after a report. */
struct pk_node *pk_merge_nodes(
	struct pk_read *read, const struct pk_node *const *nodes, size_t count);

#endif
