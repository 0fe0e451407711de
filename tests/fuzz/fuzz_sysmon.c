/*
 * Any bytes as a Sysmon configuration. The laws, for what Sysmon accepts: written and read again
 * it gives equal binary rules; and these decode to a configuration that gives them once more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "generators/blob/blob_read.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* The configuration in `len` bytes with its binary rules in `out`; NULL if Sysmon refuses it. */
static struct pk_sysmon *encode(
	struct pk_arena *arena, struct pk_buf *out, const char *bytes, size_t len)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_sysmon_options options = {.comments = true};
	const char *text = pk_arena_strndup(arena, bytes, len);
	struct pk_sysmon *sysmon =
		pk_sysmon_read(pk_source_make(arena, "fuzz", text, len), &options, &diags);
	bool accepted = pk_blob_encode(out, sysmon, &diags);
	demand(accepted || diags.errors > 0);
	return accepted ? sysmon : NULL;
}

/*
 * Writing moves CaptureClipboard to the end, which brings entries behind it into force; they may be
 * wrong.
 */
static bool has_entry_behind_clipboard(const struct pk_sysmon *sysmon)
{
	for (size_t i = 0; i + 1 < sysmon->entries.len; i++) {
		if (strcmp(sysmon->entries.items[i].name, "CaptureClipboard") == 0)
			return true;
	}
	return false;
}

static void demand_same(
	struct pk_arena *arena, const struct pk_sysmon *sysmon, const struct pk_buf *blob)
{
	PK_BUF_AUTO xml = {0};
	PK_BUF_AUTO again = {0};
	pk_sysmon_write(&xml, sysmon);
	demand(encode(arena, &again, xml.data, xml.len) != NULL);
	demand(again.len == blob->len);
	demand(again.len == 0 || memcmp(again.data, blob->data, again.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	PK_BUF_AUTO blob = {0};
	struct pk_sysmon *sysmon = encode(arena, &blob, (const char *)data, size);
	if (sysmon == NULL || has_entry_behind_clipboard(sysmon))
		return 0;
	demand_same(arena, sysmon, &blob);
	if (blob.len == 0)
		return 0;

	struct pk_diags diags = {.arena = arena};
	struct pk_source *source = pk_source_make(arena, "blob", blob.data, blob.len);
	const struct pk_sysmon *decoded = pk_blob_decode(source, &diags);
	if (decoded == NULL) {
		/* Links of lost elements that were written into other records. */
		demand(sysmon->defects);
		return 0;
	}
	for (size_t i = 0; i < diags.all.len; i++) {
		if (diags.all.items[i].code == PK_BLOB_NOT_SAME) {
			demand(sysmon->defects);
			return 0;
		}
	}
	demand_same(arena, decoded, &blob);
	return 0;
}
