/* Writing manifests, and what a manifest means, apart from how it is written. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/yaml.h"
#include "fleet/bundle/manifest.h"
#include "fleet/bundle/sensor.h"

static void put_text(struct pk_buf *out, struct pk_arena *arena, const char *key, const char *text)
{
	if (text != NULL)
		pk_buf_printf(out, "%s: %s\n", key, pk_yaml_scalar(arena, text, false));
}

static void put_words(struct pk_buf *out, struct pk_arena *arena, const char *key,
	const struct pk_bundle_words *words)
{
	pk_buf_printf(out, "%s: [", key);
	for (size_t i = 0; i < words->len; i++)
		pk_buf_printf(out, "%s%s", i == 0 ? "" : ", ",
			pk_yaml_scalar(arena, words->items[i], true));
	pk_buf_puts(out, "]\n");
}

static void put_file(struct pk_buf *out, struct pk_arena *arena, const struct pk_bundle_file *file)
{
	pk_buf_puts(out, "  - ");
	put_text(out, arena, "path", file->path);
	pk_buf_printf(out, "    role: %s\n", pk_bundle_role_name(file->role));
	if (file->arch != NULL)
		pk_buf_printf(out, "    arch: %s\n", file->arch);
	pk_buf_printf(out, "    bytes: %llu\n", (unsigned long long)file->bytes);
	pk_buf_printf(out, "    digest: %s\n", file->digest);
}

/* What names the content: not where it came from, and what its licence is called. */
static void put_meaning(struct pk_buf *out, struct pk_arena *arena, const struct pk_bundle *bundle)
{
	put_words(out, arena, "install", &bundle->steps.install);
	put_words(out, arena, "update", &bundle->steps.update);
	put_words(out, arena, "remove", &bundle->steps.remove);
	pk_buf_puts(out, "files:\n");
	for (size_t i = 0; i < bundle->files.len; i++)
		put_file(out, arena, &bundle->files.items[i]);
}

static void put_head(struct pk_buf *out, struct pk_arena *arena, const struct pk_bundle *bundle)
{
	pk_buf_puts(out, "bundle: 1\n");
	put_text(out, arena, "name", bundle->name);
	put_text(out, arena, "version", bundle->version);
	put_text(out, arena, "sensor", pk_sensor_name(bundle->sensor));
	put_text(out, arena, "platform", pk_host_platform_name(bundle->platform));
}

void pk_manifest_write(struct pk_buf *out, struct pk_arena *arena, const struct pk_bundle *bundle)
{
	pk_buf_puts(out, "# A bundle for picket: what is in it, and how it is installed.\n");
	put_head(out, arena, bundle);
	put_text(out, arena, "licence", bundle->licence);
	put_text(out, arena, "origin", bundle->origin);
	put_text(out, arena, "archive", bundle->archive_digest);
	put_meaning(out, arena, bundle);
}

static int compare_files(const void *a, const void *b)
{
	const struct pk_bundle_file *left = a;
	const struct pk_bundle_file *right = b;
	return strcmp(left->path, right->path);
}

static void fill_words(
	struct pk_arena *arena, struct pk_bundle_words *words, const char *const *defaults)
{
	if (words->len > 0)
		return;
	for (; *defaults != NULL; defaults++)
		*pk_list_push(arena, words) = *defaults;
}

void pk_manifest_complete(struct pk_arena *arena, struct pk_bundle *bundle)
{
	const struct pk_sensor_kind *kind = pk_sensor_kind(bundle->sensor);
	bundle->platform = kind->platform;
	bundle->id = pk_arena_printf(arena, "%s@%s", bundle->name, bundle->version);
	fill_words(arena, &bundle->steps.install, kind->install);
	fill_words(arena, &bundle->steps.update, kind->update);
	fill_words(arena, &bundle->steps.remove, kind->remove);
	if (bundle->files.len > 1)
		qsort(bundle->files.items, bundle->files.len, sizeof(bundle->files.items[0]),
			compare_files);
	PK_BUF_AUTO meaning = {0};
	put_head(&meaning, arena, bundle);
	put_meaning(&meaning, arena, bundle);
	pk_digest_print(bundle->digest, meaning.data, meaning.len);
}
