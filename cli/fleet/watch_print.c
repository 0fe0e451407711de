/* Results of hosts as lines, JSON, JUnit, and the report in HTML. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/fleet/watch_parts.h"
#include "cli/html.h"
#include "cli/print_formats.h"

const char *pk_watch_action(enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	if (kind == PK_ROLLOUT_ROLLBACK && task->action != PK_ACTION_NONE)
		return pk_action_name(PK_ACTION_ROLLBACK);
	return pk_action_name(task->action);
}

/* "ok", "failed", "skipped"; what has not ended was "skipped" by this run. */
static const char *result_of(const struct pk_task_row *task)
{
	switch (task->state) {
	case PK_TASK_OK:
	case PK_TASK_HEALTHY:
	case PK_TASK_CHECKING:
		return "ok";
	case PK_TASK_FAILED:
		return "failed";
	case PK_TASK_SKIPPED:
	case PK_TASK_WAITING:
	case PK_TASK_CONNECTING:
	case PK_TASK_WORKING:
	case PK_TASK_RETRYING:
		break;
	}
	return "skipped";
}

/* What is to be said of a host; of one that has not ended, that. */
static const char *message_of(const struct pk_task_row *task)
{
	switch (task->state) {
	case PK_TASK_WAITING:
		return "not begun";
	case PK_TASK_CONNECTING:
	case PK_TASK_WORKING:
	case PK_TASK_RETRYING:
		return "begun, and not ended";
	case PK_TASK_OK:
	case PK_TASK_CHECKING:
	case PK_TASK_HEALTHY:
	case PK_TASK_FAILED:
	case PK_TASK_SKIPPED:
		break;
	}
	return task->message == NULL ? "" : task->message;
}

static double seconds_of(const struct pk_task_row *task)
{
	return task->ended_ms > task->started_ms && task->started_ms > 0
		? (double)(task->ended_ms - task->started_ms) / 1000
		: 0;
}

static const char *text_of(const char *text)
{
	return text == NULL ? "" : text;
}

/* --- lines --- */

void pk_watch_put_line(
	struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	pk_buf_printf(buf, "%-7s ", result_of(task));
	pk_escape_put(buf, task->host);
	pk_buf_printf(buf, ": %s", pk_watch_action(kind, task));
	if (task->class != PK_FAILURE_NONE)
		pk_buf_printf(buf, " (%s)", pk_failure_class_name(task->class));
	if (message_of(task)[0] != '\0') {
		pk_buf_puts(buf, ": ");
		pk_escape_put(buf, message_of(task));
	}
	if (text_of(task->code)[0] != '\0')
		pk_buf_printf(buf, " [%s]", task->code);
	pk_buf_printf(buf, " %.1f s\n", seconds_of(task));
}

/* The four words of the command line's contract: a host without its sensor was updated, too. */
static const char *json_action(enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	if (task->action == PK_ACTION_REMOVE && kind != PK_ROLLOUT_ROLLBACK)
		return pk_action_name(PK_ACTION_UPDATE);
	return pk_watch_action(kind, task);
}

void pk_watch_put_json(
	struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "host", task->host);
	pk_json_out_text(&json, "action", json_action(kind, task));
	pk_json_out_text(&json, "result", result_of(task));
	pk_json_out_text(&json, "code", text_of(task->code));
	pk_json_out_text(&json, "message", message_of(task));
	pk_json_out_text(&json, "from", text_of(task->from));
	pk_json_out_text(&json, "to", text_of(task->to));
	pk_json_out_decimal(&json, "seconds", seconds_of(task));
	pk_json_out_text(&json, "wave", text_of(task->wave_name));
	pk_json_out_text(&json, "class",
		task->class == PK_FAILURE_NONE ? "" : pk_failure_class_name(task->class));
	pk_json_out_close_object(&json);
	pk_buf_putc(buf, '\n');
}

/* --- JUnit --- */

struct counts {
	size_t ok, failed, skipped;
};

static struct counts count(const struct pk_task_row *tasks, size_t len)
{
	struct counts counts = {0};
	for (size_t i = 0; i < len; i++) {
		const char *result = result_of(&tasks[i]);
		counts.ok += result[0] == 'o';
		counts.failed += result[0] == 'f';
		counts.skipped += result[0] == 's';
	}
	return counts;
}

static void put_testcase(
	struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	const char *result = result_of(task);
	pk_buf_puts(buf, "    <testcase classname=\"");
	pk_print_xml(buf, text_of(task->wave_name));
	pk_buf_puts(buf, "\" name=\"");
	pk_print_xml(buf, task->host);
	pk_buf_printf(buf, "\" time=\"%.3f\"", seconds_of(task));
	if (result[0] == 'o') {
		pk_buf_puts(buf, "/>\n");
		return;
	}
	pk_buf_printf(buf, ">\n      <%s ", result[0] == 'f' ? "failure" : "skipped");
	if (result[0] == 'f')
		pk_buf_printf(buf, "type=\"%s\" ", text_of(task->code));
	pk_buf_puts(buf, "message=\"");
	pk_print_xml(buf, pk_watch_action(kind, task));
	pk_buf_puts(buf, ": ");
	pk_print_xml(buf, message_of(task));
	pk_buf_puts(buf, "\"/>\n    </testcase>\n");
}

