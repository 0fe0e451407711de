/*
 * Job: the work on one host, as a table of steps. It decides what to ask next and what an answer
 * means; it does not know how questions travel. That is what lets SSH, a local shell and whatever
 * comes later (WinRM) do the same work. Pure: no connection, no clock, no file.
 *
 * A job reads facts; if it may change the host, it plans from these very facts, refuses if they are
 * not those that were expected, makes the changes, reads the facts again and compares what the
 * sensor itself reports with what was desired. A job that is done again on a host where it was
 * interrupted finishes what is missing and does nothing twice.
 */
#ifndef FLEET_HOST_JOB_H
#define FLEET_HOST_JOB_H

#include "fleet/host/dialect.h"

enum pk_job_state {
	PK_JOB_ASKS, /* `out` is to be asked, then pk_job_answer or pk_job_break called */
	PK_JOB_DONE, /* see pk_job_result */
};

enum pk_job_result_kind {
	PK_RESULT_OK,
	PK_RESULT_FAILED,
	PK_RESULT_SKIPPED, /* the host was not as expected, or its record is newer; untouched */
};

struct pk_job_result {
	enum pk_job_result_kind kind;
	enum pk_host_action action; /* that was done; NONE if nothing had to be */
	struct pk_failure failure;  /* class NONE if OK */
	bool touched;		    /* this rollout may have changed the host, also before */
	bool has_before, has_after;
	struct pk_facts before;	  /* facts before the change, or as read */
	struct pk_facts after;	  /* facts after it */
	struct pk_host_plan plan; /* what had to be done by `before` */
};

struct pk_job;

/* A job that only reads (`change` false) or makes what is desired true; the caller owns it. */
struct pk_job *pk_job_create(const struct pk_job_wish *wish, bool change);
/* Releases the job with its arena: facts in its result, too. NULL is fine. */
void pk_job_destroy(struct pk_job *job);
PK_AUTO_DEFINE(pk_job, pk_job_destroy);

/* What comes next; what `out` points to lives until the next call about this job. */
enum pk_job_state pk_job_next(struct pk_job *job, struct pk_ask *out);
/*
 * PK_ASK_TALK: the command has said `out_len` bytes so far, its `ready` line among them. Gives its
 * input; an empty one ends it without a change. *changes_out: as pk_ask.changes, for what the input
 * does. The input lives until the answer.
 */
void pk_job_reply(struct pk_job *job, const char *out, size_t out_len, const void **input_out,
	size_t *input_len_out, bool *changes_out);
/* After pk_job_reply: what has to be sent behind that input; lives as long. */
const struct pk_input_parts *pk_job_files(const struct pk_job *job);
/* The answer to what was asked. */
void pk_job_answer(struct pk_job *job, const struct pk_host_answer *answer);
/* What was asked could not be finished: the transport failed, or a deadline passed. */
void pk_job_break(struct pk_job *job, const struct pk_failure *failure);
/* The result; only when pk_job_next has said PK_JOB_DONE. Borrowed from the job. */
const struct pk_job_result *pk_job_result(const struct pk_job *job);

#endif
