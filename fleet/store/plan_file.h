/*
 * Plan file: a plan that was computed against live hosts, saved to be reviewed, signed and applied.
 *
 * It is JSON, one object a line so that reviewers can read and compare it: a head (version, name
 * and digest of the inventory, when it was made and until when it is good, number of hosts), then
 * a line a host: what its facts were (their digest), what shall be done, from which to which
 * configuration. It holds no configuration and no secret. A signature is a file beside it, made by
 * `ssh-keygen -Y sign -n picket-plan`.
 */
#ifndef FLEET_STORE_PLAN_FILE_H
#define FLEET_STORE_PLAN_FILE_H

#include "fleet/host/change.h"

#define PK_PLAN_NAMESPACE "picket-plan"

enum {
	PK_PLAN_LINE_MAX = 256 * 1024, /* bytes of a line */
	PK_PLAN_CHANGES = 1000,	       /* most changes of one host */
	PK_PLAN_TIME = 25,	       /* bytes of "2026-11-22T08:15:02.123Z" with NUL */
};

struct pk_plan_host {
	const char *host;
	const char *address; /* with port, for people */
	const char *facts;   /* digest of pk_facts_print; NULL: the host could not be read */
	enum pk_host_action action;
	const char *from;
	const char *to;
	const char *desired;	       /* digest of the bytes of pk_desired_put_json */
	PK_LIST(const char *) changes; /* in words */
	const char *trouble;	       /* why it could not be read or will be refused; NULL */
};

struct pk_plan_file {
	const char *inventory; /* name */
	const char *inventory_digest;
	int64_t made_ms;    /* since 1970 */
	int64_t expires_ms; /* since 1970 */
	const char *by;	    /* user@machine */
	PK_LIST(struct pk_plan_host) hosts;
	struct pk_map by_name;	     /* to struct pk_plan_host *; set by read */
	char digest[PK_DIGEST_TEXT]; /* of the file's bytes; set by put and read */
};

/* Appends the plan and sets its digest. */
void pk_plan_file_put(struct pk_buf *out, struct pk_plan_file *plan);
/*
 * The plan in `source`; NULL after a report. Refused is what is not known, a host that is named
 * twice or has no facts although nothing was wrong with it, and a file that was cut off.
 */
const struct pk_plan_file *pk_plan_file_read(
	struct pk_arena *arena, struct pk_source *source, struct pk_diags *diags);
/* Is the plan of this inventory (PK_PLAN_OTHER), and still good (PK_PLAN_EXPIRED)? */
bool pk_plan_file_check(const struct pk_plan_file *plan, const struct pk_inventory *inventory,
	int64_t now_ms, struct pk_diags *diags);
/*
 * Is `signature` one of the bytes of `plan` by a key that `signers` (allowed_signers of OpenSSH)
 * has for PK_PLAN_NAMESPACE? *who_out is who that is, in `arena`. Runs ssh-keygen. False after a
 * report: PK_PLAN_SIGNATURE, PK_PLAN_SIGNER, or the program failed.
 */
bool pk_plan_file_verify(const char **who_out, struct pk_arena *arena, struct pk_source *plan,
	struct pk_source *signature, struct pk_source *signers, struct pk_diags *diags);
/* The line of a host in a plan that was read, or NULL. */
const struct pk_plan_host *pk_plan_file_find(const struct pk_plan_file *plan, const char *host);

#endif
