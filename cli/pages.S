/*
 * Puts the pages of docs/errors into the program (see pages.h). The list of pages is made by
 * cli/CMakeLists.txt.
 */
#include "base/embed.inc"

	.macro page id
	.asciz "\id"
	embed_text "docs/errors/\id\().md"
	.endm

	embed_begin pk_pages
#include "pages.inc"
	.byte 0
	embed_end pk_pages
