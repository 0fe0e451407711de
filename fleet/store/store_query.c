/* Statements of a store, and what SQLite says when they fail. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/store/store_sql.h"

/* What is said of a failure; the rest is PK_STORE_FAILED with SQLite's own words. */
struct failure {
	int result;
	enum pk_code code;
	const char *hint;
};

#define HINT_DAMAGED "keep the file, and put back the last copy of it that was kept"

static const struct failure failures[] = {
	{SQLITE_FULL, PK_STORE_FULL, "make room on that disk; nothing was written by halves"},
	{SQLITE_CORRUPT, PK_STORE_DAMAGED, HINT_DAMAGED},
	{SQLITE_NOTADB, PK_STORE_FOREIGN, "name another file"},
	{SQLITE_BUSY, PK_STORE_LOCKED, "try again when the other program has ended"},
};

static const struct failure *find_failure(int result)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].result == (result & 0xff)) /* without SQLite's finer code */
			return &failures[i];
	}
	return NULL;
}

void pk_store_report(const char *path, enum pk_code code, const char *message, const char *hint,
	struct pk_diags *diags)
{
	const char *copy = pk_arena_strdup(diags->arena, path);
	struct pk_span span = pk_span_file(pk_source_make(diags->arena, copy, "", 0));
	struct pk_diag *diag = pk_report(diags, code, span, "store '%s' %s", copy, message);
	if (hint != NULL)
		pk_diag_hint(diags, diag, "%s", hint);
}

bool pk_store_fail(struct pk_store *store, struct pk_diags *diags)
{
	int result = sqlite3_extended_errcode(store->db);
	if ((result & 0xff) == SQLITE_NOMEM)
		abort(); /* out of memory ends the process */
	const struct failure *failure = find_failure(result);
	const char *message =
		pk_arena_printf(diags->arena, "cannot be used: %s", sqlite3_errmsg(store->db));
	pk_store_report(store->path, failure == NULL ? PK_STORE_FAILED : failure->code, message,
		failure == NULL ? NULL : failure->hint, diags);
	if (sqlite3_get_autocommit(store->db) != 0)
		pk_store_forget(store); /* SQLite has rolled back by itself */
	return false;
}

void pk_store_forget(struct pk_store *store)
{
	if (sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->gathering = false;
	store->keys.id[0] = '\0';
}

struct pk_query pk_query_begin(struct pk_store *store, enum pk_sql which)
{
	sqlite3_stmt **statement = &store->statements[which];
	if (*statement == NULL)
		sqlite3_prepare_v3(store->db, pk_store_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
			statement, NULL);
	return (struct pk_query){.store = store, .statement = *statement};
}

void pk_query_put_text(struct pk_query *query, const char *text)
{
	if (query->statement != NULL &&
		sqlite3_bind_text(query->statement, ++query->next, text, -1, SQLITE_STATIC) !=
			SQLITE_OK)
		query->bad = true;
}

void pk_query_put_bytes(struct pk_query *query, const void *bytes, size_t len)
{
	/* NULL would be SQL's; no bytes at all are still a value. */
	if (query->statement != NULL &&
		sqlite3_bind_blob64(query->statement, ++query->next, len == 0 ? "" : bytes, len,
			SQLITE_STATIC) != SQLITE_OK)
		query->bad = true;
}

void pk_query_put_int(struct pk_query *query, int64_t number)
{
	if (query->statement != NULL &&
		sqlite3_bind_int64(query->statement, ++query->next, number) != SQLITE_OK)
		query->bad = true;
}

bool pk_query_next(struct pk_query *query, bool *failed_out, struct pk_diags *diags)
{
	*failed_out = query->statement == NULL || query->bad;
	int result = *failed_out ? SQLITE_ERROR : sqlite3_step(query->statement);
	query->next = 0;
	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE) {
		*failed_out = true;
		pk_store_fail(query->store, diags);
	}
	pk_query_end(query);
	return false;
}

bool pk_query_run(struct pk_query *query, struct pk_diags *diags)
{
	bool failed;
	while (pk_query_next(query, &failed, diags))
		;
	if (failed)
		pk_store_forget(query->store);
	return !failed;
}

const char *pk_query_get_text(struct pk_query *query, struct pk_arena *arena)
{
	int column = query->next++;
	const unsigned char *text = sqlite3_column_text(query->statement, column);
	if (text == NULL)
		return NULL;
	size_t len = (size_t)sqlite3_column_bytes(query->statement, column);
	return pk_arena_strndup(arena, (const char *)text, len);
}

const char *pk_query_get_word(struct pk_query *query, struct pk_arena *arena)
{
	const char *text = pk_query_get_text(query, arena);
	return text == NULL ? "" : text;
}

int64_t pk_query_get_int(struct pk_query *query)
{
	return sqlite3_column_int64(query->statement, query->next++);
}

uint64_t pk_query_get_count(struct pk_query *query)
{
	int64_t number = pk_query_get_int(query);
	return number < 0 ? 0 : (uint64_t)number;
}

int pk_query_get_enum(struct pk_query *query, const char *(*name)(int), int count)
{
	const unsigned char *text = sqlite3_column_text(query->statement, query->next++);
	for (int i = 0; text != NULL && i < count; i++) {
		if (pk_text_equal(name(i), (const char *)text))
			return i;
	}
	query->odd = true;
	return 0;
}

void pk_query_end(struct pk_query *query)
{
	if (query->statement == NULL)
		return;
	sqlite3_reset(query->statement);
	sqlite3_clear_bindings(query->statement);
}
