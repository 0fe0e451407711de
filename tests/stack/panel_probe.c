/*
 * What panels ask of a server, and whether its answers are what was put in. For panels.sh.
 *
 *   assets STACK             a line "path<TAB>body" for each asset, in the order of installation
 *   bulk STACK DAY FROM TO   the body of _bulk for sample events FROM to TO (without); DAY stands
 *                            in dated indices
 *   places STACK DAY         the same for events with places, which no database here knows
 *   list STACK               a line "id<TAB>indices" for each panel that asks something
 *   query STACK PANEL        what the panel asks
 *   check COUNT DIR FILE...  DIR/<panel>.json are the answers, FILEs answers with all documents,
 *                            COUNT how many sample events were put in
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "templates/assets/assets.h"
#include "templates/objects/panel_query.h"
#include "templates/sample/sample.h"
#include "tests/stack/panel_count.h"
#include "tests/stack/probe.h"

enum { PLACES = 40 };

static const struct pk_sample_options sample_options = {
	.seed = 7,
	.now_ms = INT64_C(1780000000000), /* any time will do */
	.span_ms = INT64_C(6) * 3600 * 1000,
};

struct probe {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_elk elk;
	struct pk_streams streams;
	PK_LIST(const struct pk_node *) documents;
	size_t problems;
};

static void complain(struct probe *probe, const char *panel, const char *what, const char *key)
{
	probe->problems++;
	printf("%s: %s%s%s\n", panel, what, key[0] == '\0' ? "" : ":", key);
}

static bool take_stack(struct probe *probe, const char *stack)
{
	const struct pk_asset_options options = {.pipelines = {.no_geoip = true}};
	if (!probe_take_stack(&probe->elk, stack, &probe->diags))
		return false;
	pk_streams_make(&probe->streams, probe->arena, &probe->elk, &options);
	return true;
}

/* --- what is put in --- */

/* The stream, or the index of the day. */
static const char *index_of(struct probe *probe, bool monster, const char *day)
{
	const char *name = monster ? probe->streams.monster : probe->streams.sysmon;
	return pk_arena_printf(probe->arena, "%.*s%s", (int)strcspn(name, "%"), name,
		strchr(name, '%') == NULL ? "" : day);
}

/* Every third event is one of Monster's; both take turns with their ids. */
static bool put_sample(struct pk_buf *buf, uint64_t index)
{
	size_t count = 0;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	if (index % 3 != 2) {
		pk_sample_put_sysmon(buf, &sample_options, index - index / 3);
		return false;
	}
	pk_sample_put_monster_document(buf, &sample_options, index / 3, &events[index / 3 % count]);
	return true;
}

static bool put_bulk(struct probe *probe, const char *day, const char *from, const char *to)
{
	uint64_t begin = 0;
	uint64_t end = 0;
	if (!pk_text_parse_u64(&begin, from) || !pk_text_parse_u64(&end, to))
		return false;
	for (uint64_t i = begin; i < end; i++) {
		PK_BUF_AUTO buf = {0};
		bool monster = put_sample(&buf, i);
		printf("{\"create\":{\"_index\":\"%s\"}}\n%s\n", index_of(probe, monster, day),
			buf.data);
	}
	return true;
}

/* As pipelines leave an event whose address has a place. */
static void put_places(struct probe *probe, const char *day)
{
	static const char *const countries[] = {"Iceland", "Kenya", "Chile"};
	static const char *const cities[] = {"Vik", "Lamu", "Arica"};
	for (int i = 0; i < PLACES; i++) {
		bool monster = i % 2 == 1;
		printf("{\"create\":{\"_index\":\"%s\",\"pipeline\":\"_none\"}}\n",
			index_of(probe, monster, day));
		printf("{\"@timestamp\":\"2026-05-28T20:%02d:00.000Z\",\"event\":{\"code\":\"3\"},"
		       "\"destination\":{\"geo\":{\"country_name\":\"%s\",\"city_name\":\"%s\","
		       "\"location\":{\"lat\":%d,\"lon\":%d}}}",
			i, countries[i % 3], cities[i % 3], i * 2 - 40, i * 8 - 160);
		if (monster)
			printf(",\"HostGUID\":\"{place}\",\"DestinationGeoip\":{\"location\":"
			       "{\"lat\":%d,\"lon\":%d}}",
				i * 2 - 40, i * 8 - 160);
		printf("}\n");
	}
}

