/*
 * Dialect: how a platform is spoken to. A dialect makes what is said to a host (a command line, and
 * bytes) and understands what comes back; it never connects, waits or looks at a clock.
 *
 * Everything a host says passes through here before anybody trusts it: answers are framed by a
 * nonce that the host cannot know beforehand, an answer without its last line is no answer, and
 * "exit 0 and nothing said" is unknown (docs/limits.md). Whatever is put into a command line
 * (names, paths) is checked or quoted by the dialect; a name that cannot be quoted safely is
 * refused, never passed on.
 */
#ifndef FLEET_HOST_DIALECT_H
#define FLEET_HOST_DIALECT_H

#include "fleet/host/change.h"

/* What is asked of a host. */
enum pk_ask_kind {
	PK_ASK_RUN,  /* run a command, its input is `input` */
	PK_ASK_TALK, /* run a command; when it says it is ready, pk_job_reply makes its input */
	PK_ASK_PUT,  /* write a file: `path`, `input` */
};

/* What follows the input of a command; the bytes are borrowed, and shared by many hosts. */
struct pk_input_part {
	const void *bytes;
	size_t len;
};

struct pk_input_parts {
	struct pk_input_part *items;
	size_t len;
	size_t cap;
};

struct pk_ask {
	enum pk_ask_kind kind;
	const char *command; /* for the shell that the host gives us */
	const char *ready;   /* TALK: the line that says that it is ready, without line end */
	const char *path;    /* PUT */
	const void *input;
	size_t input_len;
	size_t output_max; /* bytes of output taken; more is a failure */
	bool changes;	   /* the host may be another afterwards: the journal has to know before */
};

/* What came back. */
struct pk_host_answer {
	bool has_status; /* false: the connection ended, or a signal ended the command */
	int64_t status;
	const char *out;
	size_t out_len;
	const char *err;
	size_t err_len;
};

/* Why something did not go well, wherever that was. */
struct pk_failure {
	enum pk_failure_class class; /* NONE: it went well */
	enum pk_code code;
	bool passing;	   /* may go well when tried again */
	char message[400]; /* for people, lower case; bytes of the host are made harmless */
};

/* Sets a failure; the message is cut. */
void pk_failure_set(struct pk_failure *out, enum pk_failure_class class, enum pk_code code,
	bool passing, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What a job is about; everything is borrowed and outlives the job. */
struct pk_job_wish {
	const struct pk_host *host;
	const struct pk_desired *desired;
	const char *rollout; /* id for the host's record; NULL when only reading */
	uint64_t sequence;   /* of the rollout */
	const char *shell;   /* of the host, as pk_dialect_hear gave it; NULL: the dialect's own */
	/*
	 * Digest that pk_facts_print must give, else nothing is changed; NULL: any. A host whose
	 * record names this very `rollout` was left in the middle of it, and is finished whatever
	 * it is like.
	 */
	const char *expected;
	bool want_config; /* read configuration in force and live rules, unless they are `known` */
	bool want_health; /* read what the health gate needs, too */
	const char *const
		*known; /* digests of configurations and rules that need not be sent to us */
	size_t known_count;
	char nonce[33];			  /* new for each job; frames the answers */
	const struct pk_dialect *dialect; /* NULL: by the host's platform, or the host is asked */
};

/*
 * The steps of one platform. The job calls them in this order; each `ask_*` fills `out` with what
 * lives in `arena`, each `hear_*` takes the answer apart.
 */
struct pk_dialect {
	const char *name; /* "sh", "cmd" */
	/*
	 * One question for all facts. A dialect whose shell can wait for a reply makes it
	 * PK_ASK_TALK and gets the changes as its input (`put_changes`); others get NULL there and
	 * are asked `ask_change` step by step.
	 */
	void (*ask_facts)(
		struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish);
	bool (*hear_facts)(struct pk_facts *out, struct pk_arena *arena,
		const struct pk_job_wish *wish, const struct pk_host_answer *answer,
		struct pk_failure *failure);
	/*
	 * What can only be asked when something else is known (the driver's key, the program) is
	 * asked with a second question, after hear_facts and before the facts count. NULL: one
	 * question is enough. `ask_more` is false where nothing is left to ask; `hear_more` adds to
	 * the facts.
	 */
	bool (*ask_more)(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
		const struct pk_facts *facts);
	bool (*hear_more)(struct pk_facts *facts, struct pk_arena *arena,
		const struct pk_job_wish *wish, const struct pk_host_answer *answer,
		struct pk_failure *failure);
	/*
	 * TALK: the input that makes the changes in `plan`, and the files behind it; the same
	 * command goes on with it.
	 */
	bool (*put_changes)(struct pk_buf *out, struct pk_input_parts *files_out,
		struct pk_arena *arena, const struct pk_job_wish *wish,
		const struct pk_facts *facts, const struct pk_host_plan *plan,
		struct pk_failure *failure);
	/*
	 * Otherwise: step number `step` (from 0) of making the changes; false if there is none any
	 * more. `hear_change` tells whether the step went well, and may note in
	 * facts->record what it read back, for later steps.
	 */
	bool (*ask_change)(struct pk_ask *out, struct pk_arena *arena,
		const struct pk_job_wish *wish, const struct pk_facts *facts,
		const struct pk_host_plan *plan, size_t step, struct pk_failure *failure);
	bool (*hear_change)(struct pk_arena *arena, const struct pk_job_wish *wish,
		struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
		const struct pk_host_answer *answer, struct pk_failure *failure);
	/*
	 * TALK: what the command said after the changes: the facts as they are now in `out`. False:
	 * a failure; `out` has what could be read, and *changed_out tells whether the host may be
	 * another than before.
	 */
	bool (*hear_changes)(struct pk_facts *out, struct pk_arena *arena,
		const struct pk_job_wish *wish, const struct pk_host_answer *answer,
		bool *changed_out, struct pk_failure *failure);
};

extern const struct pk_dialect pk_dialect_sh;  /* Linux: POSIX sh and the GNU tools */
extern const struct pk_dialect pk_dialect_cmd; /* Windows: cmd.exe, reg, sc, wevtutil */

/*
 * The question that tells the shells apart where the platform is not known, or is Windows:
 * `echo %OS%$PSVersionTable` (transport facts, section 9). `hear` gives the dialect, and the name
 * of the shell in *shell_out, or NULL after a failure.
 */
void pk_dialect_ask(struct pk_ask *out);
const struct pk_dialect *pk_dialect_hear(
	const char **shell_out, const struct pk_host_answer *answer, struct pk_failure *failure);

#endif
