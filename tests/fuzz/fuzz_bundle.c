/*
 * Bundles: no archive, program, package or manifest may crash a reader; no file comes out of an
 * archive under a path that is not safe; a manifest that is read is written in a form that is read
 * again, to the same bytes. The first byte tells what the others are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/bundle/archive.h"
#include "fleet/bundle/manifest.h"
#include "fleet/bundle/part.h"
#include "fleet/bundle/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static bool take(
	void *context, const char *path, const struct pk_buf *bytes, struct pk_diags *diags)
{
	struct pk_map *seen = context;
	struct pk_part part = {0};
	if (pk_bundle_path_refused(path) == NULL) {
		demand(path[0] != '/' && strcmp(path, "..") != 0 && strstr(path, "../") == NULL);
		pk_bundle_path_claim(diags->arena, seen, path);
	}
	pk_part_read(&part, diags->arena, path, bytes->data, bytes->len);
	demand(part.bytes == bytes->len && part.bytes <= PK_BUNDLE_BYTES);
	return true;
}

static void unpack(struct pk_arena *arena, struct pk_source *source)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_map seen = {0};
	const struct pk_archive_sink sink = {take, &seen};
	bool good = pk_archive_unpack(source, &sink, &diags);
	demand(good == (diags.errors == 0));
}

static void read_manifest(struct pk_arena *arena, struct pk_source *source, bool draft)
{
	struct pk_diags diags = {.arena = arena};
	PK_BUF_AUTO first = {0};
	PK_BUF_AUTO second = {0};
	struct pk_bundle *bundle = pk_manifest_read(arena, source, draft, &diags);
	demand((bundle == NULL) == (diags.errors > 0));
	if (bundle == NULL || draft)
		return;
	pk_manifest_write(&first, arena, bundle);
	struct pk_source *written = pk_source_make(arena, "x", first.data, first.len);
	struct pk_bundle *again = pk_manifest_read(arena, written, false, &diags);
	demand(again != NULL && strcmp(again->digest, bundle->digest) == 0);
	pk_manifest_write(&second, arena, again);
	demand(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_part part = {0};
	if (size == 0)
		return 0;
	const char *text = pk_arena_strndup(arena, (const char *)data + 1, size - 1);
	struct pk_source *source = pk_source_make(arena, "x", text, size - 1);
	switch (data[0]) {
	case 'm':
		read_manifest(arena, source, false);
		break;
	case 'd':
		read_manifest(arena, source, true);
		break;
	case 'p':
		pk_part_read(&part, arena, "sysmonforlinux-1-1.x86_64.rpm", text, size - 1);
		break;
	default:
		unpack(arena, source);
	}
	return 0;
}