/* --- what is asked --- */

static void put_list(struct probe *probe)
{
	size_t count = 0;
	const struct pk_panel *panels = pk_panel_list(&count);
	const char *sysmon = probe->streams.sysmon_pattern;
	const char *monster = probe->streams.monster_pattern;
	for (size_t i = 0; i < count; i++) {
		if (panels[i].kind == PK_PANEL_TEXT)
			continue;
		printf("%s\t%s%s%s\n", panels[i].id,
			panels[i].source == PK_PANEL_MONSTER ? "" : sysmon,
			panels[i].source == PK_PANEL_BOTH ? "," : "",
			panels[i].source == PK_PANEL_SYSMON ? "" : monster);
	}
}

static bool put_query(struct probe *probe, const char *id)
{
	PK_BUF_AUTO buf = {0};
	const struct pk_panel *panel = pk_panel_find(id);
	if (panel == NULL || !pk_panel_put_query(&buf, panel, &probe->elk))
		return false;
	printf("%s\n", buf.data);
	return true;
}

/* --- answers --- */

static const struct pk_node *member(const struct pk_node *node, const char *key)
{
	return node != NULL && node->kind == PK_NODE_MAP ? pk_node_find(node, key) : NULL;
}

static bool read_documents(struct probe *probe, const char *path)
{
	const struct pk_node *hits =
		member(member(probe_read_file(path, &probe->diags), "hits"), "hits");
	if (hits == NULL || hits->kind != PK_NODE_LIST)
		return false;
	for (size_t i = 0; i < hits->items.len; i++) {
		struct pk_node *source = pk_node_find(hits->items.items[i], "_source");
		/* The index tells whose document it is. */
		struct pk_node *index = pk_node_find(hits->items.items[i], "_index");
		if (source == NULL || index == NULL)
			return false;
		source->comment = strstr(index->text, "monster") != NULL ? "monster" : "sysmon";
		*pk_list_push(probe->arena, &probe->documents) = source;
	}
	return true;
}

static bool is_of(const struct pk_node *document, const struct pk_panel *panel)
{
	bool monster = pk_text_equal(document->comment, "monster");
	return panel->source == PK_PANEL_BOTH || monster == (panel->source == PK_PANEL_MONSTER);
}

static uint64_t number_at(const struct pk_node *node, const char *key)
{
	const struct pk_node *value = member(node, key);
	const struct pk_node *inner = member(value, "value");
	if (inner != NULL)
		value = inner;
	if (value == NULL)
		return UINT64_MAX;
	return value->kind == PK_NODE_INT      ? (uint64_t)value->integer
		: value->kind == PK_NODE_FLOAT ? (uint64_t)(int64_t)(value->number + 0.5)
					       : UINT64_MAX;
}

static const char *key_of(const struct pk_node *bucket)
{
	const struct pk_node *text = member(bucket, "key_as_string");
	return text != NULL ? text->text : member(bucket, "key")->text;
}

struct comparison {
	struct probe *probe;
	const struct pk_panel *panel;
	struct panel_counts counts[PK_PANEL_SPLITS + 1]; /* by the number of splits in their keys */
};

/* Is the bucket what was counted for its key? */
static void compare_bucket(
	struct comparison *comparison, size_t depth, const char *key, const struct pk_node *bucket)
{
	const struct pk_panel *panel = comparison->panel;
	const struct panel_count *want = pk_map_find(&comparison->counts[depth].map, key);
	if (want == NULL || number_at(bucket, "doc_count") != want->documents) {
		complain(comparison->probe, panel->id, "another number than was put in", key);
		return;
	}
	if (panel->kind == PK_PANEL_LAST && number_at(bucket, "newest") != (uint64_t)want->newest)
		complain(comparison->probe, panel->id, "another newest time", key);
	if (panel->kind == PK_PANEL_RATIO &&
		(number_at(bucket, "sum0") != (uint64_t)want->sums[0] ||
			number_at(bucket, "sum1") != (uint64_t)want->sums[1]))
		complain(comparison->probe, panel->id, "other sums", key);
}

