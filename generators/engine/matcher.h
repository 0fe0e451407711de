/*
 * Matcher: which conditions of an engine hold on an event, found for all of them in one pass over
 * each field with Hyperscan. Where the processor lacks what Hyperscan needs (SSSE3) or for an event
 * id met too seldom to be worth compiling, conditions are asked one by one; answers are the same.
 */
#ifndef GENERATORS_ENGINE_MATCHER_H
#define GENERATORS_ENGINE_MATCHER_H

#include "generators/engine/engine.h"

enum pk_matcher_kind {
	PK_MATCHER_AUTO,
	PK_MATCHER_PLAIN,     /* one by one always */
	PK_MATCHER_HYPERSCAN, /* from the first event on, if the processor can */
};

struct pk_matcher;

/* A matcher for `engine`, which must outlive it. Not for several threads at once. */
struct pk_matcher *pk_matcher_create(const struct pk_engine *engine, enum pk_matcher_kind kind);
void pk_matcher_destroy(struct pk_matcher *matcher); /* NULL is fine */
PK_AUTO_DEFINE(pk_matcher, pk_matcher_destroy);

/* What becomes of `event`: the same as pk_engine_decide, faster for many events. */
struct pk_decision pk_matcher_decide(
	struct pk_matcher *matcher, const struct pk_engine_event *event);

#endif
