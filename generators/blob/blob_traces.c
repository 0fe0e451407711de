/*
 * Putting lost elements in again. Sysmon's loader takes an element back when it meets a field that
 * the event lacks. Its Rules have been counted by then, the link of the Rule before (or of the
 * header) leads to where the first of them was, and the link of the last of them is written later,
 * into whatever stands there by then. From the numbers and links follow the place of the element,
 * how many Rules it had and where the first and the last of them began; any element that fits
 * leaves the same bytes. Facts: docs/sysmon-facts.md section 16.
 */
#include "generators/blob/blob_traces.h"

#include <string.h>

enum {
	VERSION_WORD = 4,
	HEADER_FIRST_RULE = 20,
	RULE_NEXT = 272,
	RULE_RECORD = 296,	/* with padding */
	FILTER_RECORD = 544,	/* of a filter with two characters, with padding */
	RESTORED_LIMIT = 8,	/* lost elements put in again */
	RULES_LIMIT = 4096,	/* Rules of one of them */
	FILLER_LIMIT = 1000000, /* bytes of a filter that keeps Rules apart */
};

/* What is known of a lost element. */
struct trace {
	size_t event;	 /* it stood before this event; the number of events: at the end */
	uint32_t rules;	 /* counted, tries on several event ids included; 0: none or unknown */
	uint32_t first;	 /* offset of its first Rule; 0: not known */
	uint32_t behind; /* offset of the Rule that comes next; 0: none */
	uint32_t place;	 /* byte to report */
};

/* A Rule of the blob and the event it belongs to. */
struct rule_place {
	const struct pk_blob_rule *rule;
	size_t event;
};

struct rule_list {
	PK_LIST(struct rule_place) all;
};

/* --- comparing --- */

size_t pk_blob_difference(const struct pk_blob *blob, const struct pk_buf *again)
{
	size_t shorter = blob->source->len < again->len ? blob->source->len : again->len;
	size_t at = VERSION_WORD;
	while (at < shorter && blob->source->text[at] == again->data[at])
		at++;
	return at;
}

bool pk_blob_same(const struct pk_blob *blob, const struct pk_buf *again)
{
	return blob->source->len == again->len && pk_blob_difference(blob, again) == again->len;
}

/* --- finding the first trace --- */

static void list_rules(struct rule_list *list, const struct pk_blob *blob, struct pk_arena *arena)
{
	for (size_t e = 0; e < blob->events.len; e++) {
		const struct pk_blob_event *event = &blob->events.items[e];
		for (size_t i = 0; i < event->records.len; i++) {
			if (!event->records.items[i].is_rule)
				continue;
			struct rule_place *added = pk_list_push(arena, &list->all);
			added->rule = &event->records.items[i].rule;
			added->event = e;
		}
	}
}

static uint32_t event_offset(const struct pk_blob *blob, size_t event)
{
	return event < blob->events.len ? blob->events.items[event].offset
					: (uint32_t)blob->source->len;
}

/* The last event of `from` to `to` before which an element with a Rule at `first` can stand. */
static bool find_event(
	size_t *out, const struct pk_blob *blob, size_t from, size_t to, uint32_t first)
{
	for (size_t event = to + 1; event-- > from;) {
		if (event_offset(blob, event) + PK_BLOB_EVENT_SIZE > first)
			continue;
		*out = event;
		return true;
	}
	return false;
}

/* A trace before the Rule `at`, or at the end: its link or its number is not as encoded again. */
static bool find_rule_trace(struct trace *out, const struct pk_blob *blob,
	const struct pk_buf *again, const struct rule_list *rules, size_t at)
{
	const struct rule_place *before = at == 0 ? NULL : &rules->all.items[at - 1];
	const struct rule_place *behind = at == rules->all.len ? NULL : &rules->all.items[at];
	uint32_t place = before == NULL ? HEADER_FIRST_RULE : before->rule->offset + RULE_NEXT;
	uint32_t link = pk_blob_word(blob->source->text, place);
	uint32_t number_at = behind == NULL ? 0 : behind->rule->offset + 264;
	uint32_t jump =
		behind == NULL ? 0 : behind->rule->number - pk_blob_word(again->data, number_at);
	if (link == pk_blob_word(again->data, place) && jump == 0)
		return false;

	*out = (struct trace){.rules = jump, .first = link, .place = place};
	if (behind != NULL)
		out->behind = behind->rule->offset;
	if (link == 0) /* the element was the first of all, and the header was made anew */
		return behind != NULL && before == NULL && jump != 0;
	return (jump != 0 || behind == NULL) &&
		find_event(&out->event, blob, before == NULL ? 0 : before->event + 1,
			behind == NULL ? blob->events.len : behind->event, link);
}

static bool find_trace(struct trace *out, const struct pk_blob *blob, const struct pk_buf *again,
	const struct rule_list *rules)
{
	if (blob->source->len != again->len)
		return false;
	for (size_t i = 0; i <= rules->all.len; i++) {
		if (find_rule_trace(out, blob, again, rules, i))
			return true;
	}
	const struct pk_blob_event *last = &blob->events.items[blob->events.len - 1];
	*out = (struct trace){.event = blob->events.len, .place = last->offset + 12};
	return last->next == blob->source->len;
}