/* How many keys have one value more than `prefix`. */
static size_t keys_below(const struct panel_counts *counts, const char *prefix)
{
	size_t found = 0;
	size_t len = strlen(prefix);
	for (size_t i = 0; i < counts->all.len; i++)
		found += strncmp(counts->all.items[i]->key, prefix, len) == 0 &&
			counts->all.items[i]->key[len] == '\t';
	return found;
}

/* The buckets of a split: each is right, and as many as there are values, or as are asked for. */
static void compare_splits(struct comparison *comparison, size_t index, size_t depth,
	const char *prefix, const struct pk_node *parent)
{
	static const char *const names[] = {"split0", "split1", "split2", "split3"};
	const struct pk_panel *panel = comparison->panel;
	if (panel->split[index] == NULL)
		return;
	const struct pk_node *buckets = member(member(parent, names[index]), "buckets");
	if (buckets == NULL) {
		complain(comparison->probe, panel->id, "no answer for a split", prefix);
		return;
	}
	size_t there = keys_below(&comparison->counts[depth + 1], prefix);
	if (buckets->items.len != (there < panel->size ? there : panel->size))
		complain(comparison->probe, panel->id, "another number of values", prefix);
	for (size_t i = 0; i < buckets->items.len; i++) {
		const struct pk_node *bucket = buckets->items.items[i];
		const char *key =
			pk_arena_printf(comparison->probe->arena, "%s\t%s", prefix, key_of(bucket));
		compare_bucket(comparison, depth + 1, key, bucket);
		compare_splits(comparison, index + 1, depth + 1, key, bucket);
	}
}

/* Counts are of `prefix` and the first 0, 1, .. splits from `first` on. */
static void count_document(struct comparison *comparison, const char *prefix, size_t first,
	size_t base, const struct pk_node *document)
{
	const struct pk_panel *panel = comparison->panel;
	for (size_t depth = first;; depth++) {
		panel_counts_add(&comparison->counts[depth - first + base], panel, prefix, first,
			depth, document);
		if (panel->kind == PK_PANEL_MAP || panel->split[depth] == NULL)
			return;
	}
}

static const char *hour_of(struct probe *probe, const struct pk_node *document)
{
	struct panel_values times;
	panel_values_of(&times, probe->arena, document, "@timestamp");
	int64_t time = times.len > 0 ? panel_time(times.items[0]) : 0;
	return pk_arena_printf(probe->arena, "%lld", (long long)(time - time % 3600000));
}

static void compare_time(struct comparison *comparison, const struct pk_node *aggregations)
{
	struct probe *probe = comparison->probe;
	const struct pk_panel *panel = comparison->panel;
	const struct pk_node *buckets = member(member(aggregations, "time"), "buckets");
	if (buckets == NULL || buckets->items.len != comparison->counts[0].all.len) {
		complain(probe, panel->id, "another number of hours", "");
		return;
	}
	for (size_t i = 0; i < buckets->items.len; i++) {
		const struct pk_node *bucket = buckets->items.items[i];
		const char *hour = member(bucket, "key")->text;
		compare_bucket(comparison, 0, hour, bucket);
		compare_splits(comparison, panel->kind == PK_PANEL_RATIO ? 2 : 0, 0, hour, bucket);
	}
}

static void compare_places(
	struct comparison *comparison, const struct pk_node *aggregations, size_t placed)
{
	const struct pk_node *buckets = member(member(aggregations, "place"), "buckets");
	uint64_t sum = 0;
	for (size_t i = 0; buckets != NULL && i < buckets->items.len; i++)
		sum += number_at(buckets->items.items[i], "doc_count");
	if (sum != placed || placed == 0)
		complain(comparison->probe, comparison->panel->id, "other places", "");
}

static bool has_field(struct probe *probe, const struct pk_node *document, const char *field)
{
	struct panel_values values;
	panel_values_of(
		&values, probe->arena, document, pk_arena_printf(probe->arena, "%s.lat", field));
	return values.len > 0;
}

static bool is_timed(const struct pk_panel *panel)
{
	return panel->kind == PK_PANEL_TIME || panel->kind == PK_PANEL_RATIO;
}

