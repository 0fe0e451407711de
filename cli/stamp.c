#include "cli/stamp.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/json_out.h"
#include "mitre/attack.h"

static bool has_all(
	const struct pk_tree *commit, const struct pk_policy *policy, const struct pk_tree *from)
{
	for (size_t i = 0; i < policy->sources.len; i++) {
		if (!pk_tree_has(commit, policy->sources.items[i], from))
			return false;
	}
	return true;
}

const char *pk_stamp_commit(
	struct pk_arena *arena, const struct pk_policy *policy, const struct pk_tree *tree)
{
	if (policy->sources.len == 0)
		return NULL;
	PK_AUTO(pk_tree) *head = NULL;
	const struct pk_tree *commit = tree;
	if (commit == NULL) {
		const char *folder = pk_file_beside(arena, policy->sources.items[0]->path, ".");
		commit = head = pk_tree_find(folder, "HEAD");
	}
	if (commit == NULL)
		return "uncommitted";
	return pk_arena_printf(arena, "%s%s", pk_tree_commit(commit),
		has_all(commit, policy, tree) ? "" : "-dirty");
}

static void put_rulesets(struct pk_json_out *json, const struct pk_policy *policy)
{
	pk_json_out_open_array(json, "rulesets");
	for (size_t i = 0; i < policy->sets.len; i++) {
		const struct pk_ruleset *set = policy->sets.items[i];
		pk_json_out_open_object(json, NULL);
		pk_json_out_text(json, "id", set->id);
		pk_json_out_text(json, "version", set->version.text);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_array(json);
}

static void put_text(struct pk_json_out *json, const char *name, const char *text)
{
	if (text != NULL)
		pk_json_out_text(json, name, text);
}

void pk_stamp_put(struct pk_buf *out, const struct pk_stamp *stamp)
{
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, stamp->output->data, stamp->output->len);

	struct pk_json_out json = {.buf = out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "picket", PICKET_VERSION);
	put_text(&json, "commit", stamp->commit);
	put_text(&json, "project", stamp->policy->project_id);
	put_text(&json, "profile", stamp->policy->profile);
	put_rulesets(&json, stamp->policy);
	pk_json_out_text(&json, "target", pk_target_name(stamp->target));
	pk_json_out_text(&json, "target_schema", stamp->schema);
	pk_json_out_text(&json, "attack", pk_attack_version(stamp->policy->attack));
	pk_json_out_text(&json, "output", digest);
	pk_json_out_close_object(&json);
	pk_buf_putc(out, '\n');
}