/* Where the last lost Rule began: 272 bytes before the link that was written into other records. */
static uint32_t find_last_rule(
	const struct trace *trace, const struct pk_blob *blob, const struct pk_buf *again)
{
	for (uint32_t at = trace->first + RULE_NEXT; at + 4 <= trace->behind; at += PK_BLOB_ALIGN) {
		if (pk_blob_word(blob->source->text, at) == trace->behind &&
			pk_blob_word(again->data, at) != trace->behind)
			return at - RULE_NEXT;
	}
	return 0;
}

/* --- making an element --- */

/* A field of some event that no event of the tag has: fit for a Rule, and what takes it back. */
static const char *foreign_field(const struct pk_blob *blob, const char *tag)
{
	for (size_t e = 0; e < blob->schema->events.len; e++) {
		const struct pk_event *event = &blob->schema->events.items[e];
		for (size_t i = 0; event->tag != NULL && i < event->field_count; i++) {
			if (!pk_schema_tag_has_field(blob->parser, tag, event->fields[i]))
				return event->fields[i];
		}
	}
	return NULL;
}

static bool any_has_both(const struct pk_event *first, size_t family, const char *a, const char *b)
{
	for (size_t i = 0; i < family; i++) {
		if (pk_event_field(&first[i], a) >= 0 && pk_event_field(&first[i], b) >= 0)
			return true;
	}
	return false;
}

/* Two fields of the tag that no single event of it has; false if there are none. */
static bool find_clash(const char *pair_out[2], const struct pk_event *first, size_t family)
{
	const struct pk_event *last = &first[family - 1];
	for (size_t a = 0; family > 1 && a < first[1].field_count; a++) {
		for (size_t b = 0; b < last->field_count; b++) {
			if (any_has_both(first, family, first[1].fields[a], last->fields[b]))
				continue;
			pair_out[0] = first[1].fields[a];
			pair_out[1] = last->fields[b];
			return true;
		}
	}
	return false;
}

static void set_filter(struct pk_filter *filter, const char *field, const char *value)
{
	filter->field = field;
	filter->value = value;
}

/* A value whose filter record has `size` bytes: a multiple of 8, at least FILTER_RECORD. */
static const char *filler(struct pk_arena *arena, uint32_t size)
{
	size_t units = (size - PK_BLOB_FILTER_SIZE - 2) / 2;
	char *value = pk_arena_alloc(arena, units + 1);
	memset(value, '-', units);
	return value;
}

static bool can_fill(uint32_t size)
{
	return size == 0 ||
		(size >= FILTER_RECORD && size % PK_BLOB_ALIGN == 0 && size < FILLER_LIMIT);
}

/* Bytes between the start of the element's records and its first Rule. */
static uint32_t gap_before(const struct trace *trace, const struct pk_blob *blob)
{
	if (trace->first == 0)
		return 0;
	return trace->first - event_offset(blob, trace->event) - PK_BLOB_EVENT_SIZE;
}

/*
 * Adds `count` Rules to the element: the first where the trace says, the last, which holds a
 * foreign field, `stretch` bytes farther than it would be if none of them had filters.
 */
static void add_rules(struct pk_element *element, struct pk_arena *arena,
	const struct pk_blob *blob, const struct trace *trace, uint32_t count, uint32_t stretch)
{
	uint32_t gap = gap_before(trace, blob);
	if (gap > 0)
		set_filter(&pk_list_push(arena, &element->terms)->filter, "UtcTime",
			filler(arena, gap));
	for (uint32_t i = 0; i < count; i++) {
		struct pk_term *term = pk_list_push(arena, &element->terms);
		term->is_rule = true;
		if (i + 2 == count && stretch > 0)
			set_filter(pk_list_push(arena, &term->filters), "UtcTime",
				filler(arena, stretch));
		if (i + 1 == count)
			set_filter(pk_list_push(arena, &term->filters),
				foreign_field(blob, element->tag), "-");
	}
}

/* How far the last Rule must be moved so that its link is written where it was; false: cannot. */
static bool find_stretch(uint32_t *out, const struct trace *trace, uint32_t last, uint32_t count)
{
	uint32_t natural = trace->first + (count - 1) * RULE_RECORD;
	*out = 0;
	if (trace->first == 0 || trace->behind == 0)
		return true;
	if (last != 0) {
		*out = last - natural;
		return last >= natural && can_fill(*out) && (count > 1 || *out == 0);
	}
	/* No link was written: the last Rule began too far behind for that. */
	if (count > 1 && natural + RULE_NEXT + 4 <= trace->behind) {
		uint32_t far = trace->behind - natural;
		*out = far < FILTER_RECORD ? FILTER_RECORD : far;
	}
	return can_fill(*out);
}

