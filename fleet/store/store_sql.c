/*
 * The tables of a store, and what is asked of them.
 *
 * A rollout is named by its sequence, a task by one number among all tasks (the rollout's first and
 * its own), so that every row that a transition changes is found by its row id. Texts that seldom
 * change are apart from what changes often. Numbers of a rollout's tasks that have ended are kept
 * by a trigger: no list has to be counted for `history`.
 */
#include "fleet/store/store_sql.h"

#define RAISE " BEGIN SELECT RAISE(ROLLBACK, 'the journal is only added to'); END"
#define TEXT_COLUMNS                                                                               \
	"(number INTEGER PRIMARY KEY REFERENCES task (number), json TEXT NOT NULL) STRICT"
/* Not IN: for more than two words SQLite would make a table of them at every transition. */
#define OLD_OK "(OLD.state = 'ok' OR OLD.state = 'checking' OR OLD.state = 'healthy')"
#define NEW_OK "(NEW.state = 'ok' OR NEW.state = 'checking' OR NEW.state = 'healthy')"
#define OLD_FAILED "(OLD.state = 'failed')"
#define NEW_FAILED "(NEW.state = 'failed')"
#define OLD_SKIPPED "(OLD.state = 'skipped')"
#define NEW_SKIPPED "(NEW.state = 'skipped')"

/*
 * Texts of tasks are added once and stay; a row that they lengthen again and again would have to be
 * moved each time. INSERT OR REPLACE deletes rows without asking a trigger before DELETE, hence the
 * one before INSERT.
 */
static const char *const first_version[] = {
	"CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL,"
	" hash TEXT NOT NULL) STRICT",
	"INSERT INTO head VALUES (1, 0, '')",
	"CREATE TABLE rollout (sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL, state TEXT NOT NULL, inventory TEXT NOT NULL,"
	" inventory_digest TEXT NOT NULL, inventory_path TEXT NOT NULL, plan TEXT,"
	" undoes TEXT REFERENCES rollout (id), made_by TEXT NOT NULL, revision TEXT,"
	" started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, first_task INTEGER NOT NULL,"
	" tasks INTEGER NOT NULL, ok INTEGER NOT NULL, failed INTEGER NOT NULL,"
	" skipped INTEGER NOT NULL, wish TEXT NOT NULL) STRICT",
	"CREATE TABLE task (number INTEGER PRIMARY KEY,"
	" rollout INTEGER NOT NULL REFERENCES rollout (sequence), host TEXT NOT NULL,"
	" wave INTEGER NOT NULL, wave_name TEXT NOT NULL, state TEXT NOT NULL,"
	" tries INTEGER NOT NULL, action TEXT NOT NULL, class TEXT NOT NULL, code TEXT NOT NULL,"
	" message TEXT NOT NULL, config_from TEXT, config_to TEXT, touched INTEGER NOT NULL,"
	" started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL) STRICT",
	"CREATE TRIGGER task_ended AFTER UPDATE OF state ON task"
	" WHEN " OLD_OK " <> " NEW_OK " OR " OLD_FAILED " <> " NEW_FAILED " OR " OLD_SKIPPED
	" <> " NEW_SKIPPED " BEGIN UPDATE rollout SET ok = ok + " NEW_OK " - " OLD_OK ","
	" failed = failed + " NEW_FAILED " - " OLD_FAILED ","
	" skipped = skipped + " NEW_SKIPPED " - " OLD_SKIPPED " WHERE sequence = NEW.rollout; END",
	"CREATE TABLE task_desired " TEXT_COLUMNS,
	"CREATE TABLE task_before " TEXT_COLUMNS,
	"CREATE TABLE task_after " TEXT_COLUMNS,
	"CREATE TABLE journal (number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL,"
	" rollout INTEGER NOT NULL REFERENCES rollout (sequence), host TEXT, what TEXT NOT NULL,"
	" detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT",
	"CREATE INDEX journal_rollout ON journal (rollout)",
	"CREATE INDEX journal_host ON journal (host) WHERE host IS NOT NULL",
	"CREATE TRIGGER journal_update BEFORE UPDATE ON journal" RAISE,
	"CREATE TRIGGER journal_delete BEFORE DELETE ON journal" RAISE,
	"CREATE TRIGGER journal_insert BEFORE INSERT ON journal"
	" WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM journal)" RAISE,
	"CREATE TABLE host (host TEXT PRIMARY KEY, rollout INTEGER REFERENCES rollout (sequence),"
	" facts TEXT, read_ms INTEGER NOT NULL, left_facts TEXT, left_ms INTEGER NOT NULL) STRICT",
	"CREATE TABLE content (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
	NULL,
};

const char *const *const pk_store_steps[] = {first_version};
const int pk_store_version = sizeof(pk_store_steps) / sizeof(pk_store_steps[0]);

const char *const pk_store_setup_read = "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
					"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;";
/* FULL: what is committed outlives a power cut. The log of changes is cut to 16 MiB again. */
const char *const pk_store_setup_write = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
					 "PRAGMA journal_size_limit = 16777216;";

/* Nothing is written where nothing has changed. */
#define SET_TEXT                                                                                   \
	"(number, json) VALUES (?, ?) ON CONFLICT (number)"                                        \
	" DO UPDATE SET json = excluded.json WHERE json <> excluded.json"
#define ROLLOUT_COLUMNS                                                                            \
	"id, sequence, kind, state, inventory, inventory_digest, inventory_path, plan, undoes,"    \
	" made_by, revision, started_ms, ended_ms, tasks, ok, failed, skipped, wish"
