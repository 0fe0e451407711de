/* The scripts of a render: a beginning that is always the same (scripts.S), then a line for each
 * asset. */
#include "cli/stack/render.h"

#include <string.h>

#include "base/text.h"

extern const char pk_render_install_head[];
extern const char pk_render_install_verbs[];
extern const char pk_render_remove_head[];
extern const char pk_render_remove_verbs[];
extern const char pk_render_script_ask[]; /* what both begin with, behind their heads */

/* A word of the shell; ours hold no quote. */
static void put_word(struct pk_buf *buf, const char *text)
{
	pk_buf_puts(buf, " '");
	pk_buf_puts(buf, text);
	pk_buf_putc(buf, '\'');
}

/* Old lifecycles have no place for a mark. */
static bool is_unmarked(const struct pk_render *render, const struct pk_asset *asset)
{
	return asset->kind == PK_ASSET_ILM && !pk_elk_has(render->elk, PK_ELK_LIFECYCLE_META);
}

static const char *install_verb(const struct pk_render *render, const struct pk_asset *asset)
{
	switch (asset->kind) {
	case PK_ASSET_ISM:
		return "put_policy";
	case PK_ASSET_CUSTOM:
		return "put_once";
	case PK_ASSET_FIRST_INDEX:
		return "put_index";
	case PK_ASSET_ILM:
	case PK_ASSET_PIPELINE:
	case PK_ASSET_COMPONENT:
	case PK_ASSET_INDEX_TEMPLATE:
	case PK_ASSET_LEGACY_TEMPLATE:
		break;
	}
	return is_unmarked(render, asset) ? "put_unmarked" : "put";
}

/* The alias of a first index is the name without its number. */
static const char *alias_of(struct pk_arena *arena, const char *index)
{
	static const char number[] = "-000001";
	size_t len = strlen(index);
	size_t cut = pk_text_ends(index, number) ? sizeof(number) - 1 : 0;
	return pk_arena_strndup(arena, index, len - cut);
}

void pk_render_put_install(
	struct pk_buf *buf, const struct pk_render *render, const char *dashboards)
{
	struct pk_arena *arena = render->stack->cli->arena;
	const struct pk_assets *assets = &render->stack->assets;
	pk_buf_puts(buf, pk_render_install_head);
	pk_buf_puts(buf, pk_render_script_ask);
	pk_buf_puts(buf, pk_render_install_verbs);
	for (size_t i = 0; i < assets->len; i++) {
		const struct pk_asset *asset = &assets->items[i];
		pk_buf_puts(buf, install_verb(render, asset));
		put_word(buf, asset->path);
		put_word(buf, pk_render_path(arena, asset));
		if (asset->kind == PK_ASSET_FIRST_INDEX)
			put_word(buf, alias_of(arena, asset->id));
		pk_buf_putc(buf, '\n');
	}
	pk_buf_puts(buf, "import");
	put_word(buf, dashboards);
	put_word(buf, pk_objects_header(render->elk));
	pk_buf_putc(buf, '\n');
}

void pk_render_put_remove(struct pk_buf *buf, const struct pk_render *render)
{
	const struct pk_stack *stack = render->stack;
	pk_buf_puts(buf, pk_render_remove_head);
	pk_buf_puts(buf, pk_render_script_ask);
	pk_buf_puts(buf, pk_render_remove_verbs);
	if (pk_elk_has(render->elk, PK_ELK_DATA_STREAMS)) {
		pk_buf_puts(buf, "need_no_stream");
		put_word(buf, stack->streams.sysmon);
		pk_buf_puts(buf, "\nneed_no_stream");
		put_word(buf, stack->streams.monster);
		pk_buf_putc(buf, '\n');
	}
	for (size_t i = stack->objects.len; i-- > 0;) {
		pk_buf_puts(buf, "remove_object");
		put_word(buf, pk_objects_header(render->elk));
		put_word(buf, stack->objects.items[i].type);
		put_word(buf, stack->objects.items[i].id);
		pk_buf_putc(buf, '\n');
	}
	for (size_t i = stack->assets.len; i-- > 0;) {
		const struct pk_asset *asset = &stack->assets.items[i];
		if (asset->kind == PK_ASSET_FIRST_INDEX)
			continue;
		pk_buf_puts(buf, is_unmarked(render, asset) ? "remove_unmarked" : "remove");
		put_word(buf, asset->path);
		pk_buf_putc(buf, '\n');
	}
}
