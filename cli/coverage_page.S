/*
 * Puts the page of `coverage --format html` into the program, as the text pk_coverage_page of
 * cli/coverage_html.h. The path is relative to the top of the source tree, which the build gives
 * with -I.
 */
	.section .rodata

	.global pk_coverage_page
	.hidden pk_coverage_page
	.type pk_coverage_page, %object
pk_coverage_page:
	.incbin "cli/coverage_page.html"
	.byte 0
	.size pk_coverage_page, . - pk_coverage_page

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
