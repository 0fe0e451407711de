/*
 * Bringing rulesets and configurations to the newest release of ATT&CK: no input may crash it;
 * edits lie in the text and apart from one another; what was migrated can be read as before, and
 * needs no migration.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/yaml.h"
#include "generators/sysmon/sysmon_migrate.h"
#include "rulesets/migrate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* Migrates the source; false if it is none that can be read. */
static bool migrate(struct pk_migration *migration, struct pk_source *source)
{
	if (source->text[0] == '<')
		return pk_sysmon_migrate(migration, source);
	const struct pk_node *root = pk_yaml_read(source, migration->diags);
	if (root != NULL)
		pk_ruleset_migrate(migration, root);
	return root != NULL;
}

static void check_edits(struct pk_migration *migration, const struct pk_source *source)
{
	uint32_t end = 0;
	pk_migration_sort(migration);
	for (size_t i = 0; i < migration->edits.len; i++) {
		struct pk_span span = migration->edits.items[i].span;
		demand(span.begin >= end && span.begin < span.end && span.end <= source->len);
		end = span.end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const struct pk_history *history = pk_history_open(arena);
	struct pk_migration first = {.arena = arena,
		.history = history,
		.from = 0,
		.to = pk_history_find_release(history, PK_ATTACK_NEWEST),
		.diags = &diags};
	struct pk_migration second = first;
	struct pk_source *source =
		pk_source_make(arena, "x", pk_arena_strndup(arena, (const char *)data, size), size);
	if (!migrate(&first, source))
		return 0;

	check_edits(&first, source);
	PK_BUF_AUTO text = {0};
	PK_BUF_AUTO diff = {0};
	pk_migration_apply(&text, &first, source);
	pk_migration_diff(&diff, &first, source);
	pk_buf_putc(&text, '\0');
	demand((diff.len > 0) == (first.edits.len > 0));
	demand(migrate(&second, pk_source_make(arena, "y", text.data, text.len - 1)));
	demand(second.edits.len == 0 && second.left == first.left);
	return 0;
}
