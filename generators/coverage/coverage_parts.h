/*
 * Parts of pk_coverage_make: which events are collected, which rules carry techniques, and which
 * tests prove it.
 */
#ifndef GENERATORS_COVERAGE_COVERAGE_PARTS_H
#define GENERATORS_COVERAGE_COVERAGE_PARTS_H

#include "generators/coverage/coverage.h"

/* Fills `collection` and `collected`. */
void pk_coverage_collect(struct pk_coverage *coverage, const struct pk_coverage_input *input);
/* Adds the rules that carry techniques, and the stale labels. */
void pk_coverage_label(struct pk_coverage *coverage, const struct pk_coverage_input *input);
/* Puts the events of tests through. */
void pk_coverage_prove(struct pk_coverage *coverage, const struct pk_coverage_input *input);

/* As pk_coverage_find, to be changed. */
struct pk_coverage_technique *pk_coverage_entry(const struct pk_coverage *coverage, const char *id);

#endif
