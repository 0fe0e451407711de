/*
 * Writing and reading plans. The reader takes nothing that it does not know: what a reviewer has
 * seen is what is done. Each line is read for itself, so that a plan of any size needs the memory
 * of its hosts, not of its whole tree.
 */
#include "fleet/store/plan_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

#define FORMAT "picket-plan"

enum {
	VERSION = 1,
	LINES_A_SCRATCH = 256, /* read into one arena before it is given back */
};

/* --- writing --- */

static void put_member(struct pk_buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	pk_buf_printf(out, ",\"%s\":", name);
	pk_json_put_string(out, text);
}

/* "2026-11-22T08:15:02.123Z"; false if the year has not four digits. */
static bool print_time(char out[PK_PLAN_TIME], int64_t ms)
{
	struct tm parts;
	char text[32];
	time_t seconds = ms / 1000;
	if (ms < 0 || gmtime_r(&seconds, &parts) == NULL || parts.tm_year > 9999 - 1900 ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return false;
	snprintf(out, PK_PLAN_TIME, "%.19s.%03dZ", text, (int)(ms % 1000));
	return true;
}

static void put_time(struct pk_buf *out, const char *name, int64_t ms)
{
	char text[PK_PLAN_TIME];
	put_member(out, name, print_time(text, ms) ? text : "1970-01-01T00:00:00.000Z");
}

static void put_host(struct pk_buf *out, const struct pk_plan_host *host)
{
	pk_buf_puts(out, "{\"host\":");
	pk_json_put_string(out, host->host);
	put_member(out, "address", host->address);
	put_member(out, "action", pk_action_name(host->action));
	put_member(out, "facts", host->facts);
	put_member(out, "from", host->from);
	put_member(out, "to", host->to);
	put_member(out, "desired", host->desired);
	pk_buf_puts(out, ",\"changes\":[");
	for (size_t i = 0; i < host->changes.len; i++) {
		if (i > 0)
			pk_buf_putc(out, ',');
		pk_json_put_string(out, host->changes.items[i]);
	}
	pk_buf_putc(out, ']');
	put_member(out, "trouble", host->trouble);
	pk_buf_puts(out, "}\n");
}

void pk_plan_file_put(struct pk_buf *out, struct pk_plan_file *plan)
{
	size_t begin = out->len;
	pk_buf_printf(out, "{\"" FORMAT "\":%d", VERSION);
	put_member(out, "inventory", plan->inventory);
	put_member(out, "inventory_digest", plan->inventory_digest);
	put_time(out, "made", plan->made_ms);
	put_time(out, "expires", plan->expires_ms);
	put_member(out, "by", plan->by);
	pk_buf_printf(out, ",\"hosts\":%zu}\n", plan->hosts.len);
	for (size_t i = 0; i < plan->hosts.len; i++)
		put_host(out, &plan->hosts.items[i]);
	pk_digest_print(plan->digest, out->data + begin, out->len - begin);
}

/* --- members --- */

struct reader {
	struct pk_arena *arena;	  /* of the plan */
	struct pk_source *source; /* the whole file */
	struct pk_diags *diags;	  /* of the line; moved to `all` afterwards */
	struct pk_diags *all;
	struct pk_plan_file *plan;
	uint64_t hosts; /* that the head promises */
	PK_LIST(size_t) begins;
};

static const char *const head_members[] = {
	FORMAT, "inventory", "inventory_digest", "made", "expires", "by", "hosts"};
static const char *const host_members[] = {
	"host", "address", "action", "facts", "from", "to", "desired", "changes", "trouble"};

static void report_member(
	struct reader *reader, const struct pk_node *node, const char *name, const char *what)
{
	pk_report(reader->diags, PK_PLAN_SYNTAX, node->span, "'%s' %s", name, what);
}

/* A text without NUL, as a copy; NULL after a report. */
static const char *read_string(struct reader *reader, const struct pk_node *node, const char *name)
{
	if (node->kind != PK_NODE_STRING)
		report_member(reader, node, name, "must be a string");
	else if (node->text_len != strlen(node->text))
		report_member(reader, node, name, "holds a NUL character");
	else
		return pk_arena_strndup(reader->arena, node->text, node->text_len);
	return NULL;
}

/* The text of a member; NULL if there is none, or after a report. */
static const char *read_text(
	struct reader *reader, const struct pk_node *map, const char *name, bool is_needed)
{
	const struct pk_node *node = pk_node_find(map, name);
	if (node == NULL && is_needed)
		pk_report(reader->diags, PK_PLAN_SYNTAX, map->span, "'%s' is missing", name);
	return node == NULL ? NULL : read_string(reader, node, name);
}

static bool is_digest(const char *text)
{
	size_t prefix = strlen(PK_DIGEST_PREFIX);
	return strlen(text) == PK_DIGEST_TEXT - 1 && pk_text_starts(text, PK_DIGEST_PREFIX) &&
		strspn(text + prefix, "0123456789abcdef") == PK_DIGEST_TEXT - 1 - prefix;
}

static const char *read_digest(
	struct reader *reader, const struct pk_node *map, const char *name, bool is_needed)
{
	const char *text = read_text(reader, map, name, is_needed);
	if (text != NULL && !is_digest(text))
		report_member(reader, pk_node_find(map, name), name,
			"must be 'sha256:' and 64 small hexadecimal digits");
	return text;
}

/* Only times that would be written as they stand there: all of their digits count. */
static int64_t read_time(struct reader *reader, const struct pk_node *map, const char *name)
{
	int64_t ms = 0;
	char again[PK_PLAN_TIME];
	const char *text = read_text(reader, map, name, true);
	if (text == NULL)
		return 0;
	if (pk_time_parse(&ms, text) && print_time(again, ms) && pk_text_equal(again, text))
		return ms;
	report_member(reader, pk_node_find(map, name), name,
		"must be a time such as '2026-11-22T08:15:02.123Z'");
	return 0;
}

/* --- lines --- */

static void read_head(struct reader *reader, const struct pk_node *map)
{
	struct pk_plan_file *plan = reader->plan;
	pk_node_check_keys(map, head_members, sizeof(head_members) / sizeof(head_members[0]),
		PK_PLAN_MEMBER, reader->diags);
	plan->inventory = read_text(reader, map, "inventory", true);
	plan->inventory_digest = read_digest(reader, map, "inventory_digest", true);
	plan->made_ms = read_time(reader, map, "made");
	plan->expires_ms = read_time(reader, map, "expires");
	plan->by = read_text(reader, map, "by", true);
	const struct pk_node *hosts = pk_node_find(map, "hosts");
	if (hosts == NULL || hosts->kind != PK_NODE_INT || hosts->integer < 0)
		pk_report(reader->diags, PK_PLAN_SYNTAX, hosts == NULL ? map->span : hosts->span,
			"'hosts' must be the number of hosts");
	else
		reader->hosts = (uint64_t)hosts->integer;
}

/* Is this a plan, and one of this version? What else is in the line only counts then. */
static bool check_format(struct reader *reader, const struct pk_node *node)
{
	const struct pk_node *version =
		node->kind == PK_NODE_MAP ? pk_node_find(node, FORMAT) : NULL;
	struct pk_diag *diag;
	if (version == NULL) {
		diag = pk_report(reader->diags, PK_PLAN_SYNTAX, node->span,
			"not a plan: the first line must be an object with '" FORMAT "'");
		pk_diag_hint(reader->diags, diag, "make one with `picket plan --output`");
		return false;
	}
	if (version->kind == PK_NODE_INT && version->integer == VERSION)
		return true;
	diag = pk_report(reader->diags, PK_PLAN_VERSION, version->span,
		"plan of version '%s', and this picket knows %d",
		version->text == NULL ? "?" : version->text, VERSION);
	pk_diag_hint(reader->diags, diag, "make it again with this picket");
	return false;
}

static enum pk_host_action read_action(struct reader *reader, const struct pk_node *map)
{
	const char *text = read_text(reader, map, "action", true);
	for (int i = 0; text != NULL && i <= PK_ACTION_ROLLBACK; i++) {
		if (pk_text_equal(text, pk_action_name((enum pk_host_action)i)))
			return (enum pk_host_action)i;
	}
	if (text != NULL)
		pk_report(reader->diags, PK_PLAN_MEMBER, pk_node_find(map, "action")->span,
			"there is no action '%s'", text);
	return PK_ACTION_NONE;
}

static void read_changes(
	struct reader *reader, struct pk_plan_host *host, const struct pk_node *map)
{
	const struct pk_node *list = pk_node_find(map, "changes");
	if (list == NULL || list->kind != PK_NODE_LIST) {
		pk_report(reader->diags, PK_PLAN_SYNTAX, list == NULL ? map->span : list->span,
			"'changes' must be a list of strings");
		return;
	}
	if (list->items.len > PK_PLAN_CHANGES) {
		pk_report(reader->diags, PK_PLAN_LIMIT, list->span,
			"more than %d changes of one host", PK_PLAN_CHANGES);
		return;
	}
	for (size_t i = 0; i < list->items.len; i++)
		*pk_list_push(reader->arena, &host->changes) =
			read_string(reader, list->items.items[i], "changes");
}

static void read_host(struct reader *reader, const struct pk_node *map)
{
	struct pk_plan_host *host = pk_list_push(reader->arena, &reader->plan->hosts);
	*host = (struct pk_plan_host){0};
	pk_node_check_keys(map, host_members, sizeof(host_members) / sizeof(host_members[0]),
		PK_PLAN_MEMBER, reader->diags);
	host->host = read_text(reader, map, "host", true);
	if (host->host != NULL && (host->host[0] == '\0' || strlen(host->host) > PK_HOST_NAME_MAX))
		report_member(reader, pk_node_find(map, "host"), "host",
			"must be the name of a host of the inventory");
	host->address = read_text(reader, map, "address", true);
	host->action = read_action(reader, map);
	host->trouble = read_text(reader, map, "trouble", false);
	/* Without facts to compare, a host would be changed whatever it is like by now. */
	bool is_known = pk_node_find(map, "trouble") == NULL;
	host->facts = read_digest(reader, map, "facts", is_known);
	host->from = read_digest(reader, map, "from", false);
	host->to = read_digest(reader, map, "to", false);
	host->desired = read_digest(reader, map, "desired", is_known);
	read_changes(reader, host, map);
}

static void read_line(struct reader *reader, const struct pk_node *node)
{
	bool is_head = reader->begins.len == 1;
	if (is_head && check_format(reader, node))
		read_head(reader, node);
	else if (!is_head && pk_node_expect(node, PK_NODE_MAP, "line of a host", reader->diags))
		read_host(reader, node);
}

/* Reports what was found in a line, at its place in the file. */
static void move_reports(struct reader *reader, size_t begin)
{
	for (size_t i = 0; i < reader->diags->all.len; i++) {
		const struct pk_diag *found = &reader->diags->all.items[i];
		struct pk_span span = pk_span_make(
			reader->source, begin + found->span.begin, begin + found->span.end);
		struct pk_diag *diag =
			pk_report(reader->all, found->code, span, "%s", found->message);
		if (found->hint != NULL)
			pk_diag_hint(reader->all, diag, "%s", found->hint);
	}
}

/* Reads the line of `len` bytes at `begin` with what is given back with `scratch`. */
static void take_line(struct reader *reader, struct pk_arena *scratch, size_t begin, size_t len)
{
	struct pk_diags diags = {.arena = scratch};
	const char *text = pk_arena_strndup(scratch, reader->source->text + begin, len);
	struct pk_source *line = pk_source_make(scratch, reader->source->path, text, len);
	reader->diags = &diags;
	*pk_list_push(reader->arena, &reader->begins) = begin;
	struct pk_node *node = pk_json_read(line, &diags);
	if (node != NULL)
		read_line(reader, node);
	move_reports(reader, begin);
	reader->diags = reader->all;
}

/* The end of the line at `begin`, without its line end; SIZE_MAX after a report. */
static size_t find_end(struct reader *reader, size_t begin)
{
	const struct pk_source *source = reader->source;
	struct pk_span span = pk_span_make(reader->source, begin, begin + 1);
	const char *newline = memchr(source->text + begin, '\n', source->len - begin);
	if (newline == NULL) {
		pk_report(reader->all, PK_PLAN_SYNTAX, span, "the last line has no end");
		return SIZE_MAX;
	}
	size_t end = (size_t)(newline - source->text);
	if (end - begin > PK_PLAN_LINE_MAX || reader->plan->hosts.len >= PK_INVENTORY_HOSTS) {
		pk_report(reader->all, PK_PLAN_LIMIT, span, "%s",
			end - begin > PK_PLAN_LINE_MAX ? "line with more than 256 KiB"
						       : "more hosts than an inventory has");
		return SIZE_MAX;
	}
	return end;
}

/* False after a report that makes reading on useless. */
static bool read_lines(struct reader *reader)
{
	size_t at = 0;
	while (at < reader->source->len) {
		PK_AUTO(pk_arena) *scratch = pk_arena_create();
		for (size_t i = 0; i < LINES_A_SCRATCH && at < reader->source->len; i++) {
			size_t end = find_end(reader, at);
			if (end == SIZE_MAX)
				return false;
			take_line(reader, scratch, at, end - at);
			if (reader->begins.len == 1 && reader->all->errors > 0)
				return false; /* another kind of file has no hosts */
			at = end + 1;
		}
	}
	return true;
}

/* --- the whole --- */

static void index_hosts(struct reader *reader)
{
	struct pk_plan_file *plan = reader->plan;
	for (size_t i = 0; i < plan->hosts.len; i++) {
		struct pk_plan_host *host = &plan->hosts.items[i];
		if (pk_map_set(reader->arena, &plan->by_name, host->host, host) == NULL)
			continue;
		size_t begin = reader->begins.items[i + 1];
		pk_report(reader->all, PK_PLAN_DUPLICATE,
			pk_span_make(reader->source, begin, begin + 1),
			"host '%s' is named a second time", host->host);
	}
}

const struct pk_plan_file *pk_plan_file_read(
	struct pk_arena *arena, struct pk_source *source, struct pk_diags *diags)
{
	struct pk_plan_file *plan = PK_NEW(arena, struct pk_plan_file);
	struct pk_diags found = {.arena = diags->arena};
	struct reader reader = {.arena = arena, .source = source, .all = &found, .plan = plan};
	bool is_read = read_lines(&reader);
	if (is_read && reader.begins.len == 0)
		pk_report(&found, PK_PLAN_SYNTAX, pk_span_file(source), "not a plan: it is empty");
	else if (is_read && plan->hosts.len != reader.hosts && found.errors == 0)
		pk_report(&found, PK_PLAN_SYNTAX, pk_span_file(source),
			"plan of %" PRIu64 " hosts by its head, and it has %zu", reader.hosts,
			plan->hosts.len);
	if (is_read && found.errors == 0)
		index_hosts(&reader);
	pk_diags_append(diags, &found, PK_NOTE);
	if (found.errors > 0)
		return NULL;
	pk_digest_print(plan->digest, source->text, source->len);
	return plan;
}

bool pk_plan_file_check(const struct pk_plan_file *plan, const struct pk_inventory *inventory,
	int64_t now_ms, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	struct pk_diag *diag;
	if (!pk_text_equal(plan->inventory_digest, inventory->digest)) {
		bool same_name = pk_text_equal(plan->inventory, inventory->name);
		diag = pk_report(diags, PK_PLAN_OTHER, PK_NO_SPAN,
			same_name ? "plan was made for another state of the inventory '%s'"
				  : "plan was made for the inventory '%s'",
			plan->inventory);
		pk_diag_hint(diags, diag, "make it again with `picket plan --output`");
	}
	if (now_ms > plan->expires_ms) {
		char text[PK_PLAN_TIME];
		if (!print_time(text, plan->expires_ms))
			text[0] = '\0';
		diag = pk_report(diags, PK_PLAN_EXPIRED, PK_NO_SPAN,
			"plan has expired: it was good until '%s'", text);
		pk_diag_hint(diags, diag, "make it again with `picket plan --output`");
	}
	return diags->errors == errors;
}

const struct pk_plan_host *pk_plan_file_find(const struct pk_plan_file *plan, const char *host)
{
	return pk_map_find(&plan->by_name, host);
}
