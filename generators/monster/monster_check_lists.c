/* The filter lists: entries that cannot match, match too much, or contradict each other. */
#include "generators/monster/monster_check.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"

enum { SHORTEST_EXCLUDE = 3 }; /* UTF-16 code units; a shorter fragment is in too many names */

/* A list under check and the entry in hand. */
struct cursor {
	struct pk_monster_checker *checker;
	enum pk_monster_key key;
	const struct pk_monster_row *row;
	const struct pk_monster_entry *entry;
};

/*
 * Whole trees: the folders and keys below which most of a Windows system lives, and the endings
 * of all programs. Compared without regard to case and without '\' at either end.
 */
static const char *const trees[] = {
	".exe",
	".dll",
	"appdata",
	"currentcontrolset",
	"currentcontrolset\\services",
	"currentversion",
	"program files",
	"program files (x86)",
	"programdata",
	"software",
	"software\\microsoft",
	"software\\microsoft\\windows",
	"system",
	"system\\currentcontrolset",
	"system32",
	"syswow64",
	"users",
	"windows",
	"windows\\system32",
	"windows\\syswow64",
};

static const char *shown(const struct cursor *at)
{
	return pk_monster_shown(at->checker->diags->arena, at->entry->text, at->entry->len);
}

static const char *path_of(const struct cursor *at)
{
	return pk_monster_key_path(at->checker->diags->arena, at->key);
}

static bool is_drive_letter(char c)
{
	c = pk_text_lower(c);
	return c >= 'a' && c <= 'z';
}

/* Paths of the agent begin at the volume's root: "\Users\Public\". */
static void check_drive(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;
	const char *text = at->entry->text;

	if (!is_drive_letter(text[0]) || text[1] != ':')
		return;
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_DRIVE_LETTER, at->entry->span,
		"'%s' has a drive letter, which the agent's paths have not", shown(at));
	pk_diag_hint(diags, diag, "leave out '%.2s'", text);
}

static void check_slash(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;

	if (strchr(at->entry->text, '/') == NULL)
		return;
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_SLASH, at->entry->span,
		"'%s' has a '/', which no Windows path has", shown(at));
	pk_diag_hint(diags, diag, "write '\\', which is \"\\\\\" in JSON");
}

/* Names of registry values may hold a '/', but none consists of it. */
static void check_lone_slash(const struct cursor *at)
{
	if (pk_text_equal(at->entry->text, "/"))
		check_slash(at);
}

static bool is_tree(struct pk_arena *arena, const struct pk_monster_entry *entry)
{
	size_t begin = 0;
	size_t end = entry->len;

	while (begin < end && entry->text[begin] == '\\')
		begin++;
	while (end > begin && entry->text[end - 1] == '\\')
		end--;

	const char *name = pk_arena_strndup(arena, entry->text + begin, end - begin);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		if (pk_text_equal_nocase(name, trees[i]))
			return true;
	}
	return false;
}

static void check_broad(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;

	if (at->row->include)
		return;
	if (pk_utf8_utf16_len(at->entry->text) >= SHORTEST_EXCLUDE &&
		!is_tree(diags->arena, at->entry))
		return;
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_BROAD_EXCLUDE, at->entry->span,
		"excluding '%s' hides a large part of the system", shown(at));
	pk_diag_hint(diags, diag, "exclude the one program, folder or key that is noisy");
}

/* Extensions of the samples stand alone: "exe". */
static void check_extension(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;
	const char *text = at->entry->text;
	const char *rest = text + strspn(text, ".");

	if (strpbrk(text, ".\\/") == NULL)
		return;
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_EXTENSION, at->entry->span,
		"'%s' is no file extension: it has a dot or a path separator", shown(at));
	if (rest == text + 1 && rest[0] != '\0' && strpbrk(rest, ".\\/\"") == NULL) {
		pk_diag_hint(diags, diag, "write '%s'",
			pk_monster_shown(diags->arena, rest, strlen(rest)));
		pk_diag_fix(diags, diag, at->entry->span,
			pk_arena_printf(diags->arena, "\"%s\"", rest), "leave out the dot");
		return;
	}
	pk_diag_hint(diags, diag, "write the part behind the last dot only, as in 'exe'");
}

static void check_ip(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, at->entry->text, address) == 1 ||
		inet_pton(AF_INET6, at->entry->text, address) == 1)
		return;
	struct pk_diag *diag = pk_report(
		diags, PK_MONSTER_IP, at->entry->span, "'%s' is no IP address", shown(at));
	pk_diag_hint(diags, diag, "write one address, as in '104.43.195.251'");
}

/* The type of a port is not published; what reads as a number must be one of a port. */
static void check_port(const struct cursor *at)
{
	struct pk_diags *diags = at->checker->diags;
	int64_t port;

	if (pk_text_parse_i64(&port, at->entry->text) ? port >= 1 && port <= 65535
						      : !at->entry->number)
		return;
	struct pk_diag *diag = pk_report(
		diags, PK_MONSTER_TARGET_PORT, at->entry->span, "'%s' is no port", shown(at));
	pk_diag_hint(diags, diag, "write a number in 1..65535");
}

