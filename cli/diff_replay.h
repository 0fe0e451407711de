/*
 * Recorded events under two configurations: which of them are gained, lost, renamed.
 */
#ifndef CLI_DIFF_REPLAY_H
#define CLI_DIFF_REPLAY_H

#include "base/map.h"
#include "cli/config.h"
#include "cli/options.h"
#include "generators/meaning/diff.h"

enum { PK_REPLAY_EXAMPLES = 3 };

/* Events that change in one way: one id, one name before and one after. */
struct pk_diff_change {
	const struct pk_event *event;
	struct pk_decision before;
	struct pk_decision after;
	size_t count;
	struct pk_engine_event examples[PK_REPLAY_EXAMPLES]; /* the first */
	size_t example_count;
};

struct pk_diff_replay {
	size_t events, gained, lost, renamed;
	PK_LIST(struct pk_diff_change *) changes; /* by id, most first */
	struct pk_map index;
};

/*
 * Replays the files under both; their events are placed as the schema of `after` has them. False
 * if a file could not be opened, which has been reported.
 */
bool pk_diff_replay(struct pk_diff_replay *out, struct pk_cli *cli, const struct pk_config *before,
	const struct pk_config *after, const struct pk_texts *files, struct pk_diags *diags);

#endif
