/*
 * Any bytes as a configuration and events. The law: the engine, the plain matcher and the one with
 * Hyperscan give the same decision and RuleName, and the explanation of the decision is the same.
 *
 * The bytes are read as a program, so that nearly all of them mean something: a byte says what
 * comes next, a text is its length and then its bytes, made of few letters so that texts meet.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xml.h"
#include "generators/engine/matcher.h"
#include "generators/engine/why.h"
#include "generators/sysmon/sysmon_convert.h"
#include "generators/sysmon/sysmon_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TERMS_MOST = 40,
	EVENTS_MOST = 50,
	TEXT_MOST = 40,
};

struct input {
	const uint8_t *data;
	size_t len;
	size_t at;
};

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static unsigned take(struct input *input, unsigned limit)
{
	return input->at < input->len ? input->data[input->at++] % limit : 0;
}

/* A text of few letters, in both cases, and of what conditions treat in their own way. */
static const char *take_text(struct pk_arena *arena, struct input *input)
{
	static const char letters[] = "aabbABc\\\\;;-. :CX09\n";
	size_t len = take(input, TEXT_MOST);
	char *text = pk_arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++)
		text[i] = letters[take(input, sizeof(letters) - 1)];
	return text;
}

/* --- the configuration --- */

static const struct {
	const char *tag;
	uint32_t ids[3];
	const char *fields[3];
} events[] = {
	{"ProcessCreate", {1, 1, 1}, {"Image", "CommandLine", "User"}},
	{"FileCreate", {11, 11, 11}, {"Image", "TargetFilename", "User"}},
	{"RegistryEvent", {12, 13, 14}, {"Image", "Details", "NewName"}},
};

enum { TAGS = sizeof(events) / sizeof(*events) };

static void put_filter(
	struct pk_buf *buf, struct pk_arena *arena, struct input *input, const char *const *fields)
{
	const char *field = fields[take(input, 3)];
	enum pk_operator op = (enum pk_operator)take(input, PK_OP_COUNT);
	unsigned name = take(input, 6);
	pk_buf_printf(buf, "<%s condition=\"%s\"", field, pk_operator_info(op)->name);
	if (name > 0)
		pk_buf_printf(buf, " name=\"n%u\"", name);
	pk_buf_puts(buf, ">");
	pk_xml_put_text(buf, take_text(arena, input));
	pk_buf_printf(buf, "</%s>", field);
}

static void put_element(struct pk_buf *buf, struct pk_arena *arena, struct input *input)
{
	static const char *const relations[] = {"or", "and"};
	unsigned tag = take(input, TAGS);
	pk_buf_printf(buf, "<RuleGroup name=\"g%u\" groupRelation=\"%s\"><%s onmatch=\"%s\">",
		take(input, 3), relations[take(input, 2)], events[tag].tag,
		take(input, 2) == 0 ? "include" : "exclude");
	for (unsigned term = take(input, TERMS_MOST); term > 0; term--) {
		if (take(input, 3) > 0) {
			put_filter(buf, arena, input, events[tag].fields);
			continue;
		}
		pk_buf_printf(buf, "<Rule groupRelation=\"%s\">", relations[take(input, 2)]);
		for (unsigned filter = 1 + take(input, 4); filter > 0; filter--)
			put_filter(buf, arena, input, events[tag].fields);
		pk_buf_puts(buf, "</Rule>");
	}
	pk_buf_printf(buf, "</%s></RuleGroup>", events[tag].tag);
}

static struct pk_sysmon *take_sysmon(struct pk_arena *arena, struct input *input)
{
	PK_BUF_AUTO xml = {0};
	pk_buf_puts(&xml, "<Sysmon schemaversion=\"4.90\"><EventFiltering>");
	for (unsigned element = 1 + take(input, 4); element > 0; element--)
		put_element(&xml, arena, input);
	pk_buf_puts(&xml, "</EventFiltering></Sysmon>");

	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.platform = PK_WINDOWS};
	const char *text = pk_arena_strndup(arena, xml.data, xml.len);
	return pk_sysmon_read(pk_source_make(arena, "fuzz", text, xml.len), &options, &diags);
}

/* --- events --- */

static struct pk_engine_event take_event(
	struct pk_arena *arena, struct input *input, const struct pk_schema *schema)
{
	unsigned tag = take(input, TAGS);
	struct pk_engine_event event = {.id = events[tag].ids[take(input, 3)]};
	const struct pk_event *info = pk_schema_find_id(schema, event.id);
	for (size_t i = 0; i < 3; i++) {
		int field = pk_event_field(info, events[tag].fields[i]);
		if (field >= 0 && take(input, 8) > 0)
			event.values[field] = take_text(arena, input);
	}
	return event;
}

static void demand_same(struct pk_decision a, struct pk_decision b)
{
	demand(a.logged == b.logged);
	demand(a.rule_name == b.rule_name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct input input = {.data = data, .len = size};
	struct pk_sysmon *sysmon = take_sysmon(arena, &input);
	uint32_t *ids = PK_NEW_ARRAY(arena, uint32_t, sysmon->elements.len + 1);
	struct pk_diags diags = {.arena = arena};
	pk_sysmon_convert(sysmon, NULL, ids, &diags);
	if (sysmon->rejected)
		return 0;

	const struct pk_engine *engine = pk_engine_make(arena, sysmon, ids);
	PK_AUTO(pk_matcher) *plain = pk_matcher_create(engine, PK_MATCHER_PLAIN);
	PK_AUTO(pk_matcher) *fast = pk_matcher_create(engine, PK_MATCHER_HYPERSCAN);
	for (unsigned i = 0; i < EVENTS_MOST && input.at < input.len; i++) {
		struct pk_engine_event event = take_event(arena, &input, sysmon->parser);
		struct pk_decision decision = pk_engine_decide(engine, &event);
		demand_same(decision, pk_matcher_decide(plain, &event));
		demand_same(decision, pk_matcher_decide(fast, &event));
		demand_same(decision, pk_why_make(arena, engine, sysmon, &event)->verdict.decision);
	}
	return 0;
}