/* Counts all documents that the panel asks for: how many they are; *placed_out have a place. */
static size_t count_all(struct comparison *comparison, size_t *placed_out)
{
	struct probe *probe = comparison->probe;
	const struct pk_panel *panel = comparison->panel;
	struct pk_kuery_problem problem;
	const struct pk_kuery *query = pk_kuery_read(&problem, probe->arena, panel->query);
	size_t met = 0;
	for (size_t i = 0; i < probe->documents.len; i++) {
		const struct pk_node *document = probe->documents.items[i];
		if (!is_of(document, panel) || !panel_meets(probe->arena, document, query))
			continue;
		met++;
		if (panel->kind == PK_PANEL_MAP && has_field(probe, document, panel->split[0]))
			++*placed_out;
		count_document(comparison, is_timed(panel) ? hour_of(probe, document) : "",
			panel->kind == PK_PANEL_RATIO ? 2 : 0, 0, document);
	}
	return met;
}

/* Panels that samples must not fill. */
static bool may_be_empty(const struct pk_panel *panel)
{
	return pk_text_equal(panel->id, "sysmon-not-read");
}

static void check_panel(struct probe *probe, const struct pk_panel *panel, const char *dir)
{
	struct comparison comparison = {.probe = probe, .panel = panel};
	size_t placed = 0;
	for (size_t i = 0; i <= PK_PANEL_SPLITS; i++)
		comparison.counts[i].arena = probe->arena;
	const struct pk_node *answer = probe_read_file(
		pk_arena_printf(probe->arena, "%s/%s.json", dir, panel->id), &probe->diags);
	const struct pk_node *aggregations = member(answer, "aggregations");
	const struct pk_node *hits = member(answer, "hits");
	size_t met = count_all(&comparison, &placed);
	if (met == 0 && !may_be_empty(panel))
		complain(probe, panel->id, "no event is shown", "");
	if (number_at(hits, "total") != met)
		complain(probe, panel->id, "another number of events than was put in", "");
	/* The last that is counted has all splits. */
	size_t last = 0;
	while (last < PK_PANEL_SPLITS && comparison.counts[last + 1].all.len > 0)
		last++;
	if (panel->kind == PK_PANEL_MAP)
		compare_places(&comparison, aggregations, placed);
	else if (is_timed(panel))
		compare_time(&comparison, aggregations);
	else
		compare_splits(&comparison, 0, 0, "", aggregations);
	size_t first = panel->kind == PK_PANEL_RATIO ? 2 : 0;
	if (panel->kind != PK_PANEL_MAP && met > 0 &&
		(first + last < PK_PANEL_SPLITS ? panel->split[first + last] : NULL) != NULL)
		complain(probe, panel->id, "no event has", panel->split[first + last]);
}

/* --- is what was put in what is there? --- */

/* Fields that go into a document as they are sent. */
static const struct {
	const char *sent;
	const char *field;
	bool monster;
} carried[] = {
	{"winlog.event_data.RuleName", "rule.name", false},
	{"winlog.event_data.CommandLine", "process.command_line", false},
	{"winlog.event_data.DestinationPort", "destination.port", false},
	{"winlog.event_data.TargetObject", "registry.path", false},
	{"winlog.event_data.QueryName", "dns.question.name", false},
	{"EventID", "EventID", true},
	{"CommandLine", "CommandLine", true},
	{"Image", "Image", true},
	{"SHA2", "SHA2", true},
	{"HostIP", "HostIP", true},
	{"HostGUID", "HostGUID", true},
	{"SendBytes", "SendBytes", true},
};

/* The column of a line of TSV; NULL if the event has none. */
static const char *column_of(struct probe *probe, const struct pk_monster_event *event,
	const char *line, const char *name)
{
	for (size_t i = 0; i < event->column_count; i++) {
		size_t len = strcspn(line, "\t");
		if (pk_text_equal(event->columns[i].name, name))
			return len == 0 ? NULL : pk_arena_strndup(probe->arena, line, len);
		line += line[len] == '\t' ? len + 1 : len;
	}
	return NULL;
}

enum { CARRIED = sizeof(carried) / sizeof(carried[0]) };

static void count_value(struct panel_counts *counts, const char *value)
{
	if (value != NULL && value[0] != '\0' && !pk_text_equal(value, "-"))
		panel_count_of(counts, value)->documents++;
}

