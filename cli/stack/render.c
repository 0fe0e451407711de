/* stack render: everything that `up` would write, as files for people who read and load by hand. */
#include "cli/stack/render.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_out.h"
#include "base/text.h"
#include "templates/agents/agents.h"
#include "templates/logstash/logstash.h"

#define MANIFEST "render.json"

static const char default_url[] = "https://localhost:9200";

void pk_render_add(
	struct pk_render *render, const char *path, const struct pk_buf *buf, bool program)
{
	struct pk_arena *arena = render->stack->cli->arena;
	const char *bytes = buf->data == NULL ? "" : buf->data;
	*pk_list_push(arena, &render->files) = (struct pk_render_file){
		.path = path,
		.bytes = pk_arena_strndup(arena, bytes, buf->len),
		.len = buf->len,
		.program = program,
	};
}

/* --- what there is --- */

static const char *folder_of(enum pk_asset_kind kind)
{
	switch (kind) {
	case PK_ASSET_ILM:
	case PK_ASSET_ISM:
		return "lifecycle";
	case PK_ASSET_PIPELINE:
		return "pipelines";
	case PK_ASSET_COMPONENT:
	case PK_ASSET_CUSTOM:
		return "components";
	case PK_ASSET_INDEX_TEMPLATE:
	case PK_ASSET_LEGACY_TEMPLATE:
		return "templates";
	case PK_ASSET_FIRST_INDEX:
		return "indices";
	}
	return "";
}

const char *pk_render_path(struct pk_arena *arena, const struct pk_asset *asset)
{
	return pk_arena_printf(arena, "%s/%s.json", folder_of(asset->kind), asset->id);
}

static bool add_assets(struct pk_render *render)
{
	struct pk_stack *stack = render->stack;
	struct pk_arena *arena = stack->cli->arena;
	for (size_t i = 0; i < stack->assets.len; i++) {
		const struct pk_asset *asset = &stack->assets.items[i];
		PK_BUF_AUTO text = {0};
		const struct pk_node *body = pk_json_read(
			pk_source_make(arena, asset->id, asset->body, strlen(asset->body)),
			&stack->diags);
		if (body == NULL)
			return false;
		pk_json_put_node(&text, body, 2);
		pk_buf_putc(&text, '\n');
		pk_render_add(render, pk_render_path(arena, asset), &text, false);
	}
	return true;
}

/* The flavour that install.sh loads is in `stack`; a stack that takes both gets both. */
static const char *add_dashboards(struct pk_render *render)
{
	struct pk_stack *stack = render->stack;
	static const char *const paths[] = {
		[PK_OBJECTS_CLASSIC] = "dashboards/classic.ndjson",
		[PK_OBJECTS_LENS] = "dashboards/lens.ndjson",
	};
	int asked = stack->options->dashboards;
	bool lens = pk_elk_has(render->elk, PK_ELK_LENS);
	for (int i = PK_OBJECTS_CLASSIC; i <= PK_OBJECTS_LENS; i++) {
		struct pk_objects objects = {0};
		PK_BUF_AUTO lines = {0};
		if (asked >= 0 ? asked != i : (i == PK_OBJECTS_LENS && !lens))
			continue;
		pk_objects_make(&objects, stack->cli->arena, render->elk, (enum pk_object_flavour)i,
			&stack->streams);
		pk_objects_put(&lines, &objects);
		pk_render_add(render, paths[i], &lines, false);
	}
	if (asked >= 0)
		return paths[asked];
	return paths[pk_object_flavour_of(render->elk)];
}

static const char *url_of(const struct pk_stack *stack)
{
	const char *url = stack->options->access.url;
	return url == NULL ? default_url : url;
}

static void add_logstash(struct pk_render *render)
{
	struct pk_stack *stack = render->stack;
	const struct pk_logstash_options options = {
		.url = url_of(stack),
		.ca = stack->options->agent_ca,
		.port = (uint16_t)stack->options->monster_port,
		.streams = &stack->streams,
	};
	const struct pk_logstash_file *file;
	for (size_t i = 0; (file = pk_logstash_file_at(i)) != NULL; i++) {
		PK_BUF_AUTO text = {0};
		file->put(&text, render->elk, &options);
		pk_render_add(render, pk_arena_printf(stack->cli->arena, "logstash/%s", file->name),
			&text, false);
	}
}

static void add_agents(struct pk_render *render)
{
	struct pk_stack *stack = render->stack;
	const struct pk_stack_options *options = stack->options;
	const struct pk_agent_options agent = {
		.url = url_of(stack),
		.ca = options->agent_ca,
		.fingerprint = options->access.fingerprint,
		.logstash = options->logstash,
		.monster_host = options->monster_host,
		.monster_port = (uint16_t)options->monster_port,
		.streams = &stack->streams,
	};
	PK_BUF_AUTO winlogbeat = {0};
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	pk_agent_put_winlogbeat(&winlogbeat, render->elk, &agent);
	pk_agent_put_monster(&first, PK_MONSTER_GEN1, &agent);
	pk_agent_put_monster(&second, PK_MONSTER_GEN2, &agent);
	pk_render_add(render, "agents/winlogbeat.yml", &winlogbeat, false);
	pk_render_add(render, "agents/monster-0.9.json", &first, false);
	pk_render_add(render, "agents/monster-1.0.json", &second, false);
}

static void add_scripts(struct pk_render *render, const char *dashboards)
{
	PK_BUF_AUTO install = {0};
	PK_BUF_AUTO uninstall = {0};
	pk_render_put_install(&install, render, dashboards);
	pk_render_put_remove(&uninstall, render);
	pk_render_add(render, "install.sh", &install, true);
	pk_render_add(render, "remove.sh", &uninstall, true);
}

