#include "cli/blame.h"

/* A file and its lines; each is asked for once. */
struct file {
	const struct pk_source *source;
	struct pk_tree_lines lines;
};

struct files {
	PK_LIST(struct file) list;
};

static const struct pk_tree_lines *find_lines(struct files *files, struct pk_arena *arena,
	const struct pk_tree *commit, const struct pk_source *source, const struct pk_tree *from)
{
	for (size_t i = 0; i < files->list.len; i++) {
		if (files->list.items[i].source == source)
			return &files->list.items[i].lines;
	}
	struct file *file = pk_list_push(arena, &files->list);
	file->source = source;
	file->lines = pk_tree_blame(arena, commit, source, from);
	return &file->lines;
}

void pk_blame_findings(struct pk_diags *diags, size_t first, const struct pk_tree *tree)
{
	PK_AUTO(pk_tree) *head = tree == NULL ? pk_tree_find(".", "HEAD") : NULL;
	const struct pk_tree *commit = tree == NULL ? head : tree;
	struct files files = {0};
	for (size_t i = first; commit != NULL && i < diags->all.len; i++) {
		struct pk_diag *diag = &diags->all.items[i];
		if (diag->span.source == NULL)
			continue;
		const struct pk_tree_lines *lines =
			find_lines(&files, diags->arena, commit, diag->span.source, tree);
		uint32_t line = pk_source_place(diag->span.source, diag->span.begin).line;
		if (line <= lines->len)
			diag->blame = &lines->items[line - 1];
	}
}
