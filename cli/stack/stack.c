#include "cli/stack/stack.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/today.h"

uint64_t pk_stack_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

const char *pk_stack_today(struct pk_arena *arena)
{
	char *day = pk_arena_strdup(arena, pk_today(arena));
	for (char *c = day; *c != '\0'; c++)
		*c = *c == '-' ? '.' : *c;
	return day;
}

bool pk_stack_wants_json(const struct pk_stack *stack)
{
	return stack->cli->common.format == PK_FORMAT_JSON;
}

struct pk_asset_options pk_stack_asset_options(const struct pk_stack_options *options)
{
	return (struct pk_asset_options){
		.name_space = options->name_space,
		.retention_days = (unsigned)options->retention,
		.rollover_days = (unsigned)options->rollover_days,
		.rollover_gb = (unsigned)options->rollover_gb,
		.replicas = (unsigned)options->replicas,
		.pipelines = {.no_geoip = options->no_geoip},
	};
}

/* --- opening --- */

static struct pk_http *open_http(struct pk_stack *stack, const struct pk_access *access,
	struct pk_secret **secret, const char *header)
{
	if (!pk_access_secret(secret, stack->cli, access, &stack->diags))
		return NULL;
	const struct pk_http_options options = {
		.url = access->url,
		.ca = access->ca,
		.fingerprint = access->fingerprint,
		.insecure = access->insecure,
		.user = access->user,
		.secret = *secret,
		.header = header,
		.seconds_request = stack->seconds,
		.seconds_max = 2 * stack->seconds,
	};
	return pk_http_open(&options, &stack->diags);
}

/* Kibana takes the users of the cluster, and is trusted as that is; who has another user or
 * certificate there says so. */
static bool open_kibana(struct pk_stack *stack)
{
	const struct pk_access *first = &stack->options->access;
	struct pk_access access = stack->options->kibana;
	const char *header = pk_objects_header(&stack->cluster.elk);
	if (access.fingerprint == NULL) {
		access.ca = first->ca;
		access.fingerprint = first->fingerprint;
		access.insecure = first->insecure;
	}
	if (access.user != NULL) {
		stack->kibana = open_http(stack, &access, &stack->kibana_secret, header);
		return stack->kibana != NULL;
	}
	const struct pk_http_options options = {
		.url = access.url,
		.ca = access.ca,
		.fingerprint = access.fingerprint,
		.insecure = access.insecure,
		.user = first->user,
		.secret = stack->secret,
		.header = header,
	};
	stack->kibana = pk_http_open(&options, &stack->diags);
	return stack->kibana != NULL;
}

static void make(struct pk_stack *stack, const struct pk_elk *elk)
{
	const struct pk_stack_options *options = stack->options;
	struct pk_arena *arena = stack->cli->arena;
	struct pk_asset_options assets = pk_stack_asset_options(options);
	pk_assets_make(&stack->assets, arena, elk, &assets);
	pk_streams_make(&stack->streams, arena, elk, &assets);
	enum pk_object_flavour flavour = options->dashboards < 0
		? pk_object_flavour_of(elk)
		: (enum pk_object_flavour)options->dashboards;
	pk_objects_make(&stack->objects, arena, elk, flavour, &stack->streams);
}

bool pk_stack_open(struct pk_stack *stack)
{
	stack->began_ms = pk_stack_now_ms();
	stack->http = open_http(stack, &stack->options->access, &stack->secret, NULL);
	if (stack->http == NULL ||
		!pk_cluster_open(&stack->cluster, stack->cli->arena, stack->http, &stack->diags))
		return false;
	make(stack, &stack->cluster.elk);
	return stack->options->kibana.url == NULL || open_kibana(stack);
}

