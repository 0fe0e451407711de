#include "fleet/inventory/inventory.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "fleet/inventory/inventory_parts.h"

/* --- kinds --- */

static bool is_word(char c)
{
	char lower = pk_text_lower(c);
	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		c == '.';
}

/* [group], [group:children], [group:vars] of an INI. */
static bool is_section(const char *line, const char *end)
{
	const char *c = line + 1;
	if (*line != '[' || c == end || (*c >= '0' && *c <= '9'))
		return false;
	while (c < end && is_word(*c))
		c++;
	if (c == line + 1 || c == end)
		return false;
	return *c == ']' || pk_text_starts(c, ":children]") || pk_text_starts(c, ":vars]");
}

/* A name at the start of a line and nothing but ':' behind it. */
static bool is_mapping_key(const char *line, const char *end)
{
	const char *c = line;
	while (c < end && is_word(*c))
		c++;
	if (c == line || c == end || *c != ':')
		return false;
	for (c++; c < end && *c != '#'; c++) {
		if (*c != ' ' && *c != '\r' && *c != '\t')
			return false;
	}
	return true;
}

/* `hosts:` or `children:` below a key. */
static bool is_ansible_key(const char *line, const char *end)
{
	const char *c = line + strspn(line, " ");
	return c > line && c < end &&
		(pk_text_starts(c, "hosts:") || pk_text_starts(c, "children:"));
}

static bool is_host_line(const char *line, const char *end)
{
	static const char mark[] = " ansible_";
	return is_word(*line) && memmem(line, (size_t)(end - line), mark, strlen(mark)) != NULL;
}

enum pk_inventory_kind pk_inventory_kind_of(const struct pk_source *source)
{
	bool keys = false;
	const char *end = source->text + source->len;
	for (const char *line = source->text + pk_source_bom_len(source); line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop == NULL ? end : stop;
		if (pk_text_starts(line, "inventory:"))
			return PK_INVENTORY_YAML;
		if (pk_text_starts(line, "picket:") || pk_text_starts(line, "project:") ||
			pk_text_starts(line, "ruleset:"))
			return PK_INVENTORY_NONE;
		if (is_section(line, stop) || (!keys && is_host_line(line, stop)))
			return PK_INVENTORY_ANSIBLE_INI;
		if (keys && is_ansible_key(line, stop))
			return PK_INVENTORY_ANSIBLE_YAML;
		keys = keys || is_mapping_key(line, stop);
		line = stop + 1;
	}
	return PK_INVENTORY_NONE;
}

bool pk_inventory_is(const struct pk_source *source)
{
	return pk_inventory_kind_of(source) != PK_INVENTORY_NONE;
}

/* --- reading --- */

/* A list of names without anything else is an INI; what ends in .yaml is not. */
static enum pk_inventory_kind guess_kind(const struct pk_source *source)
{
	enum pk_inventory_kind kind = pk_inventory_kind_of(source);
	if (kind != PK_INVENTORY_NONE)
		return kind;
	size_t start = strspn(source->text, " \t\r\n");
	if (source->text[start] == '\0' || source->text[start] == '{' ||
		pk_text_starts(source->text + start, "---") ||
		pk_text_ends(source->path, ".yaml") || pk_text_ends(source->path, ".yml"))
		return PK_INVENTORY_YAML;
	return PK_INVENTORY_ANSIBLE_INI;
}

static bool load_yaml(struct pk_inventory_build *build, struct pk_source *source, bool ansible)
{
	const char *vault = ansible ? strstr(source->text, "!vault") : NULL;
	if (vault != NULL) {
		size_t at = (size_t)(vault - source->text);
		struct pk_diag *diag = pk_report(build->diags, PK_ANSIBLE_VAULT,
			pk_span_make(source, at, at + strlen("!vault")),
			"encrypted values are not read");
		pk_diag_hint(build->diags, diag,
			"keep secrets in a file or variable: password_file, password_env");
		return false;
	}
	const struct pk_node *root = pk_yaml_read(source, build->diags);
	if (root == NULL)
		return false;
	if (root->kind != PK_NODE_MAP) {
		struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_SHAPE, root->span,
			"an inventory is a mapping, not %s", pk_node_kind_name(root->kind));
		pk_diag_hint(build->diags, diag, "begin with 'inventory: NAME' and 'hosts:'");
		return false;
	}
	return ansible ? pk_ansible_load_yaml(build, root) : pk_inventory_load_yaml(build, root);
}

bool pk_inventory_load(struct pk_inventory_build *build, struct pk_source *source)
{
	*pk_list_push(build->arena, &build->sources) = source;
	size_t bad;
	if (!pk_utf8_valid(source->text, source->len, &bad)) {
		pk_report(build->diags, PK_BAD_UTF8, pk_span_make(source, bad, bad + 1),
			"text is not valid UTF-8");
		return false;
	}
	if (pk_text_starts(source->text, "$ANSIBLE_VAULT;")) {
		pk_report(build->diags, PK_ANSIBLE_VAULT, pk_span_file(source),
			"the inventory is encrypted");
		return false;
	}
	build->including[build->depth++] = pk_file_normalize(build->arena, source->path);
	bool good = false;
	switch (guess_kind(source)) {
	case PK_INVENTORY_NONE:
	case PK_INVENTORY_YAML:
		good = load_yaml(build, source, false);
		break;
	case PK_INVENTORY_ANSIBLE_YAML:
		good = load_yaml(build, source, true) && pk_ansible_load_folders(build, source);
		break;
	case PK_INVENTORY_ANSIBLE_INI:
		good = pk_ansible_load_ini(build, source) && pk_ansible_load_folders(build, source);
		break;
	}
	build->depth--;
	return good;
}

static const struct pk_inventory *read_all(
	struct pk_inventory_build *build, struct pk_source *source)
{
	size_t errors = build->diags->errors;
	if (build->options->ssh_config != NULL) {
		const struct pk_ssh_config_options ssh = {.home = build->options->home};
		build->ssh_config = pk_ssh_config_read(
			build->arena, build->options->ssh_config, &ssh, build->diags);
		if (build->ssh_config == NULL)
			return NULL;
	}
	if (!pk_inventory_load(build, source) || build->diags->errors > errors)
		return NULL;
	struct pk_inventory *out = PK_NEW(build->arena, struct pk_inventory);
	out->name = build->name == NULL ? "ansible" : build->name;
	out->path = source->path;
	out->sources.items = build->sources.items;
	out->sources.len = build->sources.len;
	if (!pk_inventory_merge(out, build))
		return NULL;
	return pk_rollout_wish_check(out, build->diags) ? out : NULL;
}

const struct pk_inventory *pk_inventory_read_source(struct pk_arena *arena,
	struct pk_source *source, const struct pk_inventory_options *options,
	struct pk_diags *diags)
{
	static const struct pk_inventory_options none = {0};
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_inventory_build build = {.arena = arena,
		.scratch = scratch,
		.options = options == NULL ? &none : options,
		.diags = diags};
	const struct pk_inventory *out = read_all(&build, source);
	for (size_t i = 0; i < build.sources.len; i++)
		pk_inventory_hide_secrets(build.sources.items[i]);
	return out;
}

const struct pk_inventory *pk_inventory_read(struct pk_arena *arena, const char *path,
	const struct pk_inventory_options *options, struct pk_diags *diags)
{
	struct pk_source *source = pk_file_read(arena, path, 0, diags);
	return source == NULL ? NULL : pk_inventory_read_source(arena, source, options, diags);
}

const struct pk_host *pk_inventory_find(const struct pk_inventory *inventory, const char *name)
{
	return pk_map_find(&inventory->by_name, name);
}
