/* Signatures of OpenPGP: gpg(1) with a keyring of its own. What it says is in doc/DETAILS. */
#include <string.h>

#include "base/signature_tools.h"
#include "base/text.h"

#define PROGRAM "gpg"
#define PACKAGE "gnupg"
#define KEYS_FILE "keys"
#define STATUS "[GNUPG:] "

/* Of what was asked: no configuration, no agent, no network, no terminal; the keys are trusted. */
#define GPG(home)                                                                                  \
	PROGRAM, "--homedir", home, "--batch", "--no-tty", "--no-options", "--no-autostart",       \
		"--no-auto-key-locate", "--no-auto-key-retrieve", "--disable-dirmngr",             \
		"--no-auto-check-trustdb", "--trust-model", "always", "--status-fd", "1"

enum {
	FIELDS_MAX = 12,
	/* Fields of VALIDSIG, the fingerprint being 0. */
	VALID_CLASS = 8,
	VALID_PRIMARY = 9,
	/* Fields of ERRSIG, the key id being 0. */
	ERROR_REASON = 5,
	/* Fields of a list of keys. */
	LIST_RECORD = 0,
	LIST_VALIDITY = 1,
	LIST_TEXT = 9,
};

/* --- what gpg says --- */

struct fields {
	char *items[FIELDS_MAX];
	size_t len;
};

/* Cuts `line` at each `separator`; what is behind the last field is left out. */
static void cut(struct fields *out, char *line, char separator)
{
	*out = (struct fields){0};
	while (line != NULL && out->len < FIELDS_MAX) {
		char *end = strchr(line, separator);
		out->items[out->len++] = line;
		if (end != NULL)
			*end++ = '\0';
		line = end;
	}
}

/* Cuts off the first line of *text; NULL at its end. */
static char *take_line(char **text)
{
	char *line = *text;
	if (*line == '\0')
		return NULL;
	char *end = strchrnul(line, '\n');
	*text = *end == '\0' ? end : end + 1;
	*end = '\0';
	return line;
}

struct result_word {
	const char *word;
	enum pk_signature_state state;
};

/* One of these is said of each signature. */
static const struct result_word result_words[] = {
	{"GOODSIG", PK_SIGNATURE_GOOD},
	{"EXPSIG", PK_SIGNATURE_EXPIRED},
	{"EXPKEYSIG", PK_SIGNATURE_EXPIRED},
	{"REVKEYSIG", PK_SIGNATURE_REVOKED},
	{"BADSIG", PK_SIGNATURE_BAD},
	{"ERRSIG", PK_SIGNATURE_BAD},
};

static const struct result_word *find_word(const char *word)
{
	for (size_t i = 0; i < sizeof(result_words) / sizeof(result_words[0]); i++) {
		if (pk_text_equal(result_words[i].word, word))
			return &result_words[i];
	}
	return NULL;
}

/* A status line while all of them are read. */
struct status {
	struct pk_signature *out;
	struct pk_arena *arena;
	size_t signatures;
	bool valid; /* VALIDSIG was said, and it is of a document */
};

static void read_status(struct status *status, char *line)
{
	struct fields fields;
	struct pk_signature *out = status->out;
	cut(&fields, line, ' ');
	const struct result_word *word = find_word(fields.items[0]);
	if (word != NULL) {
		status->signatures++;
		out->state = word->state;
		if (fields.len > 1 && out->key == NULL)
			out->key = pk_arena_strdup(status->arena, fields.items[1]);
	}
	/* 9: the key is missing */
	if (pk_text_equal(fields.items[0], "ERRSIG") && fields.len > ERROR_REASON + 1 &&
		pk_text_equal(fields.items[ERROR_REASON + 1], "9"))
		out->state = PK_SIGNATURE_UNKNOWN;
	if (pk_text_equal(fields.items[0], "VALIDSIG") && fields.len > VALID_PRIMARY + 1) {
		const char *class = fields.items[VALID_CLASS + 1];
		status->valid = pk_text_equal(class, "00") || pk_text_equal(class, "01");
		out->key = pk_arena_strdup(status->arena, fields.items[VALID_PRIMARY + 1]);
	}
}

void pk_signature_parse_gpg(struct pk_signature *out, struct pk_arena *arena, const char *text)
{
	struct status status = {.out = out, .arena = arena};
	char *rest = pk_arena_strdup(arena, text);
	out->state = PK_SIGNATURE_BAD;
	for (char *line; (line = take_line(&rest)) != NULL;) {
		if (pk_text_starts(line, STATUS))
			read_status(&status, line + strlen(STATUS));
	}
	if (status.signatures > 1 || (out->state == PK_SIGNATURE_GOOD && !status.valid))
		out->state = PK_SIGNATURE_BAD;
}

/* --- the keys --- */

/* The hexadecimal digit, or 16. */
static unsigned digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c == '\0' ? NULL : strchr(digits, pk_text_lower(c));
	return found == NULL ? 16 : (unsigned)(found - digits);
}

