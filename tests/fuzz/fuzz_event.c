/*
 * Any bytes as a recorded event. The laws: where the fast reader gives an answer, the one that
 * knows all shapes gives the same; what cannot be read is reported; neither reader of JSON nor
 * that of XML crashes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "generators/engine/event_fast.h"
#include "generators/engine/event_json.h"
#include "generators/engine/event_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static bool is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void demand_same(const struct pk_record *a, const struct pk_record *b)
{
	demand(a->event.id == b->event.id);
	demand(is_same_text(a->computer, b->computer));
	demand(is_same_text(a->time, b->time));
	for (size_t i = 0; i < PK_SCHEMA_FIELDS_MAX; i++)
		demand(is_same_text(a->event.values[i], b->event.values[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_event_types *types = PK_NEW(arena, struct pk_event_types);
	pk_event_types_init(types, pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS)));
	PK_AUTO(pk_event_fast) *fast = pk_event_fast_create(types);

	/* A line without its end, with as much behind it as the reader may look at, and no more. */
	const uint8_t *line_end = size == 0 ? NULL : memchr(data, '\n', size);
	size_t len = line_end == NULL ? size : (size_t)(line_end - data);
	char *text = malloc(len + PK_LINES_SLACK);
	if (text == NULL)
		abort();
	if (len > 0)
		memcpy(text, data, len);
	memset(text + len, 0, PK_LINES_SLACK);

	struct pk_record quick;
	struct pk_record slow;
	struct pk_source *source = pk_source_make(arena, "fuzz", text, len);
	enum pk_event_result first = pk_event_fast_read(fast, text, len, &quick);
	enum pk_event_result second = pk_event_json_read(source, types, &slow, &diags);
	demand(first != PK_EVENT_BROKEN && second != PK_EVENT_NOT_PLAIN);
	demand(first == PK_EVENT_NOT_PLAIN || first == second);
	demand((second == PK_EVENT_BROKEN) == (diags.all.len > 0));
	if (first == PK_EVENT_READ)
		demand_same(&quick, &slow);

	struct pk_diags found = {.arena = arena};
	const char *copy = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_source *document = pk_source_make(arena, "fuzz", copy, size);
	enum pk_event_result third = pk_event_xml_read(document, types, &slow, &found);
	demand((third == PK_EVENT_BROKEN) == (found.all.len > 0));
	free(text);
	return 0;
}
