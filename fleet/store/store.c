/* Opening and closing a store, its versions, and transactions. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "fleet/store/store_sql.h"

enum { BUSY_MS = 5000 }; /* other programs that read or write the file are waited for */

/* --- transactions --- */

static bool read_head(struct pk_store *store, struct pk_diags *diags)
{
	bool failed;
	struct pk_query query = pk_query_begin(store, PK_SQL_READ_HEAD);
	if (!pk_query_next(&query, &failed, diags)) {
		if (!failed)
			pk_store_report(store->path, PK_STORE_JOURNAL, "has no head of its journal",
				NULL, diags);
		return false;
	}
	store->number = pk_query_get_count(&query);
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const char *hash = pk_query_get_word(&query, arena);
	size_t len = strnlen(hash, sizeof(store->hash) - 1);
	memcpy(store->hash, hash, len);
	store->hash[len] = '\0';
	pk_query_end(&query);
	return true;
}

bool pk_store_gather(struct pk_store *store, struct pk_diags *diags)
{
	if (store->gathering)
		return true;
	if (store->lost) {
		store->lost = false;
		pk_store_report(store->path, PK_STORE_FAILED,
			"cannot be used: what was gathered is lost after an error of the disk",
			NULL, diags);
		return false;
	}
	struct pk_query begin = pk_query_begin(store, PK_SQL_BEGIN);
	if (!pk_query_run(&begin, diags))
		return false;
	if (!read_head(store, diags)) {
		pk_store_forget(store);
		return false;
	}
	store->gathering = true;
	return true;
}

bool pk_store_commit(struct pk_store *store, struct pk_diags *diags)
{
	if (!store->gathering && !store->lost)
		return true;
	if (!pk_store_gather(store, diags))
		return false;
	struct pk_query head = pk_query_begin(store, PK_SQL_WRITE_HEAD);
	pk_query_put_int(&head, (int64_t)store->number);
	pk_query_put_text(&head, store->hash);
	if (!pk_query_run(&head, diags))
		return false;
	struct pk_query commit = pk_query_begin(store, PK_SQL_COMMIT);
	if (!pk_query_run(&commit, diags))
		return false;
	store->gathering = false;
	return true;
}

/* --- opening --- */

/* The number that the statement, one of SQLite's PRAGMAs or a count, gives. */
static bool ask_number(
	int64_t *out, struct pk_store *store, const char *question, struct pk_diags *diags)
{
	sqlite3_stmt *statement = NULL;
	bool is_there =
		sqlite3_prepare_v2(store->db, question, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW;
	if (is_there)
		*out = sqlite3_column_int64(statement, 0);
	else
		pk_store_fail(store, diags);
	sqlite3_finalize(statement);
	return is_there;
}

static bool execute(struct pk_store *store, const char *text, struct pk_diags *diags)
{
	return sqlite3_exec(store->db, text, NULL, NULL, NULL) == SQLITE_OK ||
		pk_store_fail(store, diags);
}

/* Makes the next version of what is there, all of it or nothing. */
static bool make_version(struct pk_store *store, int64_t version, struct pk_diags *diags)
{
	const char *marks = pk_arena_printf(store->arena,
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		(int)PK_STORE_APPLICATION, (int)version);
	if (!execute(store, "BEGIN IMMEDIATE", diags))
		return false;
	for (const char *const *text = pk_store_steps[version - 1]; *text != NULL; text++) {
		if (!execute(store, *text, diags))
			return false;
	}
	return execute(store, marks, diags);
}

static bool migrate(struct pk_store *store, int64_t from, struct pk_diags *diags)
{
	for (int64_t version = from + 1; version <= pk_store_version; version++) {
		if (!make_version(store, version, diags))
			return false;
	}
	return true;
}

/* Is it ours? What has nothing in it yet, is if we may write. */
static bool check_version(struct pk_store *store, struct pk_diags *diags)
{
	int64_t application;
	int64_t version;
	int64_t things;
	if (!ask_number(&application, store, "PRAGMA application_id", diags) ||
		!ask_number(&version, store, "PRAGMA user_version", diags) ||
		!ask_number(&things, store, "SELECT count(*) FROM sqlite_schema", diags))
		return false;
	bool is_new = application == 0 && version == 0 && things == 0;
	if (!is_new && application != PK_STORE_APPLICATION) {
		pk_store_report(store->path, PK_STORE_FOREIGN, "was made by another program",
			"name another file", diags);
		return false;
	}
	if (version < 0 || version > pk_store_version || (!store->write && version == 0)) {
		const char *message = pk_arena_printf(diags->arena,
			"has version %lld, and this picket knows up to %d", (long long)version,
			pk_store_version);
		pk_store_report(store->path, PK_STORE_VERSION, message,
			version == 0 ? "nothing was written to it yet: roll something out first"
				     : "use the newer picket that wrote it",
			diags);
		return false;
	}
	if (!store->write && version < pk_store_version) {
		pk_store_report(store->path, PK_STORE_VERSION, "was written by an older picket",
			"roll something out with this one, which brings it up to date", diags);
		return false;
	}
	if (!store->write)
		return true;
	return execute(store, pk_store_setup_write, diags) && migrate(store, version, diags);
}

/*
 * The path with its folder's links followed: SQLite is told to follow none, so that the file cannot
 * be exchanged for a link after it was looked at.
 */
static const char *resolve(struct pk_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	const char *folder = slash == NULL ? "."
		: slash == path		   ? "/"
					   : pk_arena_strndup(arena, path, (size_t)(slash - path));
	char *real = realpath(folder, NULL);
	if (real == NULL)
		return path;
	const char *out = pk_arena_printf(arena, "%s/%s", real, name);
	free(real);
	return out;
}

static bool open_database(struct pk_store *store, struct pk_diags *diags)
{
	int flags = (store->write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
	int result = sqlite3_open_v2(resolve(store->arena, store->path), &store->db, flags, NULL);
	if (store->db == NULL)
		abort(); /* out of memory ends the process */
	if (result != SQLITE_OK)
		return pk_store_fail(store, diags);
	/* A file may have been made to harm who opens it. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(store->db, BUSY_MS);
	return execute(store, pk_store_setup_read, diags) && check_version(store, diags) &&
		(!store->write || pk_store_check_head(store, diags));
}

struct pk_store *pk_store_open(const char *path, bool write, struct pk_diags *diags)
{
	if (!pk_store_check_file(path, write, diags))
		return NULL;
	struct pk_arena *arena = pk_arena_create();
	PK_AUTO(pk_store) *store = PK_NEW(arena, struct pk_store);
	store->arena = arena;
	store->path = pk_arena_strdup(arena, path);
	store->write = write;
	store->lock = write ? pk_store_take_lock(path, diags) : -1;
	if ((write && store->lock < 0) || !open_database(store, diags))
		return NULL;
	return pk_steal(&store);
}

void pk_store_close(struct pk_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < PK_SQLS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db); /* rolls back what was gathered */
	if (store->lock >= 0)
		close(store->lock);
	pk_buf_finish(&store->scratch);
	pk_arena_destroy(store->arena);
}
