#include "mitre/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What stands between an id and the name of its technique in a RuleName. */
static const char *const name_keys[] = {",technique_name=", ",Technique="};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		c == '_';
}

/* Bytes of the technique id at `offset` of the source, or 0. */
static size_t id_len(const struct pk_source *source, size_t offset, size_t end)
{
	static const size_t lengths[] = {sizeof("T1059.001") - 1, sizeof("T1059") - 1};
	const char *text = source->text;
	if (text[offset] != 'T' || (offset > 0 && is_word(text[offset - 1])))
		return 0;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char id[sizeof("T1059.001")] = "";
		size_t len = lengths[i];
		if (offset + len > end || is_word(text[offset + len]))
			continue;
		memcpy(id, text + offset, len);
		bool goes_on = text[offset + len] == '.' && is_word(text[offset + len + 1]);
		if (pk_attack_is_id(id) && !goes_on)
			return len;
	}
	return 0;
}

static void add_edit(
	struct pk_migration *migration, struct pk_span span, const char *text, const char *chain)
{
	*pk_list_push(migration->arena, &migration->edits) = (struct pk_edit){
		.span = span,
		.old_text = pk_arena_strndup(
			migration->arena, span.source->text + span.begin, span.end - span.begin),
		.new_text = text,
		.chain = chain,
	};
}

/* --- ids --- */

static void report_left(struct pk_migration *migration, const char *id, struct pk_span span,
	const struct pk_follow *follow)
{
	migration->left++;
	/* What is wrong with the id in the release it should be of is told as anywhere else. */
	pk_history_check(migration->history, migration->to, id, span, migration->diags);
	if (follow->outcome == PK_OUTCOME_DEPRECATED && follow->steps.len > 0)
		pk_diag_relate(migration->diags,
			&migration->diags->all.items[migration->diags->all.len - 1], span, "%s",
			pk_history_print_chain(migration->history, id, follow));
}

static void report_narrower(struct pk_migration *migration, const char *id, struct pk_span span,
	const struct pk_follow *follow)
{
	if (pk_map_set(migration->arena, &migration->told, id, migration) != NULL)
		return;
	struct pk_diag *diag = pk_report(migration->diags, PK_NARROWER_TECHNIQUES, span,
		"technique '%s' (%s) has sub-techniques since ATT&CK %s", id, follow->name,
		pk_history_release_name(migration->history, follow->narrower_since));
	pk_diag_hint(migration->diags, diag,
		"choose a sub-technique if the rule detects only that; '%s' stays right", id);
}

static void migrate_id(struct pk_migration *migration, const char *id, struct pk_span span,
	const struct pk_follow *follow, bool is_id)
{
	switch (follow->outcome) {
	case PK_OUTCOME_SAME:
	case PK_OUTCOME_RENAMED:
		if (follow->narrower_since != PK_RELEASE_UNKNOWN)
			report_narrower(migration, id, span, follow);
		break;
	case PK_OUTCOME_REPLACED:
		add_edit(migration, span, follow->id,
			pk_history_print_chain(migration->history, id, follow));
		break;
	case PK_OUTCOME_SPLIT:
	case PK_OUTCOME_DEPRECATED:
	case PK_OUTCOME_NOT_YET:
		report_left(migration, id, span, follow);
		break;
	case PK_OUTCOME_UNKNOWN:
		if (is_id)
			report_left(migration, id, span, follow);
		break;
	}
}

/* --- names --- */

/* The span of the name that is written behind an id which ends at `offset`; empty if none is. */
static struct pk_span find_name(struct pk_span text, size_t offset)
{
	const char *bytes = text.source->text;
	for (size_t i = 0; i < sizeof(name_keys) / sizeof(name_keys[0]); i++) {
		size_t len = strlen(name_keys[i]);
		if (offset + len > text.end || strncmp(bytes + offset, name_keys[i], len) != 0)
			continue;
		size_t begin = offset + len;
		size_t end = begin;
		while (end < text.end && strchr(",;|\"'<\r\n", bytes[end]) == NULL)
			end++;
		return pk_span_make(text.source, begin, end);
	}
	return pk_span_make(text.source, offset, offset);
}

static bool was_name(const struct pk_migration *migration, const char *id,
	const struct pk_follow *follow, const char *name)
{
	if (pk_history_had_name(migration->history, id, name))
		return true;
	for (size_t i = 0; i < follow->steps.len; i++) {
		if (pk_history_had_name(migration->history, follow->steps.items[i].id, name))
			return true;
	}
	return false;
}

