/*
 * Sample_part: what samples of both sensors share: numbers that are the same for the same seed.
 */
#ifndef TEMPLATES_SAMPLE_SAMPLE_PART_H
#define TEMPLATES_SAMPLE_SAMPLE_PART_H

#include "templates/sample/sample.h"

enum { PK_SAMPLE_HOUR_MS = 3600000 };

/* Where the numbers of sample `index` begin. */
uint64_t pk_sample_state(const struct pk_sample_options *options, uint64_t index);
/* The next number. */
uint64_t pk_sample_roll(uint64_t *state);
/* When the sample happens: by the first of its numbers. */
int64_t pk_sample_time(const struct pk_sample_options *options, uint64_t *state);
/* Appends `text` with one of `hexadecimal` for each '#' and one of `decimal` for each '@'. */
void pk_sample_put_text(struct pk_buf *buf, const char *text, const char *hexadecimal,
	const char *decimal, uint64_t *state);

#endif
