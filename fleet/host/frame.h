/*
 * Frame: takes the answer of a host apart. For dialects.
 *
 * What we want to know is said in lines "NONCE key value"; a nonce is new for each job, so nothing
 * that lay on the host before can look like such a line. Lines between framed ones are the body of
 * the frame above them: the contents of a file, or what a tool printed. What stands before the
 * first frame (greetings of shells, their start-up files) belongs to nobody. The last frame is
 * "NONCE end"; an answer without it is cut off. Line ends are LF or CR LF.
 */
#ifndef FLEET_HOST_FRAME_H
#define FLEET_HOST_FRAME_H

#include "fleet/host/dialect.h"

enum {
	PK_FRAMES_MAX = 10000, /* frames of an answer */
	PK_FRAME_KEY_MAX = 64, /* bytes of a key */
};

struct pk_frame {
	const char *key;   /* letters, digits, '_', '-', '.' */
	const char *value; /* as pk_facts_text makes it, without blanks at its ends; NULL: none */
	const char *body;  /* borrowed from the answer; not NUL-terminated */
	size_t body_len;   /* without the line end before the next frame */
};

struct pk_frames {
	struct pk_frame *items;
	size_t len;
	size_t cap;
	bool ended; /* the last line came */
};

/*
 * The frames of `len` bytes at `text`; keys and values live in `arena`. False after setting the
 * failure (PK_HOST_ANSWER): a key that is none, or too many frames.
 */
bool pk_frames_read(struct pk_frames *out, struct pk_arena *arena, const char *nonce,
	const char *text, size_t len, struct pk_failure *failure);

/* The first frame of that key from number `from` on, or NULL. */
const struct pk_frame *pk_frame_find(const struct pk_frames *frames, const char *key, size_t from);
/* Its value, or NULL. */
const char *pk_frame_value(const struct pk_frames *frames, const char *key, size_t from);
/* Its value as a number; `otherwise` if there is none. */
uint64_t pk_frame_number(
	const struct pk_frames *frames, const char *key, size_t from, uint64_t otherwise);
/* Its value "yes" or "no"; anything else is unknown. */
enum pk_fact pk_frame_fact(const struct pk_frames *frames, const char *key, size_t from);
/* Is `text` a digest "sha256:..." as we write them? NULL is none. */
bool pk_digest_is(const char *text);
/* Finds the digest among wish->known. */
bool pk_wish_knows(const struct pk_job_wish *wish, const char *digest);

/* The command ended without its last line: what that was, by status and standard error. */
void pk_frames_fail(struct pk_failure *failure, const struct pk_host_answer *answer);

/*
 * Takes "key value" lines of the file `record` apart; what is not understood is passed over.
 * Sets `present` if it has a rollout.
 */
void pk_host_record_read(
	struct pk_host_record *out, struct pk_arena *arena, const char *text, size_t len);
/* Appends the lines of a record, as pk_host_record_read takes them apart. */
void pk_host_record_put(struct pk_buf *out, const struct pk_host_record *record);

#endif
