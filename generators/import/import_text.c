#include "generators/import/import_text.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "mitre/attack.h"

enum {
	ID_MAX = 128, /* bytes of an id, see picket-ruleset(5) */
};

static bool is_id_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return true;
	return !first && (c == '.' || c == '_' || c == '-');
}

bool pk_import_is_id(const char *text)
{
	size_t len = 0;
	while (is_id_char(text[len], len == 0))
		len++;
	return len > 0 && len <= ID_MAX && text[len] == '\0';
}

const char *pk_import_make_id(struct pk_arena *arena, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash == NULL ? name : slash + 1;
	const char *dot = strrchr(base, '.');
	size_t base_len = dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base);

	char *id = pk_arena_alloc(arena, ID_MAX + 1);
	size_t len = 0;
	for (size_t i = 0; i < base_len && len < ID_MAX; i++) {
		char c = pk_text_lower(base[i]);
		if (is_id_char(c, len == 0))
			id[len++] = c;
		else if (len > 0 && id[len - 1] != '-')
			id[len++] = '-';
	}
	while (len > 0 && id[len - 1] == '-')
		id[--len] = '\0';
	return len > 0 ? id : "imported";
}

void pk_imported_finish(struct pk_imported *imported)
{
	pk_buf_finish(&imported->project);
	pk_buf_finish(&imported->ruleset);
}

/* --- comments --- */

/*
 * Control characters, marks that reorder or hide text, and what no YAML file may hold. The line
 * and paragraph separators are among them: YAML 1.1 readers end a comment there.
 */
static bool is_dropped(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		c == 0xfffe || c == 0xffff;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void put_indent(struct pk_buf *out, size_t indent)
{
	for (size_t i = 0; i < indent; i++)
		pk_buf_putc(out, ' ');
}

/* Blanks that every line but the first begins with; blank lines do not count. */
static size_t common_indent(const char *text, size_t len)
{
	size_t common = len;
	const char *end = text + len;
	for (const char *line = memchr(text, '\n', len); line != NULL;
		line = memchr(line, '\n', (size_t)(end - line))) {
		size_t blanks = strspn(++line, " \t");
		if (line[blanks] != '\n' && line[blanks] != '\r' && blanks < common)
			common = blanks;
	}
	return common;
}

static void put_comment_line(struct pk_buf *out, size_t indent, const char *line, size_t len)
{
	while (len > 0 && is_blank(line[len - 1]))
		len--;

	put_indent(out, indent);
	pk_buf_putc(out, '#');
	if (len > 0)
		pk_buf_putc(out, ' ');
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t used = pk_utf8_decode(&c, line + i, len - i);
		if (line[i] == '\t')
			pk_buf_putc(out, ' ');
		else if (used > 0 && !is_dropped(c))
			pk_buf_put(out, line + i, used);
		i += used > 0 ? used : 1;
	}
	pk_buf_putc(out, '\n');
}

void pk_import_put_comment(struct pk_importer *importer, size_t indent, const char *comment)
{
	if (comment == NULL)
		return;
	const char *line = comment + strspn(comment, " \t\r\n");
	size_t left = strlen(line);
	while (left > 0 && (is_blank(line[left - 1]) || line[left - 1] == '\n'))
		left--;

	size_t common = common_indent(line, left);
	for (bool first = true; left > 0; first = false) {
		const char *end = memchr(line, '\n', left);
		size_t len = end == NULL ? left : (size_t)(end - line);
		size_t blanks = strspn(line, " \t");
		size_t skipped = first ? 0 : blanks < common ? blanks : common;
		put_comment_line(importer->out, indent, line + skipped, len - skipped);
		len += end != NULL;
		line += len;
		left -= len;
	}
}

/* --- scalars --- */

void pk_import_put_scalar(struct pk_importer *importer, const char *text, bool flow)
{
	pk_buf_puts(importer->out, pk_yaml_scalar(importer->arena, text, flow));
}

void pk_import_put_literal(struct pk_importer *importer, const char *text, bool flow)
{
	PK_BUF_AUTO literal = {0};
	for (const char *open; (open = strstr(text, "${")) != NULL; text = open + 2) {
		pk_buf_put(&literal, text, (size_t)(open - text));
		pk_buf_puts(&literal, "$${");
	}
	pk_buf_puts(&literal, text);
	pk_import_put_scalar(importer, literal.data, flow);
}

/* --- whole files --- */

static const char *make_title(struct pk_importer *importer)
{
	const char *title =
		pk_arena_printf(importer->arena, "Imported from %s", importer->options->name);
	return pk_yaml_scalar(importer->arena, title, false);
}

void pk_import_put_project(
	struct pk_importer *importer, struct pk_buf *out, const struct pk_import_header *header)
{
	const char *id = pk_yaml_scalar(importer->arena, importer->options->id, false);
	pk_buf_printf(
		out, "picket: 1\nproject:\n  id: %s\n  title: %s\n", id, make_title(importer));
	pk_buf_puts(out, "rulesets: [ruleset.yaml]\ndefault_profile: default\nprofiles:\n");
	pk_buf_printf(out, "  default:\n    target: %s\n", header->target);
	if (header->schema != NULL)
		pk_buf_printf(out, "    schema: \"%s\"\n", header->schema);
}

void pk_import_put_header(struct pk_importer *importer, const struct pk_import_header *header)
{
	struct pk_buf *out = importer->out;
	const char *id = pk_yaml_scalar(importer->arena, importer->options->id, false);
	pk_buf_printf(out, "picket: 1\nruleset:\n  id: %s\n  version: 1.0.0\n  title: %s\n", id,
		make_title(importer));
	pk_buf_printf(out, "  attack: \"%s\"\n  targets: [%s]\n", PK_ATTACK_NEWEST, header->sensor);
	if (header->schema != NULL)
		pk_buf_printf(out, "  schema: \"%s\"\n", header->schema);
}

bool pk_import_check_size(const struct pk_importer *importer, struct pk_span file)
{
	enum { HEADER_NODES = 1000 }; /* more than what does not grow with the configuration */
	if (importer->out->len <= PK_FILE_LIMIT && importer->nodes + HEADER_NODES <= PK_YAML_NODES)
		return true;
	struct pk_diag *diag = pk_report(importer->diags, PK_IMPORT_TOO_LARGE, file,
		"configuration is too large for one ruleset");
	pk_diag_hint(importer->diags, diag,
		"split it and import the parts; a ruleset has at most %d MiB and %d values",
		PK_FILE_LIMIT / 1024 / 1024, PK_YAML_NODES);
	return false;
}
