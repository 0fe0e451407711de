#include "cli/print.h"

#include "cli/print_formats.h"

const char *pk_span_path(struct pk_span span)
{
	return span.source == NULL ? "" : span.source->path;
}

struct pk_place pk_span_begin(struct pk_span span)
{
	if (span.source == NULL)
		return (struct pk_place){0};
	return pk_source_place(span.source, span.begin);
}

struct pk_place pk_span_end(struct pk_span span)
{
	if (span.source == NULL)
		return (struct pk_place){0};
	return pk_source_place(span.source, span.end);
}

/* The findings that are to be seen, in the arena of `diags`. */
static const struct pk_diag *const *select_findings(
	struct pk_diags *diags, bool quiet, size_t *len_out)
{
	const struct pk_diag **items =
		PK_NEW_ARRAY(diags->arena, const struct pk_diag *, diags->all.len + 1);
	size_t len = 0;
	for (size_t i = 0; i < diags->all.len; i++) {
		const struct pk_diag *diag = &diags->all.items[i];
		if (!quiet || diag->severity == PK_ERROR)
			items[len++] = diag;
	}
	*len_out = len;
	return items;
}

static void print_as(struct pk_buf *buf, enum pk_format format, const struct pk_findings *findings)
{
	switch (format) {
	case PK_FORMAT_TEXT:
		pk_print_text(buf, findings);
		break;
	case PK_FORMAT_SHORT:
		pk_print_short(buf, findings);
		break;
	case PK_FORMAT_JSON:
		pk_print_json(buf, findings);
		break;
	case PK_FORMAT_SARIF:
		pk_print_sarif(buf, findings);
		break;
	case PK_FORMAT_JUNIT:
		pk_print_junit(buf, findings);
		break;
	}
}

void pk_print_diags(struct pk_cli *cli, struct pk_diags *diags, enum pk_format format,
	const struct pk_print_context *ctx)
{
	static const struct pk_print_context nothing_known = {0};
	if (ctx == NULL)
		ctx = &nothing_known;

	pk_diags_sort(diags);
	bool quiet = cli->common.quiet;
	struct pk_findings findings = {
		.errors = diags->errors,
		.warnings = quiet ? 0 : diags->warnings,
		.suppressed = diags->suppressed,
		.inputs = ctx->inputs,
		.input_count = ctx->input_count,
		.color = ctx->to_err ? cli->err_color : cli->color,
		.summary = ctx->summary && !quiet,
	};
	findings.items = select_findings(diags, quiet, &findings.len);

	PK_BUF_AUTO buf = {0};
	print_as(&buf, format, &findings);
	pk_cli_put(cli, ctx->to_err ? cli->err : cli->out, &buf);
}