/* By this file the folder is known again. */
static void add_manifest(struct pk_render *render)
{
	PK_BUF_AUTO text = {0};
	struct pk_json_out json = {.buf = &text};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "picket", PICKET_VERSION);
	pk_json_out_text(&json, "flavour", render->elk->name);
	pk_json_out_open_array(&json, "files");
	for (size_t i = 0; i < render->files.len; i++)
		pk_json_out_text(&json, NULL, render->files.items[i].path);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
	pk_buf_putc(&text, '\n');
	pk_render_add(render, MANIFEST, &text, false);
}

/* --- writing --- */

static const char *join(struct pk_arena *arena, const char *folder, const char *path)
{
	return pk_arena_printf(arena, "%s/%s", folder, path);
}

static bool is_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	bool empty = true;
	const struct dirent *entry;
	if (dir == NULL)
		return errno == ENOENT;
	while (empty && (entry = readdir(dir)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(dir);
	return empty;
}

static bool is_made(const struct pk_render *render, const char *path)
{
	for (size_t i = 0; i < render->files.len; i++)
		if (pk_text_equal(render->files.items[i].path, path))
			return true;
	return false;
}

/* A manifest may have been written by anybody: only what lies in the folder is removed. */
static bool is_inside(const char *path)
{
	return path[0] != '/' && strstr(path, "..") == NULL;
}

/* Removes the files of the render before that are not made any more. */
static bool remove_old(struct pk_render *render, const char *folder)
{
	struct pk_stack *stack = render->stack;
	struct pk_arena *arena = stack->cli->arena;
	const char *manifest = join(arena, folder, MANIFEST);
	if (!pk_file_exists(manifest))
		return true;
	struct pk_source *source = pk_file_read(arena, manifest, 0, &stack->diags);
	const struct pk_node *node = source == NULL ? NULL : pk_json_read(source, &stack->diags);
	const struct pk_node *files = NULL;
	if (node == NULL || !pk_node_expect(node, PK_NODE_MAP, MANIFEST, &stack->diags) ||
		!pk_node_get_list(&files, node, "files", &stack->diags))
		return false;
	for (size_t i = 0; files != NULL && i < files->items.len; i++) {
		const char *path = files->items.items[i]->text;
		if (path != NULL && is_inside(path) && !is_made(render, path))
			(void)unlink(join(arena, folder, path));
	}
	return true;
}

static bool write_one(
	struct pk_render *render, const char *folder, const struct pk_render_file *file)
{
	struct pk_diags *diags = &render->stack->diags;
	struct pk_arena *arena = render->stack->cli->arena;
	const char *path = join(arena, folder, file->path);
	const char *slash = strrchr(path, '/');
	const char *outer = pk_arena_strndup(arena, path, (size_t)(slash - path));
	if (!pk_file_make_dirs(outer, diags) || !pk_file_write(path, file->bytes, file->len, diags))
		return false;
	if (!file->program || chmod(path, 0755) == 0)
		return true;
	pk_report(diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' cannot be made a program: %s", path,
		strerror(errno));
	return false;
}

bool pk_render_write(struct pk_render *render, const char *folder)
{
	struct pk_stack *stack = render->stack;
	if (!stack->options->force && !is_empty(folder) &&
		!pk_file_exists(join(stack->cli->arena, folder, MANIFEST))) {
		struct pk_diag *diag = pk_report(&stack->diags, PK_RENDER_FOLDER, PK_NO_SPAN,
			"the folder '%s' is not empty and not an earlier render", folder);
		pk_diag_hint(&stack->diags, diag,
			"give another folder by -o, or --force to write beside what is there");
		return false;
	}
	if (!remove_old(render, folder))
		return false;
	/* The manifest first: who is interrupted can do it again. */
	for (size_t i = render->files.len; i-- > 0;)
		if (!write_one(render, folder, &render->files.items[i]))
			return false;
	return true;
}

static void put_result(struct pk_render *render, const char *folder)
{
	struct pk_stack *stack = render->stack;
	const char *result = stack->options->dry_run ? "would be written" : "written";
	if (!pk_stack_wants_json(stack)) {
		for (size_t i = 0; i < render->files.len; i++)
			pk_buf_printf(&stack->out, "%s  %s/%s\n", result, folder,
				render->files.items[i].path);
		return;
	}
	for (size_t i = 0; i < render->files.len; i++) {
		struct pk_json_out json = {.buf = &stack->out};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "file", render->files.items[i].path);
		pk_json_out_text(&json, "result", result);
		pk_json_out_close_object(&json);
		pk_buf_putc(&stack->out, '\n');
	}
}

int pk_stack_render(struct pk_stack *stack)
{
	struct pk_elk elk;
	struct pk_render render = {.stack = stack, .elk = &elk};
	const char *folder = stack->options->output;
	if (stack->options->flavour == NULL)
		return pk_cli_usage_error(stack->cli,
			"say by --flavor for which stack: es6, es7, es8, es9, os1, os2 or os3");
	if (folder == NULL)
		return pk_cli_usage_error(stack->cli, "name the folder by -o");
	if (!pk_stack_open_flavour(stack, &elk)) {
		pk_stack_finish(stack, PK_EXIT_CANNOT);
		return stack->cli->status;
	}
	if (!add_assets(&render))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	const char *dashboards = add_dashboards(&render);
	add_logstash(&render);
	add_agents(&render);
	add_scripts(&render, dashboards);
	add_manifest(&render);
	if (stack->options->dry_run || pk_render_write(&render, folder))
		put_result(&render, folder);
	return pk_stack_finish(stack, PK_EXIT_OK);
}
