/* Signatures of OpenSSH: ssh-keygen(1), -Y, with the namespace that git or somebody gives them. */
#include <string.h>

#include "base/signature_tools.h"
#include "base/text.h"

#define PROGRAM "ssh-keygen"
#define PACKAGE "openssh-client"
#define SIGNERS_FILE "allowed_signers"

enum { PRINCIPALS_MAX = 16 }; /* of one key that are tried */

void pk_signature_parse_principals(
	struct pk_signature *out, struct pk_arena *arena, const char *text)
{
	while (*text != '\0') {
		const char *end = strchrnul(text, '\n');
		if (end > text)
			*pk_list_push(arena, &out->names) =
				pk_arena_strndup(arena, text, (size_t)(end - text));
		text = end + (*end == '\n');
	}
}

static const char *namespace_of(const struct pk_signed *object)
{
	return object->namespace == NULL ? "git" : object->namespace;
}

/* The fingerprint in "Good "git" signature for NAME with ED25519 key SHA256:..."; else NULL. */
static const char *find_key(struct pk_arena *arena, const char *text)
{
	static const char before[] = " key SHA256:";
	const char *found = NULL;
	for (const char *at = text; (at = strstr(at, before)) != NULL; at++)
		found = at; /* the last one: a principal is what its file says */
	if (found == NULL)
		return NULL;
	found += strlen(" key ");
	return pk_arena_strndup(arena, found, strcspn(found, "\r\n"));
}

/*
 * Tries one principal that find-principals named: it may be a pattern, or not be for the namespace.
 * False after a report.
 */
static bool verify_as(struct pk_verifier *verifier, bool *good_out, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const char *principal,
	const struct pk_signed *object, struct pk_diags *diags)
{
	const char *signers = pk_temp_path(verifier->temp, SIGNERS_FILE);
	const char *const argv[] = {PROGRAM, "-Y", "verify", "-f", signers, "-I", principal, "-n",
		namespace_of(object), "-s", path, NULL};
	PK_RUN_AUTO result;
	if (!pk_verifier_run(verifier, &result, argv, object, PACKAGE, diags))
		return false;
	*good_out = result.status == 0;
	if (*good_out && out->key == NULL)
		out->key = find_key(arena, result.out.data);
	return true;
}

/* Keeps those of the names that the signature is good for. */
static bool keep_verified(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const struct pk_signed *object,
	struct pk_diags *diags)
{
	size_t kept = 0;
	for (size_t i = 0; i < out->names.len && i < PRINCIPALS_MAX; i++) {
		bool good = false;
		const char *name = out->names.items[i];
		if (!verify_as(verifier, &good, out, arena, path, name, object, diags))
			return false;
		if (good)
			out->names.items[kept++] = name;
	}
	out->names.len = kept;
	if (kept > 0)
		out->state = PK_SIGNATURE_GOOD;
	return true;
}

/* Nobody signed this: is the signature bad, or is its key not known? */
static bool explain(struct pk_verifier *verifier, struct pk_signature *out, struct pk_arena *arena,
	const char *path, const struct pk_signed *object, bool expired, struct pk_diags *diags)
{
	const char *const argv[] = {
		PROGRAM, "-Y", "check-novalidate", "-n", namespace_of(object), "-s", path, NULL};
	PK_RUN_AUTO result;
	if (!pk_verifier_run(verifier, &result, argv, object, PACKAGE, diags))
		return false;
	out->state = result.status != 0 ? PK_SIGNATURE_BAD
		: expired		? PK_SIGNATURE_EXPIRED
					: PK_SIGNATURE_UNKNOWN;
	if (result.status == 0)
		out->key = find_key(arena, result.out.data);
	return true;
}

/* The words of ssh-keygen (sshsig.c) for keys outside of their time. */
static bool says_expired(const char *text)
{
	return strstr(text, "key has expired") != NULL ||
		strstr(text, "key is not yet valid") != NULL;
}

bool pk_verifier_check_ssh(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const struct pk_signed *object,
	struct pk_diags *diags)
{
	const char *signers = pk_temp_path(verifier->temp, SIGNERS_FILE);
	if (!verifier->has_ssh &&
		!pk_temp_write(verifier->temp, SIGNERS_FILE, verifier->ssh->text,
			verifier->ssh->len, diags))
		return false;
	verifier->has_ssh = true;

	const char *const argv[] = {
		PROGRAM, "-Y", "find-principals", "-f", signers, "-s", path, NULL};
	static const struct pk_signed nothing;
	PK_RUN_AUTO result;
	if (!pk_verifier_run(verifier, &result, argv, &nothing, PACKAGE, diags))
		return false;
	if (result.status == 0)
		pk_signature_parse_principals(out, arena, result.out.data);
	if (!keep_verified(verifier, out, arena, path, object, diags))
		return false;
	return out->state == PK_SIGNATURE_GOOD ||
		explain(verifier, out, arena, path, object, says_expired(result.err.data), diags);
}
