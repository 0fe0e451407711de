/*
 * Puts the page of `coverage --format html` into the program, as the text pk_coverage_page of
 * cli/coverage_html.h.
 */
#include "base/embed.inc"

	embed pk_coverage_page, "cli/coverage_page.html"
