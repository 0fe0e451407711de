/*
 * JUnit XML, as build servers read it: a testsuite a file, in it one testcase, that fails with
 * the file's errors. Warnings and notes of the file are in its system-out.
 */
#include "base/escape.h"
#include "base/text.h"
#include "base/xml.h"
#include "cli/print_formats.h"

void pk_print_xml(struct pk_buf *buf, const char *text)
{
	PK_BUF_AUTO safe = {0};
	pk_escape_put(&safe, text);
	if (safe.len > 0)
		pk_xml_put_attr(buf, safe.data);
}

static size_t count_of(const struct pk_findings *findings, const char *path, bool errors)
{
	size_t count = 0;
	for (size_t i = 0; i < findings->len; i++) {
		const struct pk_diag *diag = findings->items[i];
		if ((diag->severity == PK_ERROR) == errors &&
			pk_text_equal(pk_span_path(diag->span), path))
			count++;
	}
	return count;
}

/* The lines of a file's errors, or of all else that was found in it. */
static void put_lines(
	struct pk_buf *buf, const struct pk_findings *findings, const char *path, bool errors)
{
	for (size_t i = 0; i < findings->len; i++) {
		const struct pk_diag *diag = findings->items[i];
		if ((diag->severity == PK_ERROR) != errors ||
			!pk_text_equal(pk_span_path(diag->span), path))
			continue;
		struct pk_place place = pk_span_begin(diag->span);
		pk_buf_printf(buf, "%u:%u: %s: ", place.line, place.column,
			pk_severity_name(diag->severity));
		pk_print_xml(buf, diag->message);
		pk_buf_printf(buf, " [%s]", pk_code_info(diag->code)->id);
		if (diag->hint != NULL) {
			pk_buf_puts(buf, "; ");
			pk_print_xml(buf, diag->hint);
		}
		pk_buf_putc(buf, '\n');
	}
}

static const struct pk_diag *first_error(const struct pk_findings *findings, const char *path)
{
	for (size_t i = 0; i < findings->len; i++) {
		const struct pk_diag *diag = findings->items[i];
		if (diag->severity == PK_ERROR && pk_text_equal(pk_span_path(diag->span), path))
			return diag;
	}
	return NULL;
}

static void put_suite(struct pk_buf *buf, const struct pk_findings *findings, const char *path)
{
	const struct pk_diag *failure = first_error(findings, path);
	const char *name = path[0] == '\0' ? "picket" : path; /* findings without a place */
	pk_buf_puts(buf, "  <testsuite name=\"");
	pk_print_xml(buf, name);
	pk_buf_printf(buf, "\" tests=\"1\" failures=\"%d\" errors=\"0\" skipped=\"0\">\n",
		failure != NULL);
	pk_buf_puts(buf, "    <testcase classname=\"picket\" name=\"");
	pk_print_xml(buf, name);
	pk_buf_puts(buf, "\">\n");
	if (failure != NULL) {
		pk_buf_printf(buf, "      <failure type=\"%s\" message=\"",
			pk_code_info(failure->code)->id);
		pk_print_xml(buf, failure->message);
		pk_buf_puts(buf, "\">");
		put_lines(buf, findings, path, true);
		pk_buf_puts(buf, "</failure>\n");
	}
	if (count_of(findings, path, false) > 0) {
		pk_buf_puts(buf, "      <system-out>");
		put_lines(buf, findings, path, false);
		pk_buf_puts(buf, "</system-out>\n");
	}
	pk_buf_puts(buf, "    </testcase>\n  </testsuite>\n");
}

static bool is_input(const struct pk_findings *findings, const char *path)
{
	for (size_t i = 0; i < findings->input_count; i++) {
		if (pk_text_equal(findings->inputs[i], path))
			return true;
	}
	return false;
}

/* The path of finding `i` if it is no input and not that of the finding before; else NULL. */
static const char *further_path(const struct pk_findings *findings, size_t i)
{
	const char *path = pk_span_path(findings->items[i]->span);
	if (i > 0 && pk_text_equal(pk_span_path(findings->items[i - 1]->span), path))
		return NULL;
	return is_input(findings, path) ? NULL : path;
}

void pk_print_junit(struct pk_buf *buf, const struct pk_findings *findings)
{
	PK_BUF_AUTO suites = {0};
	size_t tests = 0;
	size_t failures = 0;
	for (size_t i = 0; i < findings->input_count; i++) {
		put_suite(&suites, findings, findings->inputs[i]);
		failures += first_error(findings, findings->inputs[i]) != NULL;
		tests++;
	}
	for (size_t i = 0; i < findings->len; i++) {
		const char *path = further_path(findings, i);
		if (path == NULL)
			continue;
		put_suite(&suites, findings, path);
		failures += first_error(findings, path) != NULL;
		tests++;
	}

	pk_buf_puts(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	pk_buf_printf(buf, "<testsuites name=\"picket\" tests=\"%zu\" failures=\"%zu\">\n", tests,
		failures);
	pk_buf_put(buf, suites.data, suites.len);
	pk_buf_puts(buf, "</testsuites>\n");
}
