/*
 * Parts of the page that `coverage --format html` prints. The page is cli/coverage_page.html, in
 * which each <!--@part--> is replaced by what a function here puts. Texts of inputs are escaped;
 * the page allows no script but its own and loads nothing.
 */
#ifndef CLI_COVERAGE_HTML_H
#define CLI_COVERAGE_HTML_H

#include "cli/coverage_print.h"

/* The page; coverage_page.S takes it in. */
extern const char pk_coverage_page[];

/* The columns of the matrix, one a tactic. */
void pk_coverage_put_matrix(struct pk_buf *out, const struct pk_coverage_view *view);
/* What the script shows and filters: JSON that cannot end its element. */
void pk_coverage_put_data(struct pk_buf *out, const struct pk_coverage_view *view);

/* A bar of <i>, one for each state that `counts` has, the best first. */
void pk_coverage_put_html_bar(
	struct pk_buf *out, const size_t counts[PK_COVERAGE_STATES], size_t total);

#endif
