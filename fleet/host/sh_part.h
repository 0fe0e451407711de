/*
 * What the parts of the dialect of Linux (sh*.c) share: the scripts sh_facts.sh and sh_change.sh,
 * and what may stand in their calls.
 */
#ifndef FLEET_HOST_SH_PART_H
#define FLEET_HOST_SH_PART_H

#include "fleet/host/dialect.h"
#include "fleet/host/frame.h"

/* The scripts, NUL-terminated (sh_text.S). */
extern const char pk_sh_facts_text[];
extern const char pk_sh_change_text[];

/* Appends `text` as one word for any POSIX shell. */
void pk_sh_put_word(struct pk_buf *out, const char *text);

/*
 * Can everything of the wish that stands in commands be passed on? Else sets the failure
 * (PK_HOST_NAME_UNSAFE). Paths are absolute, of letters, digits and "/_.+@-", without "..".
 */
bool pk_sh_check_wish(const struct pk_job_wish *wish, struct pk_failure *failure);
/* Name of the service on this host. */
const char *pk_sh_service(const struct pk_desired *desired);

/* Reads facts from the frames that begin at number `from`. */
void pk_sh_hear(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_frames *frames, size_t from);

/* See struct pk_dialect. */
bool pk_sh_put_changes(struct pk_buf *out, struct pk_input_parts *files_out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_facts *facts,
	const struct pk_host_plan *plan, struct pk_failure *failure);
/* The failure that the frame "failed" tells of. */
void pk_sh_fail(struct pk_failure *failure, struct pk_arena *arena, const struct pk_frame *frame,
	bool restored, bool touched);

#endif