void pk_watch_put_junit(struct pk_buf *buf, const struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t len)
{
	const struct counts counts = count(tasks, len);
	pk_buf_puts(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	pk_buf_printf(buf,
		"<testsuites name=\"picket %s\" tests=\"%zu\" failures=\"%zu\">\n"
		"  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"%zu\">\n",
		pk_rollout_kind_name(rollout->kind), len, counts.failed, rollout->id, len,
		counts.failed, counts.skipped);
	for (size_t i = 0; i < len; i++)
		put_testcase(buf, rollout->kind, &tasks[i]);
	pk_buf_puts(buf, "  </testsuite>\n</testsuites>\n");
}

/* --- the report --- */

static const char page_head[] =
	"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
	"body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;"
	"color:#1b1f24;background:#fff}\n"
	"table{border-collapse:collapse;width:100%;font-size:14px}\n"
	"th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dee4;"
	"vertical-align:top}\n"
	"td.digest{font-family:monospace;font-size:12px}\n"
	".ok{color:#116329}.failed{color:#a40e26;font-weight:600}.skipped{color:#7d4e00}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#57606a}\n"
	"dd{margin:0}summary{cursor:pointer;margin-top:1.5rem}\n"
	"@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
	"th,td{border-color:#30363d}.ok{color:#3fb950}.failed{color:#ff7b72}"
	".skipped{color:#d29922}}\n</style>\n";

static void put_pair(struct pk_buf *buf, const char *name, const char *value)
{
	pk_buf_printf(buf, "<dt>%s</dt><dd>", name);
	pk_html_put(buf, text_of(value));
	pk_buf_puts(buf, "</dd>\n");
}

static void put_cell(struct pk_buf *buf, const char *class, const char *text)
{
	pk_buf_printf(buf, "<td class=\"%s\">", class);
	pk_html_put(buf, text_of(text));
	pk_buf_puts(buf, "</td>");
}

static void put_row(struct pk_buf *buf, enum pk_rollout_kind kind, const struct pk_task_row *task)
{
	const char *result = result_of(task);
	pk_buf_puts(buf, "<tr>");
	put_cell(buf, "", task->host);
	put_cell(buf, "", task->wave_name);
	put_cell(buf, result, result);
	put_cell(buf, "", pk_watch_action(kind, task));
	put_cell(buf, "digest", task->from);
	put_cell(buf, "digest", task->to);
	put_cell(buf, "", message_of(task));
	put_cell(buf, "", task->code);
	pk_buf_printf(buf, "<td>%.1f</td></tr>\n", seconds_of(task));
}

static void put_summary(struct pk_buf *buf, const struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t len)
{
	const struct counts counts = count(tasks, len);
	pk_buf_puts(buf, "<dl>\n");
	put_pair(buf, "state", pk_rollout_state_name(rollout->state));
	put_pair(buf, "inventory", rollout->inventory);
	put_pair(buf, "digest of the inventory", rollout->inventory_digest);
	if (rollout->plan != NULL)
		put_pair(buf, "plan", rollout->plan);
	if (rollout->undoes != NULL)
		put_pair(buf, "takes back", rollout->undoes);
	put_pair(buf, "by", rollout->by);
	pk_buf_printf(buf,
		"<dt>hosts</dt><dd>%zu: <span class=\"ok\">%zu ok</span>, <span class=\"failed\">"
		"%zu failed</span>, <span class=\"skipped\">%zu skipped</span></dd>\n</dl>\n",
		len, counts.ok, counts.failed, counts.skipped);
}

static void put_journal(struct pk_buf *buf, const struct pk_event_row *events, size_t len)
{
	pk_buf_puts(buf,
		"<details><summary>Journal</summary><table><tr><th>number<th>host<th>what"
		"<th>detail<th>hash</tr>\n");
	for (size_t i = 0; i < len; i++) {
		pk_buf_printf(buf, "<tr><td>%" PRIu64 "</td>", events[i].number);
		put_cell(buf, "", events[i].host);
		put_cell(buf, "", events[i].what);
		put_cell(buf, "", events[i].detail);
		put_cell(buf, "digest", events[i].hash);
		pk_buf_puts(buf, "</tr>\n");
	}
	pk_buf_puts(buf, "</table></details>\n");
}

void pk_watch_put_html(struct pk_buf *buf, const struct pk_rollout_row *rollout,
	const struct pk_task_row *tasks, size_t len, const struct pk_event_row *events,
	size_t event_count)
{
	const char *kind = pk_rollout_kind_name(rollout->kind);
	pk_buf_puts(buf, page_head);
	pk_buf_printf(buf, "<title>picket %s %s</title></head><body>\n<h1>%s %s</h1>\n", kind,
		rollout->id, kind, rollout->id);
	put_summary(buf, rollout, tasks, len);
	pk_buf_puts(buf,
		"<table><tr><th>host<th>wave<th>result<th>action<th>from<th>to<th>message"
		"<th>code<th>seconds</tr>\n");
	/* What needs a look comes first. */
	for (size_t i = 0; i < len; i++) {
		if (tasks[i].state == PK_TASK_FAILED)
			put_row(buf, rollout->kind, &tasks[i]);
	}
	for (size_t i = 0; i < len; i++) {
		if (tasks[i].state != PK_TASK_FAILED)
			put_row(buf, rollout->kind, &tasks[i]);
	}
	pk_buf_puts(buf, "</table>\n");
	put_journal(buf, events, event_count);
	pk_buf_puts(buf, "</body></html>\n");
}
