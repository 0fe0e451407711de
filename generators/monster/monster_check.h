/*
 * Shared by the parts of pk_monster_check; nobody else includes it. All texts it makes live in
 * the arena of the diagnostics.
 */
#ifndef GENERATORS_MONSTER_MONSTER_CHECK_H
#define GENERATORS_MONSTER_MONSTER_CHECK_H

#include "generators/monster/monster.h"

struct pk_monster_checker {
	const struct pk_monster_config *config;
	struct pk_monster_check_options options;
	struct pk_diags *diags;
};

/* `len` bytes of text fit for a message: cut if they are many. */
const char *pk_monster_shown(struct pk_arena *arena, const char *text, size_t len);
/* Reports a NUL in a text, which the agent would take for the end of it; false if there is one. */
bool pk_monster_check_nul(struct pk_monster_checker *checker, enum pk_monster_key key,
	const char *text, size_t len, struct pk_span span);

/* Member names and types of values (monster_check_keys.c). */
void pk_monster_check_keys(struct pk_monster_checker *checker);
/* The filter lists below trace_policy (monster_check_lists.c). */
void pk_monster_check_lists(struct pk_monster_checker *checker);

#endif
