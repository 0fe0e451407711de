#include "cli/print_tests.h"

#include "base/json_out.h"
#include "base/text.h"
#include "cli/print_formats.h"

/* --- JUnit --- */

static void put_case(struct pk_buf *buf, const struct pk_test_case *test)
{
	struct pk_place place = pk_span_begin(test->test->span);
	pk_buf_puts(buf, "    <testcase classname=\"");
	pk_print_xml(buf, test->rule->id);
	pk_buf_printf(buf, "\" name=\"%s, line %u\"", test->test->logged ? "logged" : "dropped",
		place.line);
	if (test->skipped) {
		pk_buf_puts(buf, "><skipped/></testcase>\n");
	} else if (test->failure != NULL) {
		pk_buf_puts(buf, ">\n      <failure type=\"PK0424\" message=\"");
		pk_print_xml(buf, test->failure);
		pk_buf_puts(buf, "\">");
		pk_print_xml(buf, pk_span_path(test->test->span));
		pk_buf_printf(buf, ":%u:%u</failure>\n    </testcase>\n", place.line, place.column);
	} else {
		pk_buf_puts(buf, "/>\n");
	}
}

static const char *path_of(const struct pk_test_run *run, size_t i)
{
	return pk_span_path(run->cases.items[i].test->span);
}

/* The cases from `begin` on that stand in one file; returns where the next begins. */
static size_t put_suite(struct pk_buf *buf, const struct pk_test_run *run, size_t begin)
{
	size_t failed = 0;
	size_t skipped = 0;
	size_t end = begin;
	for (; end < run->cases.len && pk_text_equal(path_of(run, end), path_of(run, begin));
		end++) {
		failed += run->cases.items[end].failure != NULL;
		skipped += run->cases.items[end].skipped;
	}
	pk_buf_puts(buf, "  <testsuite name=\"");
	pk_print_xml(buf, path_of(run, begin));
	pk_buf_printf(buf, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
		end - begin, failed, skipped);
	for (size_t i = begin; i < end; i++)
		put_case(buf, &run->cases.items[i]);
	pk_buf_puts(buf, "  </testsuite>\n");
	return end;
}

static size_t count_others(const struct pk_diags *diags)
{
	size_t count = 0;
	for (size_t i = 0; i < diags->all.len; i++)
		count += diags->all.items[i].severity == PK_ERROR &&
			diags->all.items[i].code != PK_TEST_FAILED;
	return count;
}

static void put_others(struct pk_buf *buf, const struct pk_diags *diags, size_t count)
{
	pk_buf_printf(buf,
		"  <testsuite name=\"picket\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"0\">\n",
		count, count);
	for (size_t i = 0; i < diags->all.len; i++) {
		const struct pk_diag *diag = &diags->all.items[i];
		const struct pk_code_info *code = pk_code_info(diag->code);
		if (diag->severity != PK_ERROR || diag->code == PK_TEST_FAILED)
			continue;
		struct pk_place place = pk_span_begin(diag->span);
		pk_buf_printf(buf, "    <testcase classname=\"picket\" name=\"%s\">\n", code->id);
		pk_buf_printf(buf, "      <failure type=\"%s\" message=\"", code->id);
		pk_print_xml(buf, diag->message);
		pk_buf_puts(buf, "\">");
		pk_print_xml(buf, pk_span_path(diag->span));
		pk_buf_printf(buf, ":%u:%u</failure>\n    </testcase>\n", place.line, place.column);
	}
	pk_buf_puts(buf, "  </testsuite>\n");
}

void pk_print_tests_junit(
	struct pk_cli *cli, const struct pk_test_run *run, const struct pk_diags *diags)
{
	size_t others = count_others(diags);
	PK_BUF_AUTO buf = {0};
	pk_buf_puts(&buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	pk_buf_printf(&buf, "<testsuites name=\"picket test\" tests=\"%zu\" failures=\"%zu\">\n",
		run->cases.len + others, run->failed + others);
	for (size_t i = 0; i < run->cases.len;)
		i = put_suite(&buf, run, i);
	if (others > 0)
		put_others(&buf, diags, others);
	pk_buf_puts(&buf, "</testsuites>\n");
	pk_cli_put(cli, cli->out, &buf);
}

/* --- counts --- */

static bool is_for_people(const struct pk_cli *cli)
{
	return cli->common.format == PK_FORMAT_TEXT || cli->common.format == PK_FORMAT_SHORT;
}

void pk_print_tests_count(struct pk_cli *cli, const struct pk_test_run *run)
{
	PK_BUF_AUTO line = {0};
	if (cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &line};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_number(&json, "passed", run->passed);
		pk_json_out_number(&json, "failed", run->failed);
		pk_json_out_number(&json, "skipped", run->skipped);
		pk_json_out_number(&json, "untested", run->untested);
		pk_json_out_close_object(&json);
		pk_buf_putc(&line, '\n');
	} else if (is_for_people(cli)) {
		pk_buf_printf(&line, "%zu passed, %zu failed, %zu skipped\n", run->passed,
			run->failed, run->skipped);
		if (run->untested > 0)
			pk_buf_printf(&line,
				"rules without both a logged and a dropped event: %zu\n",
				run->untested);
	}
	pk_cli_put(cli, cli->out, &line);
}

