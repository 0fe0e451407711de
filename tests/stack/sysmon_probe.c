/*
 * What sysmon.sh asks of picket: bodies of pipelines, events to send, and whether what came back is
 * right.
 *
 *	assets STACK		a line "path<TAB>body" for each asset, in the order of installation
 *	samples COUNT SEED	made-up events, a line each
 *	request TYPE FILE	the body of _simulate for the events in FILE; TYPE may be ""
 *	bulk INDEX TYPE FILE	the body of _bulk
 *	check FILE ANSWER	are the documents of _simulate what the tables say of the events
 *				in FILE?
 *	cases TYPE FILE		the body of _simulate for the cases in FILE: name, send, want
 *	check-cases FILE ANSWER	has each document what its case wants? null: nothing at all
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "templates/model/sysmon.h"
#include "templates/sample/sample.h"
#include "tests/stack/probe.h"

enum { PAIRS_MAX = 1024 };

static const int64_t sample_ms = INT64_C(1780000000000); /* any time will do */

struct probe {
	struct pk_arena *arena;
	struct pk_diags diags;
	size_t problems;
	size_t looked;
};

/* --- reading --- */

static const struct pk_node *read_line(struct probe *probe, const char *line)
{
	return probe_read_json(line, strlen(line), &probe->diags);
}

static const struct pk_node *find_path(const struct pk_node *node, const char *path)
{
	PK_BUF_AUTO copy = {0};
	pk_buf_puts(&copy, path);
	char *key = copy.data;
	while (node != NULL && key != NULL) {
		char *dot = strchr(key, '.');
		if (dot != NULL)
			*dot++ = '\0';
		node = node->kind == PK_NODE_MAP ? pk_node_find(node, key) : NULL;
		key = dot;
	}
	return node;
}

