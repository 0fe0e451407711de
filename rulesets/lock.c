/* Lock files: their lines. */
#include "rulesets/lock.h"

#include <string.h>

#include "base/text.h"
#include "rulesets/library.h"
#include "rulesets/version.h"

#define HEAD "# picket.lock 1: written by `picket lock`, not by hand\n"

enum { WORDS_MAX = 5 };

/* A line of the file, split at single blanks. */
struct line {
	struct pk_span span;
	const char *words[WORDS_MAX];
	size_t count; /* 0 if a word is empty; more than WORDS_MAX if there are too many */
};

static void split(struct line *line, struct pk_arena *arena, const char *text, size_t len)
{
	line->count = 0;
	for (size_t at = 0; at <= len; at++) {
		size_t end = at;
		while (end < len && text[end] != ' ')
			end++;
		if (end == at) {
			line->count = 0;
			return;
		}
		if (line->count < WORDS_MAX)
			line->words[line->count] = pk_arena_strndup(arena, text + at, end - at);
		line->count++;
		at = end;
	}
}

static bool add_set(struct pk_lock *lock, const struct line *line)
{
	struct pk_lock_set set = {
		.id = line->words[1], .digest = line->words[3], .span = line->span};
	if (!pk_version_parse(&set.version, line->words[2]))
		return false;
	*pk_list_push(lock->arena, &lock->sets) = set;
	return true;
}

static bool add_rule(struct pk_lock *lock, const struct line *line)
{
	struct pk_version ignored;
	if (!pk_version_parse(&ignored, line->words[3]))
		return false;
	*pk_list_push(lock->arena, &lock->rules) = (struct pk_lock_rule){
		.set = line->words[1],
		.id = line->words[2],
		.version = line->words[3],
		.digest = line->words[4],
		.span = line->span,
	};
	return true;
}

static bool add_line(struct pk_lock *lock, const struct line *line)
{
	if (line->count == 4 && pk_text_equal(line->words[0], "ruleset"))
		return add_set(lock, line);
	if (line->count == 5 && pk_text_equal(line->words[0], "rule"))
		return add_rule(lock, line);
	return false;
}

struct pk_lock *pk_lock_read(
	struct pk_arena *arena, struct pk_source *source, struct pk_diags *diags)
{
	struct pk_lock *lock = PK_NEW(arena, struct pk_lock);
	lock->arena = arena;
	lock->source = source;
	for (size_t at = 0; at < source->len;) {
		const char *text = source->text + at;
		const char *newline = memchr(text, '\n', source->len - at);
		size_t len = newline == NULL ? source->len - at : (size_t)(newline - text);
		struct line line = {.span = pk_span_make(source, at, at + len)};
		split(&line, arena, text, len);
		at += len + 1;
		bool is_text = memchr(text, '\0', len) == NULL;
		if (len == 0 || text[0] == '#' || (is_text && add_line(lock, &line)))
			continue;
		struct pk_diag *diag =
			pk_report(diags, PK_LOCK_LINE, line.span, "this is no line of a lock file");
		pk_diag_hint(
			diags, diag, "take the file as it was committed, then run `picket lock`");
		return NULL;
	}
	return lock;
}

bool pk_lock_find(struct pk_lock **out, struct pk_arena *arena, const struct pk_source *root,
	const struct pk_policy_options *options, struct pk_diags *diags)
{
	*out = NULL;
	if (pk_text_equal(root->path, "-") || pk_text_starts(root->path, PK_LIBRARY_PREFIX))
		return true;
	const char *path = pk_tree_beside(arena, options->tree, root->path, PK_LOCK_FILE);
	if (!pk_tree_exists(options->tree, path))
		return true;
	struct pk_source *source = pk_tree_read(arena, options->tree, path, 0, diags);
	struct pk_lock *lock = source == NULL ? NULL : pk_lock_read(arena, source, diags);
	*out = lock;
	return lock != NULL;
}

void pk_lock_write(struct pk_buf *out, const struct pk_lock *lock)
{
	pk_buf_puts(out, HEAD);
	for (size_t i = 0; i < lock->sets.len; i++) {
		const struct pk_lock_set *set = &lock->sets.items[i];
		pk_buf_printf(out, "ruleset %s %s %s\n", set->id, set->version.text, set->digest);
	}
	for (size_t i = 0; i < lock->rules.len; i++) {
		const struct pk_lock_rule *rule = &lock->rules.items[i];
		pk_buf_printf(out, "rule %s %s %s %s\n", rule->set, rule->id, rule->version,
			rule->digest);
	}
}