/* Takes `\x3a` back, in place: the separators in a user id are written so. */
static void unescape(char *text)
{
	char *to = text;
	while (*text != '\0') {
		unsigned high = text[0] == '\\' && text[1] == 'x' ? digit_of(text[2]) : 16;
		unsigned low = high < 16 ? digit_of(text[3]) : 16;
		if (low < 16) {
			*to++ = (char)(high * 16 + low);
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* The address in "Ann <ann@example.org>", or the whole of "ann@example.org"; else NULL. */
static const char *address_of(struct pk_arena *arena, const char *user)
{
	const char *begin = strrchr(user, '<');
	if (begin != NULL && pk_text_ends(user, ">"))
		return pk_arena_strndup(arena, begin + 1, strlen(begin) - 2);
	return strchr(user, '@') != NULL && strchr(user, ' ') == NULL ? pk_arena_strdup(arena, user)
								      : NULL;
}

/* Is the validity of a user id none of invalid, revoked, expired? */
static bool is_usable(const char *validity)
{
	return validity[0] == '\0' || strchr("ire", validity[0]) == NULL;
}

/* Remembers the addresses of each primary key that are neither revoked nor expired. */
static void read_list(struct pk_verifier *verifier, const char *text)
{
	struct pk_arena *arena = verifier->arena;
	struct pk_signature *key = NULL;
	char *rest = pk_arena_strdup(arena, text);
	for (char *line; (line = take_line(&rest)) != NULL;) {
		struct fields fields;
		cut(&fields, line, ':');
		const char *record = fields.items[LIST_RECORD];
		if (pk_text_equal(record, "pub"))
			key = PK_NEW(arena, struct pk_signature);
		if (key == NULL || fields.len <= LIST_TEXT)
			continue;
		if (pk_text_equal(record, "fpr") && key->key == NULL) {
			key->key = fields.items[LIST_TEXT];
			pk_map_set(arena, &verifier->key_names, key->key, key);
		}
		if (!pk_text_equal(record, "uid") || !is_usable(fields.items[LIST_VALIDITY]))
			continue;
		unescape(fields.items[LIST_TEXT]);
		const char *address = address_of(arena, fields.items[LIST_TEXT]);
		if (address != NULL)
			*pk_list_push(arena, &key->names) = address;
	}
}

/* Makes a keyring of the keys; false after a report. */
static bool import(struct pk_verifier *verifier, struct pk_diags *diags)
{
	static const struct pk_signed nothing;
	struct pk_source *keys = verifier->openpgp;
	const char *home = pk_temp_path(verifier->temp, "");
	const char *path = pk_temp_path(verifier->temp, KEYS_FILE);
	if (!pk_temp_write(verifier->temp, KEYS_FILE, keys->text, keys->len, diags))
		return false;
	const char *const import_argv[] = {GPG(home), "--import", path, NULL};
	const char *const list_argv[] = {
		GPG(home), "--with-colons", "--fixed-list-mode", "--list-keys", NULL};
	PK_RUN_AUTO imported;
	if (!pk_verifier_run(verifier, &imported, import_argv, &nothing, PACKAGE, diags))
		return false;
	PK_RUN_AUTO listed;
	if (!pk_verifier_run(verifier, &listed, list_argv, &nothing, PACKAGE, diags))
		return false;
	read_list(verifier, listed.out.data);
	verifier->has_openpgp = true;
	if (verifier->key_names.len > 0)
		return true;
	struct pk_diag *diag = pk_report(
		diags, PK_SIGNERS_FILE, pk_span_file(keys), "gpg finds no key in '%s'", keys->path);
	pk_diag_hint(diags, diag, "write it with `gpg --armor --export ADDRESS...`");
	return false;
}

bool pk_verifier_check_openpgp(struct pk_verifier *verifier, struct pk_signature *out,
	struct pk_arena *arena, const char *path, const struct pk_signed *object,
	struct pk_diags *diags)
{
	if (!verifier->has_openpgp && !import(verifier, diags))
		return false;
	const char *const argv[] = {
		GPG(pk_temp_path(verifier->temp, "")), "--verify", path, "-", NULL};
	PK_RUN_AUTO result;
	if (!pk_verifier_run(verifier, &result, argv, object, PACKAGE, diags))
		return false;
	pk_signature_parse_gpg(out, arena, result.out.data);
	if (out->state != PK_SIGNATURE_GOOD)
		return true;
	const struct pk_signature *key = pk_map_find(&verifier->key_names, out->key);
	if (result.status != 0 || key == NULL) {
		out->state = PK_SIGNATURE_BAD;
		return true;
	}
	for (size_t i = 0; i < key->names.len; i++)
		*pk_list_push(arena, &out->names) = key->names.items[i];
	*pk_list_push(arena, &out->names) = out->key;
	return true;
}
