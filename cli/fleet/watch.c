/*
 * What a rollout says while it runs: the way it is shown is chosen once, here; watch_live.c draws
 * the table, watch_print.c writes results and reports.
 */
#include "cli/fleet/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/file.h"
#include "cli/fleet/watch_parts.h"

static void say(struct pk_watch *watch, const struct pk_buf *line)
{
	if (watch->cli->common.quiet)
		return;
	pk_watch_live_hide(watch);
	pk_cli_put(watch->cli, watch->cli->err, line);
	fflush(watch->cli->err);
}

/* The result of a host, once it is certain. */
static void print_result(struct pk_watch *watch, size_t task)
{
	const struct pk_task_row *row = &watch->watched.tasks[task];
	PK_BUF_AUTO line = {0};
	if (watch->printed[task])
		return;
	watch->printed[task] = true;
	switch (watch->format) {
	case PK_WATCH_JSON:
		pk_watch_put_json(&line, watch->watched.rollout->kind, row);
		break;
	case PK_WATCH_TEXT:
		/* On a terminal the table counts what went well. */
		if (!watch->live || row->state == PK_TASK_FAILED || row->state == PK_TASK_SKIPPED)
			pk_watch_put_line(&line, watch->watched.rollout->kind, row);
		break;
	case PK_WATCH_JUNIT:
		break;
	}
	if (line.len == 0)
		return;
	pk_watch_live_hide(watch);
	pk_cli_put(watch->cli, watch->cli->out, &line);
	errno = 0;
	if (fflush(watch->cli->out) != 0 && watch->cli->write_error == 0)
		watch->cli->write_error = errno;
}

/* Is the host still to be asked for its health? */
static bool is_open(const struct pk_watch *watch, size_t task)
{
	const struct pk_task_row *row = &watch->watched.tasks[task];
	return watch->watched.health && row->touched && row->state == PK_TASK_OK;
}

struct pk_watch *pk_watch_begin(struct pk_cli *cli, const struct pk_watched *watched,
	enum pk_watch_format format, const char *report)
{
	struct pk_watch *watch = PK_NEW(cli->arena, struct pk_watch);
	watch->cli = cli;
	watch->watched = *watched;
	watch->format = format;
	watch->report = report;
	watch->printed = PK_NEW_ARRAY(cli->arena, bool, watched->count);
	watch->ended = PK_NEW_ARRAY(cli->arena, bool, watched->count);
	watch->working_since_ms = PK_NEW_ARRAY(cli->arena, uint64_t, watched->count);
	watch->live = !cli->common.quiet && isatty(fileno(cli->err));
	PK_BUF_AUTO line = {0};
	pk_buf_printf(&line, "%s %s: %zu host%s, %zu wave%s (",
		pk_rollout_kind_name(watched->rollout->kind), watched->rollout->id, watched->count,
		watched->count == 1 ? "" : "s", watched->waves->wave_count,
		watched->waves->wave_count == 1 ? "" : "s");
	for (size_t i = 0; i < watched->waves->wave_count; i++) {
		pk_buf_puts(&line, i == 0 ? "" : ", ");
		pk_escape_put(&line, watched->waves->names[i]);
		pk_buf_printf(&line, " %u", watched->waves->sizes[i]);
	}
	pk_buf_puts(&line, ")\n");
	say(watch, &line);
	return watch;
}

static void say_wave(struct pk_watch *watch, const struct pk_rollout_event *event)
{
	PK_BUF_AUTO line = {0};
	const struct pk_waves *waves = watch->watched.waves;
	watch->wave = event->wave;
	if (watch->live)
		return;
	pk_buf_puts(&line, event->kind == PK_EVENT_WAVE ? "wave " : "wave done: ");
	pk_escape_put(&line, waves->names[event->wave]);
	if (event->kind == PK_EVENT_WAVE)
		pk_buf_printf(&line, ": %u host%s\n", waves->sizes[event->wave],
			waves->sizes[event->wave] == 1 ? "" : "s");
	else if (event->at_ms > event->now_ms)
		pk_buf_printf(&line, ", its health is asked in %" PRIu64 " s\n",
			(event->at_ms - event->now_ms + 999) / 1000);
	else
		pk_buf_putc(&line, '\n');
	say(watch, &line);
}

static void say_halt(struct pk_watch *watch, const struct pk_order *halt)
{
	PK_BUF_AUTO line = {0};
	if (halt->class == PK_FAILURE_HOST_KEY)
		pk_buf_puts(&line, "halted: a host key is not the known one\n");
	else
		pk_buf_printf(&line, "halted: too many hosts failed%s%s%s\n",
			halt->class == PK_FAILURE_NONE ? "" : ", by class ",
			halt->class == PK_FAILURE_NONE ? "" : pk_failure_class_name(halt->class),
			halt->of_wave ? " (budget of a wave)" : " (budget of the rollout)");
	say(watch, &line);
}

static void say_retry(struct pk_watch *watch, const struct pk_rollout_event *event)
{
	PK_BUF_AUTO line = {0};
	if (watch->live)
		return;
	pk_escape_put(&line, watch->watched.tasks[event->task].host);
	pk_buf_puts(&line, ": is tried again: ");
	pk_escape_put(&line, event->result->failure.message);
	pk_buf_putc(&line, '\n');
	say(watch, &line);
}

