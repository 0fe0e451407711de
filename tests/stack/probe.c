#include "tests/stack/probe.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "templates/assets/assets.h"

const struct pk_node *probe_read_json(const char *text, size_t len, struct pk_diags *diags)
{
	const char *copy = pk_arena_strndup(diags->arena, text, len);
	return pk_json_read(pk_source_make(diags->arena, "answer", copy, len), diags);
}

const struct pk_node *probe_read_file(const char *path, struct pk_diags *diags)
{
	struct pk_source *source = pk_file_read(diags->arena, path, 0, diags);
	return source != NULL ? pk_json_read(source, diags) : NULL;
}

void probe_read_lines(struct probe_lines *out, const char *path, struct pk_diags *diags)
{
	struct pk_source *source = pk_file_read(diags->arena, path, 0, diags);
	*out = (struct probe_lines){0};
	for (const char *at = source != NULL ? source->text : ""; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		*pk_list_push(diags->arena, out) = pk_arena_strndup(diags->arena, at, len);
		at += len + (at[len] == '\n');
	}
}

bool probe_take_stack(struct pk_elk *out, const char *stack, struct pk_diags *diags)
{
	if (!pk_elk_parse(out, stack, diags))
		return false;
	pk_elk_set(out, PK_ELK_ISM, false);
	return true;
}

void probe_put_assets(struct pk_arena *arena, const struct pk_elk *elk, bool no_geoip)
{
	struct pk_assets assets;
	const struct pk_asset_options options = {.pipelines = {.no_geoip = no_geoip}};
	pk_assets_make(&assets, arena, elk, &options);
	for (size_t i = 0; i < assets.len; i++)
		printf("%s\t%s\n", assets.items[i].path, assets.items[i].body);
}

void probe_put_type(const char *type)
{
	if (*type != '\0')
		printf("\"_type\":\"%s\",", type);
}

int probe_end(const char *name, int status, const struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++)
		fprintf(stderr, "%s: %s\n", name, diags->all.items[i].message);
	return diags->errors > 0 ? 2 : status;
}
