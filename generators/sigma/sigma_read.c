/* Files and documents of Sigma. */
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"
#include "generators/sigma/sigma_parts.h"

/* Reading one file. */
struct file {
	struct pk_sigma_rules *out;
	struct pk_source *source;
	struct pk_diags *diags;
	const struct pk_node *global; /* what `action: global` gives to all that follow; or NULL */
	const struct pk_node *previous; /* what `action: repeat` begins with; or NULL */
};

/* `over` on top of `base`: mappings are merged key by key, other values replaced. */
static const struct pk_node *merge(
	struct pk_arena *arena, const struct pk_node *base, const struct pk_node *over)
{
	if (base == NULL || base->kind != PK_NODE_MAP || over->kind != PK_NODE_MAP)
		return over;

	struct pk_node *merged = PK_NEW(arena, struct pk_node);
	*merged = *over;
	merged->pair_count = 0;
	merged->pairs =
		PK_NEW_ARRAY(arena, struct pk_node_pair, base->pair_count + over->pair_count);
	for (size_t i = 0; i < base->pair_count; i++) {
		struct pk_node_pair pair = base->pairs[i];
		const struct pk_node *value = pk_node_find(over, pair.key->text);
		if (value != NULL)
			pair.value = (struct pk_node *)(uintptr_t)merge(arena, pair.value, value);
		merged->pairs[merged->pair_count++] = pair;
	}
	for (size_t i = 0; i < over->pair_count; i++) {
		if (pk_node_find(base, over->pairs[i].key->text) == NULL)
			merged->pairs[merged->pair_count++] = over->pairs[i];
	}
	return merged;
}

static bool read_tags(
	struct pk_sigma_rule *rule, const struct pk_node *root, struct pk_sigma_reader *reader)
{
	const struct pk_node *tags = NULL;
	if (!pk_node_get_list(&tags, root, "tags", reader->diags))
		return false;
	for (size_t i = 0; tags != NULL && i < tags->items.len; i++) {
		if (tags->items.items[i]->text != NULL)
			*pk_list_push(reader->arena, &rule->tags) = tags->items.items[i]->text;
	}
	return true;
}

static bool read_head(
	struct pk_sigma_rule *rule, const struct pk_node *root, struct pk_sigma_reader *reader)
{
	struct pk_diags *diags = reader->diags;
	bool good = pk_node_get_text(&rule->id, root, "id", diags);
	good &= pk_node_get_text(&rule->title, root, "title", diags);
	good &= pk_node_get_text(&rule->level, root, "level", diags);
	return read_tags(rule, root, reader) && good;
}

static bool read_logsource(
	struct pk_sigma_rule *rule, const struct pk_node *root, struct pk_sigma_reader *reader)
{
	const struct pk_node *source = NULL;
	if (!pk_node_get_map(&source, root, "logsource", reader->diags))
		return false;
	if (source == NULL) {
		pk_report(reader->diags, PK_SIGMA_RULE, root->span,
			"a Sigma rule without 'logsource'");
		return false;
	}
	bool good = pk_node_get_text(&rule->category, source, "category", reader->diags);
	good &= pk_node_get_text(&rule->product, source, "product", reader->diags);
	return pk_node_get_text(&rule->service, source, "service", reader->diags) && good;
}

static bool read_rule(
	struct pk_sigma_rule *rule, const struct pk_node *root, struct pk_sigma_reader *reader)
{
	if (!read_head(rule, root, reader))
		return false;
	rule->skipped =
		pk_node_find(root, "correlation") != NULL || pk_node_find(root, "filter") != NULL;
	if (rule->skipped)
		return true;

	const struct pk_node *detection = NULL;
	if (!read_logsource(rule, root, reader) ||
		!pk_node_get_map(&detection, root, "detection", reader->diags))
		return false;
	if (detection == NULL) {
		pk_report(reader->diags, PK_SIGMA_RULE, root->span,
			"a Sigma rule without 'detection'");
		return false;
	}
	rule->detection = pk_sigma_read_detection(reader, detection);
	return rule->detection != NULL;
}

/* The word of `action`: "global", "repeat", "reset", or "". */
static const char *find_action(const struct pk_node *root)
{
	const struct pk_node *action = pk_node_find(root, "action");
	return action == NULL || action->text == NULL ? "" : action->text;
}

static bool read_document(struct file *file, struct pk_source *source)
{
	struct pk_arena *arena = file->source->arena;
	const struct pk_node *root = pk_yaml_read(source, file->diags);
	if (root == NULL)
		return false;
	if (root->kind == PK_NODE_NULL)
		return true;
	if (!pk_node_expect(root, PK_NODE_MAP, "a Sigma rule", file->diags))
		return false;

	const char *action = find_action(root);
	if (pk_text_equal(action, "reset")) {
		file->global = NULL;
		return true;
	}
	if (pk_text_equal(action, "global")) {
		file->global = merge(arena, file->global, root);
		return true;
	}
	bool repeat = pk_text_equal(action, "repeat");
	root = merge(arena, repeat ? file->previous : file->global, root);
	file->previous = root;

	struct pk_sigma_reader reader = {.arena = arena, .diags = file->diags};
	struct pk_sigma_rule *rule = PK_NEW(arena, struct pk_sigma_rule);
	*rule = (struct pk_sigma_rule){.source = file->source,
		.span = root->span,
		.id = "",
		.title = "",
		.level = "none",
		.category = "",
		.product = "",
		.service = ""};
	if (!read_rule(rule, root, &reader))
		return false;
	*pk_list_push(arena, &file->out->items) = rule;
	return true;
}

/* --- documents --- */

/* True if the line at `text` divides documents. */
static bool is_divider(const char *text)
{
	return strncmp(text, "---", 3) == 0 &&
		(text[3] == '\0' || strchr(" \t\r\n", text[3]) != NULL);
}

/*
 * The document from `begin` to `end`, as a source in which all else is blank: what is found in it
 * then has its place in the file.
 */
static struct pk_source *cut_document(struct pk_source *source, size_t begin, size_t end)
{
	char *text = pk_arena_strndup(source->arena, source->text, end);
	for (size_t i = 0; i < begin; i++) {
		if (text[i] != '\n')
			text[i] = ' ';
	}
	return pk_source_make(source->arena, source->path, text, end);
}

/* Where the next document begins at or behind `from`, which begins a line; the end of the text. */
static size_t find_divider(const struct pk_source *source, size_t from)
{
	while (from < source->len && !is_divider(source->text + from)) {
		const char *end = memchr(source->text + from, '\n', source->len - from);
		from = end == NULL ? source->len : (size_t)(end - source->text) + 1;
	}
	return from;
}

bool pk_sigma_read(struct pk_sigma_rules *out, struct pk_source *source, struct pk_diags *diags)
{
	struct file file = {.out = out, .source = source, .diags = diags};
	size_t begin = 0;
	bool good = true;

	for (size_t count = 0; begin < source->len; count++) {
		size_t divider = begin;
		if (is_divider(source->text + begin))
			divider += strlen("---");
		const char *line = memchr(source->text + divider, '\n', source->len - divider);
		size_t next = line == NULL ? source->len : (size_t)(line - source->text) + 1;
		size_t end = find_divider(source, next);
		if (count == PK_SIGMA_DOCUMENTS) {
			pk_report(diags, PK_SIGMA_LIMIT, pk_span_make(source, begin, begin),
				"more than %d documents in one file", PK_SIGMA_DOCUMENTS);
			return false;
		}
		good = read_document(&file, cut_document(source, begin, end)) && good;
		begin = end;
	}
	return good;
}
