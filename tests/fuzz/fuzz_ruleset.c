/*
 * Any bytes as a ruleset or project: no input may crash the reader or make it grow without bounds;
 * a policy comes back exactly if there is no error; places lie in their texts.
 *
 * A policy without errors goes on to every target. The laws: compiling twice gives equal bytes;
 * what is written without an error is accepted, and imported it compiles to the same binary rules.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "generators/blob/blob.h"
#include "generators/compile/compile.h"
#include "generators/compile/policy_test.h"
#include "generators/import/import.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_write.h"
#include "rulesets/policy.h"

/* The shipped sets, which an input may extend, have more rules: other tests compile them. */
enum { COMPILED_MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void demand_equal(const struct pk_buf *a, const struct pk_buf *b)
{
	demand(a->len == b->len);
	demand(a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* --- the policy --- */

static void check_span(struct pk_span span)
{
	demand(span.begin <= span.end);
	demand(span.source == NULL || span.end <= span.source->len + 1);
}

static void check_spans(const struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++)
		check_span(diags->all.items[i].span);
}

static void check_rule(const struct pk_rule *rule)
{
	demand(rule->id != NULL && rule->event != NULL);
	demand(rule->when != NULL || rule->group != NULL);
	demand(rule->origins.len > 0);
	check_span(rule->span);
	if (rule->when != NULL)
		check_span(rule->when->span);
}

static void check_policy(const struct pk_policy *policy)
{
	for (size_t i = 0; i < policy->rules.len; i++)
		check_rule(policy->rules.items[i]);
	for (size_t i = 0; i < policy->groups.len; i++) {
		const struct pk_group *group = policy->groups.items[i];
		for (size_t k = 0; k < group->rules.len; k++)
			check_rule(group->rules.items[k]);
	}
	demand(policy->sets.len > 0 && policy->rule_name != NULL);
}

static struct pk_policy *read_policy(struct pk_arena *arena, const void *bytes, size_t size)
{
	struct pk_diags diags = {.arena = arena};
	const char *text = pk_arena_strndup(arena, bytes, size);
	struct pk_source *source = pk_source_make(arena, "/no-such-folder/x", text, size);
	const struct pk_policy_options options = {.today = "2026-01-01"};
	struct pk_policy *policy = pk_policy_read_source(arena, source, &options, &diags);
	demand((policy == NULL) == (diags.errors > 0));
	check_spans(&diags);
	return policy;
}

/* --- Sysmon --- */

/* The configuration of the policy, written to `xml`; NULL if there was an error. */
static struct pk_sysmon *compile(const struct pk_policy *policy,
	const struct pk_compile_options *options, struct pk_buf *xml)
{
	struct pk_diags diags = {.arena = policy->arena};
	struct pk_sysmon *sysmon = pk_compile_sysmon(policy, options, &diags);
	check_spans(&diags);
	demand(sysmon != NULL || diags.errors > 0);
	if (diags.errors > 0)
		return NULL;
	pk_sysmon_write(xml, sysmon);
	return sysmon;
}

static struct pk_sysmon *judge(
	struct pk_arena *arena, enum pk_platform platform, const struct pk_buf *xml)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.platform = platform, .comments = true};
	const char *text = pk_arena_strndup(arena, xml->data, xml->len);
	struct pk_source *source = pk_source_make(arena, "xml", text, xml->len);
	return pk_sysmon_judge(source, &options, false, &diags);
}

static void encode(struct pk_buf *blob, struct pk_sysmon *sysmon)
{
	struct pk_diags diags = {.arena = sysmon->arena};
	demand(pk_blob_encode(blob, sysmon, &diags));
}

/* Import may refuse what would be beyond the limits of the language, and nothing else. */
static void check_import(const struct pk_compile_options *options, struct pk_sysmon *accepted,
	struct pk_arena *arena)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_imported imported = {0};
	const struct pk_import_options import = {.id = "fuzz", .name = "fuzz"};
	if (pk_import_sysmon(&imported, accepted, &import, &diags)) {
		struct pk_policy *policy =
			read_policy(arena, imported.ruleset.data, imported.ruleset.len);
		demand(policy != NULL);
		PK_BUF_AUTO xml = {0};
		demand(compile(policy, options, &xml) != NULL);
		PK_BUF_AUTO before = {0};
		PK_BUF_AUTO after = {0};
		encode(&before, accepted);
		encode(&after, judge(arena, options->platform, &xml));
		demand_equal(&before, &after);
	}
	pk_imported_finish(&imported);
}

static void try_sysmon(
	const struct pk_policy *policy, enum pk_platform platform, const char *schema)
{
	const struct pk_compile_options options = {.platform = platform, .schema = schema};
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	if (compile(policy, &options, &first) == NULL)
		return;
	demand(compile(policy, &options, &second) != NULL);
	demand_equal(&first, &second);

	struct pk_diags diags = {.arena = policy->arena};
	struct pk_test_run count;
	demand(pk_policy_test(&count, policy, &options, &diags) || diags.errors > 0);
	check_spans(&diags);

	struct pk_sysmon *accepted = judge(policy->arena, platform, &first);
	demand(!accepted->rejected);
	check_import(&options, accepted, policy->arena);
}

/* --- Monster --- */

static bool compile_monster(
	struct pk_buf *out, const struct pk_policy *policy, enum pk_monster_schema schema)
{
	struct pk_diags diags = {.arena = policy->arena};
	pk_monster_write(out, pk_compile_monster(policy, schema, &diags));
	check_spans(&diags);
	return diags.errors == 0;
}

static void try_monster(const struct pk_policy *policy, enum pk_monster_schema schema)
{
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	if (!compile_monster(&first, policy, schema))
		return;
	demand(compile_monster(&second, policy, schema));
	demand_equal(&first, &second);

	struct pk_diags diags = {.arena = policy->arena};
	const char *text = pk_arena_strndup(policy->arena, first.data, first.len);
	struct pk_source *source = pk_source_make(policy->arena, "json", text, first.len);
	struct pk_node *root = pk_json_read(source, &diags);
	demand(root != NULL);
	struct pk_monster_config *config = pk_monster_read(policy->arena, root, schema, &diags);
	demand(config != NULL && pk_monster_check(config, NULL, &diags));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	struct pk_policy *policy = read_policy(arena, data, size);
	if (policy == NULL)
		return 0;
	check_policy(policy);
	bool good = pk_policy_check(policy, &diags);
	check_spans(&diags);
	if (!good || policy->rules.len > COMPILED_MOST)
		return 0;
	try_sysmon(policy, PK_WINDOWS, "4.50");
	try_sysmon(policy, PK_WINDOWS, "4.90");
	try_sysmon(policy, PK_LINUX, NULL);
	try_monster(policy, PK_MONSTER_0_9);
	try_monster(policy, PK_MONSTER_1_0);
	return 0;
}
