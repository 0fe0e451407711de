/*
 * Puts the scripts that Linux hosts are asked and changed with into the program, each followed by
 * a NUL (see sh_part.h).
 */
#include "base/embed.inc"

	embed pk_sh_facts_text, "fleet/host/sh_facts.sh"
	embed pk_sh_change_text, "fleet/host/sh_change.sh"
