/*
 * Replay_summary: how many events a configuration logs and drops, by event id, by RuleName and by
 * computer; and for each computer how many an hour.
 */
#ifndef CLI_REPLAY_SUMMARY_H
#define CLI_REPLAY_SUMMARY_H

#include "cli/cli.h"
#include "generators/engine/event_reader.h"

struct pk_replay_summary;

struct pk_replay_summary *pk_replay_summary_make(struct pk_arena *arena);
/* Counts an event; the decision's name must stay alive. */
void pk_replay_summary_add(struct pk_replay_summary *summary, const struct pk_record *record,
	const struct pk_decision *decision);
/* Appends tables for people, or an object a line. `schema` names the events. */
void pk_replay_summary_put_text(
	struct pk_buf *buf, struct pk_replay_summary *summary, const struct pk_schema *schema);
void pk_replay_summary_put_json(struct pk_buf *buf, struct pk_replay_summary *summary);

#endif
