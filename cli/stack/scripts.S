/*
 * Puts the parts of the scripts that `stack render` writes into the program (see render_scripts.h).
 */
#include "base/embed.inc"

	embed pk_render_install_head, "cli/stack/install_head.sh"
	embed pk_render_install_verbs, "cli/stack/install_verbs.sh"
	embed pk_render_remove_head, "cli/stack/remove_head.sh"
	embed pk_render_remove_verbs, "cli/stack/remove_verbs.sh"
	embed pk_render_script_ask, "cli/stack/script_ask.sh"
