/*
 * What tests of inventories share: an inventory from a text, with its findings.
 */
#ifndef TESTS_UNIT_INVENTORY_FIXTURE_H
#define TESTS_UNIT_INVENTORY_FIXTURE_H

#include "fleet/inventory/inventory.h"
#include "fleet/inventory/select.h"
#include "tests/unit/test.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const struct pk_inventory *inventory;
};

static inline void fixture_read(struct fixture *out, const char *path, const char *text)
{
	const struct pk_inventory_options options = {.home = "/home/ops", .user = "ops"};
	out->arena = pk_arena_create();
	out->diags = (struct pk_diags){.arena = out->arena};
	struct pk_source *source = pk_source_make(out->arena, path, text, strlen(text));
	out->inventory = pk_inventory_read_source(out->arena, source, &options, &out->diags);
	assert_true((out->inventory == NULL) == (out->diags.errors > 0));
}

static inline void fixture_finish(struct fixture *fixture)
{
	pk_arena_destroy(fixture->arena);
}

#define FIXTURE_AUTO __attribute__((cleanup(fixture_finish))) struct fixture

static inline const struct pk_host *host_of(const struct fixture *fixture, const char *name)
{
	assert_non_null(fixture->inventory);
	const struct pk_host *host = pk_inventory_find(fixture->inventory, name);
	assert_non_null(host);
	return host;
}

/* A text, and the one finding that it has. */
struct wrong {
	const char *text;
	enum pk_code code;
	uint32_t line;
	uint32_t column;
};

static inline bool is_wrong(const char *path, const struct wrong *wrong)
{
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, path, wrong->text);
	const struct pk_diag *diag = fixture.diags.all.items;
	struct pk_place place = {0};
	if (fixture.diags.all.len > 0)
		place = pk_source_place(diag->span.source, diag->span.begin);
	if (fixture.diags.all.len == 1 && diag->code == wrong->code && place.line == wrong->line &&
		place.column == wrong->column)
		return true;
	print_message("%s\n%zu findings, the first at %u:%u: %s\n", wrong->text,
		fixture.diags.all.len, place.line, place.column,
		fixture.diags.all.len == 0 ? "none" : diag->message);
	return false;
}

static inline void assert_wrong(const char *path, const struct wrong *wrongs, size_t count)
{
	bool good = true;
	for (size_t i = 0; i < count; i++)
		good = is_wrong(path, &wrongs[i]) && good;
	assert_true(good);
}

#endif
