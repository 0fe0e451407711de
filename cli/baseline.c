#include "cli/baseline.h"

#include "base/map.h"

/* The file of a finding; of a shipped one, which no commit has, its own name. NULL: no file. */
static const char *file_of(struct pk_arena *arena, const struct pk_diag *diag,
	const struct pk_tree *base, const struct pk_tree *from)
{
	if (diag->span.source == NULL)
		return NULL;
	const char *path = pk_tree_path_of(arena, base, diag->span.source, from);
	return path == NULL ? diag->span.source->path : path;
}

/* Findings are the same if code, file and message are: lines move. */
static const char *key_of(struct pk_arena *arena, const struct pk_diag *diag,
	const struct pk_tree *base, const struct pk_tree *from)
{
	const char *file = file_of(arena, diag, base, from);
	return pk_arena_printf(
		arena, "%d %s\n%s", (int)diag->code, file == NULL ? "" : file, diag->message);
}

/* Does the finding stand in a file of the repository that is not as the base has it? */
static bool is_in_changed_file(struct pk_arena *arena, const struct pk_diag *diag,
	const struct pk_tree *base, const struct pk_tree *tree)
{
	struct pk_source *source = diag->span.source;
	return source != NULL && pk_tree_path_of(arena, base, source, tree) != NULL &&
		!pk_tree_has(base, source, tree);
}

void pk_baseline_append_new(struct pk_diags *out, const struct pk_diags *found,
	const struct pk_diags *before, const struct pk_tree *base, const struct pk_tree *tree)
{
	struct pk_diags kept = {.arena = out->arena};
	struct pk_map known = {0};
	for (size_t i = 0; i < before->all.len; i++) {
		struct pk_diag *diag = &before->all.items[i];
		pk_map_set(out->arena, &known, key_of(out->arena, diag, base, base), diag);
	}
	for (size_t i = 0; i < found->all.len; i++) {
		struct pk_diag *diag = &found->all.items[i];
		if (is_in_changed_file(out->arena, diag, base, tree) ||
			pk_map_find(&known, key_of(out->arena, diag, base, tree)) == NULL)
			*pk_list_push(kept.arena, &kept.all) = *diag;
	}
	pk_diags_append(out, &kept, PK_NOTE);
}