void pk_watch_event(struct pk_watch *watch, const struct pk_rollout_event *event)
{
	if (watch->begin_ms == 0)
		watch->begin_ms = event->now_ms;
	watch->now_ms = event->now_ms;
	switch (event->kind) {
	case PK_EVENT_STARTED:
		watch->working_since_ms[event->task] = event->now_ms;
		watch->working++;
		break;
	case PK_EVENT_ENDED:
	case PK_EVENT_RETRY:
		watch->working_since_ms[event->task] = 0;
		watch->working--;
		if (event->kind == PK_EVENT_RETRY) {
			say_retry(watch, event);
			break;
		}
		watch->ended[event->task] = true;
		if (event->health || !is_open(watch, event->task))
			print_result(watch, event->task);
		break;
	case PK_EVENT_WAVE:
	case PK_EVENT_SOAKING:
		say_wave(watch, event);
		break;
	case PK_EVENT_HALTED:
		say_halt(watch, event->halt);
		break;
	case PK_EVENT_CHANGING:
		break;
	case PK_EVENT_TICK:
		pk_watch_live_show(watch);
		break;
	}
}

void pk_watch_want(struct pk_watch *watch, enum pk_rollout_want want)
{
	static const char *const texts[] = {
		[PK_WANT_GO] = "going on\n",
		[PK_WANT_PAUSE] = "paused: nothing new is begun\n",
		[PK_WANT_FINISH] = "finishing what runs; again to break off\n",
		[PK_WANT_ABORT] = "breaking off\n",
	};
	PK_BUF_AUTO line = {0};
	pk_buf_puts(&line, texts[want]);
	say(watch, &line);
}

static const char *describe_end(enum pk_rollout_end end)
{
	switch (end) {
	case PK_END_DONE:
		return "done";
	case PK_END_HALTED:
		return "halted; `picket resume` goes on, `picket rollback` takes it back";
	case PK_END_FINISHED:
		return "paused; `picket resume` goes on";
	case PK_END_ABORTED:
		return "broken off; `picket resume` goes on";
	case PK_END_BROKEN:
		break;
	}
	return "not finished; `picket resume` goes on";
}

static void say_summary(struct pk_watch *watch, enum pk_rollout_end end)
{
	size_t ok = 0, failed = 0, skipped = 0;
	for (size_t i = 0; i < watch->watched.count; i++) {
		enum pk_task_state state = watch->watched.tasks[i].state;
		ok += state == PK_TASK_OK || state == PK_TASK_HEALTHY || state == PK_TASK_CHECKING;
		failed += state == PK_TASK_FAILED;
		skipped += state == PK_TASK_SKIPPED;
	}
	double seconds = (double)(watch->now_ms - watch->begin_ms) / 1000;
	PK_BUF_AUTO line = {0};
	pk_buf_printf(&line, "%zu ok, %zu failed, %zu skipped, %zu not begun in %.1f s: %s\n", ok,
		failed, skipped, watch->watched.count - ok - failed - skipped, seconds,
		describe_end(end));
	say(watch, &line);
}

/* What is in the store of the rollout, as a page. */
static bool write_report(struct pk_watch *watch, struct pk_diags *diags)
{
	const struct pk_watched *watched = &watch->watched;
	struct pk_event_rows events = {0};
	PK_BUF_AUTO page = {0};
	if (!pk_store_list_events(&events, watch->cli->arena, watched->fleet->store,
		    watched->rollout->id, NULL, diags))
		return false;
	pk_watch_put_html(
		&page, watched->rollout, watched->tasks, watched->count, events.items, events.len);
	return pk_file_write(watch->report, page.data, page.len, diags);
}

/* Programs get a line for each host, also for those that have not ended. */
static bool is_to_print(const struct pk_watch *watch, size_t task)
{
	switch (watch->watched.tasks[task].state) {
	case PK_TASK_WAITING:
	case PK_TASK_CONNECTING:
	case PK_TASK_WORKING:
	case PK_TASK_RETRYING:
		return watch->format == PK_WATCH_JSON;
	case PK_TASK_OK:
	case PK_TASK_CHECKING:
	case PK_TASK_HEALTHY:
	case PK_TASK_FAILED:
	case PK_TASK_SKIPPED:
		break;
	}
	return watch->ended[task];
}

bool pk_watch_end(struct pk_watch *watch, enum pk_rollout_end end, struct pk_diags *diags)
{
	const struct pk_watched *watched = &watch->watched;
	pk_watch_live_hide(watch);
	for (size_t i = 0; i < watched->count; i++) {
		if (is_to_print(watch, i))
			print_result(watch, i);
	}
	if (watch->format == PK_WATCH_JUNIT) {
		PK_BUF_AUTO junit = {0};
		pk_watch_put_junit(&junit, watched->rollout, watched->tasks, watched->count);
		pk_cli_put(watch->cli, watch->cli->out, &junit);
	}
	say_summary(watch, end);
	return watch->report == NULL || write_report(watch, diags);
}
