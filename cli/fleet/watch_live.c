/* The table on a terminal: how far the rollout is, and the hosts that are worked on. */
#include <inttypes.h>
#include <sys/ioctl.h>

#include "base/escape.h"
#include "cli/fleet/watch_parts.h"

enum {
	HOSTS_MOST = 10, /* lines of hosts */
	ROWS_OTHERWISE = 24,
	COLUMNS_OTHERWISE = 80,
	BAR = 20,
};

static void ask_size(const struct pk_watch *watch, size_t *rows_out, size_t *columns_out)
{
	struct winsize size = {0};
	ioctl(fileno(watch->cli->err), TIOCGWINSZ, &size);
	*rows_out = size.ws_row > 0 ? size.ws_row : ROWS_OTHERWISE;
	*columns_out = size.ws_col > 0 ? size.ws_col : COLUMNS_OTHERWISE;
}

/* Appends the line, cut to the width of the terminal: a line that wraps could not be taken back. */
static void put_cut(struct pk_buf *buf, const struct pk_buf *line, size_t columns)
{
	size_t shown = 0;
	for (size_t i = 0; i < line->len; i++) {
		/* Bytes that go on with a character take no place of their own. */
		if (((unsigned char)line->data[i] & 0xc0) != 0x80 && ++shown >= columns)
			break;
		pk_buf_putc(buf, line->data[i]);
	}
	pk_buf_puts(buf, "\033[K\n");
}

static void put_head(struct pk_buf *line, const struct pk_watch *watch)
{
	const struct pk_watched *watched = &watch->watched;
	size_t done = 0, failed = 0, skipped = 0, ended_now = 0;
	for (size_t i = 0; i < watched->count; i++) {
		enum pk_task_state state = watched->tasks[i].state;
		failed += state == PK_TASK_FAILED;
		skipped += state == PK_TASK_SKIPPED;
		done += state == PK_TASK_OK || state == PK_TASK_HEALTHY ||
			state == PK_TASK_CHECKING || state == PK_TASK_FAILED ||
			state == PK_TASK_SKIPPED;
		ended_now += watch->ended[i];
	}
	size_t filled = watched->count == 0 ? 0 : done * BAR / watched->count;
	pk_buf_putc(line, '[');
	for (size_t i = 0; i < BAR; i++)
		pk_buf_putc(line, i < filled ? '#' : '.');
	pk_buf_printf(line, "] %zu of %zu, wave %zu of %zu ", done, watched->count, watch->wave + 1,
		watched->waves->wave_count);
	if (watch->wave < watched->waves->wave_count)
		pk_escape_put(line, watched->waves->names[watch->wave]);
	uint64_t passed_ms = watch->now_ms - watch->begin_ms;
	if (passed_ms >= 1000 && ended_now > 0) {
		double rate = (double)ended_now * 1000 / (double)passed_ms;
		pk_buf_printf(line, ", %.1f hosts/s, about %.0f s left", rate,
			(double)(watched->count - done) / rate);
	}
	pk_buf_printf(line, "; %zu failed, %zu skipped", failed, skipped);
}

void pk_watch_live_hide(struct pk_watch *watch)
{
	if (watch->shown_lines == 0)
		return;
	PK_BUF_AUTO text = {0};
	pk_buf_printf(&text, "\033[%zuA\033[J", watch->shown_lines);
	pk_cli_put(watch->cli, watch->cli->err, &text);
	fflush(watch->cli->err);
	watch->shown_lines = 0;
}

void pk_watch_live_show(struct pk_watch *watch)
{
	if (!watch->live)
		return;
	size_t rows, columns;
	ask_size(watch, &rows, &columns);
	size_t most = rows > HOSTS_MOST + 3 ? HOSTS_MOST : rows > 4 ? rows - 4 : 0;
	PK_BUF_AUTO text = {0};
	PK_BUF_AUTO head = {0};
	size_t lines = 1;
	put_head(&head, watch);
	put_cut(&text, &head, columns);
	for (size_t i = 0; i < watch->watched.count && lines <= most; i++) {
		if (watch->working_since_ms[i] == 0)
			continue;
		PK_BUF_AUTO line = {0};
		pk_buf_puts(&line, "  ");
		pk_escape_put(&line, watch->watched.tasks[i].host);
		pk_buf_printf(&line, "  %s, %" PRIu64 " s",
			pk_task_state_name(watch->watched.tasks[i].state),
			(watch->now_ms - watch->working_since_ms[i]) / 1000);
		put_cut(&text, &line, columns);
		lines++;
	}
	pk_watch_live_hide(watch);
	pk_cli_put(watch->cli, watch->cli->err, &text);
	fflush(watch->cli->err);
	watch->shown_lines = lines;
}
