/*
 * Puts what is no table of Logstash's filter into the program, followed by a NUL (see logstash_ruby.c).
 * Paths are relative to the top of the source tree, which the build gives with -I.
 */
#ifdef __CET__
#include <cet.h> /* or the linker would take control-flow protection from the whole program */
#endif

	.section .rodata
	.global pk_monster_ruby
	.hidden pk_monster_ruby
	.type pk_monster_ruby, %object
pk_monster_ruby:
	.incbin "templates/logstash/monster.rb"
	.byte 0
	.size pk_monster_ruby, . - pk_monster_ruby

	/* The program needs no executable stack. */
	.section .note.GNU-stack, "", %progbits
