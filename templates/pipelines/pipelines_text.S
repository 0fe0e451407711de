/*
 * Puts the scripts of pipelines into the program, each followed by a NUL (see pipelines_part.h). What
 * several scripts say stands in a file of its own, which they begin with.
 */
#include "base/embed.inc"

	embed_begin pk_sysmon_script
	.incbin "templates/pipelines/time.painless"
	.incbin "templates/pipelines/json.painless"
	.incbin "templates/pipelines/shape.painless"
	embed_text "templates/pipelines/sysmon.painless"
	embed_end pk_sysmon_script

	embed_begin pk_failed_script
	.incbin "templates/pipelines/time.painless"
	.incbin "templates/pipelines/json.painless"
	embed_text "templates/pipelines/failed.painless"
	embed_end pk_failed_script

	embed_begin pk_monster_script
	.incbin "templates/pipelines/time.painless"
	.incbin "templates/pipelines/shape.painless"
	embed_text "templates/pipelines/monster.painless"
	embed_end pk_monster_script

	embed pk_rule_script, "templates/pipelines/rule.painless"
	embed pk_network_script, "templates/pipelines/network.painless"
	embed pk_network_after_script, "templates/pipelines/network_after.painless"
