/* stack agent-config: what senders of events are told, so that they fit the stack. */
#include "base/file.h"
#include "base/text.h"
#include "cli/stack/stack.h"
#include "templates/agents/agents.h"

static void put(struct pk_stack *stack, struct pk_buf *buf, const struct pk_elk *elk)
{
	const struct pk_stack_options *options = stack->options;
	const struct pk_agent_options agent = {
		.url = options->access.url,
		.ca = options->agent_ca,
		.fingerprint = options->access.fingerprint,
		.logstash = options->logstash,
		.monster_host = options->monster_host,
		.monster_port = (uint16_t)options->monster_port,
		.streams = &stack->streams,
	};
	enum pk_monster_generation generation =
		options->sensor == PK_STACK_MONSTER_1_0 ? PK_MONSTER_GEN2 : PK_MONSTER_GEN1;
	if (options->sensor == PK_STACK_SYSMON)
		pk_agent_put_winlogbeat(buf, elk, &agent);
	else if (options->layer)
		pk_agent_put_monster_layer(buf, generation, &agent);
	else
		pk_agent_put_monster(buf, generation, &agent);
}

int pk_stack_agent_config(struct pk_stack *stack)
{
	PK_BUF_AUTO buf = {0};
	struct pk_elk elk;
	const char *path = stack->options->output;
	if (stack->options->sensor < 0)
		return pk_cli_usage_error(
			stack->cli, "say by --sensor which agent: sysmon, monster or monster-1.0");
	if (stack->options->layer && stack->options->sensor == PK_STACK_SYSMON)
		return pk_cli_usage_error(stack->cli, "--layer is for the sensors of Monster");
	if (stack->options->flavour != NULL) {
		if (!pk_stack_open_flavour(stack, &elk)) {
			pk_stack_finish(stack, PK_EXIT_CANNOT);
			return stack->cli->status;
		}
	} else if (pk_stack_open(stack)) {
		elk = stack->cluster.elk;
	} else {
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	}
	put(stack, &buf, &elk);
	if (path == NULL || pk_text_equal(path, "-"))
		pk_buf_put(&stack->out, buf.data, buf.len);
	else if (stack->options->dry_run)
		pk_stack_put_would_write(stack, path);
	else
		pk_file_write(path, buf.data, buf.len, &stack->diags);
	return pk_stack_finish(stack, PK_EXIT_OK);
}
