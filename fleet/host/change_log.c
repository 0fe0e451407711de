#include "fleet/host/change_part.h"

#include <inttypes.h>

#include "base/text.h"

enum { WINDOWS_LOG_STEP = 64 * 1024 };

const struct pk_log_facts *pk_log_find(const struct pk_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->logs.len; i++) {
		if (pk_text_equal_nocase(facts->logs.items[i].name, name))
			return &facts->logs.items[i];
	}
	return NULL;
}

uint64_t pk_log_windows_bytes(uint64_t bytes)
{
	uint64_t over = bytes % WINDOWS_LOG_STEP;
	if (over == 0 || bytes > UINT64_MAX - WINDOWS_LOG_STEP)
		return bytes;
	return bytes + WINDOWS_LOG_STEP - over;
}

static void add(
	struct pk_log_changes *changes, const char *what, const char *before, const char *after)
{
	changes->items[changes->count++] = (struct pk_host_change){.kind = PK_CHANGE_LOG,
		.what = what,
		.log = changes->wish->name,
		.before = before,
		.after = after};
}

static const char *bytes_text(struct pk_arena *arena, uint64_t bytes)
{
	return pk_arena_printf(arena, "%" PRIu64 " bytes", bytes);
}

bool pk_log_compare(struct pk_log_changes *changes)
{
	const struct pk_log_wish *wish = changes->wish;
	const struct pk_log_facts *is = changes->is;

	if (wish->bytes != 0) {
		uint64_t want = changes->windows ? pk_log_windows_bytes(wish->bytes) : wish->bytes;
		changes->unknown = "size";
		if (is != NULL && is->bytes == 0)
			return false;
		if (is == NULL || is->bytes != want)
			add(changes, "size",
				is != NULL ? bytes_text(changes->arena, is->bytes) : NULL,
				bytes_text(changes->arena, want));
	}
	if (wish->retention != PK_RETENTION_UNSET) {
		changes->unknown = "retention";
		if (is != NULL && is->retention == PK_RETENTION_UNSET)
			return false;
		if (is == NULL || is->retention != wish->retention)
			add(changes, "retention",
				is != NULL ? pk_retention_name(is->retention) : NULL,
				pk_retention_name(wish->retention));
	}
	if (wish->access != NULL) {
		changes->unknown = "access";
		if (is != NULL && is->access == NULL)
			return false;
		if (is == NULL || !pk_text_equal(is->access, wish->access))
			add(changes, "access", is != NULL ? is->access : NULL, wish->access);
	}
	changes->unknown = NULL;
	return true;
}