static void count_sent_sysmon(struct probe *probe, struct panel_counts *counts, uint64_t index)
{
	PK_BUF_AUTO buf = {0};
	put_sample(&buf, index);
	const struct pk_node *sent = probe_read_json(buf.data, buf.len, &probe->diags);
	for (size_t row = 0; row < CARRIED; row++) {
		struct panel_values values = {0};
		if (carried[row].monster)
			continue;
		panel_values_of(&values, probe->arena, sent, carried[row].sent);
		count_value(&counts[row], values.len == 1 ? values.items[0] : NULL);
	}
}

static void count_sent_monster(struct probe *probe, struct panel_counts *counts, uint64_t index)
{
	PK_BUF_AUTO buf = {0};
	size_t count = 0;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	const struct pk_monster_event *event = &events[index / 3 % count];
	pk_sample_put_monster(&buf, &sample_options, index / 3, event);
	for (size_t row = 0; row < CARRIED; row++)
		if (carried[row].monster)
			count_value(
				&counts[row], column_of(probe, event, buf.data, carried[row].sent));
}

static void count_there(struct probe *probe, struct panel_counts *counts)
{
	for (size_t i = 0; i < probe->documents.len; i++) {
		const struct pk_node *document = probe->documents.items[i];
		bool monster = pk_text_equal(document->comment, "monster");
		for (size_t row = 0; row < CARRIED; row++) {
			struct panel_values values;
			if (carried[row].monster != monster)
				continue;
			panel_values_of(&values, probe->arena, document, carried[row].field);
			count_value(&counts[row], values.len == 1 ? values.items[0] : NULL);
		}
	}
}

static void compare_sent(struct probe *probe, uint64_t total)
{
	struct panel_counts sent[CARRIED] = {0};
	struct panel_counts there[CARRIED] = {0};
	for (size_t row = 0; row < CARRIED; row++)
		sent[row].arena = there[row].arena = probe->arena;
	for (uint64_t i = 0; i < total; i++)
		(i % 3 == 2 ? count_sent_monster : count_sent_sysmon)(probe, sent, i);
	count_there(probe, there);
	for (size_t row = 0; row < CARRIED; row++) {
		if (sent[row].all.len == 0)
			complain(probe, carried[row].sent, "no sample has it", "");
		for (size_t i = 0; i < sent[row].all.len; i++) {
			const struct panel_count *count = sent[row].all.items[i];
			const struct panel_count *found = pk_map_find(&there[row].map, count->key);
			if (found == NULL || found->documents != count->documents)
				complain(probe, carried[row].sent, "another number was sent",
					count->key);
		}
	}
}

static bool check(struct probe *probe, int argc, char **argv)
{
	uint64_t total = 0;
	size_t count = 0;
	size_t checked = 0;
	if (!pk_text_parse_u64(&total, argv[0]))
		return false;
	for (int i = 2; i < argc; i++)
		if (!read_documents(probe, argv[i]))
			return false;
	if (probe->documents.len != total + PLACES)
		complain(probe, "documents", "not as many as were put in", "");
	compare_sent(probe, total);
	const struct pk_panel *panels = pk_panel_list(&count);
	for (size_t i = 0; i < count; i++) {
		if (panels[i].kind == PK_PANEL_TEXT)
			continue;
		check_panel(probe, &panels[i], argv[1]);
		checked++;
	}
	printf("%zu documents, %zu panels, %zu problems\n", probe->documents.len, checked,
		probe->problems);
	return probe->problems == 0;
}

static bool run(struct probe *probe, int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";
	bool good = true;
	if (strcmp(mode, "check") == 0 && argc > 4)
		return check(probe, argc - 2, argv + 2);
	if (mode[0] == '\0' || !take_stack(probe, argv[2]))
		return false;
	if (strcmp(mode, "assets") == 0)
		probe_put_assets(probe->arena, &probe->elk, true);
	else if (strcmp(mode, "bulk") == 0 && argc == 6)
		good = put_bulk(probe, argv[3], argv[4], argv[5]);
	else if (strcmp(mode, "places") == 0 && argc == 4)
		put_places(probe, argv[3]);
	else if (strcmp(mode, "list") == 0)
		put_list(probe);
	else
		good = strcmp(mode, "query") == 0 && argc == 4 && put_query(probe, argv[3]);
	return good;
}

int main(int argc, char **argv)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct probe probe = {.arena = arena, .diags = {.arena = arena}};
	return probe_end("panel_probe", run(&probe, argc, argv) ? 0 : 1, &probe.diags);
}
