/*
 * Puts what `init` writes into the program (see init_templates.h). Paths are relative to the top of
 * the source tree, which the build gives with -I.
 */
	.macro template name
	.asciz "\name"
	.incbin "cli/init/\name"
	.byte 0
	.endm

	.section .rodata

	.global pk_init_templates
	.hidden pk_init_templates
	.type pk_init_templates, %object
pk_init_templates:
	template "README.md"
	template "gitattributes"
	template "github.yml"
	template "gitignore"
	template "gitlab-ci.yml"
	template "picket.import.yaml"
	template "picket.linux.yaml"
	template "picket.windows.yaml"
	template "policy.yaml"
	template "pre-commit"
	template "sample.linux.ndjson"
	template "sample.windows.ndjson"
	template "site.import.yaml"
	template "site.linux.yaml"
	template "site.windows.yaml"
	.byte 0
	.size pk_init_templates, . - pk_init_templates

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