#define EVENT_ROWS                                                                                 \
	"SELECT j.number, j.time_ms, r.id, j.host, j.what, j.detail, j.hash"                       \
	" FROM journal j LEFT JOIN rollout r ON r.sequence = j.rollout "
#define HOST_ROWS                                                                                  \
	"SELECT h.host, r.id, h.facts, h.read_ms, h.left_facts, h.left_ms"                         \
	" FROM host h LEFT JOIN rollout r ON r.sequence = h.rollout "

const char *const pk_store_sql[PK_SQLS] = {
	[PK_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[PK_SQL_COMMIT] = "COMMIT",
	[PK_SQL_READ_HEAD] = "SELECT number, hash FROM head",
	[PK_SQL_WRITE_HEAD] = "UPDATE head SET number = ?, hash = ?",
	[PK_SQL_LAST_EVENT] = "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1",
	[PK_SQL_FIND_KEYS] = "SELECT id, sequence, first_task, tasks FROM rollout WHERE id = ?",
	[PK_SQL_NEW_KEYS] = "SELECT coalesce(max(sequence), 0) + 1,"
			    " (SELECT coalesce(max(number), -1) + 1 FROM task) FROM rollout",
	[PK_SQL_ADD_ROLLOUT] = "INSERT INTO rollout (" ROLLOUT_COLUMNS ", first_task)"
			       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PK_SQL_SET_ROLLOUT] = "UPDATE rollout SET state = ?, ended_ms = ? WHERE sequence = ?",
	[PK_SQL_ADD_TASK] =
		"INSERT INTO task (host, wave, wave_name, state, tries, action, class, code,"
		" message, config_from, config_to, touched, started_ms, ended_ms, number, rollout)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[PK_SQL_SET_TASK] =
		"UPDATE OR ROLLBACK task SET host = ?, wave = ?, wave_name = ?, state = ?, tries = "
		"?,"
		" action = ?, class = ?, code = ?, message = ?, config_from = ?, config_to = ?,"
		" touched = ?, started_ms = ?, ended_ms = ? WHERE number = ? AND rollout = ?",
	[PK_SQL_ADD_DESIRED] = "INSERT OR ROLLBACK INTO task_desired (number, json) VALUES (?, ?)",
	[PK_SQL_SET_BEFORE] = "INSERT OR ROLLBACK INTO task_before " SET_TEXT,
	[PK_SQL_SET_AFTER] = "INSERT OR ROLLBACK INTO task_after " SET_TEXT,
	[PK_SQL_ADD_EVENT] =
		"INSERT OR ROLLBACK INTO journal (number, time_ms, rollout, host, what, detail,"
		" hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[PK_SQL_SET_HOST] =
		"INSERT INTO host (host, rollout, facts, read_ms, left_facts, left_ms)"
		" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET"
		" rollout = iif(excluded.left_facts IS NULL, rollout, excluded.rollout),"
		" facts = coalesce(excluded.facts, facts), read_ms = excluded.read_ms,"
		" left_ms = iif(excluded.left_facts IS NULL, left_ms, excluded.left_ms),"
		" left_facts = coalesce(excluded.left_facts, left_facts)",
	[PK_SQL_HAS_CONTENT] = "SELECT 1 FROM content WHERE digest = ?",
	[PK_SQL_ADD_CONTENT] = "INSERT INTO content (digest, bytes) VALUES (?, ?)",
	[PK_SQL_FIND_CONTENT] = "SELECT bytes FROM content WHERE digest = ?",
	[PK_SQL_FIND_ROLLOUT] = "SELECT " ROLLOUT_COLUMNS " FROM rollout WHERE id = ?",
	[PK_SQL_LAST_ROLLOUT] =
		"SELECT " ROLLOUT_COLUMNS " FROM rollout ORDER BY sequence DESC LIMIT 1",
	[PK_SQL_LIST_ROLLOUTS] =
		"SELECT " ROLLOUT_COLUMNS " FROM rollout ORDER BY sequence DESC LIMIT ?",
	[PK_SQL_LIST_TASKS] =
		"SELECT host, wave, wave_name, state, tries, action, class, code, message,"
		" config_from, config_to, touched, started_ms, ended_ms, t.number, d.json, b.json,"
		" a.json FROM task t LEFT JOIN task_desired d USING (number)"
		" LEFT JOIN task_before b USING (number) LEFT JOIN task_after a USING (number)"
		" WHERE t.number >= ?1 AND t.number < ?1 + ?2 ORDER BY t.number",
	[PK_SQL_LIST_EVENTS] = EVENT_ROWS "ORDER BY j.number",
	[PK_SQL_LIST_EVENTS_OF_ROLLOUT] = EVENT_ROWS "WHERE j.rollout = ?2 ORDER BY j.number",
	[PK_SQL_LIST_EVENTS_OF_HOST] = EVENT_ROWS "WHERE j.host = ?1 ORDER BY j.number",
	[PK_SQL_LIST_EVENTS_OF_BOTH] =
		EVENT_ROWS "WHERE j.host = ?1 AND j.rollout = ?2 ORDER BY j.number",
	[PK_SQL_LIST_HOSTS] = HOST_ROWS "ORDER BY h.host",
	[PK_SQL_LIST_KNOWN] =
		"SELECT c.digest FROM (SELECT facts FROM host WHERE json_valid(facts)) h"
		" JOIN content c ON c.digest = json_extract(h.facts, '$.config')"
		" OR c.digest = json_extract(h.facts, '$.rules')"
		" GROUP BY c.digest ORDER BY count(*) DESC, c.digest LIMIT ?",
	[PK_SQL_QUICK_CHECK] = "PRAGMA quick_check(1)",
};
