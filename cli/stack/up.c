/* stack up: makes a stack have what picket makes for it. */
#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/progress.h"
#include "cli/stack/stack.h"

struct work {
	struct pk_stack *stack;
	struct pk_progress progress;
	size_t done;
	size_t objects; /* imported */
	bool templates; /* an index template or component that was there is another one now */
};

static const char *result_of(const struct pk_cluster_asset *item)
{
	return item->state == PK_ASSET_LEFT ? "removed" : "written";
}

static void put_json_asset(struct pk_stack *stack, const struct pk_cluster_asset *item)
{
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "kind", pk_asset_kind_name(item->asset.kind));
	pk_json_out_text(&json, "id", item->asset.id);
	pk_json_out_text(&json, "state", pk_asset_state_name(item->state));
	pk_json_out_text(&json, "result", result_of(item));
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

/* Does it decide about indices when they are made? */
static bool is_template(enum pk_asset_kind kind)
{
	return kind == PK_ASSET_COMPONENT || kind == PK_ASSET_INDEX_TEMPLATE ||
		kind == PK_ASSET_LEGACY_TEMPLATE;
}

static void step(void *context, const struct pk_cluster_asset *item)
{
	struct work *work = context;
	work->done++;
	pk_progress_step(&work->progress, work->done, work->stack->plan.to_write);
	if (is_template(item->asset.kind) &&
		(item->state == PK_ASSET_OUTDATED || item->state == PK_ASSET_CHANGED))
		work->templates = true;
	if (pk_stack_wants_json(work->stack))
		put_json_asset(work->stack, item);
}

/* Templates decide about indices when they are made: said only to those who may wonder. */
static void note_next_index(struct work *work)
{
	struct pk_stack *stack = work->stack;
	if (!work->templates)
		return;
	struct pk_diag *diag = pk_report(&stack->diags, PK_STACK_NEXT_INDEX, PK_NO_SPAN,
		"changed templates take effect with the next index of '%s' and '%s'",
		stack->streams.sysmon, stack->streams.monster);
	if (!stack->streams.dated)
		pk_diag_hint(&stack->diags, diag, "to have it now: POST /%s/_rollover",
			stack->streams.sysmon);
}

static bool apply(struct work *work)
{
	struct pk_stack *stack = work->stack;
	const struct pk_objects_plan *objects = &stack->objects_plan;
	pk_progress_begin(&work->progress, stack->cli, "assets");
	bool good = pk_cluster_apply(
		&stack->cluster, &stack->plan, stack->options->force, step, work, &stack->diags);
	pk_progress_end(&work->progress);
	if (!good)
		return false;
	note_next_index(work);
	if (stack->kibana == NULL || objects->absent + objects->outdated + objects->left == 0)
		return true;
	work->objects = stack->objects.len;
	return pk_objects_import(stack->kibana, &stack->objects, &stack->diags);
}

/* --- what is said at the end --- */

static void put_done(const struct work *work)
{
	struct pk_stack *stack = work->stack;
	struct pk_buf *buf = &stack->out;
	pk_escape_put(buf, stack->cluster.name);
	pk_buf_printf(buf, " (%s): ", pk_elk_print(stack->cli->arena, &stack->cluster.elk));
	if (work->done == 0)
		pk_buf_printf(buf, "all %zu assets are as they should be\n", stack->plan.len);
	else
		pk_buf_printf(buf, "%zu of %zu assets written\n", work->done, stack->plan.len);
	if (stack->kibana == NULL)
		pk_buf_puts(buf, "dashboards: not asked for (--kibana URL)\n");
	else if (work->objects == 0)
		pk_buf_printf(buf, "dashboards: all %zu saved objects are as they should be\n",
			stack->objects.len);
	else
		pk_buf_printf(buf, "dashboards: %zu saved objects imported\n", work->objects);
}

