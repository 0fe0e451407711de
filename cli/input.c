#include "cli/input.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "rulesets/library.h"

#define PROJECT_FILE "picket.yaml"

/* The colon between REV and PATH; those inside "^{/text}" and "@{12:00}" belong to REV. */
static const char *find_colon(const char *text)
{
	size_t depth = 0;
	for (; *text != '\0'; text++) {
		if (*text == '{')
			depth++;
		else if (*text == '}' && depth > 0)
			depth--;
		else if (*text == ':' && depth == 0)
			return text;
	}
	return NULL;
}

static bool is_shipped(
	struct pk_arena *arena, const char *name, const struct pk_input_options *options)
{
	return strchr(name, '/') == NULL &&
		pk_library_locate(arena, options->library, name) != NULL;
}

/* Is this how only a revision is written? Else nothing is said when no revision has the name. */
static bool is_revision(const char *text)
{
	return text[0] == '@' || strpbrk(text, "~^") != NULL || strstr(text, "@{") != NULL;
}

/* The project of a revision: that of the present folder, else that of the top. */
static const char *find_project(struct pk_arena *arena, const struct pk_tree *tree)
{
	struct pk_diags quiet = {.arena = arena};
	const char *here = pk_tree_path_here(arena, tree, PROJECT_FILE, &quiet);
	if (here != NULL && pk_tree_exists(tree, here))
		return here;
	return pk_tree_path(arena, tree, PROJECT_FILE);
}

static bool find_in_tree(struct pk_input *out, struct pk_arena *arena, const char *argument,
	const struct pk_input_options *options, struct pk_diags *diags)
{
	const struct pk_tree *tree = out->tree;
	if (argument == NULL) {
		out->path = find_project(arena, tree);
		if (!pk_tree_exists(tree, out->path))
			out->path = options->shipped;
		return true;
	}
	out->path = pk_tree_path_here(arena, tree, argument, diags);
	if (out->path == NULL)
		return false;
	if (!pk_tree_exists(tree, out->path) && is_shipped(arena, argument, options))
		out->path = argument;
	return true;
}

/* REV:PATH, whose colon is at `colon`. */
static bool open_colon(struct pk_input *out, struct pk_arena *arena, const char *argument,
	const char *colon, struct pk_diags *diags)
{
	const char *path = colon + 1;
	out->tree =
		pk_tree_open(pk_arena_strndup(arena, argument, (size_t)(colon - argument)), diags);
	if (out->tree == NULL)
		return false;
	bool is_here = pk_text_starts(path, "./") || pk_text_starts(path, "../");
	out->path = is_here ? pk_tree_path_here(arena, out->tree, path, diags)
			    : pk_tree_path(arena, out->tree, path);
	return out->path != NULL;
}

static bool find(struct pk_input *out, struct pk_arena *arena, const char *argument,
	const struct pk_input_options *options, struct pk_diags *diags)
{
	out->path = argument;
	if (argument == NULL) {
		out->path = pk_file_exists(PROJECT_FILE) ? PROJECT_FILE : options->shipped;
		return true;
	}
	if (strcmp(argument, "-") == 0 || pk_file_exists(argument))
		return true;
	const char *colon = find_colon(argument);
	if (colon != NULL && colon > argument)
		return open_colon(out, arena, argument, colon, diags);
	if (is_shipped(arena, argument, options))
		return true;
	bool says_so = is_revision(argument);
	out->tree = says_so ? pk_tree_open(argument, diags) : pk_tree_find(".", argument);
	if (out->tree != NULL)
		out->path = find_project(arena, out->tree);
	return out->tree != NULL || !says_so;
}

bool pk_input_open(struct pk_input *out, struct pk_arena *arena, const char *argument,
	const struct pk_input_options *options, struct pk_diags *diags)
{
	struct pk_input input = {0};
	bool found;
	if (options->rev == NULL) {
		found = find(&input, arena, argument, options, diags);
	} else {
		input.tree = pk_tree_open(options->rev, diags);
		found = input.tree != NULL && find_in_tree(&input, arena, argument, options, diags);
	}
	if (found)
		*out = input;
	else
		pk_input_close(&input);
	return found;
}

void pk_input_close(struct pk_input *input)
{
	pk_tree_close(input->tree);
	input->tree = NULL;
}
