#include "generators/engine/event_record.h"

#include <string.h>

#include "base/text.h"

/*
 * The names that parts of the head have in Windows' event XML, in what shippers make of it
 * (winlogbeat, nxlog, evtx_dump) and in flat logs. Of several the one with the lowest rank counts.
 */
#define NAME(text, part, rank)                                                                     \
	{                                                                                          \
		text, sizeof(text) - 1, part, rank                                                 \
	}
static const struct head_name {
	const char *name;
	uint8_t len;
	uint8_t part; /* enum pk_head_part */
	uint8_t rank;
} head_names[] = {
	NAME("EventID", PK_HEAD_ID, 1),
	NAME("event_id", PK_HEAD_ID, 2),
	NAME("EventId", PK_HEAD_ID, 3),
	NAME("Provider", PK_HEAD_PROVIDER, 1),
	NAME("ProviderName", PK_HEAD_PROVIDER, 2),
	NAME("provider_name", PK_HEAD_PROVIDER, 3),
	NAME("SourceName", PK_HEAD_PROVIDER, 4),
	NAME("source_name", PK_HEAD_PROVIDER, 5),
	NAME("Channel", PK_HEAD_CHANNEL, 1),
	NAME("channel", PK_HEAD_CHANNEL, 2),
	NAME("Computer", PK_HEAD_COMPUTER, 1),
	NAME("computer_name", PK_HEAD_COMPUTER, 2),
	NAME("Hostname", PK_HEAD_COMPUTER, 3),
	NAME("TimeCreated", PK_HEAD_TIME, 1),
	NAME("SystemTime", PK_HEAD_TIME, 2),
	NAME("EventTime", PK_HEAD_TIME, 3),
	NAME("@timestamp", PK_HEAD_TIME, 4),
};

/* Sysmon's providers on Windows and Linux. */
static const char *const providers[] = {"Microsoft-Windows-Sysmon", "Linux-Sysmon"};

static const char usual_channel[] = "Microsoft-Windows-Sysmon/Operational";

void pk_event_types_init(struct pk_event_types *out, const struct pk_schema *schema)
{
	*out = (struct pk_event_types){.schema = schema};
	for (size_t i = 0; i < schema->events.len; i++) {
		const struct pk_event *event = &schema->events.items[i];
		if (event->id >= PK_EVENT_IDS)
			continue;
		struct pk_event_type *type = &out->items[event->id];
		type->event = event;
		type->time_field = pk_event_field(event, "UtcTime");
		for (size_t f = 0; f < event->field_count; f++)
			type->lens[f] = (uint8_t)strlen(event->fields[f]);
	}
}

void pk_event_head_put(
	struct pk_event_head *head, const char *name, size_t name_len, const char *value)
{
	for (size_t i = 0; i < sizeof(head_names) / sizeof(*head_names); i++) {
		const struct head_name *known = &head_names[i];
		if (known->len != name_len || memcmp(known->name, name, name_len) != 0)
			continue;
		if (head->ranks[known->part] == 0 || known->rank < head->ranks[known->part]) {
			head->parts[known->part] = value;
			head->ranks[known->part] = known->rank;
		}
		return;
	}
}

bool pk_event_head_is_foreign(const struct pk_event_head *head)
{
	const char *provider = head->parts[PK_HEAD_PROVIDER];
	const char *channel = head->parts[PK_HEAD_CHANNEL];
	if (provider == NULL)
		return channel != NULL && !pk_text_equal(channel, usual_channel) &&
			pk_text_find_nocase(channel, "sysmon") == NULL;
	for (size_t i = 0; i < sizeof(providers) / sizeof(*providers); i++) {
		if (pk_text_equal_nocase(provider, providers[i]))
			return false;
	}
	return true;
}

const struct pk_event_type *pk_event_head_type(
	const struct pk_event_head *head, const struct pk_event_types *types)
{
	uint64_t id;
	if (head->parts[PK_HEAD_ID] == NULL || !pk_text_parse_u64(&id, head->parts[PK_HEAD_ID]) ||
		id >= PK_EVENT_IDS)
		return NULL;
	return types->items[id].event == NULL ? NULL : &types->items[id];
}

void pk_event_head_report(const struct pk_event_head *head, const struct pk_event_types *types,
	struct pk_span span, struct pk_diags *diags)
{
	const char *id = head->parts[PK_HEAD_ID];
	if (id == NULL) {
		struct pk_diag *diag =
			pk_report(diags, PK_EVENT_SHAPE, span, "event has no EventID");
		pk_diag_hint(diags, diag, "give one event of Sysmon a line, as JSON or XML");
		return;
	}
	pk_report(diags, PK_EVENT_ID, span, "schema %s has no event '%s'",
		pk_schema_version_text(diags->arena, types->schema->version), id);
}

void pk_event_draft_begin(
	struct pk_event_draft *out, struct pk_record *record, const struct pk_event_type *type)
{
	*out = (struct pk_event_draft){.type = type, .record = record};
	*record = (struct pk_record){.event.id = type->event->id};
}

static bool has_name(
	const struct pk_event_type *type, size_t field, const char *name, size_t name_len)
{
	return type->lens[field] == name_len &&
		memcmp(type->event->fields[field], name, name_len) == 0;
}

/* The index of the field, or their number if there is none of that name. */
static size_t find_field(const struct pk_event_draft *draft, const char *name, size_t name_len)
{
	const struct pk_event_type *type = draft->type;
	size_t count = type->event->field_count;
	if (draft->next < count && has_name(type, draft->next, name, name_len))
		return draft->next;
	for (size_t i = 0; i < count; i++) {
		if (has_name(type, i, name, name_len))
			return i;
	}
	return count;
}

enum pk_event_put pk_event_draft_put_at(
	struct pk_event_draft *draft, size_t field, const char *value)
{
	uint32_t bit = UINT32_C(1) << field;
	if (draft->seen & bit)
		return PK_PUT_TWICE;
	draft->seen |= bit;
	draft->next = field + 1;
	draft->record->event.values[field] = value;
	return PK_PUT_DONE;
}

enum pk_event_put pk_event_draft_put(
	struct pk_event_draft *draft, const char *name, size_t name_len, const char *value)
{
	size_t field = find_field(draft, name, name_len);
	if (field >= draft->type->event->field_count)
		return PK_PUT_UNKNOWN;
	return pk_event_draft_put_at(draft, field, value);
}

void pk_event_draft_end(struct pk_event_draft *draft, const struct pk_event_head *head)
{
	struct pk_record *record = draft->record;
	int field = draft->type->time_field;
	const char *time = field < 0 ? NULL : record->event.values[field];
	bool has_time = time != NULL && time[0] != '\0' && !pk_text_equal(time, "-");
	record->time = has_time ? time : head->parts[PK_HEAD_TIME];
	record->computer = head->parts[PK_HEAD_COMPUTER];
}
