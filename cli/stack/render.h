/*
 * Render: what `stack render` writes: files of a folder, and the scripts among them.
 */
#ifndef CLI_STACK_RENDER_H
#define CLI_STACK_RENDER_H

#include "cli/stack/stack.h"

struct pk_render_file {
	const char *path; /* below the folder */
	const char *bytes;
	size_t len;
	bool program;
};

struct pk_render {
	struct pk_stack *stack;
	const struct pk_elk *elk;
	PK_LIST(struct pk_render_file) files;
};

/* Adds a file; the bytes of `buf` are copied. */
void pk_render_add(
	struct pk_render *render, const char *path, const struct pk_buf *buf, bool program);
/* Path of an asset's file: "components/picket@ecs.json". */
const char *pk_render_path(struct pk_arena *arena, const struct pk_asset *asset);
/* The whole install.sh and remove.sh; `dashboards` is the file of saved objects. */
void pk_render_put_install(
	struct pk_buf *buf, const struct pk_render *render, const char *dashboards);
void pk_render_put_remove(struct pk_buf *buf, const struct pk_render *render);
/* Writes all files, removes those that an earlier render wrote and this one has not. */
bool pk_render_write(struct pk_render *render, const char *folder);

#endif
