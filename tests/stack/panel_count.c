#include "tests/stack/panel_count.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "templates/model/fields.h"

/* --- values --- */

/* Addresses in the one spelling that servers answer with. */
static const char *spelt(struct pk_arena *arena, const char *field, const char *text)
{
	const struct pk_field *known = pk_field_find(field);
	struct in6_addr address;
	char buf[INET6_ADDRSTRLEN];
	if (known == NULL || known->type != PK_FIELD_IP || inet_pton(AF_INET6, text, &address) != 1)
		return text;
	return pk_arena_strdup(arena, inet_ntop(AF_INET6, &address, buf, sizeof(buf)));
}

static void add_value(struct panel_values *out, const char *text)
{
	for (size_t i = 0; i < out->len; i++)
		if (pk_text_equal(out->items[i], text))
			return;
	if (out->len == PANEL_VALUES)
		abort();
	out->items[out->len++] = text;
}

static void take_values(struct panel_values *out, struct pk_arena *arena,
	const struct pk_node *node, const char *rest, const char *field)
{
	if (node->kind == PK_NODE_LIST) {
		for (size_t i = 0; i < node->items.len; i++)
			take_values(out, arena, node->items.items[i], rest, field);
		return;
	}
	if (node->kind == PK_NODE_MAP) {
		for (size_t i = 0; i < node->pair_count; i++) {
			const char *key = node->pairs[i].key->text;
			size_t len = strlen(key);
			if (strncmp(rest, key, len) == 0 && (rest[len] == '.' || rest[len] == '\0'))
				take_values(out, arena, node->pairs[i].value,
					rest[len] == '.' ? rest + len + 1 : rest + len, field);
		}
		return;
	}
	if (*rest == '\0' && node->kind != PK_NODE_NULL)
		add_value(out, spelt(arena, field, node->text));
}

void panel_values_of(struct panel_values *out, struct pk_arena *arena,
	const struct pk_node *document, const char *field)
{
	const struct pk_field *known = pk_field_find(field);
	if (known != NULL && known->type == PK_FIELD_ALIAS)
		field = known->alias;
	out->len = 0;
	take_values(out, arena, document, field, field);
}

/* --- queries --- */

/* "192.0.2.7" in "192.0.2.0/24"? */
static bool is_within(const char *address, const char *network)
{
	char text[INET_ADDRSTRLEN + 4];
	struct in_addr a;
	struct in_addr n;
	uint64_t bits = 0;
	const char *slash = strchr(network, '/');
	snprintf(text, sizeof(text), "%.*s", (int)(slash - network), network);
	if (inet_pton(AF_INET, address, &a) != 1 || inet_pton(AF_INET, text, &n) != 1 ||
		!pk_text_parse_u64(&bits, slash + 1) || bits == 0 || bits > 32)
		return false;
	return (ntohl(a.s_addr) ^ ntohl(n.s_addr)) >> (32 - bits) == 0;
}

static bool is_like(const char *value, const char *wanted)
{
	char pattern[512];
	size_t len = 0;
	for (; *wanted != '\0' && len < sizeof(pattern) - 3; wanted++) {
		if (*wanted != PK_KUERY_ANY && strchr("*?[]\\", *wanted) != NULL)
			pattern[len++] = '\\';
		pattern[len++] = *wanted == PK_KUERY_ANY ? '*' : *wanted;
	}
	pattern[len] = '\0';
	return fnmatch(pattern, value, 0) == 0;
}

static bool meets_value(const char *value, const struct pk_kuery *query)
{
	if (query->kind == PK_KUERY_EXISTS)
		return true;
	if (query->kind == PK_KUERY_WILDCARD)
		return is_like(value, query->value);
	return pk_text_equal(value, query->value) ||
		(strchr(query->value, '/') != NULL && is_within(value, query->value));
}

bool panel_meets(
	struct pk_arena *arena, const struct pk_node *document, const struct pk_kuery *query)
{
	struct panel_values values;
	bool met = query->kind == PK_KUERY_AND;
	switch (query->kind) {
	case PK_KUERY_ALL:
		return true;
	case PK_KUERY_AND:
		for (size_t i = 0; i < query->items.len; i++)
			met = met && panel_meets(arena, document, query->items.items[i]);
		return met;
	case PK_KUERY_OR:
		for (size_t i = 0; i < query->items.len; i++)
			met = met || panel_meets(arena, document, query->items.items[i]);
		return met;
	case PK_KUERY_NOT:
		return !panel_meets(arena, document, query->items.items[0]);
	case PK_KUERY_IS:
	case PK_KUERY_PHRASE:
	case PK_KUERY_WILDCARD:
	case PK_KUERY_EXISTS:
		panel_values_of(&values, arena, document, query->field);
		for (size_t i = 0; i < values.len; i++)
			met = met || meets_value(values.items[i], query);
		return met;
	case PK_KUERY_RANGE:
	case PK_KUERY_NESTED:
		break;
	}
	abort(); /* no panel asks so */
}

int64_t panel_time(const char *text)
{
	int y, mo, d, h, mi, s, n = 0;
	if (sscanf(text, "%d-%d-%dT%d:%d:%d%n", &y, &mo, &d, &h, &mi, &s, &n) != 6)
		return -1;
	int64_t ms = 0;
	int64_t unit = 100;
	if (text[n] == '.')
		for (const char *at = text + n + 1; *at >= '0' && *at <= '9'; at++, unit /= 10)
			ms += (*at - '0') * unit;
	/* Days from civil: March is the first month. */
	int64_t year = y - (mo <= 2);
	int64_t era = year / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
	return (((days * 24 + h) * 60 + mi) * 60 + s) * 1000 + ms;
}

/* --- counts --- */

struct panel_count *panel_count_of(struct panel_counts *counts, const char *key)
{
	struct panel_count *count = pk_map_find(&counts->map, key);
	if (count != NULL)
		return count;
	count = PK_NEW(counts->arena, struct panel_count);
	count->key = key;
	pk_map_set(counts->arena, &counts->map, key, count);
	*pk_list_push(counts->arena, &counts->all) = count;
	return count;
}

static int64_t number_of(
	const struct panel_counts *counts, const struct pk_node *document, const char *field)
{
	struct panel_values values;
	int64_t number = 0;
	panel_values_of(&values, counts->arena, document, field);
	if (values.len > 0 && !pk_text_parse_i64(&number, values.items[0]))
		abort();
	return number;
}

static void add_document(struct panel_count *count, const struct panel_counts *counts,
	const struct pk_panel *panel, const struct pk_node *document)
{
	struct panel_values times;
	count->documents++;
	panel_values_of(&times, counts->arena, document, "@timestamp");
	int64_t time = times.len > 0 ? panel_time(times.items[0]) : -1;
	if (time > count->newest)
		count->newest = time;
	for (size_t i = 0; panel->kind == PK_PANEL_RATIO && i < 2; i++)
		count->sums[i] += number_of(counts, document, panel->split[i]);
}

void panel_counts_add(struct panel_counts *counts, const struct pk_panel *panel, const char *prefix,
	size_t first, size_t depth, const struct pk_node *document)
{
	struct panel_values values;
	if (first == depth) {
		add_document(panel_count_of(counts, prefix), counts, panel, document);
		return;
	}
	panel_values_of(&values, counts->arena, document, panel->split[first]);
	for (size_t i = 0; i < values.len; i++)
		panel_counts_add(counts, panel,
			pk_arena_printf(counts->arena, "%s\t%s", prefix, values.items[i]),
			first + 1, depth, document);
}