static void put_lifecycle(struct pk_stack *stack)
{
	unsigned days = stack->options->retention > 0 ? (unsigned)stack->options->retention : 30;
	if (stack->streams.dated)
		pk_buf_printf(&stack->out,
			"lifecycle: none on this stack; have 'picket stack prune --days %u' run "
			"every day\n",
			days);
	else if (!pk_elk_has(&stack->cluster.elk, PK_ELK_ILM) &&
		!pk_elk_has(&stack->cluster.elk, PK_ELK_ISM))
		pk_buf_puts(&stack->out,
			"lifecycle: none on this stack; events stay until they "
			"are removed\n");
	else
		pk_buf_printf(&stack->out, "lifecycle: events are removed after %u days\n", days);
}

/* A word for a shell. */
static void put_word(struct pk_buf *buf, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:@%+,=[]";
	if (text[strspn(text, plain)] == '\0') {
		pk_buf_puts(buf, text);
		return;
	}
	pk_buf_putc(buf, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			pk_buf_puts(buf, "'\\''");
		else
			pk_buf_putc(buf, *text);
	}
	pk_buf_putc(buf, '\'');
}

static void put_option(struct pk_buf *buf, const char *name, const char *value)
{
	if (value == NULL)
		return;
	pk_buf_printf(buf, " --%s ", name);
	put_word(buf, value);
}

/* A command for the same stack. */
static void put_command(struct pk_stack *stack, const char *verb)
{
	const struct pk_access *access = &stack->options->access;
	PK_BUF_AUTO line = {0};
	pk_buf_printf(&line, "  picket stack %s", verb);
	put_option(&line, "url", access->url);
	put_option(&line, "ca", access->ca);
	put_option(&line, "fingerprint", access->fingerprint);
	put_option(&line, "user", access->user);
	put_option(&line, "password-file", access->password_file);
	put_option(&line, "password-env", access->password_env);
	put_option(&line, "api-key-file", access->api_key_file);
	put_option(&line, "api-key-env", access->api_key_env);
	put_option(&line, "namespace", stack->options->name_space);
	if (access->insecure)
		pk_buf_puts(&line, " --insecure");
	pk_escape_put(&stack->out, line.data);
	pk_buf_putc(&stack->out, '\n');
}

static void put_next(struct pk_stack *stack)
{
	struct pk_buf *buf = &stack->out;
	pk_buf_printf(buf,
		"events go to:\n"
		"  Sysmon   %s\n"
		"  Monster  %s\n",
		stack->streams.sysmon, stack->streams.monster);
	put_lifecycle(stack);
	pk_buf_puts(buf, "next:\n");
	put_command(stack, "verify");
	put_command(stack, "sample");
	put_command(stack, "agent-config --sensor sysmon");
	put_command(stack, "agent-config --sensor monster");
}

static void put_json_end(const struct work *work)
{
	struct pk_stack *stack = work->stack;
	struct pk_http_count count = pk_stack_count(stack);
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "cluster", stack->cluster.name);
	pk_json_out_text(&json, "stack", stack->cluster.elk.name);
	pk_json_out_number(&json, "assets", stack->plan.len);
	pk_json_out_number(&json, "written", work->done);
	pk_json_out_number(&json, "objects", work->objects);
	pk_json_out_text(&json, "sysmon", stack->streams.sysmon);
	pk_json_out_text(&json, "monster", stack->streams.monster);
	pk_json_out_number(&json, "requests", count.requests);
	pk_json_out_number(&json, "writes", count.writes);
	pk_json_out_number(&json, "milliseconds", pk_stack_now_ms() - stack->began_ms);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

int pk_stack_up(struct pk_stack *stack)
{
	struct work work = {.stack = stack};
	if (!pk_stack_open(stack) || !pk_stack_compare(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (stack->options->dry_run) {
		pk_stack_put_plan(stack);
		return pk_stack_finish(stack, PK_EXIT_OK);
	}
	bool good = apply(&work);
	if (pk_stack_wants_json(stack)) {
		put_json_end(&work);
	} else if (good) {
		put_done(&work);
		put_next(stack);
		pk_stack_put_counts(stack);
	}
	return pk_stack_finish(stack, good ? PK_EXIT_OK : PK_EXIT_CANNOT);
}
