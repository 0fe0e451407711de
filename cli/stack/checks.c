/* stack verify and doctor: does it work, and what is wrong. */
#include <time.h>

#include "base/escape.h"
#include "base/json_out.h"
#include "cli/fleet/table.h"
#include "cli/stack/stack.h"
#include "templates/cluster/doctor.h"
#include "templates/cluster/verify.h"

static struct pk_json_out open_json(struct pk_stack *stack)
{
	struct pk_json_out json = {.buf = &stack->out};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "schema", 1);
	return json;
}

static void close_json(struct pk_json_out *json)
{
	pk_json_out_close_object(json);
	pk_buf_putc(json->buf, '\n');
}

/* --- verify --- */

static void put_verify_json(struct pk_stack *stack, const struct pk_verify *verify)
{
	struct pk_http_count count = pk_stack_count(stack);
	struct pk_json_out json;
	for (size_t i = 0; i < verify->len; i++) {
		const struct pk_verify_result *result = &verify->items[i];
		json = open_json(stack);
		pk_json_out_text(&json, "what", result->what);
		pk_json_out_text(&json, "result", result->ok ? "ok" : "failed");
		if (result->problem != NULL)
			pk_json_out_text(&json, "problem", result->problem);
		close_json(&json);
	}
	json = open_json(stack);
	pk_json_out_number(&json, "checks", verify->len);
	pk_json_out_number(&json, "failed", verify->failed);
	pk_json_out_number(&json, "sysmon_events", verify->sysmon_count);
	pk_json_out_number(&json, "monster_events", verify->monster_count);
	pk_json_out_number(&json, "pipeline_errors", verify->failed_count);
	pk_json_out_number(&json, "requests", count.requests);
	pk_json_out_number(&json, "writes", count.writes);
	pk_json_out_number(&json, "milliseconds", pk_stack_now_ms() - stack->began_ms);
	close_json(&json);
}

/* Who wants to see every check says so by --format json: here it is what failed. */
static void put_verify_text(struct pk_stack *stack, const struct pk_verify *verify)
{
	struct pk_buf *buf = &stack->out;
	struct pk_table table = {.arena = stack->cli->arena};
	for (size_t i = 0; i < verify->len; i++) {
		const struct pk_verify_result *result = &verify->items[i];
		if (!result->ok)
			pk_table_line(&table, "FAILED", result->what, result->problem);
	}
	pk_table_put(buf, &table);
	pk_buf_printf(buf, "%zu of %zu checks passed\n", verify->len - verify->failed, verify->len);
	pk_buf_printf(buf,
		"events there: Sysmon %llu, Monster %llu; not understood by a pipeline: %llu\n",
		(unsigned long long)verify->sysmon_count, (unsigned long long)verify->monster_count,
		(unsigned long long)verify->failed_count);
	pk_stack_put_counts(stack);
}

int pk_stack_verify(struct pk_stack *stack)
{
	struct pk_verify verify = {0};
	if (!pk_stack_open(stack) ||
		!pk_verify_run(&verify, &stack->cluster, &stack->streams, &stack->diags))
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	if (pk_stack_wants_json(stack))
		put_verify_json(stack, &verify);
	else
		put_verify_text(stack, &verify);
	return pk_stack_finish(stack, verify.failed > 0 ? PK_EXIT_FINDINGS : PK_EXIT_OK);
}

/* --- doctor --- */

static const char *const level_names[] = {
	[PK_DOCTOR_OK] = "ok",
	[PK_DOCTOR_NOTE] = "note",
	[PK_DOCTOR_WARNING] = "warning",
	[PK_DOCTOR_WRONG] = "wrong",
};

static void put_doctor_json(struct pk_stack *stack, const struct pk_doctor *doctor)
{
	for (size_t i = 0; i < doctor->len; i++) {
		const struct pk_doctor_finding *finding = &doctor->items[i];
		struct pk_json_out json = open_json(stack);
		pk_json_out_text(&json, "check", finding->check);
		pk_json_out_text(&json, "level", level_names[finding->level]);
		pk_json_out_text(&json, "found", finding->found);
		if (finding->advice != NULL)
			pk_json_out_text(&json, "advice", finding->advice);
		close_json(&json);
	}
}

static void put_doctor_text(struct pk_stack *stack, const struct pk_doctor *doctor)
{
	struct pk_buf *buf = &stack->out;
	for (size_t i = 0; i < doctor->len; i++) {
		const struct pk_doctor_finding *finding = &doctor->items[i];
		pk_buf_printf(buf, "%-8s %-10s ", level_names[finding->level], finding->check);
		pk_escape_put(buf, finding->found);
		pk_buf_putc(buf, '\n');
		if (finding->advice == NULL)
			continue;
		pk_buf_printf(buf, "%-19s ", "");
		pk_escape_put(buf, finding->advice);
		pk_buf_putc(buf, '\n');
	}
}

static bool is_wrong(const struct pk_doctor *doctor, bool warnings)
{
	for (size_t i = 0; i < doctor->len; i++) {
		enum pk_doctor_level level = doctor->items[i].level;
		if (level == PK_DOCTOR_WRONG || (warnings && level == PK_DOCTOR_WARNING))
			return true;
	}
	return false;
}

/* What one of the servers cannot be asked about does not keep the others from being looked at. */
int pk_stack_doctor(struct pk_stack *stack)
{
	struct pk_doctor doctor = {0};
	int64_t now = (int64_t)time(NULL);
	const struct pk_doctor_system system = {
		.rmem_max = "/proc/sys/net/core/rmem_max",
		.rmem_default = "/proc/sys/net/core/rmem_default",
		.udp = "/proc/net/udp",
		.udp6 = "/proc/net/udp6",
		.port = stack->options->monster_port > 0 ? (uint16_t)stack->options->monster_port
							 : 1514,
		.now = now,
	};
	bool warnings = stack->cli->common.deny == PK_DENY_WARNINGS;
	bool good = pk_stack_open(stack);
	if (good)
		good = pk_doctor_cluster(&doctor, &stack->cluster, &stack->assets, &stack->streams,
			now, &stack->diags);
	if (stack->kibana != NULL)
		good = pk_doctor_kibana(&doctor, stack->cli->arena, stack->kibana,
			       &stack->cluster.elk, &stack->diags) &&
			good;
	pk_doctor_system(&doctor, stack->cli->arena, &system);
	if (pk_stack_wants_json(stack))
		put_doctor_json(stack, &doctor);
	else
		put_doctor_text(stack, &doctor);
	if (!good)
		return pk_stack_finish(stack, PK_EXIT_CANNOT);
	return pk_stack_finish(stack, is_wrong(&doctor, warnings) ? PK_EXIT_FINDINGS : PK_EXIT_OK);
}
