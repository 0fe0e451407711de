/*
 * What monster.sh and logstash.sh ask of picket. FILE has records of Monster agents, a line each.
 *
 *	assets STACK		a line "path<TAB>body" for each asset, in the order of installation
 *	samples COUNT		as many made-up records of every event of both generations
 *	decode [2017] FILE	their documents, a line each
 *	logstash NAME STACK [2017]	a file for Logstash
 *	raw TYPE FILE		the body of _simulate for the records; TYPE may be ""
 *	split TYPE FILE		the same for their documents
 *	bulk INDEX TYPE FILE	the body of _bulk, ids are numbers of lines from 0
 *	check FILE ANSWER	are the documents of _simulate those of the decoder?
 *	check-lines [2017] FILE DOCUMENTS	are the documents, a line each, what it makes?
 *	check-times FILE ANSWER	does a search find each record at its millisecond?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "templates/logstash/logstash.h"
#include "templates/monster/decode.h"
#include "templates/monster/value.h"
#include "templates/sample/sample.h"
#include "tests/stack/probe.h"

static const struct pk_sample_options sample_options = {
	.seed = 7, .now_ms = INT64_C(1780000000000)}; /* any time will do */

struct probe {
	struct pk_arena *arena;
	struct pk_diags diags;
	bool filter2017;
	size_t problems;
	size_t looked;
	size_t line; /* number of the record that is looked at */
};

static void put_document(struct probe *probe, struct pk_buf *buf, const char *line)
{
	struct pk_monster_record record;
	pk_monster_split(&record, line, strlen(line), probe->filter2017);
	pk_monster_put_json(buf, &record, line, strlen(line), NULL);
}

/* --- bodies --- */

static int put_assets(struct probe *probe, const char *stack)
{
	struct pk_elk elk;
	if (!probe_take_stack(&elk, stack, &probe->diags))
		return 2;
	probe_put_assets(probe->arena, &elk, elk.major == 6);
	return 0;
}

static int put_samples(const char *text)
{
	uint64_t count = 0;
	size_t event_count;
	const struct pk_monster_event *events = pk_monster_event_list(&event_count);
	pk_text_parse_u64(&count, text);
	for (uint64_t i = 0; i < count; i++) {
		for (size_t j = 0; j < event_count; j++) {
			PK_BUF_AUTO line = {0};
			pk_sample_put_monster(
				&line, &sample_options, i * event_count + j, &events[j]);
			puts(line.data);
		}
	}
	return count > 0 ? 0 : 2;
}

static int put_decoded(struct probe *probe, const char *path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	for (size_t i = 0; i < lines.len; i++) {
		PK_BUF_AUTO document = {0};
		put_document(probe, &document, lines.items[i]);
		puts(document.data);
	}
	return 0;
}

static int put_logstash(struct probe *probe, const char *name, const char *stack)
{
	struct pk_elk elk;
	struct pk_streams streams;
	const struct pk_asset_options assets = {0};
	if (!pk_elk_parse(&elk, stack, &probe->diags))
		return 2;
	pk_streams_make(&streams, probe->arena, &elk, &assets);
	const struct pk_logstash_options options = {.url = "https://lab.example:9200",
		.ca = "/etc/logstash/ca.crt",
		.filter2017 = probe->filter2017,
		.streams = &streams};
	const struct pk_logstash_file *file;
	for (size_t i = 0; (file = pk_logstash_file_at(i)) != NULL; i++) {
		PK_BUF_AUTO text = {0};
		if (strcmp(file->name, name) != 0)
			continue;
		file->put(&text, &elk, &options);
		fwrite(text.data, 1, text.len, stdout);
		return 0;
	}
	return 2;
}

/* A document for the pipeline: the record as it came, or as Logstash has split it. */
static void put_source(struct probe *probe, const char *line, bool split)
{
	PK_BUF_AUTO source = {0};
	if (split) {
		put_document(probe, &source, line);
	} else {
		pk_buf_puts(&source, "{\"message\":");
		pk_json_put_string(&source, line);
		pk_buf_puts(&source, "}");
	}
	fputs(source.data, stdout);
}