/* Makes an element of the tag of `first` that leaves the trace; false if none can. */
static bool make_element(struct pk_element *out, struct pk_arena *arena, const struct pk_blob *blob,
	const struct trace *trace, uint32_t last, const struct pk_event *first)
{
	uint32_t family = (uint32_t)pk_schema_family(blob->parser, first);
	*out = (struct pk_element){.tag = first->tag, .event = first, .onmatch = "include"};
	out->in_group = true;
	out->group_relation = "or";
	out->comment =
		"stands for an element that Sysmon took back: it left traces in the binary rules";

	if (trace->first == 0 && trace->rules == 0) {
		const char *pair[2];
		if (!find_clash(pair, first, family))
			return false;
		for (size_t i = 0; i < 2; i++)
			set_filter(&pk_list_push(arena, &out->terms)->filter, pair[i], "-");
		return true;
	}
	uint32_t count = trace->rules == 0 ? 1 : trace->rules / family;
	uint32_t stretch;
	if (trace->rules % family != 0 || trace->rules > RULES_LIMIT ||
		!can_fill(gap_before(trace, blob)) || !find_stretch(&stretch, trace, last, count))
		return false;
	add_rules(out, arena, blob, trace, count, stretch);
	return true;
}

/*
 * Sysmon stops reading a tag at an element that it takes back. So the element can only have a tag
 * between that of the event before it, which may be its own, and that of the event behind it.
 */
static bool choose_element(struct pk_element *out, struct pk_arena *arena,
	const struct pk_blob *blob, const struct pk_buf *again, const struct trace *trace)
{
	const struct pk_schema *parser = blob->parser;
	uint32_t last = find_last_rule(trace, blob, again);
	const struct pk_event *event = parser->events.items;
	const struct pk_event *end = event + parser->events.len;
	if (trace->event > 0)
		event = pk_schema_find_tag(parser, blob->events.items[trace->event - 1].event->tag);
	if (trace->event < blob->events.len)
		end = pk_schema_find_tag(parser, blob->events.items[trace->event].event->tag);

	for (; event < end; event++) {
		if (event->tag == NULL || pk_schema_find_tag(parser, event->tag) != event ||
			pk_schema_find_tag(blob->schema, event->tag) == NULL)
			continue;
		if (make_element(out, arena, blob, trace, last, event))
			return true;
	}
	return false;
}

/* --- putting it in --- */

/* Elements that were put in have no place; the others are the events of the blob in order. */
static size_t element_index(const struct pk_sysmon *sysmon, size_t event)
{
	size_t i = 0;
	for (size_t events = 0; i < sysmon->elements.len; i++) {
		if (sysmon->elements.items[i].span.source != NULL && events++ == event)
			break;
	}
	return i;
}

static void insert_element(struct pk_sysmon *sysmon, size_t index, const struct pk_element *element)
{
	pk_list_push(sysmon->arena, &sysmon->elements);
	struct pk_element *items = sysmon->elements.items;
	memmove(&items[index + 1], &items[index],
		(sysmon->elements.len - 1 - index) * sizeof(*items));
	items[index] = *element;
}

static void encode(struct pk_buf *out, struct pk_sysmon *sysmon)
{
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_diags unheard = {.arena = scratch, .limit = 1};
	out->len = 0;
	pk_blob_encode(out, sysmon, &unheard);
}

static void report_restored(const struct pk_blob *blob, const struct trace *traces, size_t count,
	struct pk_diags *diags)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t at = traces[i].place;
		struct pk_diag *diag = pk_report(diags, PK_BLOB_LOST_ELEMENT,
			pk_span_make(blob->place, at, at),
			"link at byte %u is a trace of an element that Sysmon took back", at);
		pk_diag_hint(diags, diag,
			"an element that leaves the same trace was put in; remove it if equal "
			"bytes do not matter");
	}
}

bool pk_blob_restore(struct pk_sysmon *sysmon, const struct pk_blob *blob, struct pk_buf *again,
	struct pk_diags *diags)
{
	struct trace traces[RESTORED_LIMIT];
	struct rule_list rules = {0};
	size_t events = blob->events.len;
	if (events == 0)
		return false;

	struct pk_element *before = PK_NEW_ARRAY(diags->arena, struct pk_element, events);
	memcpy(before, sysmon->elements.items, events * sizeof(*before));
	list_rules(&rules, blob, diags->arena);

	for (size_t i = 0; i < RESTORED_LIMIT; i++) {
		struct pk_element element;
		if (!find_trace(&traces[i], blob, again, &rules) ||
			!choose_element(&element, diags->arena, blob, again, &traces[i]))
			break;
		insert_element(sysmon, element_index(sysmon, traces[i].event), &element);
		encode(again, sysmon);
		if (!pk_blob_same(blob, again))
			continue;
		report_restored(blob, traces, i + 1, diags);
		return true;
	}
	memcpy(sysmon->elements.items, before, events * sizeof(*before));
	sysmon->elements.len = events;
	sysmon->defects = false;
	encode(again, sysmon);
	return false;
}
