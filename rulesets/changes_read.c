/* The `policy` of a project file. */
#include <string.h>

#include "base/glob.h"
#include "base/text.h"
#include "base/yaml.h"
#include "rulesets/changes.h"
#include "rulesets/project_read.h"

static const char *const policy_keys[] = {"signers", "groups", "changes", "commits", "tags"};
static const char *const signers_keys[] = {"ssh", "openpgp"};
static const char *const change_keys[] = {"paths", "rules", "by", "signed"};
static const char *const tag_keys[] = {"pattern", "by", "signed"};
static const char *const commits_keys[] = {"signed"};

static const struct pk_word signed_words[] = {{"optional", false}, {"required", true}};

/* One policy while it is read. */
struct reader {
	struct pk_read *read;
	struct pk_changes_policy *out;
	const struct pk_node *groups; /* mapping, or NULL */
	size_t texts;
};

static bool count_text(struct reader *reader, struct pk_span span)
{
	if (++reader->texts <= PK_CHANGES_TEXTS_MAX)
		return true;
	if (reader->texts == PK_CHANGES_TEXTS_MAX + 1)
		pk_report(reader->read->diags, PK_POLICY_LIMIT, span,
			"more than %d patterns and names", PK_CHANGES_TEXTS_MAX);
	return false;
}

/* The list at `key`, which is needed and not empty; NULL after a report. */
static const struct pk_node *read_list(
	struct reader *reader, const struct pk_node *node, const char *what)
{
	struct pk_read *read = reader->read;
	if (!pk_read_is_list(read, node, what))
		return NULL;
	if (node->items.len > 0)
		return node;
	struct pk_diag *diag =
		pk_report(read->diags, PK_EMPTY_VALUE, node->span, "'%s' is an empty list", what);
	pk_diag_hint(read->diags, diag, "name at least one, or remove the entry");
	return NULL;
}

/* --- patterns --- */

static bool check_pattern(struct reader *reader, const struct pk_node *node, const char *text)
{
	const char *fault = pk_glob_fault(text);
	if (fault == NULL)
		return count_text(reader, node->span);
	struct pk_diag *diag = pk_report(reader->read->diags, PK_POLICY_PATTERN, node->span,
		"pattern '%s' matches nothing: %s", text, fault);
	pk_diag_hint(reader->read->diags, diag,
		"write it as in 'rules/*.yaml', or 'keys/**' for all that is in a folder");
	return false;
}

static bool read_pattern(
	struct reader *reader, struct pk_reference *out, const struct pk_node *node)
{
	const char *text = pk_read_filled(reader->read, node, "a pattern");
	if (text == NULL || !check_pattern(reader, node, text))
		return false;
	*out = (struct pk_reference){text, node->span};
	return true;
}

/* --- people --- */

static void report_group(struct reader *reader, const struct pk_node *node, const char *name)
{
	struct pk_read *read = reader->read;
	struct pk_diag *diag = pk_report(
		read->diags, PK_POLICY_GROUP, node->span, "no group '%s' is defined", name);
	PK_LIST(const char *) names = {0};
	for (size_t i = 0; reader->groups != NULL && i < reader->groups->pair_count; i++)
		*pk_list_push(read->arena, &names) = reader->groups->pairs[i].key->text;
	const char *near = pk_read_nearest(read, name, names.items, names.len);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '@%s'", near);
	else
		pk_diag_hint(read->diags, diag, "define it under `groups`");
}

static void add_name(
	struct reader *reader, struct pk_changes_entry *out, const char *name, struct pk_span span)
{
	if (pk_text_equal(name, "*"))
		out->anybody = true;
	else if (count_text(reader, span))
		*pk_list_push(reader->read->arena, &out->by) = name;
}

static void add_group(struct reader *reader, struct pk_changes_entry *out,
	const struct pk_node *node, const char *name)
{
	const struct pk_node *list =
		reader->groups == NULL ? NULL : pk_node_find(reader->groups, name);
	if (list == NULL) {
		report_group(reader, node, name);
		return;
	}
	/* Its form was checked before. */
	for (size_t i = 0; list->kind == PK_NODE_LIST && i < list->items.len; i++) {
		if (list->items.items[i]->text != NULL)
			add_name(reader, out, list->items.items[i]->text, node->span);
	}
}

static void read_by(struct reader *reader, struct pk_changes_entry *out, const struct pk_node *map)
{
	const struct pk_node *node = pk_read_need(reader->read, map, "by");
	const struct pk_node *list = node == NULL ? NULL : read_list(reader, node, "by");
	for (size_t i = 0; list != NULL && i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		const char *name = pk_read_filled(reader->read, item, "a name");
		if (name != NULL && name[0] == '@')
			add_group(reader, out, item, name + 1);
		else if (name != NULL)
			add_name(reader, out, name, item->span);
	}
}