/* What is asked of an entry of each path, after all that is asked of any entry. */
static void (*const entry_checks[PK_MONSTER_PATH_COUNT][3])(const struct cursor *at) = {
	[PK_MONSTER_PATH_PROCESS_IMAGE_NAME] = {check_slash, check_broad},
	[PK_MONSTER_PATH_FILE_PATH] = {check_drive, check_slash, check_broad},
	[PK_MONSTER_PATH_FILE_EXT] = {check_extension},
	[PK_MONSTER_PATH_REGISTRY_KEY] = {check_lone_slash, check_broad},
	[PK_MONSTER_PATH_NET_TARGET_IP] = {check_ip},
	[PK_MONSTER_PATH_NET_TARGET_PORT] = {check_port},
};

/* False if the entry is no text to go on with. */
static bool check_any(const struct cursor *at)
{
	struct pk_monster_checker *checker = at->checker;
	const struct pk_monster_entry *entry = at->entry;

	if (entry->odd != NULL) {
		struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_WRONG_TYPE, entry->span,
			"entry of '%s' is %s, not a string", path_of(at),
			pk_node_kind_name(entry->odd->kind));
		pk_diag_hint(checker->diags, diag, "write the entry in double quotes");
		return false;
	}
	if (entry->len == 0) {
		struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_EMPTY_ENTRY,
			entry->span, "empty entry in '%s' may match everything", path_of(at));
		pk_diag_hint(checker->diags, diag, "take it out");
		return false;
	}
	return pk_monster_check_nul(checker, at->key, entry->text, entry->len, entry->span);
}

/* The entry's text as picket's model of the agent compares it: without regard to case. */
static const char *folded(struct pk_arena *arena, const struct pk_monster_entry *entry)
{
	char *text = pk_arena_strndup(arena, entry->text, entry->len);

	for (char *c = text; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	return text;
}

static void check_twice(const struct cursor *at, struct pk_map *seen, const char *text)
{
	struct pk_diags *diags = at->checker->diags;
	const struct pk_monster_entry *first = pk_map_find(seen, text);

	if (first == NULL) {
		pk_map_set(diags->arena, seen, text, (void *)at->entry);
		return;
	}
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_DUPLICATE_ENTRY, at->entry->span,
		"'%s' is in '%s' already", shown(at), path_of(at));
	pk_diag_relate(diags, diag, first->span, "first here");
	pk_diag_hint(diags, diag, "take one of them out");
}

static void check_contradiction(
	const struct cursor *at, const struct pk_map *included, const char *text)
{
	struct pk_diags *diags = at->checker->diags;
	const struct pk_monster_entry *include = pk_map_find(included, text);

	if (at->row->include || include == NULL)
		return;
	struct pk_diag *diag = pk_report(diags, PK_MONSTER_INCLUDE_EXCLUDE, at->entry->span,
		"'%s' is both included and excluded", shown(at));
	pk_diag_relate(diags, diag, include->span, "included here");
	pk_diag_hint(diags, diag, "take one of them out; exclude is taken to win");
}

/* Checks the list and puts its entries into `seen`; `included` is NULL for an include list. */
static void check_list(struct pk_monster_checker *checker, enum pk_monster_key key,
	struct pk_map *seen, const struct pk_map *included)
{
	struct cursor at = {.checker = checker, .key = key, .row = pk_monster_row(key)};
	const struct pk_monster_slot *slot = &checker->config->slots[key];

	for (size_t i = 0; i < slot->entries.len; i++) {
		at.entry = &slot->entries.items[i];
		if (!check_any(&at))
			continue;
		for (size_t k = 0; k < 3 && entry_checks[at.row->path][k] != NULL; k++)
			entry_checks[at.row->path][k](&at);
		const char *text = folded(checker->diags->arena, at.entry);
		check_twice(&at, seen, text);
		if (included != NULL)
			check_contradiction(&at, included, text);
	}
}

static void check_pair(
	struct pk_monster_checker *checker, enum pk_monster_path path, enum pk_monster_op op)
{
	const enum pk_monster_schema schema = checker->config->schema;
	struct pk_map included = {0};
	struct pk_map excluded = {0};
	enum pk_monster_key key;

	if (pk_monster_find_list(&key, schema, path, true, op))
		check_list(checker, key, &included, NULL);
	if (pk_monster_find_list(&key, schema, path, false, op))
		check_list(checker, key, &excluded, &included);
}

/* Says once a path that its include lists, all empty, restrict nothing. */
static void note_unrestricted(struct pk_monster_checker *checker, enum pk_monster_path path)
{
	const struct pk_monster_slot *first = NULL;
	enum pk_monster_key key;

	for (enum pk_monster_op op = 0; op < PK_MONSTER_OP_COUNT; op++) {
		if (!pk_monster_find_list(&key, checker->config->schema, path, true, op))
			continue;
		const struct pk_monster_slot *slot = &checker->config->slots[key];
		if (slot->odd != NULL || slot->entries.len > 0)
			return;
		if (first == NULL && slot->present)
			first = slot;
	}
	if (first != NULL)
		pk_report(checker->diags, PK_MONSTER_NO_RESTRICTION, first->span,
			"nothing is included by '%s', so everything is collected that is not "
			"excluded",
			pk_monster_path_name(path));
}

void pk_monster_check_lists(struct pk_monster_checker *checker)
{
	for (enum pk_monster_path path = 0; path < PK_MONSTER_PATH_COUNT; path++) {
		for (enum pk_monster_op op = 0; op < PK_MONSTER_OP_COUNT; op++)
			check_pair(checker, path, op);
		note_unrestricted(checker, path);
	}
}