bool pk_stack_open_flavour(struct pk_stack *stack, struct pk_elk *elk)
{
	const char *url = stack->options->access.url;
	stack->began_ms = pk_stack_now_ms();
	if (!pk_elk_parse(elk, stack->options->flavour, &stack->diags)) {
		stack->cli->status = PK_EXIT_USAGE;
		return false;
	}
	/* Nobody is asked, who would refuse it: it would be written into files. */
	if (url != NULL && strchr(url, '@') != NULL) {
		struct pk_diag *diag = pk_report(&stack->diags, PK_HTTP_URL, PK_NO_SPAN,
			"the address of the server has a user or password in it");
		pk_diag_hint(&stack->diags, diag,
			"give it without: agents get theirs from the environment");
		stack->cli->status = PK_EXIT_CANNOT;
		return false;
	}
	make(stack, elk);
	return true;
}

bool pk_stack_compare(struct pk_stack *stack)
{
	if (!pk_cluster_plan_make(&stack->plan, &stack->cluster, &stack->assets, &stack->diags))
		return false;
	return stack->kibana == NULL ||
		pk_objects_plan_make(
			&stack->objects_plan, stack->kibana, &stack->objects, &stack->diags);
}

bool pk_stack_differs(const struct pk_stack *stack)
{
	const struct pk_objects_plan *objects = &stack->objects_plan;
	return stack->plan.to_write + stack->plan.foreign > 0 ||
		objects->absent + objects->outdated + objects->left > 0;
}

/* --- counting --- */

struct pk_http_count pk_stack_count(const struct pk_stack *stack)
{
	struct pk_http_count count = {0};
	if (stack->http != NULL)
		count = pk_http_count(stack->http);
	if (stack->kibana != NULL) {
		struct pk_http_count more = pk_http_count(stack->kibana);
		count.requests += more.requests;
		count.writes += more.writes;
		count.retries += more.retries;
	}
	return count;
}

void pk_stack_put_counts(struct pk_stack *stack)
{
	struct pk_http_count count = pk_stack_count(stack);
	uint64_t ms = pk_stack_now_ms() - stack->began_ms;
	pk_buf_printf(&stack->out, "requests %u, writes %u, %llu.%llu s\n", count.requests,
		count.writes, (unsigned long long)(ms / 1000),
		(unsigned long long)(ms % 1000 / 100));
}

/* --- ending --- */

void pk_stack_put_would_write(struct pk_stack *stack, const char *path)
{
	struct pk_json_out json = {.buf = &stack->out};
	if (!pk_stack_wants_json(stack)) {
		pk_buf_puts(&stack->out, "would be written  ");
		pk_escape_put(&stack->out, path);
		pk_buf_putc(&stack->out, '\n');
		return;
	}
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "file", path);
	pk_json_out_text(&json, "result", "would be written");
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

bool pk_stack_confirm(struct pk_stack *stack, const char *question)
{
	struct pk_cli *cli = stack->cli;
	char answer[16];
	if (stack->options->yes)
		return true;
	if (isatty(STDIN_FILENO) != 1 || isatty(fileno(cli->err)) != 1) {
		cli->status = pk_cli_usage_error(
			cli, "nobody can be asked here: confirm by --yes, or look by --dry-run");
		return false;
	}
	fflush(cli->out);
	fprintf(cli->err, "%s [y/N] ", question);
	fflush(cli->err);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
		(pk_text_starts(answer, "y") || pk_text_starts(answer, "Y")))
		return true;
	pk_cli_complain(cli, "nothing was done");
	cli->status = PK_EXIT_OK;
	return false;
}

int pk_stack_finish(struct pk_stack *stack, int status)
{
	struct pk_print_context context = {.to_err = true};
	pk_cli_put(stack->cli, stack->cli->out, &stack->out);
	pk_buf_finish(&stack->out);
	pk_http_close(stack->http);
	pk_http_close(stack->kibana);
	pk_secret_destroy(stack->secret);
	pk_secret_destroy(stack->kibana_secret);
	bool failed = stack->diags.errors > 0;
	bool denied = stack->diags.warnings > 0 && stack->cli->common.deny == PK_DENY_WARNINGS;
	pk_print_diags(stack->cli, &stack->diags, stack->cli->common.format, &context);
	if (failed)
		return PK_EXIT_CANNOT;
	return status == PK_EXIT_OK && denied ? PK_EXIT_FINDINGS : status;
}