static int put_request(struct probe *probe, const char *type, const char *path, bool split)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	printf("{\"docs\":[");
	for (size_t i = 0; i < lines.len; i++) {
		printf("%s{\"_index\":\"x\",", i > 0 ? "," : "");
		probe_put_type(type);
		printf("\"_id\":\"%zu\",\"_source\":", i);
		put_source(probe, lines.items[i], split);
		printf("}");
	}
	puts("]}");
	return lines.len > 0 ? 0 : 2;
}

static int put_bulk(struct probe *probe, const char *index, const char *type, const char *path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	for (size_t i = 0; i < lines.len; i++) {
		printf("{\"create\":{");
		probe_put_type(type);
		printf("\"_index\":\"%s\",\"_id\":\"%zu\"}}\n", index, i);
		put_source(probe, lines.items[i], false);
		puts("");
	}
	return lines.len > 0 ? 0 : 2;
}

/* --- answers --- */

static void complain(struct probe *probe, const char *path, const char *problem)
{
	probe->problems++;
	printf("record %zu: %s %s\n", probe->line, path, problem);
}

/* What only a stack adds. */
static bool is_added(const char *path)
{
	static const char *const added[] = {".DestinationGeoip", ".data_stream", ".destination.as",
		".destination.geo", ".event.ingested", ".network.community_id", ".network.type",
		".related", ".source.as", ".source.geo", ".@timestamp", ".network"};
	for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++) {
		if (strcmp(path, added[i]) == 0)
			return true;
	}
	return false;
}

static void compare(struct probe *probe, const char *path, const struct pk_node *want,
	const struct pk_node *got)
{
	if (got == NULL || want->kind != got->kind) {
		complain(probe, path, "is missing, or of another type");
		return;
	}
	if (want->kind == PK_NODE_LIST) {
		if (want->items.len != got->items.len)
			complain(probe, path, "is a list of another length");
		for (size_t i = 0; i < want->items.len && i < got->items.len; i++)
			compare(probe, path, want->items.items[i], got->items.items[i]);
		return;
	}
	if (want->kind != PK_NODE_MAP) {
		if (strcmp(want->text, got->text) != 0)
			complain(probe, path, "has another value");
		return;
	}
	for (size_t i = 0; i < want->pair_count; i++) {
		const char *key = want->pairs[i].key->text;
		const char *inner = pk_arena_printf(probe->arena, "%s.%s", path, key);
		compare(probe, inner, want->pairs[i].value, pk_node_find(got, key));
	}
	for (size_t i = 0; i < got->pair_count; i++) {
		const char *key = got->pairs[i].key->text;
		const char *inner = pk_arena_printf(probe->arena, "%s.%s", path, key);
		if (pk_node_find(want, key) == NULL && !is_added(inner))
			complain(probe, inner, "should not be there");
	}
}

static void check_document(struct probe *probe, const char *line, const struct pk_node *got)
{
	PK_BUF_AUTO document = {0};
	put_document(probe, &document, line);
	const struct pk_node *want = probe_read_json(document.data, document.len, &probe->diags);
	probe->looked++;
	if (got == NULL)
		complain(probe, "", "has no document");
	else if (want != NULL)
		compare(probe, "", want, got);
}

static int say(const struct probe *probe)
{
	printf("%zu documents, %zu wrong\n", probe->looked, probe->problems);
	return probe->looked > 0 && probe->problems == 0 ? 0 : 1;
}

static int check(struct probe *probe, const char *path, const char *answer_path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	const struct pk_node *answer = probe_read_file(answer_path, &probe->diags);
	const struct pk_node *docs = answer != NULL ? pk_node_find(answer, "docs") : NULL;
	for (size_t i = 0; docs != NULL && docs->kind == PK_NODE_LIST && i < lines.len; i++) {
		const struct pk_node *doc =
			i < docs->items.len ? pk_node_find(docs->items.items[i], "doc") : NULL;
		probe->line = i;
		check_document(
			probe, lines.items[i], doc != NULL ? pk_node_find(doc, "_source") : NULL);
	}
	return say(probe);
}

