/*
 * Puts what is no table of Logstash's filter into the program, followed by a NUL (see ruby.c).
 */
#include "base/embed.inc"

	embed pk_monster_ruby, "templates/logstash/monster.rb"
