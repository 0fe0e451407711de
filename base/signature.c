/* Where signatures are in commits and tags, and what is common to both ways of verifying them. */
#include "base/signature.h"

#include <stdlib.h>
#include <string.h>

#include "base/signature_tools.h"
#include "base/text.h"

#define SIGNATURE_FILE "signature"

enum {
	OUTPUT_MAX = 4 * 1024 * 1024, /* bytes; a list of keys is longer than the keys */
	SECONDS_MAX = 30,
};

struct armour {
	const char *line;
	enum pk_signature_kind kind;
};

/* Those that git knows (gpg-interface.c). */
static const struct armour armours[] = {
	{"-----BEGIN SSH SIGNATURE-----", PK_SIGNATURE_SSH},
	{"-----BEGIN PGP SIGNATURE-----", PK_SIGNATURE_OPENPGP},
	{"-----BEGIN PGP MESSAGE-----", PK_SIGNATURE_OPENPGP},
	{"-----BEGIN SIGNED MESSAGE-----", PK_SIGNATURE_OTHER},
};

/* --- where signatures are --- */

static const char *end_of_line(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	return newline == NULL ? end : newline + 1;
}

static bool has_prefix(const char *at, const char *end, const char *prefix)
{
	size_t len = strlen(prefix);
	return (size_t)(end - at) >= len && memcmp(at, prefix, len) == 0;
}

/* The end of the header that begins at `at`: its lines but the first begin with a blank. */
static const char *end_of_header(const char *at, const char *end)
{
	do
		at = end_of_line(at, end);
	while (at < end && *at == ' ');
	return at;
}

/* The value of a header, with the blank at the start of each line taken away. */
static char *value_of(struct pk_arena *arena, const char *at, const char *end)
{
	PK_BUF_AUTO value = {0};
	at = memchr(at, ' ', (size_t)(end - at));
	while (at != NULL && at < end) {
		const char *line = at + 1;
		at = end_of_line(line, end);
		pk_buf_put(&value, line, (size_t)(at - line));
	}
	return pk_arena_strndup(arena, value.data, value.len);
}

void pk_signed_split_commit(
	struct pk_signed *out, struct pk_arena *arena, const char *bytes, size_t len)
{
	const char *end = bytes + len;
	const char *at = bytes;
	PK_BUF_AUTO payload = {0};
	*out = (struct pk_signed){0};
	while (at < end && *at != '\n') {
		const char *next = end_of_header(at, end);
		if (out->signature == NULL && has_prefix(at, next, "gpgsig "))
			out->signature = value_of(arena, at, next);
		else if (!has_prefix(at, next, "gpgsig-"))
			pk_buf_put(&payload, at, (size_t)(next - at));
		at = next;
	}
	pk_buf_put(&payload, at, (size_t)(end - at));
	out->payload = pk_arena_strndup(arena, payload.data, payload.len);
	out->payload_len = payload.len;
}

static const struct armour *find_armour(const char *at, const char *end)
{
	for (size_t i = 0; i < sizeof(armours) / sizeof(armours[0]); i++) {
		if (has_prefix(at, end, armours[i].line))
			return &armours[i];
	}
	return NULL;
}

void pk_signed_split_tag(
	struct pk_signed *out, struct pk_arena *arena, const char *bytes, size_t len)
{
	const char *end = bytes + len;
	const char *begin = NULL;
	for (const char *at = bytes; at < end; at = end_of_line(at, end)) {
		if (find_armour(at, end) != NULL)
			begin = at; /* the last one, as git has it */
	}
	*out = (struct pk_signed){.payload = bytes, .payload_len = len};
	if (begin == NULL)
		return;
	out->payload_len = (size_t)(begin - bytes);
	out->signature = pk_arena_strndup(arena, begin, (size_t)(end - begin));
}

enum pk_signature_kind pk_signature_kind_of(const char *signature)
{
	const struct armour *armour = find_armour(signature, signature + strlen(signature));
	return armour == NULL ? PK_SIGNATURE_OTHER : armour->kind;
}

const char *pk_signature_state_name(enum pk_signature_state state)
{
	switch (state) {
	case PK_SIGNATURE_GOOD:
		return "good";
	case PK_SIGNATURE_MISSING:
		return "missing";
	case PK_SIGNATURE_BAD:
		return "bad";
	case PK_SIGNATURE_UNKNOWN:
		return "unknown";
	case PK_SIGNATURE_EXPIRED:
		return "expired";
	case PK_SIGNATURE_REVOKED:
		return "revoked";
	}
	abort(); /* no value of the enum */
}