static const struct pk_node *find_either(
	const struct pk_node *node, const char *a, const char *b, const char *c)
{
	const struct pk_node *found = find_path(node, a);
	if (found == NULL)
		found = find_path(node, b);
	return found != NULL ? found : find_path(node, c);
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

static int put_samples(const char *count, const char *seed)
{
	uint64_t number = 0;
	struct pk_sample_options options = {.now_ms = sample_ms};
	if (!pk_text_parse_u64(&number, count) || !pk_text_parse_u64(&options.seed, seed))
		return 2;
	for (uint64_t i = 0; i < number; i++) {
		PK_BUF_AUTO buf = {0};
		pk_sample_put_sysmon(&buf, &options, i);
		puts(buf.data);
	}
	return 0;
}

static int put_request(struct probe *probe, const char *type, const char *path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	printf("{\"docs\":[");
	for (size_t i = 0; i < lines.len; i++) {
		printf("%s{\"_index\":\"logs-windows.sysmon_operational-lab\",", i > 0 ? "," : "");
		probe_put_type(type);
		printf("\"_id\":\"%zu\",\"_source\":%s}", i, lines.items[i]);
	}
	puts("]}");
	return lines.len > 0 ? 0 : 2;
}

static int put_bulk(struct probe *probe, const char *index, const char *type, const char *path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	for (size_t i = 0; i < lines.len; i++) {
		/* Elasticsearch 6, which has types, creates nothing without an id. */
		printf("{\"%s\":{", *type != '\0' ? "index" : "create");
		probe_put_type(type);
		printf("\"_index\":\"%s\"}}\n%s\n", index, lines.items[i]);
	}
	return lines.len > 0 ? 0 : 2;
}

static int put_cases(struct probe *probe, const char *type, const char *path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	printf("{\"docs\":[");
	for (size_t i = 0; i < lines.len; i++) {
		const struct pk_node *line = read_line(probe, lines.items[i]);
		const struct pk_node *send = line != NULL ? pk_node_find(line, "send") : NULL;
		if (send == NULL)
			return 2;
		PK_BUF_AUTO body = {0};
		pk_json_put_node(&body, send, 0);
		printf("%s{\"_index\":\"logs-windows.sysmon_operational-lab\",", i > 0 ? "," : "");
		probe_put_type(type);
		printf("\"_id\":\"%zu\",\"_source\":%s}", i, body.data);
	}
	puts("]}");
	return 0;
}

/* --- answers --- */

static void complain(struct probe *probe, size_t number, const char *text)
{
	probe->problems++;
	printf("document %zu: %s\n", number, text);
}

/* The document at `number` in the answer of _simulate, or NULL after a complaint. */
static const struct pk_node *document_at(
	struct probe *probe, const struct pk_node *answer, size_t number)
{
	const struct pk_node *docs = answer != NULL ? pk_node_find(answer, "docs") : NULL;
	const struct pk_node *source = NULL;
	if (docs != NULL && docs->kind == PK_NODE_LIST && number < docs->items.len)
		source = find_path(docs->items.items[number], "doc._source");
	if (source == NULL) {
		PK_BUF_AUTO text = {0};
		if (docs != NULL && docs->kind == PK_NODE_LIST && number < docs->items.len)
			pk_json_put_node(&text, docs->items.items[number], 0);
		complain(probe, number, text.data != NULL ? text.data : "no answer");
	}
	return source;
}

/* Which fields of which events had a value. */
struct seen {
	const char *pairs[PAIRS_MAX];
	size_t count;
};

static void see(struct probe *probe, struct seen *seen, unsigned id, const struct pk_node *data)
{
	for (size_t i = 0; i < data->pair_count; i++) {
		const char *value = data->pairs[i].value->text;
		if (value == NULL || *value == '\0' || strcmp(value, "-") == 0)
			continue;
		const char *pair =
			pk_arena_printf(probe->arena, "%u %s", id, data->pairs[i].key->text);
		bool known = false;
		for (size_t j = 0; j < seen->count && !known; j++)
			known = strcmp(seen->pairs[j], pair) == 0;
		if (!known && seen->count < PAIRS_MAX)
			seen->pairs[seen->count++] = pair;
	}
}

static void report_unseen(struct probe *probe, const struct seen *seen)
{
	size_t event_count;
	size_t row_count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&event_count);
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&row_count);
	for (size_t i = 0; i < event_count; i++) {
		for (size_t j = 0; j < row_count; j++) {
			if ((rows[j].events & pk_sysmon_ecs_bit(events[i].id)) == 0)
				continue;
			const char *pair =
				pk_arena_printf(probe->arena, "%u %s", events[i].id, rows[j].field);
			bool known = false;
			for (size_t k = 0; k < seen->count && !known; k++)
				known = strcmp(seen->pairs[k], pair) == 0;
			if (!known)
				printf("never seen with a value: %s\n", pair);
		}
	}
}

static void check_one(struct probe *probe, struct seen *seen, const char *line, size_t number,
	const struct pk_node *document)
{
	const struct pk_node *sent = read_line(probe, line);
	const struct pk_node *id =
		sent == NULL ? NULL : find_either(sent, "winlog.event_id", "event_id", "EventID");
	uint64_t code = 0;
	if (id == NULL || !pk_text_parse_u64(&code, id->text)) {
		complain(probe, number, "no event id was sent");
		return;
	}
	const struct pk_node *data =
		find_either(sent, "winlog.event_data", "event_data", "EventData");
	PK_BUF_AUTO problems = {0};
	probe->looked++;
	if (data == NULL)
		return;
	see(probe, seen, (unsigned)code, data);
	if (pk_sysmon_ecs_check(&problems, (unsigned)code, data, document) > 0)
		complain(probe, number, problems.data);
}

/* Pairs of a file and the answer for it; fields that none of all had a value for are named. */
static int check_documents(struct probe *probe, char **paths, int path_count)
{
	struct seen seen = {0};
	for (int at = 0; at + 1 < path_count; at += 2) {
		struct probe_lines lines;
		probe_read_lines(&lines, paths[at], &probe->diags);
		const struct pk_node *answer = probe_read_file(paths[at + 1], &probe->diags);
		for (size_t i = 0; i < lines.len; i++) {
			const struct pk_node *document = document_at(probe, answer, i);
			if (document != NULL)
				check_one(probe, &seen, lines.items[i], i, document);
		}
	}
	report_unseen(probe, &seen);
	printf("%zu documents, %zu fields of events with a value, %zu wrong\n", probe->looked,
		seen.count, probe->problems);
	return probe->problems == 0 && probe->looked > 0 ? 0 : 1;
}

