#include "cli/progress.h"

#include <time.h>
#include <unistd.h>

enum {
	FIRST_MS = 500, /* work that is done by then shows nothing */
	EVERY_MS = 100,
};

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void pk_progress_begin(struct pk_progress *progress, struct pk_cli *cli, const char *what)
{
	*progress = (struct pk_progress){.cli = cli, .what = what};
	progress->active = !cli->common.quiet && isatty(fileno(cli->err));
	if (progress->active)
		progress->next_ms = now_ms() + FIRST_MS;
}

void pk_progress_step(struct pk_progress *progress, size_t done, size_t total)
{
	if (!progress->active || now_ms() < progress->next_ms)
		return;
	PK_BUF_AUTO line = {0};
	if (total > 0)
		pk_buf_printf(&line, "\r\033[K%s: %zu of %zu (%zu %%)", progress->what, done, total,
			done * 100 / total);
	else
		pk_buf_printf(&line, "\r\033[K%s: %zu", progress->what, done);
	pk_cli_put(progress->cli, progress->cli->err, &line);
	fflush(progress->cli->err);
	progress->shown = true;
	progress->next_ms = now_ms() + EVERY_MS;
}

void pk_progress_end(struct pk_progress *progress)
{
	if (!progress->shown)
		return;
	PK_BUF_AUTO line = {0};
	pk_buf_puts(&line, "\r\033[K");
	pk_cli_put(progress->cli, progress->cli->err, &line);
	fflush(progress->cli->err);
	progress->shown = false;
}