const char *pk_signature_kind_name(enum pk_signature_kind kind)
{
	switch (kind) {
	case PK_SIGNATURE_NONE:
		return "none";
	case PK_SIGNATURE_SSH:
		return "ssh";
	case PK_SIGNATURE_OPENPGP:
		return "openpgp";
	case PK_SIGNATURE_OTHER:
		return "other";
	}
	abort(); /* no value of the enum */
}

/* --- the verifier --- */

struct pk_verifier *pk_verifier_create(struct pk_source *ssh, struct pk_source *openpgp)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_verifier *verifier = PK_NEW(arena, struct pk_verifier);
	verifier->arena = arena;
	verifier->ssh = ssh;
	verifier->openpgp = openpgp;
	return verifier;
}

void pk_verifier_destroy(struct pk_verifier *verifier)
{
	if (verifier == NULL)
		return;
	pk_temp_close(verifier->temp);
	pk_arena_destroy(verifier->arena);
}

bool pk_verifier_is_wanted(const struct pk_verifier *verifier)
{
	return verifier->temp == NULL || pk_temp_is_wanted(verifier->temp);
}

/* Why the program did not come to its end; NULL if it did. */
static const char *reason_of(const struct pk_run_result *result)
{
	switch (result->end) {
	case PK_RUN_EXITED:
		return NULL;
	case PK_RUN_NOT_FOUND:
		return "it is not installed";
	case PK_RUN_KILLED:
		return "it crashed";
	case PK_RUN_TOO_LONG:
		return "it took too long";
	case PK_RUN_TOO_MUCH:
		return "it said too much";
	case PK_RUN_NOT_STARTED:
		return strerror(result->error);
	}
	abort(); /* no value of the enum */
}

static void report_run(const struct pk_run_result *result, const char *program, const char *package,
	struct pk_diags *diags)
{
	struct pk_diag *diag;
	if (result->end == PK_RUN_NOT_FOUND) {
		diag = pk_report(diags, PK_SIGNATURE_TOOL_MISSING, PK_NO_SPAN,
			"'%s', which verifies signatures, is not installed", program);
		pk_diag_hint(diags, diag, "install it: on Debian, `apt install %s`", package);
		return;
	}
	diag = pk_report(diags, PK_SIGNATURE_TOOL_FAILED, PK_NO_SPAN,
		"'%s' did not verify a signature: %s", program, reason_of(result));
	pk_diag_hint(diags, diag, "see what `%s --version` or the log of the system says", program);
}

bool pk_verifier_run(struct pk_verifier *verifier, struct pk_run_result *out,
	const char *const *argv, const struct pk_signed *input, const char *package,
	struct pk_diags *diags)
{
	const char *path = getenv("PATH");
	const char *home = pk_temp_path(verifier->temp, "");
	const char *const env[] = {
		pk_arena_printf(verifier->arena, "PATH=%s", path == NULL ? "/usr/bin:/bin" : path),
		pk_arena_printf(verifier->arena, "HOME=%s", home),
		"LC_ALL=C",
		"TZ=UTC",
		NULL,
	};
	struct pk_run run = {.argv = argv,
		.env = env,
		.input = input->payload,
		.input_len = input->payload_len,
		.output_max = OUTPUT_MAX,
		.seconds_max = SECONDS_MAX};
	pk_run(out, &run);
	if (out->end == PK_RUN_EXITED)
		return true;
	report_run(out, argv[0], package, diags);
	return false;
}

/* Writes the signature where a program finds it. */
static const char *write_signature(
	struct pk_verifier *verifier, const char *signature, struct pk_diags *diags)
{
	if (verifier->temp == NULL)
		verifier->temp = pk_temp_open(diags);
	if (verifier->temp == NULL ||
		!pk_temp_write(verifier->temp, SIGNATURE_FILE, signature, strlen(signature), diags))
		return NULL;
	return pk_temp_path(verifier->temp, SIGNATURE_FILE);
}

bool pk_verifier_check(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const struct pk_signed *object, struct pk_diags *diags)
{
	*out = (struct pk_signature){.state = PK_SIGNATURE_MISSING};
	if (object->signature == NULL)
		return true;
	out->kind = pk_signature_kind_of(object->signature);
	out->state = PK_SIGNATURE_BAD;
	if (out->kind == PK_SIGNATURE_OTHER || strlen(object->signature) > PK_SIGNATURE_MAX)
		return true;
	bool is_ssh = out->kind == PK_SIGNATURE_SSH;
	if ((is_ssh ? verifier->ssh : verifier->openpgp) == NULL) {
		out->state = PK_SIGNATURE_UNKNOWN;
		return true;
	}
	const char *path = write_signature(verifier, object->signature, diags);
	if (path == NULL)
		return false;
	return is_ssh ? pk_verifier_check_ssh(verifier, out, arena, path, object, diags)
		      : pk_verifier_check_openpgp(verifier, out, arena, path, object, diags);
}
