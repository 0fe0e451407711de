/* stack down and prune: removing what is ours, and old indices. */
#include "base/escape.h"
#include "base/json_out.h"
#include "cli/stack/stack.h"

struct removed {
	struct pk_stack *stack;
	size_t count;
};

static void put_json_one(struct pk_stack *stack, const char *what, const char *result)
{
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "what", what);
	pk_json_out_text(&json, "result", result);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

static void put_one(struct pk_stack *stack, const char *what, const char *result)
{
	if (pk_stack_wants_json(stack)) {
		put_json_one(stack, what, result);
		return;
	}
	pk_buf_printf(&stack->out, "%s  ", result);
	pk_escape_put(&stack->out, what);
	pk_buf_putc(&stack->out, '\n');
}

static const char *word_of(const struct pk_stack *stack)
{
	return stack->options->dry_run ? "would be removed" : "removed";
}

static void step(void *context, const char *what)
{
	struct removed *removed = context;
	removed->count++;
	put_one(removed->stack, what, word_of(removed->stack));
}

static void put_end(struct pk_stack *stack, size_t count)
{
	struct pk_http_count requests = pk_stack_count(stack);
	if (!pk_stack_wants_json(stack)) {
		if (count == 0)
			pk_buf_puts(&stack->out, "nothing was removed; ");
		pk_stack_put_counts(stack);
		return;
	}
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_number(&json, "removed", count);
	pk_json_out_number(&json, "requests", requests.requests);
	pk_json_out_number(&json, "writes", requests.writes);
	pk_json_out_number(&json, "milliseconds", pk_stack_now_ms() - stack->began_ms);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

static bool remove_objects(struct removed *removed)
{
	struct pk_stack *stack = removed->stack;
	const struct pk_objects_plan *plan = &stack->objects_plan;
	size_t count = plan->same + plan->outdated + plan->left;
	if (stack->kibana == NULL)
		return true;
	if (!stack->options->dry_run &&
		!pk_objects_remove(&count, stack->kibana, &stack->objects, &stack->diags))
		return false;
	if (count > 0)
		put_one(stack, pk_arena_printf(stack->cli->arena, "%zu saved objects", count),
			word_of(stack));
	removed->count += count;
	return true;
}

int pk_stack_down(struct pk_stack *stack)
{
	struct removed removed = {.stack = stack};
	const struct pk_stack_options *options = stack->options;
	if (!pk_stack_open(stack) || !pk_stack_compare(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (options->data && !options->dry_run &&
		!pk_stack_confirm(stack,
			pk_arena_printf(stack->cli->arena, "remove all events in '%s' and '%s'?",
				stack->streams.sysmon, stack->streams.monster)))
		return pk_stack_finish(stack, stack->cli->status);
	const struct pk_cluster_removal how = {.data = options->data,
		.dry_run = options->dry_run,
		.step = step,
		.context = &removed};
	bool good = remove_objects(&removed) &&
		pk_cluster_remove(
			&stack->cluster, &stack->plan, &stack->streams, &how, &stack->diags);
	put_end(stack, options->dry_run ? 0 : removed.count);
	return pk_stack_finish(stack, good ? PK_EXIT_OK : PK_EXIT_CANNOT);
}

/* --- prune --- */

static bool remove_index(struct pk_stack *stack, const char *name)
{
	long status = 0;
	const char *path = pk_arena_printf(stack->cli->arena, "/%s", name);
	const struct pk_node *answer =
		pk_http_json(stack->http, "DELETE", path, NULL, &status, &stack->diags);
	if (answer == NULL)
		return false;
	if (status == 200 || status == 404)
		return true;
	pk_http_refused(stack->http, "DELETE", path, status, answer, &stack->diags);
	return false;
}

static int prune(struct pk_stack *stack, const char *const *names, size_t count)
{
	const char *question =
		pk_arena_printf(stack->cli->arena, "remove these %zu indices?", count);
	if (!stack->options->yes && !pk_stack_wants_json(stack)) {
		for (size_t i = 0; i < count; i++)
			pk_buf_printf(&stack->out, "old  %s\n", names[i]);
		pk_cli_put(stack->cli, stack->cli->out, &stack->out);
		stack->out.len = 0;
	}
	if (!pk_stack_confirm(stack, question))
		return pk_stack_finish(stack, stack->cli->status);
	size_t removed = 0;
	for (; removed < count && remove_index(stack, names[removed]); removed++)
		put_one(stack, names[removed], "removed");
	put_end(stack, removed);
	return pk_stack_finish(stack, PK_EXIT_OK);
}

int pk_stack_prune(struct pk_stack *stack)
{
	const char *const *names = NULL;
	size_t count = 0;
	unsigned days = (unsigned)stack->options->days;
	if (!pk_stack_open(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (!stack->streams.dated && !pk_stack_wants_json(stack))
		pk_buf_puts(&stack->out,
			"this stack has no dated indices of picket's: its lifecycle removes old "
			"events\n");
	if (stack->streams.dated &&
		!pk_cluster_old_indices(&names, &count, &stack->cluster, &stack->streams, days,
			pk_stack_today(stack->cli->arena), &stack->diags))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (count > 0 && !stack->options->dry_run)
		return prune(stack, names, count);
	for (size_t i = 0; i < count; i++)
		put_one(stack, names[i], "would be removed");
	put_end(stack, 0);
	return pk_stack_finish(stack, PK_EXIT_OK);
}