static void check_group(struct reader *reader, const struct pk_node_pair *pair)
{
	struct pk_read *read = reader->read;
	pk_read_check_id(read, pair->key->text, pair->key->span, "the name of a group");
	const struct pk_node *list = read_list(reader, pair->value, pair->key->text);
	for (size_t i = 0; list != NULL && i < list->items.len; i++) {
		const struct pk_node *item = list->items.items[i];
		const char *name = pk_read_filled(read, item, "a name");
		if (name == NULL || name[0] != '@')
			continue;
		struct pk_diag *diag = pk_report(read->diags, PK_POLICY_GROUP, item->span,
			"group '%s' names '%s', and groups hold no groups", pair->key->text, name);
		pk_diag_hint(read->diags, diag, "name its members");
	}
}

static void read_groups(struct reader *reader, const struct pk_node *node)
{
	if (!pk_read_is_map(reader->read, node, "groups"))
		return;
	reader->groups = node;
	for (size_t i = 0; i < node->pair_count; i++)
		check_group(reader, &node->pairs[i]);
}

/* --- entries --- */

static void read_signed(struct reader *reader, bool *out, const struct pk_node *map)
{
	unsigned value;
	const struct pk_node *node = pk_node_find(map, "signed");
	if (node != NULL &&
		pk_read_word(reader->read, &value, node, "`signed`", signed_words,
			PK_COUNT(signed_words)))
		*out = value;
}

static bool check_count(struct reader *reader, const struct pk_node *list, const char *what)
{
	if (list->items.len <= PK_CHANGES_ENTRIES_MAX)
		return true;
	pk_report(reader->read->diags, PK_POLICY_LIMIT, list->span, "'%s' has more than %d entries",
		what, PK_CHANGES_ENTRIES_MAX);
	return false;
}

static void read_patterns(struct reader *reader, struct pk_changes_entry *out, bool of_rules,
	const struct pk_node *node, const char *what)
{
	const struct pk_node *list = read_list(reader, node, what);
	for (size_t i = 0; list != NULL && i < list->items.len; i++) {
		struct pk_reference pattern;
		if (!read_pattern(reader, &pattern, list->items.items[i]))
			continue;
		if (of_rules)
			*pk_list_push(reader->read->arena, &out->rules) = pattern;
		else
			*pk_list_push(reader->read->arena, &out->paths) = pattern;
	}
}

