#include "cli/compiled.h"

#include "cli/today.h"
#include "generators/compile/compile.h"
#include "rulesets/policy.h"

/* Fills the output and says in the stamp which schema it is in. */
static void compile(struct pk_compiled *out, const char *schema, struct pk_diags *diags)
{
	struct pk_stamp *stamp = &out->stamp;
	struct pk_compile_options options = {.schema = schema, .commit = stamp->commit};
	enum pk_monster_schema monster = PK_MONSTER_0_9;
	struct pk_sysmon *sysmon;

	switch (stamp->target) {
	case PK_TARGET_MONSTER_1_0:
		monster = PK_MONSTER_1_0;
		__attribute__((fallthrough));
	case PK_TARGET_MONSTER:
		stamp->schema = pk_monster_schema_name(monster);
		pk_monster_write(&out->bytes, pk_compile_monster(stamp->policy, monster, diags));
		break;
	case PK_TARGET_SYSMON_LINUX:
		options.platform = PK_LINUX;
		__attribute__((fallthrough));
	case PK_TARGET_SYSMON:
	case PK_TARGET_UNSET:
		sysmon = pk_compile_sysmon(stamp->policy, &options, diags);
		if (sysmon == NULL)
			break;
		stamp->schema = sysmon->version_text;
		pk_buf_put(&out->bytes, sysmon->source->text, sysmon->source->len);
		break;
	}
}

bool pk_compiled_make(struct pk_compiled *out, struct pk_cli *cli, const struct pk_input *input,
	const struct pk_compiled_options *options, struct pk_diags *diags)
{
	struct pk_arena *arena = cli->arena;
	size_t errors = diags->errors;
	struct pk_policy_options policy_options = {.profile = options->profile,
		.library_dir = options->library,
		.tree = input->tree,
		.today = pk_today(arena),
		.partial = true};
	struct pk_policy *policy = pk_policy_read(arena, input->path, &policy_options, diags);
	if (policy == NULL || !pk_policy_check(policy, diags) || diags->errors > errors)
		return false;

	out->stamp.policy = policy;
	out->stamp.output = &out->bytes;
	out->stamp.commit = pk_stamp_commit(arena, policy, input->tree);
	out->stamp.target =
		options->target == PK_TARGET_UNSET ? pk_target_of(policy) : options->target;
	compile(out, options->schema, diags);
	return diags->errors == errors;
}

void pk_compiled_finish(struct pk_compiled *compiled)
{
	pk_buf_finish(&compiled->bytes);
}