/* Tenths of a percent, rounded down, so that 100.0 means all; 1000 if there is nothing. */
static size_t score(const struct pk_mutation_count *count)
{
	return count->made == 0 ? 1000 : count->noticed * 1000 / count->made;
}

static void put_count(
	struct pk_json_out *json, const char *key, const struct pk_mutation_count *count)
{
	pk_json_out_open_object(json, key);
	pk_json_out_number(json, "made", count->made);
	pk_json_out_number(json, "noticed", count->noticed);
	pk_json_out_close_object(json);
}

void pk_print_mutation(struct pk_cli *cli, const struct pk_mutation *mutation)
{
	PK_BUF_AUTO buf = {0};
	if (cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		put_count(&json, "mutants", &mutation->all);
		for (size_t i = 0; i < PK_MUTANT_KINDS; i++)
			put_count(
				&json, pk_mutant_name((enum pk_mutant_kind)i), &mutation->kinds[i]);
		pk_json_out_close_object(&json);
		pk_buf_putc(&buf, '\n');
	} else if (is_for_people(cli)) {
		for (size_t i = 0; i < PK_MUTANT_KINDS; i++) {
			const struct pk_mutation_count *kind = &mutation->kinds[i];
			if (kind->made > 0)
				pk_buf_printf(&buf,
					"%-9s %6zu mutants, %6zu noticed, %3zu.%zu %%\n",
					pk_mutant_name((enum pk_mutant_kind)i), kind->made,
					kind->noticed, score(kind) / 10, score(kind) % 10);
		}
		pk_buf_printf(&buf, "mutation score: %zu.%zu %% (%zu of %zu mutants noticed)\n",
			score(&mutation->all) / 10, score(&mutation->all) % 10,
			mutation->all.noticed, mutation->all.made);
	}
	pk_cli_put(cli, cli->out, &buf);
}

void pk_print_conditions(struct pk_cli *cli, const struct pk_mutation *mutation)
{
	const struct pk_mutation_count *count = &mutation->kinds[PK_MUTANT_NEGATED];
	PK_BUF_AUTO buf = {0};
	if (cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_number(&json, "conditions", count->made);
		pk_json_out_number(&json, "decided", count->noticed);
		pk_json_out_close_object(&json);
		pk_buf_putc(&buf, '\n');
	} else if (is_for_people(cli)) {
		pk_buf_printf(&buf, "conditions that decided a test: %zu of %zu (%zu.%zu %%)\n",
			count->noticed, count->made, score(count) / 10, score(count) % 10);
	}
	pk_cli_put(cli, cli->out, &buf);
}

void pk_print_budget(struct pk_cli *cli, const struct pk_budget_result *result)
{
	PK_BUF_AUTO buf = {0};
	if (cli->common.format == PK_FORMAT_JSON) {
		struct pk_json_out json = {.buf = &buf};
		pk_json_out_open_object(&json, NULL);
		pk_json_out_number(&json, "schema", 1);
		pk_json_out_open_object(&json, "budget");
		pk_json_out_number(&json, "hosts", result->hosts);
		pk_json_out_number(&json, "events", result->events);
		pk_json_out_number(&json, "logged", result->logged);
		pk_json_out_decimal(&json, "host_hours", result->host_hours);
		pk_json_out_decimal(&json, "per_host_hour", result->total_per_host_hour);
		pk_json_out_number(&json, "limits", result->limits);
		pk_json_out_number(&json, "exceeded", result->exceeded);
		pk_json_out_close_object(&json);
		pk_json_out_close_object(&json);
		pk_buf_putc(&buf, '\n');
	} else if (is_for_people(cli)) {
		pk_buf_printf(&buf,
			"budget: %zu of %zu recorded events are logged, %.1f per host and hour "
			"(hosts: %zu); limits exceeded: %zu of %zu\n",
			result->logged, result->events, result->total_per_host_hour, result->hosts,
			result->exceeded, result->limits);
	}
	pk_cli_put(cli, cli->out, &buf);
}
