#include "templates/cluster/indices.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "templates/model/answer.h"

static const char date_form[] = "%{+yyyy.MM.dd}";

const struct pk_node *pk_cluster_get(
	struct pk_cluster *cluster, const char *path, bool *there_out, struct pk_diags *diags)
{
	long status = 0;
	const struct pk_node *answer =
		pk_http_json(cluster->http, "GET", path, NULL, &status, diags);
	if (answer == NULL)
		return NULL;
	switch (status) {
	case 200:
		*there_out = true;
		return answer;
	case 400: /* no handler for this path */
	case 404:
	case 405:
	case 410:
		*there_out = false;
		return answer;
	}
	pk_http_refused(cluster->http, "GET", path, status, answer, diags);
	return NULL;
}

bool pk_cluster_find_stream(const char **template_out, struct pk_cluster *cluster, const char *name,
	struct pk_diags *diags)
{
	bool there = false;
	const char *path = pk_arena_printf(cluster->arena, "/_data_stream/%s", name);
	const struct pk_node *answer = pk_cluster_get(cluster, path, &there, diags);
	if (answer == NULL)
		return false;
	const struct pk_node *streams = pk_answer_list(answer, "data_streams");
	*template_out = NULL;
	if (!there || streams == NULL || streams->items.len == 0)
		return true;
	*template_out = pk_answer_text(streams->items.items[0], "template");
	return true;
}

/* --- days --- */

static bool take_digits(unsigned *out, const char **text, size_t count)
{
	*out = 0;
	for (size_t i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*out = *out * 10 + (unsigned)(**text - '0');
	}
	return true;
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Days from 1 March of the year 0 to the day "2026.11.22"; false if `text` is no day. */
static bool parse_day(int64_t *out, const char *text)
{
	unsigned year;
	unsigned month;
	unsigned day;
	if (!take_digits(&year, &text, 4) || *text++ != '.' || !take_digits(&month, &text, 2) ||
		*text++ != '.' || !take_digits(&day, &text, 2) || *text != '\0')
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	/* The year begins with March here, so that the day that not all years have is its last. */
	int64_t years = (int64_t)year - (month < 3 ? 1 : 0);
	int64_t months = (int64_t)((month + 9) % 12);
	*out = years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day;
	return true;
}

/* The part of a dated stream's name before the date. */
static const char *prefix_of(struct pk_arena *arena, const char *stream)
{
	const char *date = strstr(stream, date_form);
	return date == NULL ? NULL : pk_arena_strndup(arena, stream, (size_t)(date - stream));
}

/* --- names --- */

static int compare_names(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;
	return strcmp(*left, *right);
}

static void sort(struct pk_index_names *names)
{
	if (names->len > 0)
		qsort(names->items, names->len, sizeof(*names->items), compare_names);
}

bool pk_cluster_dated_indices(struct pk_index_names *out, struct pk_cluster *cluster,
	const char *stream, struct pk_diags *diags)
{
	bool there = false;
	int64_t day;
	const char *prefix = prefix_of(cluster->arena, stream);
	if (prefix == NULL)
		return true;
	const char *path =
		pk_arena_printf(cluster->arena, "/_cat/indices/%s*?format=json&h=index", prefix);
	const struct pk_node *answer = pk_cluster_get(cluster, path, &there, diags);
	if (answer == NULL)
		return false;
	if (!there || answer->kind != PK_NODE_LIST)
		return true;
	for (size_t i = 0; i < answer->items.len; i++) {
		const char *name = pk_answer_text(answer->items.items[i], "index");
		if (pk_text_starts(name, prefix) && parse_day(&day, name + strlen(prefix)))
			*pk_list_push(cluster->arena, out) = name;
	}
	sort(out);
	return true;
}

bool pk_cluster_alias_indices(struct pk_index_names *out, struct pk_cluster *cluster,
	const char *name, struct pk_diags *diags)
{
	bool there = false;
	const char *path = pk_arena_printf(cluster->arena, "/_alias/%s", name);
	const struct pk_node *answer = pk_cluster_get(cluster, path, &there, diags);
	if (answer == NULL)
		return false;
	if (!there || answer->kind != PK_NODE_MAP)
		return true;
	for (size_t i = 0; i < answer->pair_count; i++)
		*pk_list_push(cluster->arena, out) = answer->pairs[i].key->text;
	sort(out);
	return true;
}

bool pk_cluster_old_indices(const char *const **names_out, size_t *count_out,
	struct pk_cluster *cluster, const struct pk_streams *streams, unsigned days,
	const char *today, struct pk_diags *diags)
{
	const char *const sources[] = {streams->sysmon, streams->monster};
	struct pk_index_names old = {0};
	int64_t now = 0;
	bool is_day = parse_day(&now, today);
	for (size_t i = 0; is_day && i < sizeof(sources) / sizeof(*sources); i++) {
		struct pk_index_names all = {0};
		const char *prefix = prefix_of(cluster->arena, sources[i]);
		if (!pk_cluster_dated_indices(&all, cluster, sources[i], diags))
			return false;
		for (size_t k = 0; k < all.len; k++) {
			int64_t day = 0;
			if (parse_day(&day, all.items[k] + strlen(prefix)) && day + days < now)
				*pk_list_push(cluster->arena, &old) = all.items[k];
		}
	}
	sort(&old);
	*names_out = old.items;
	*count_out = old.len;
	return true;
}
