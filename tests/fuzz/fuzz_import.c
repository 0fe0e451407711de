/*
 * Any bytes as a Sysmon configuration. The law: one that Sysmon accepts is imported, its ruleset
 * is read and compiled without an error, and the binary rules of both are equal.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "generators/blob/blob.h"
#include "generators/compile/compile.h"
#include "generators/import/import.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_write.h"
#include "rulesets/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static struct pk_source *make_source(struct pk_arena *arena, const void *bytes, size_t len)
{
	return pk_source_make(arena, "fuzz", pk_arena_strndup(arena, bytes, len), len);
}

static struct pk_sysmon *judge(struct pk_arena *arena, const void *bytes, size_t len)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.arena = arena, .comments = true};
	return pk_sysmon_judge(make_source(arena, bytes, len), &options, false, &diags);
}

/* What the ruleset compiles to, as the newest parser reads it. */
static struct pk_sysmon *compile(struct pk_arena *arena, const struct pk_buf *ruleset)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_policy_options as_is = {0};
	struct pk_policy *policy = pk_policy_read_source(
		arena, make_source(arena, ruleset->data, ruleset->len), &as_is, &diags);
	demand(policy != NULL);

	struct pk_compile_options as_said = {.platform = PK_WINDOWS};
	struct pk_sysmon *compiled = pk_compile_sysmon(policy, &as_said, &diags);
	demand(compiled != NULL && diags.errors == 0);
	PK_BUF_AUTO xml = {0};
	pk_sysmon_write(&xml, compiled);
	return judge(arena, xml.data, xml.len);
}

static void check_law(
	struct pk_arena *arena, struct pk_sysmon *sysmon, const struct pk_buf *ruleset)
{
	PK_BUF_AUTO before = {0};
	PK_BUF_AUTO after = {0};
	struct pk_diags diags = {.arena = arena};
	demand(pk_blob_encode(&before, sysmon, &diags));
	demand(pk_blob_encode(&after, compile(arena, ruleset), &diags));
	demand(before.len == after.len);
	demand(before.len == 0 || memcmp(before.data, after.data, before.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_imported imported = {0};
	const struct pk_import_options options = {.id = "fuzz", .name = "fuzz"};
	struct pk_sysmon *sysmon = judge(arena, data, size);

	if (!sysmon->rejected && pk_import_sysmon(&imported, sysmon, &options, &diags))
		check_law(arena, sysmon, &imported.ruleset);
	pk_imported_finish(&imported);
	return 0;
}
