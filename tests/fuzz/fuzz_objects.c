/*
 * Any bytes as an export of saved objects, or as a query: the first byte says as what. No input may
 * crash the linter; it is good exactly if nothing is found; places lie in their texts; a second
 * time the same is found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "templates/objects/kuery.h"
#include "templates/objects/objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void demand_named(void *context, const char *field)
{
	(void)context;
	demand(field[0] != '\0');
}

/* The bytes as a query: what can be read can be asked. */
static void try_query(struct pk_arena *arena, const char *text)
{
	struct pk_kuery_problem problem;
	const struct pk_kuery *query = pk_kuery_read(&problem, arena, text);
	PK_BUF_AUTO buf = {0};
	demand((query == NULL) == (problem.what != NULL));
	demand(problem.at <= strlen(text));
	if (query == NULL)
		return;
	pk_kuery_put(&buf, query);
	pk_kuery_fields(query, demand_named, NULL);
	demand(buf.len > 2 && buf.data[0] == '{' && buf.data[buf.len - 1] == '}');
}

static void try_objects(
	struct pk_diags *diags, enum pk_object_flavour flavour, const char *text, size_t size)
{
	struct pk_source *source = pk_source_make(diags->arena, "export", text, size);
	bool good = pk_objects_check(source, flavour, diags);
	demand(good == (diags->all.len == 0));
	for (size_t i = 0; i < diags->all.len; i++) {
		struct pk_span span = diags->all.items[i].span;
		demand(span.source != NULL && span.begin <= span.end);
		demand(span.end <= span.source->len + 1);
		demand(pk_source_place(span.source, span.begin).line > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	if (size == 0)
		return 0;
	const char *text = pk_arena_strndup(arena, (const char *)data + 1, size - 1);
	struct pk_diags one = {.arena = arena};
	struct pk_diags two = {.arena = arena};
	if (data[0] == 'q') {
		try_query(arena, text);
		return 0;
	}
	enum pk_object_flavour flavour = data[0] == 'l' ? PK_OBJECTS_LENS : PK_OBJECTS_CLASSIC;
	try_objects(&one, flavour, text, size - 1);
	try_objects(&two, flavour, text, size - 1);
	demand(one.all.len == two.all.len);
	return 0;
}