static void migrate_name(struct pk_migration *migration, const char *id, struct pk_span span,
	const struct pk_follow *follow)
{
	/* These mean nothing to YAML and XML wherever a name stands. */
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    " ()/.+_-";
	const char *name = pk_arena_strndup(
		migration->arena, span.source->text + span.begin, span.end - span.begin);
	if (pk_text_equal(name, follow->name))
		return;
	bool certain = was_name(migration, id, follow, name) &&
		follow->name[strspn(follow->name, plain)] == '\0';
	if (certain) {
		add_edit(migration, span, follow->name, NULL);
		return;
	}
	struct pk_diag *diag = pk_report(migration->diags, PK_TECHNIQUE_NAME_KEPT, span,
		"'%s' was never the name of '%s'", name, id);
	pk_diag_hint(migration->diags, diag, "write '%s' if MITRE's name is meant", follow->name);
}

void pk_migrate_text(struct pk_migration *migration, struct pk_span span, bool is_id)
{
	size_t before = migration->edits.len + migration->left;
	bool found = false;
	for (size_t i = span.begin; i < span.end;) {
		size_t len = id_len(span.source, i, span.end);
		if (len == 0) {
			i++;
			continue;
		}
		const char *id = pk_arena_strndup(migration->arena, span.source->text + i, len);
		struct pk_follow follow =
			pk_history_follow(migration->history, id, migration->from, migration->to);
		migrate_id(migration, id, pk_span_make(span.source, i, i + len), &follow, is_id);
		i += len;
		found = true;
		struct pk_span name = find_name(span, i);
		if (follow.name != NULL && name.end > name.begin) {
			migrate_name(migration, id, name, &follow);
			i = name.end;
		}
	}
	if (is_id && !found && before == migration->edits.len + migration->left) {
		struct pk_follow unknown = {.outcome = PK_OUTCOME_UNKNOWN};
		report_left(migration,
			pk_arena_strndup(migration->arena, span.source->text + span.begin,
				span.end - span.begin),
			span, &unknown);
	}
}

void pk_migrate_release(struct pk_migration *migration, struct pk_span span, const char *name)
{
	const char *text = span.source->text + span.begin;
	const char *found = strstr(text, name);
	const char *wanted = pk_history_release_name(migration->history, migration->to);
	size_t len = strlen(name);
	if (found == NULL || found + len > span.source->text + span.end ||
		pk_text_equal(name, wanted))
		return;
	size_t begin = span.begin + (size_t)(found - text);
	add_edit(migration, pk_span_make(span.source, begin, begin + len), wanted, NULL);
}

/* --- what becomes of a file --- */

static int compare_edits(const void *a, const void *b)
{
	const struct pk_edit *first = a;
	const struct pk_edit *second = b;
	return (first->span.begin > second->span.begin) - (first->span.begin < second->span.begin);
}

void pk_migration_sort(struct pk_migration *migration)
{
	if (migration->edits.len > 1)
		qsort(migration->edits.items, migration->edits.len,
			sizeof(migration->edits.items[0]), compare_edits);
}

/* Appends the bytes [begin, end) of the source with edits from *next on, which is moved. */
static void put_range(struct pk_buf *out, const struct pk_migration *migration, size_t *next,
	const struct pk_source *source, size_t begin, size_t end)
{
	for (; *next < migration->edits.len; (*next)++) {
		const struct pk_edit *edit = &migration->edits.items[*next];
		if (edit->span.end > end)
			break;
		pk_buf_put(out, source->text + begin, edit->span.begin - begin);
		pk_buf_puts(out, edit->new_text);
		begin = edit->span.end;
	}
	pk_buf_put(out, source->text + begin, end - begin);
}

void pk_migration_apply(
	struct pk_buf *out, const struct pk_migration *migration, const struct pk_source *source)
{
	size_t next = 0;
	put_range(out, migration, &next, source, 0, source->len);
}

void pk_migration_diff(
	struct pk_buf *out, const struct pk_migration *migration, struct pk_source *source)
{
	for (size_t next = 0; next < migration->edits.len;) {
		uint32_t begin = migration->edits.items[next].span.begin;
		uint32_t number = pk_source_place(source, begin).line;
		size_t len;
		const char *line = pk_source_line(source, number, &len);
		size_t offset = (size_t)(line - source->text);
		pk_buf_printf(out, "@@ -%u +%u @@\n-", number, number);
		pk_buf_put(out, line, len);
		pk_buf_puts(out, "\n+");
		put_range(out, migration, &next, source, offset, offset + len);
		pk_buf_putc(out, '\n');
	}
}
