/*
 * Puts the pages of docs/errors into the program (see pages.h). The list of pages is made by
 * cli/CMakeLists.txt; paths are relative to the top of the source tree, which the build gives
 * with -I.
 */
	.macro page id
	.asciz "\id"
	.incbin "docs/errors/\id\().md"
	.byte 0
	.endm

	.section .rodata

	.global pk_pages
	.hidden pk_pages
	.type pk_pages, %object
pk_pages:
#include "pages.inc"
	.byte 0
	.size pk_pages, . - pk_pages

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