static int check_lines(struct probe *probe, const char *path, const char *documents)
{
	struct probe_lines lines;
	struct probe_lines got;
	probe_read_lines(&lines, path, &probe->diags);
	probe_read_lines(&got, documents, &probe->diags);
	for (size_t i = 0; i < lines.len; i++) {
		probe->line = i;
		check_document(probe, lines.items[i],
			i < got.len
				? probe_read_json(got.items[i], strlen(got.items[i]), &probe->diags)
				: NULL);
	}
	return say(probe);
}

/* Milliseconds since 1970 of a record. */
static int64_t time_of(const char *line)
{
	struct pk_monster_record record;
	int64_t filetime = 0;
	pk_monster_split(&record, line, strlen(line), false);
	size_t at = record.generation == PK_MONSTER_GEN1 ? 3 : 4;
	pk_monster_parse_long(&filetime, record.columns[at], record.column_len[at]);
	return (filetime - PK_FILETIME_1970) / 10000;
}

static void check_time(
	struct probe *probe, const struct probe_lines *lines, const struct pk_node *hit)
{
	uint64_t number = 0;
	int64_t found = 0;
	const struct pk_node *fields = pk_node_find(hit, "fields");
	const struct pk_node *times = fields != NULL ? pk_node_find(fields, "@timestamp") : NULL;
	probe->looked++;
	if (!pk_text_parse_u64(&number, pk_node_find(hit, "_id")->text) || number >= lines->len)
		return;
	probe->line = number;
	if (times == NULL || times->items.len != 1 ||
		!pk_text_parse_i64(&found, times->items.items[0]->text) ||
		found != time_of(lines->items[number]))
		complain(probe, "@timestamp", "is another time");
}

static int check_times(struct probe *probe, const char *path, const char *answer_path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	const struct pk_node *answer = probe_read_file(answer_path, &probe->diags);
	const struct pk_node *hits = answer != NULL ? pk_node_find(answer, "hits") : NULL;
	hits = hits != NULL ? pk_node_find(hits, "hits") : NULL;
	for (size_t i = 0; hits != NULL && i < hits->items.len; i++)
		check_time(probe, &lines, hits->items.items[i]);
	if (probe->looked != lines.len)
		complain(probe, "", "and others: some are not found");
	return say(probe);
}

static int run(struct probe *probe, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int last = argc - 1;
	if (strcmp(verb, "assets") == 0 && argc == 3)
		return put_assets(probe, argv[2]);
	if (strcmp(verb, "samples") == 0 && argc == 3)
		return put_samples(argv[2]);
	if (strcmp(verb, "logstash") == 0 && argc >= 4) {
		probe->filter2017 = argc == 5;
		return put_logstash(probe, argv[2], argv[3]);
	}
	if (strcmp(verb, "raw") == 0 && argc == 4)
		return put_request(probe, argv[2], argv[3], false);
	if (strcmp(verb, "split") == 0 && argc == 4)
		return put_request(probe, argv[2], argv[3], true);
	if (strcmp(verb, "bulk") == 0 && argc == 5)
		return put_bulk(probe, argv[2], argv[3], argv[4]);
	if (strcmp(verb, "check") == 0 && argc == 4)
		return check(probe, argv[2], argv[3]);
	if (strcmp(verb, "check-times") == 0 && argc == 4)
		return check_times(probe, argv[2], argv[3]);
	probe->filter2017 = argc > 2 && strcmp(argv[2], "2017") == 0;
	if (strcmp(verb, "check-lines") == 0 && argc >= 4)
		return check_lines(probe, argv[last - 1], argv[last]);
	if (strcmp(verb, "decode") == 0 && argc >= 3)
		return put_decoded(probe, argv[last]);
	fprintf(stderr, "monster_probe: unknown arguments\n");
	return 2;
}

int main(int argc, char **argv)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct probe probe = {.arena = arena, .diags = {.arena = arena}};
	return probe_end("monster_probe", run(&probe, argc, argv), &probe.diags);
}
