/* The only file that knows libevtx, which is opened for the first log. */
#include "base/evtx.h"

/* Without what needs the headers of libbfio, which come as a package of their own. */
#include <libevtx/features.h>
#undef LIBEVTX_HAVE_BFIO
#include <libevtx.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"

static const char *const library_name = "libevtx.so.1";

#define FUNCTION(name) __typeof__(libevtx_##name) *name

struct functions {
	FUNCTION(error_free);
	FUNCTION(error_sprint);
	FUNCTION(file_free);
	FUNCTION(file_get_number_of_records);
	FUNCTION(file_get_record_by_index);
	FUNCTION(file_initialize);
	FUNCTION(file_open);
	FUNCTION(record_free);
	FUNCTION(record_get_utf8_xml_string);
	FUNCTION(record_get_utf8_xml_string_size);
};

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"libevtx_" #name, offsetof(struct functions, name)                                 \
	}

static const struct pk_library_symbol symbols[] = {
	SYMBOL(error_free),
	SYMBOL(error_sprint),
	SYMBOL(file_free),
	SYMBOL(file_get_number_of_records),
	SYMBOL(file_get_record_by_index),
	SYMBOL(file_initialize),
	SYMBOL(file_open),
	SYMBOL(record_free),
	SYMBOL(record_get_utf8_xml_string),
	SYMBOL(record_get_utf8_xml_string_size),
	PK_LIBRARY_SYMBOLS_END,
};

enum {
	XML_MOST = 16 * 1024 * 1024, /* bytes of one record; Windows' own limit is 64 KiB */
	REASON_MOST = 512,
};

struct pk_evtx {
	struct pk_library *library;
	struct functions lib;
	libevtx_file_t *file;
	size_t count;
};

bool pk_evtx_is(const char *text, size_t len)
{
	static const char signature[] = "ElfFile"; /* with its NUL */
	return len >= sizeof(signature) && memcmp(text, signature, sizeof(signature)) == 0;
}

/* libevtx's words for `error`, which is released, on one line. */
static const char *take_reason(
	const struct pk_evtx *evtx, struct pk_arena *arena, libevtx_error_t **error)
{
	char words[REASON_MOST] = "";
	if (*error == NULL || evtx->lib.error_sprint(*error, words, sizeof(words)) < 0)
		words[0] = '\0';
	evtx->lib.error_free(error);
	size_t len = strcspn(words, "\n");
	while (len > 0 && words[len - 1] == '.')
		len--;
	return len == 0 ? "damaged" : pk_arena_strndup(arena, words, len);
}

static void report(const char *path, const char *reason, struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, path);
	struct pk_source *source = pk_source_make(diags->arena, copy, "", 0);
	pk_report(diags, PK_EVENT_LOG, pk_span_file(source), "event log file cannot be read: %s",
		reason);
}

struct pk_evtx *pk_evtx_open(const char *path, struct pk_diags *diags)
{
	libevtx_error_t *error = NULL;
	int count = 0;
	struct pk_evtx *made = calloc(1, sizeof(*made));
	if (made == NULL)
		abort(); /* out of memory ends the process */
	PK_AUTO(pk_evtx) *evtx = made;
	evtx->library = pk_library_open(&evtx->lib, library_name, symbols);
	if (evtx->library == NULL) {
		report(path, pk_arena_printf(diags->arena, "'%s' is not installed", library_name),
			diags);
		return NULL;
	}
	if (evtx->lib.file_initialize(&evtx->file, &error) != 1 ||
		evtx->lib.file_open(evtx->file, path, LIBEVTX_OPEN_READ, &error) != 1 ||
		evtx->lib.file_get_number_of_records(evtx->file, &count, &error) != 1) {
		report(path, take_reason(evtx, diags->arena, &error), diags);
		return NULL;
	}
	evtx->count = count < 0 ? 0 : (size_t)count;
	return pk_steal(&evtx);
}

void pk_evtx_close(struct pk_evtx *evtx)
{
	if (evtx == NULL)
		return;
	if (evtx->file != NULL)
		evtx->lib.file_free(&evtx->file, NULL);
	pk_library_close(evtx->library);
	free(evtx);
}

size_t pk_evtx_count(const struct pk_evtx *evtx)
{
	return evtx->count;
}

static bool read_xml(struct pk_buf *out, const struct pk_evtx *evtx, libevtx_record_t *record,
	libevtx_error_t **error)
{
	size_t size = 0;
	if (evtx->lib.record_get_utf8_xml_string_size(record, &size, error) != 1 || size == 0 ||
		size > XML_MOST)
		return false;
	out->len = 0;
	pk_buf_zeros(out, size);
	if (evtx->lib.record_get_utf8_xml_string(record, (uint8_t *)out->data, size, error) != 1)
		return false;
	out->len = strnlen(out->data, size);
	return true;
}

bool pk_evtx_read(struct pk_evtx *evtx, struct pk_buf *out, size_t index, struct pk_arena *arena,
	const char **reason_out)
{
	libevtx_error_t *error = NULL;
	libevtx_record_t *record = NULL;
	bool is_read =
		evtx->lib.file_get_record_by_index(evtx->file, (int)index, &record, &error) == 1 &&
		read_xml(out, evtx, record, &error);
	if (record != NULL)
		evtx->lib.record_free(&record, NULL);
	if (!is_read)
		*reason_out = take_reason(evtx, arena, &error);
	return is_read;
}
