/* One line a finding: `a.xml:3:9: error: message [PK0301]`. */
#include "base/escape.h"
#include "cli/print_formats.h"

static void put_finding(struct pk_buf *buf, const struct pk_diag *diag)
{
	if (diag->span.source == NULL) {
		pk_buf_puts(buf, "picket: ");
	} else {
		struct pk_place place = pk_span_begin(diag->span);
		pk_escape_put(buf, pk_span_path(diag->span));
		pk_buf_printf(buf, ":%u:%u: ", place.line, place.column);
	}
	pk_buf_printf(buf, "%s: ", pk_severity_name(diag->severity));
	pk_escape_put(buf, diag->message);
	pk_buf_printf(buf, " [%s]\n", pk_code_info(diag->code)->id);
}

void pk_print_short(struct pk_buf *buf, const struct pk_findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		put_finding(buf, findings->items[i]);
}
