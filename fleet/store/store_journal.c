/* The journal: how rows are bound to the ones before, and whether they still are. */
#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "fleet/store/store_sql.h"

/* A text so that no two sequences of texts look the same: "5:hello,", and "-," for none. */
static void put_field(struct pk_buf *out, const char *text)
{
	if (text == NULL) {
		pk_buf_puts(out, "-,");
		return;
	}
	char digits[24];
	size_t len = strlen(text);
	char *at = digits + sizeof(digits);
	size_t rest = len;
	*--at = ':';
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	pk_buf_put(out, at, (size_t)(digits + sizeof(digits) - at));
	pk_buf_put(out, text, len);
	pk_buf_putc(out, ',');
}

void pk_store_hash(
	char out[65], struct pk_buf *scratch, const char *before, const struct pk_event_row *row)
{
	char digest[PK_DIGEST_TEXT];
	scratch->len = 0;
	put_field(scratch, before);
	pk_buf_printf(scratch, "%" PRIu64 ",%" PRId64 ",", row->number, row->time_ms);
	put_field(scratch, row->rollout);
	put_field(scratch, row->host);
	put_field(scratch, row->what);
	put_field(scratch, row->detail);
	pk_digest_print(digest, scratch->data, scratch->len);
	memcpy(out, digest + strlen(PK_DIGEST_PREFIX), 65);
}

static bool report_journal(struct pk_store *store, const char *message, struct pk_diags *diags)
{
	pk_store_report(store->path, PK_STORE_JOURNAL, message,
		"keep the file, find out who changed it, and put back a copy that verifies", diags);
	return false;
}

static bool read_last(struct pk_store *store, enum pk_sql which, uint64_t *number_out,
	const char **hash_out, struct pk_arena *arena, struct pk_diags *diags)
{
	bool failed;
	struct pk_query query = pk_query_begin(store, which);
	*number_out = 0;
	*hash_out = "";
	if (pk_query_next(&query, &failed, diags)) {
		*number_out = pk_query_get_count(&query);
		*hash_out = pk_query_get_word(&query, arena);
		pk_query_end(&query);
	}
	return !failed;
}

bool pk_store_check_head(struct pk_store *store, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	uint64_t head;
	uint64_t last;
	const char *head_hash;
	const char *last_hash;
	if (!read_last(store, PK_SQL_READ_HEAD, &head, &head_hash, arena, diags) ||
		!read_last(store, PK_SQL_LAST_EVENT, &last, &last_hash, arena, diags))
		return false;
	if (head == last && pk_text_equal(head_hash, last_hash))
		return true;
	const char *message = pk_arena_printf(diags->arena,
		"ends with row %" PRIu64 " of its journal, and its head says %" PRIu64 "%s", last,
		head, head == last ? " with another hash" : "");
	return report_journal(store, message, diags);
}

static bool quick_check(struct pk_store *store, struct pk_diags *diags)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	bool failed;
	struct pk_query query = pk_query_begin(store, PK_SQL_QUICK_CHECK);
	if (!pk_query_next(&query, &failed, diags))
		return !failed;
	const char *verdict = pk_query_get_word(&query, arena);
	pk_query_end(&query);
	if (pk_text_equal(verdict, "ok"))
		return true;
	pk_store_report(store->path, PK_STORE_DAMAGED,
		pk_arena_printf(diags->arena, "is damaged: %s", verdict),
		"keep the file, and put back the last copy of it that was kept", diags);
	return false;
}

/* Is `row` what must stand behind the row `number` with the hash `hash`? */
static bool check_row(struct pk_store *store, const struct pk_event_row *row, uint64_t number,
	const char *hash, struct pk_diags *diags)
{
	char want[65];
	const char *message;
	if (row->number != number + 1) {
		message = pk_arena_printf(
			diags->arena, "has no row %" PRIu64 " in its journal", number + 1);
		return report_journal(store, message, diags);
	}
	pk_store_hash(want, &store->scratch, hash, row);
	if (pk_text_equal(want, row->hash))
		return true;
	message = pk_arena_printf(diags->arena,
		"has another row %" PRIu64 " in its journal than was written", row->number);
	return report_journal(store, message, diags);
}

static bool check_journal(
	struct pk_store *store, char head_out[65], uint64_t *count_out, struct pk_diags *diags)
{
	char hash[65] = "";
	uint64_t number = 0;
	bool failed = false;
	bool good = true;
	struct pk_query query = pk_query_begin(store, PK_SQL_LIST_EVENTS);
	while (good && pk_query_next(&query, &failed, diags)) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_event_row row;
		pk_store_get_event(&row, arena, &query);
		good = check_row(store, &row, number, hash, diags);
		number = row.number;
		memcpy(hash, row.hash, sizeof(hash));
	}
	pk_query_end(&query);
	if (!good || failed || (!store->gathering && !pk_store_check_head(store, diags)))
		return false;
	memcpy(head_out, hash, sizeof(hash));
	*count_out = number;
	return true;
}

bool pk_store_verify(
	struct pk_store *store, char head_out[65], uint64_t *count_out, struct pk_diags *diags)
{
	/* One transaction, so that head and journal are of the same moment while another writes. */
	bool is_own = !store->gathering;
	if (is_own && sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return pk_store_fail(store, diags);
	bool good = quick_check(store, diags) && check_journal(store, head_out, count_out, diags);
	if (is_own)
		pk_store_forget(store);
	return good;
}
