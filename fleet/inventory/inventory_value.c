/* Values of inventories: sizes, durations, percentages, plain names, and variables in texts. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

enum { DIGITS_MAX = 18 };

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit sizes[] = {
	{"", 1},
	{"B", 1},
	{"KiB", 1024},
	{"MiB", 1024 * 1024},
	{"GiB", 1024 * 1024 * 1024},
	{"TiB", 1024ull * 1024 * 1024 * 1024},
};

static const struct unit durations[] = {
	{"ms", 1},
	{"s", 1000},
	{"m", 60 * 1000},
	{"h", 60 * 60 * 1000},
	{"d", 24 * 60 * 60 * 1000},
};

/* A whole number and one of `units`. */
static bool parse_units(uint64_t *out, const char *text, const struct unit *units, size_t count)
{
	char digits[DIGITS_MAX + 1] = "";
	uint64_t value;
	size_t len = strspn(text, "0123456789");
	if (len == 0 || len > DIGITS_MAX)
		return false;
	memcpy(digits, text, len);
	if (!pk_text_parse_u64(&value, digits))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!pk_text_equal(text + len, units[i].name))
			continue;
		if (value > UINT64_MAX / 4 / units[i].factor)
			return false;
		*out = value * units[i].factor;
		return true;
	}
	return false;
}

bool pk_size_parse(uint64_t *out, const char *text)
{
	return parse_units(out, text, sizes, PK_COUNT(sizes));
}

bool pk_duration_parse(uint64_t *out_ms, const char *text)
{
	if (pk_text_equal(text, "0")) {
		*out_ms = 0;
		return true;
	}
	return parse_units(out_ms, text, durations, PK_COUNT(durations));
}

bool pk_percent_parse(uint32_t *out, const char *text)
{
	uint32_t value = 0;
	int decimals = -1;
	const char *c = text;
	for (; (*c >= '0' && *c <= '9') || (*c == '.' && decimals < 0); c++) {
		if (*c == '.') {
			decimals = 0;
			continue;
		}
		value = value * 10 + (uint32_t)(*c - '0');
		if (value > 1000000 || (decimals >= 0 && ++decimals > 3))
			return false;
	}
	if (c == text || *text == '.' || decimals == 0 || !pk_text_equal(c, "%"))
		return false;
	for (int i = decimals < 0 ? 0 : decimals; i < 3; i++) {
		value *= 10;
		if (value > 100 * 1000)
			return false;
	}
	if (value > 100 * 1000)
		return false;
	*out = value;
	return true;
}

bool pk_inventory_plain(const char *text, size_t max, const char *also)
{
	size_t len = strlen(text);
	if (len == 0 || len > max)
		return false;
	for (; *text != '\0'; text++) {
		char c = pk_text_lower(*text);
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!plain && strchr(also, c) == NULL)
			return false;
	}
	return true;
}

/* --- variables --- */

static __attribute__((format(printf, 3, 4))) bool report_variable(
	const struct pk_inventory_scope *scope, const struct pk_node *node, const char *format, ...)
{
	struct pk_inventory_build *build = scope->build;
	if (!pk_inventory_once(build, PK_INVENTORY_VARIABLE, node->span))
		return false;
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(build->scratch, format, args);
	va_end(args);
	struct pk_diag *diag =
		pk_report(build->diags, PK_INVENTORY_VARIABLE, node->span, "%s", message);
	pk_diag_hint(build->diags, diag, "it is asked for by the host '%s'", scope->host);
	return false;
}

static bool report_undefined(
	const struct pk_inventory_scope *scope, const struct pk_node *node, const char *name)
{
	struct pk_inventory_build *build = scope->build;
	if (!pk_inventory_once(build, PK_INVENTORY_VARIABLE, node->span))
		return false;
	struct pk_diag *diag = pk_report(build->diags, PK_INVENTORY_VARIABLE, node->span,
		"host '%s' has no variable '%s'", scope->host, name);
	PK_LIST(const char *) names = {0};
	*pk_list_push(build->scratch, &names) = "host";
	for (size_t i = 0; i < scope->vars->cap; i++) {
		if (scope->vars->slots[i].key != NULL)
			*pk_list_push(build->scratch, &names) = scope->vars->slots[i].key;
	}
	const char *near = pk_text_nearest(name, names.items, names.len);
	if (near != NULL)
		pk_diag_hint(build->diags, diag, "write '${%s}'", near);
	else
		pk_diag_hint(build->diags, diag,
			"define it in 'vars', or write '$${' for the characters themselves");
	return false;
}

static bool expand(const struct pk_inventory_scope *scope, struct pk_buf *out,
	const struct pk_node *node, unsigned depth);

/* Appends the variable whose name is at `name`. */
static bool put_variable(const struct pk_inventory_scope *scope, struct pk_buf *out,
	const struct pk_node *node, const char *name, unsigned depth)
{
	if (pk_text_equal(name, "host")) {
		pk_buf_puts(out, scope->host);
		return true;
	}
	const struct pk_node *value = pk_map_find(scope->vars, name);
	if (value == NULL)
		return report_undefined(scope, node, name);
	if (depth == PK_INVENTORY_DEPTH)
		return report_variable(
			scope, node, "variable '%s' is nested too deep, or needs itself", name);
	return expand(scope, out, value, depth + 1);
}

static bool expand(const struct pk_inventory_scope *scope, struct pk_buf *out,
	const struct pk_node *node, unsigned depth)
{
	for (const char *c = node->text; *c != '\0';) {
		if (c[0] == '$' && c[1] == '$' && c[2] == '{') {
			pk_buf_puts(out, "${");
			c += 3;
			continue;
		}
		if (c[0] != '$' || c[1] != '{') {
			pk_buf_putc(out, *c++);
			continue;
		}
		const char *end = strchr(c, '}');
		if (end == NULL)
			return report_variable(scope, node, "'}' is missing in '%s'", node->text);
		const char *name =
			pk_arena_strndup(scope->build->scratch, c + 2, (size_t)(end - c) - 2);
		if (!put_variable(scope, out, node, name, depth))
			return false;
		if (out->len > PK_INVENTORY_TEXT_MAX)
			return report_variable(
				scope, node, "the value becomes too long with '%s'", name);
		c = end + 1;
	}
	return true;
}

const char *pk_inventory_expand(const struct pk_inventory_scope *scope, const struct pk_node *node)
{
	if (strstr(node->text, "${") == NULL)
		return node->text;
	PK_BUF_AUTO text = {0};
	if (!expand(scope, &text, node, 0))
		return NULL;
	return pk_arena_strndup(scope->build->arena, text.data == NULL ? "" : text.data, text.len);
}
