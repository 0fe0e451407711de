/* stack plan: what `up` would change, and nothing else. Also how differences look everywhere. */
#include <string.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/stack/stack.h"

/* What somebody has to look at comes first. */
static const struct {
	enum pk_asset_state state;
	const char *means;
} order[] = {
	{PK_ASSET_FOREIGN, "not picket's: `up` stops here without --force"},
	{PK_ASSET_CHANGED, "edited since picket wrote them"},
	{PK_ASSET_OUTDATED, "made by another version or with other options"},
	{PK_ASSET_ABSENT, "not there yet"},
	{PK_ASSET_LEFT, "not made any more: `up` removes them"},
};

static size_t count_state(const struct pk_cluster_plan *plan, enum pk_asset_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < plan->len; i++)
		count += plan->items[i].state == state;
	return count;
}

/* The lines of a difference, indented. */
static void put_difference(struct pk_buf *buf, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, "\n");
		pk_buf_puts(buf, "      ");
		pk_escape_put_len(buf, text, len);
		pk_buf_putc(buf, '\n');
		text += len + (text[len] == '\n' ? 1 : 0);
	}
}

static void put_state(struct pk_buf *buf, const struct pk_cluster_plan *plan,
	enum pk_asset_state state, const char *means)
{
	size_t count = count_state(plan, state);
	if (count == 0)
		return;
	pk_buf_printf(buf, "%s (%zu): %s\n", pk_asset_state_name(state), count, means);
	for (size_t i = 0; i < plan->len; i++) {
		const struct pk_cluster_asset *item = &plan->items[i];
		if (item->state != state)
			continue;
		pk_buf_printf(buf, "  %-30s  ", pk_asset_kind_name(item->asset.kind));
		pk_escape_put(buf, item->asset.id);
		pk_buf_putc(buf, '\n');
		put_difference(buf, item->difference);
	}
}

static void put_text(struct pk_stack *stack)
{
	struct pk_buf *buf = &stack->out;
	const struct pk_objects_plan *objects = &stack->objects_plan;
	pk_escape_put(buf, stack->cluster.name);
	pk_buf_printf(buf, ": %s at %s\n", pk_elk_print(stack->cli->arena, &stack->cluster.elk),
		pk_http_url(stack->http));
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		put_state(buf, &stack->plan, order[i].state, order[i].means);
	size_t same = count_state(&stack->plan, PK_ASSET_SAME);
	if (same > 0)
		pk_buf_printf(buf, "same (%zu)\n", same);
	if (stack->kibana != NULL)
		pk_buf_printf(buf,
			"saved objects at %s: %zu absent, %zu outdated, %zu same, %zu not made any "
			"more\n",
			pk_http_url(stack->kibana), objects->absent, objects->outdated,
			objects->same, objects->left);
}

static void put_json(struct pk_stack *stack)
{
	struct pk_json_out json = {.buf = &stack->out};
	for (size_t i = 0; i < stack->plan.len; i++) {
		const struct pk_cluster_asset *item = &stack->plan.items[i];
		json.comma = false;
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_text(&json, "kind", pk_asset_kind_name(item->asset.kind));
		pk_json_out_text(&json, "id", item->asset.id);
		pk_json_out_text(&json, "state", pk_asset_state_name(item->state));
		if (item->difference != NULL)
			pk_json_out_text(&json, "difference", item->difference);
		pk_json_out_close_object(&json);
		pk_buf_putc(&stack->out, '\n');
	}
	if (stack->kibana == NULL)
		return;
	json.comma = false;
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "kind", "saved objects");
	pk_json_out_number(&json, "same", stack->objects_plan.same);
	pk_json_out_number(&json, "absent", stack->objects_plan.absent);
	pk_json_out_number(&json, "outdated", stack->objects_plan.outdated);
	pk_json_out_number(&json, "left", stack->objects_plan.left);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

void pk_stack_put_plan(struct pk_stack *stack)
{
	struct pk_http_count count = pk_stack_count(stack);
	if (!pk_stack_wants_json(stack)) {
		put_text(stack);
		pk_buf_printf(&stack->out, "%zu to write, %zu in the way; ", stack->plan.to_write,
			stack->plan.foreign);
		pk_stack_put_counts(stack);
		return;
	}
	put_json(stack);
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	pk_json_out_text(&json, "cluster", stack->cluster.name);
	pk_json_out_text(&json, "stack", stack->cluster.elk.name);
	pk_json_out_number(&json, "to_write", stack->plan.to_write);
	pk_json_out_number(&json, "foreign", stack->plan.foreign);
	pk_json_out_number(&json, "requests", count.requests);
	pk_json_out_number(&json, "writes", count.writes);
	pk_json_out_number(&json, "milliseconds", pk_stack_now_ms() - stack->began_ms);
	pk_json_out_close_object(&json);
	pk_buf_putc(&stack->out, '\n');
}

int pk_stack_plan(struct pk_stack *stack)
{
	if (!pk_stack_open(stack) || !pk_stack_compare(stack))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	pk_stack_put_plan(stack);
	/* Who only wants to look has not asked whether there is a difference. */
	bool asked = !stack->options->dry_run;
	return pk_stack_finish(
		stack, asked && pk_stack_differs(stack) ? PK_EXIT_FINDINGS : PK_EXIT_OK);
}