static void read_change(struct reader *reader, const struct pk_node *node)
{
	struct pk_read *read = reader->read;
	struct pk_changes_entry entry = {.is_signed = reader->out->is_signed, .span = node->span};
	if (!pk_read_is_map(read, node, "changes"))
		return;
	pk_node_check_keys(node, change_keys, PK_COUNT(change_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *paths = pk_node_find(node, "paths");
	const struct pk_node *rules = pk_node_find(node, "rules");
	if (paths != NULL)
		read_patterns(reader, &entry, false, paths, "paths");
	if (rules != NULL)
		read_patterns(reader, &entry, true, rules, "rules");
	if (paths == NULL && rules == NULL)
		pk_read_report_missing(read, node, "paths");
	read_by(reader, &entry, node);
	read_signed(reader, &entry.is_signed, node);
	*pk_list_push(read->arena, &reader->out->changes) = entry;
}

static void read_tag(struct reader *reader, const struct pk_node *node)
{
	struct pk_read *read = reader->read;
	struct pk_changes_entry entry = {.is_signed = true, .span = node->span};
	struct pk_reference pattern;
	if (!pk_read_is_map(read, node, "tags"))
		return;
	pk_node_check_keys(node, tag_keys, PK_COUNT(tag_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *text = pk_read_need(read, node, "pattern");
	if (text != NULL && read_pattern(reader, &pattern, text))
		*pk_list_push(read->arena, &entry.paths) = pattern;
	read_by(reader, &entry, node);
	read_signed(reader, &entry.is_signed, node);
	*pk_list_push(read->arena, &reader->out->tags) = entry;
}

static void read_entries(struct reader *reader, const struct pk_node *node, const char *what,
	void (*read_entry)(struct reader *, const struct pk_node *))
{
	const struct pk_node *list = read_list(reader, node, what);
	if (list == NULL || !check_count(reader, list, what))
		return;
	for (size_t i = 0; i < list->items.len; i++)
		read_entry(reader, list->items.items[i]);
}

/* --- the whole --- */

static const char *read_file(
	struct reader *reader, struct pk_span *span_out, const struct pk_node *map, const char *key)
{
	struct pk_read *read = reader->read;
	const struct pk_node *node = pk_node_find(map, key);
	const char *name = node == NULL ? NULL : pk_read_filled(read, node, key);
	if (name == NULL)
		return NULL;
	const struct pk_tree *tree = read->options->tree;
	const char *path = pk_tree_beside(read->arena, tree, node->span.source->path, name);
	*span_out = node->span;
	if (pk_tree_exists(tree, path))
		return path;
	struct pk_diag *diag = pk_report(
		read->diags, PK_LAYER_FILE_MISSING, node->span, "file '%s' does not exist", path);
	pk_diag_hint(read->diags, diag, "correct the path; it is relative to this file");
	return NULL;
}

static void read_signers(struct reader *reader, const struct pk_node *node)
{
	if (!pk_read_is_map(reader->read, node, "signers"))
		return;
	pk_node_check_keys(
		node, signers_keys, PK_COUNT(signers_keys), PK_UNKNOWN_KEY, reader->read->diags);
	reader->out->ssh = read_file(reader, &reader->out->ssh_span, node, "ssh");
	reader->out->openpgp = read_file(reader, &reader->out->openpgp_span, node, "openpgp");
}

/* Is a signature demanded somewhere? Then keys are needed. */
static bool demands_signature(const struct pk_changes_policy *policy)
{
	bool demanded = policy->is_signed;
	for (size_t i = 0; i < policy->changes.len; i++)
		demanded |= policy->changes.items[i].is_signed;
	for (size_t i = 0; i < policy->tags.len; i++)
		demanded |= policy->tags.items[i].is_signed;
	return demanded;
}

static void report_no_signers(struct pk_read *read, const struct pk_node *node)
{
	struct pk_diag *diag = pk_report(read->diags, PK_POLICY_SIGNERS, node->span,
		"the policy demands signatures, and no `signers` say whose are good");
	pk_diag_hint(read->diags, diag,
		"name a file of keys, as in 'signers: {ssh: keys/allowed_signers}', or write "
		"'commits: {signed: optional}'");
}

static void read_commits(struct reader *reader, const struct pk_node *node)
{
	if (!pk_read_is_map(reader->read, node, "commits"))
		return;
	pk_node_check_keys(
		node, commits_keys, PK_COUNT(commits_keys), PK_UNKNOWN_KEY, reader->read->diags);
	read_signed(reader, &reader->out->is_signed, node);
}

void pk_changes_read_section(
	struct pk_read *read, struct pk_changes_policy *out, const struct pk_node *node)
{
	struct reader reader = {.read = read, .out = out};
	size_t errors = read->diags->errors;
	*out = (struct pk_changes_policy){.is_signed = true, .span = node->span};
	if (!pk_read_is_map(read, node, "policy"))
		return;
	pk_node_check_keys(node, policy_keys, PK_COUNT(policy_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *signers = pk_node_find(node, "signers");
	const struct pk_node *groups = pk_node_find(node, "groups");
	const struct pk_node *commits = pk_node_find(node, "commits");
	const struct pk_node *changes = pk_node_find(node, "changes");
	const struct pk_node *tags = pk_node_find(node, "tags");
	if (signers != NULL)
		read_signers(&reader, signers);
	if (groups != NULL)
		read_groups(&reader, groups);
	if (commits != NULL)
		read_commits(&reader, commits);
	out->has_changes = changes != NULL;
	if (changes != NULL)
		read_entries(&reader, changes, "changes", read_change);
	if (tags != NULL)
		read_entries(&reader, tags, "tags", read_tag);
	bool has_signers =
		signers != NULL && (signers->kind != PK_NODE_MAP || signers->pair_count > 0);
	if (!has_signers && read->diags->errors == errors && demands_signature(out))
		report_no_signers(read, node);
}

struct pk_changes_policy *pk_changes_read(struct pk_arena *arena, struct pk_source *source,
	const struct pk_tree *tree, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	const struct pk_node *root = pk_yaml_read(source, diags);
	if (root == NULL)
		return NULL;
	const struct pk_node *node =
		root->kind == PK_NODE_MAP ? pk_node_find(root, "policy") : NULL;
	if (node == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_NO_POLICY, pk_span_file(source),
			"'%s' has no policy of changes", source->path);
		pk_diag_hint(diags, diag,
			"add the key `policy` to the project in the base, or name another base");
		return NULL;
	}
	struct pk_policy_options options = {.tree = tree};
	struct pk_policy policy = {.arena = arena};
	struct pk_read read = {
		.arena = arena, .diags = diags, .policy = &policy, .options = &options};
	struct pk_changes_policy *out = PK_NEW(arena, struct pk_changes_policy);
	pk_changes_read_section(&read, out, node);
	return diags->errors == errors ? out : NULL;
}
