/*
 * Any bytes as binary rules. The law: what decodes without the warning that it is not the same
 * gives, written as XML, read and encoded, equal bytes apart from the version word. What decodes
 * with that warning is still a configuration that Sysmon accepts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "generators/blob/blob_read.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_write.h"

enum { VERSION_WORD = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static bool is_told_apart(const struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++) {
		if (diags->all.items[i].code == PK_BLOB_NOT_SAME)
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	const char *bytes = pk_arena_strndup(arena, (const char *)data, size);
	struct pk_source *source = pk_source_make(arena, "fuzz", bytes, size);

	struct pk_blob *blob = pk_blob_read(source, &diags);
	PK_BUF_AUTO listing = {0};
	if (blob != NULL)
		pk_blob_show(&listing, blob);
	diags = (struct pk_diags){.arena = arena};
	struct pk_sysmon *sysmon = pk_blob_decode(source, &diags);
	demand((sysmon == NULL) == (diags.errors > 0));
	if (sysmon == NULL)
		return 0;

	PK_BUF_AUTO xml = {0};
	PK_BUF_AUTO again = {0};
	pk_sysmon_write(&xml, sysmon);
	struct pk_diags reread = {.arena = arena};
	struct pk_sysmon_options options = {
		.platform = sysmon->parser->platform, .parser = sysmon->parser->version};
	struct pk_sysmon *read =
		pk_sysmon_read(pk_source_make(arena, "xml", xml.data, xml.len), &options, &reread);
	demand(pk_blob_encode(&again, read, &reread));
	if (is_told_apart(&diags))
		return 0;
	demand(again.len == size);
	demand(memcmp(again.data + VERSION_WORD, data + VERSION_WORD, size - VERSION_WORD) == 0);
	return 0;
}
