/*
 * Puts what `init` writes into the program (see init_templates.h).
 */
#include "base/embed.inc"

	.macro template name
	.asciz "\name"
	embed_text "cli/init/\name"
	.endm

	embed_begin pk_init_templates
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
	embed_end pk_init_templates