/* --- cases --- */

/* Null is wanted for what shall not be there. */
static bool is_same(const struct pk_node *want, const struct pk_node *got)
{
	if (want->kind == PK_NODE_NULL || got == NULL || want->kind != got->kind)
		return want->kind == PK_NODE_NULL && got == NULL;
	if (want->kind == PK_NODE_LIST) {
		bool same = want->items.len == got->items.len;
		for (size_t i = 0; same && i < want->items.len; i++)
			same = is_same(want->items.items[i], got->items.items[i]);
		return same;
	}
	if (want->kind == PK_NODE_MAP) {
		bool same = want->pair_count == got->pair_count;
		for (size_t i = 0; same && i < want->pair_count; i++)
			same = is_same(
				want->pairs[i].value, pk_node_find(got, want->pairs[i].key->text));
		return same;
	}
	return strcmp(want->text, got->text) == 0;
}

static void check_case(
	struct probe *probe, const struct pk_node *row, const struct pk_node *document)
{
	const struct pk_node *want = pk_node_find(row, "want");
	for (size_t i = 0; i < want->pair_count; i++) {
		const char *path = want->pairs[i].key->text;
		const struct pk_node *got = find_path(document, path);
		probe->looked++;
		if (is_same(want->pairs[i].value, got))
			continue;
		PK_BUF_AUTO a = {0};
		PK_BUF_AUTO b = {0};
		pk_json_put_node(&a, want->pairs[i].value, 0);
		if (got != NULL)
			pk_json_put_node(&b, got, 0);
		probe->problems++;
		printf("%s: %s is %s, not %s\n", pk_node_find(row, "name")->text, path,
			b.data != NULL ? b.data : "missing", a.data);
	}
}

static int check_cases(struct probe *probe, const char *path, const char *answer_path)
{
	struct probe_lines lines;
	probe_read_lines(&lines, path, &probe->diags);
	const struct pk_node *answer = probe_read_file(answer_path, &probe->diags);
	for (size_t i = 0; i < lines.len; i++) {
		const struct pk_node *row = read_line(probe, lines.items[i]);
		const struct pk_node *document = document_at(probe, answer, i);
		if (row != NULL && document != NULL)
			check_case(probe, row, document);
	}
	printf("%zu cases, %zu values, %zu wrong\n", lines.len, probe->looked, probe->problems);
	return probe->problems == 0 && probe->looked > 0 ? 0 : 1;
}

static int run(struct probe *probe, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "assets") == 0 && argc == 3)
		return put_assets(probe, argv[2]);
	if (strcmp(verb, "samples") == 0 && argc == 4)
		return put_samples(argv[2], argv[3]);
	if (strcmp(verb, "request") == 0 && argc == 4)
		return put_request(probe, argv[2], argv[3]);
	if (strcmp(verb, "bulk") == 0 && argc == 5)
		return put_bulk(probe, argv[2], argv[3], argv[4]);
	if (strcmp(verb, "check") == 0 && argc >= 4)
		return check_documents(probe, argv + 2, argc - 2);
	if (strcmp(verb, "cases") == 0 && argc == 4)
		return put_cases(probe, argv[2], argv[3]);
	if (strcmp(verb, "check-cases") == 0 && argc == 4)
		return check_cases(probe, argv[2], argv[3]);
	fprintf(stderr, "sysmon_probe: unknown arguments\n");
	return 2;
}

int main(int argc, char **argv)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct probe probe = {.arena = arena, .diags = {.arena = arena}};
	return probe_end("sysmon_probe", run(&probe, argc, argv), &probe.diags);
}
