/* Sigma print: verdicts of Sigma rules, one at a time, and their counts. */
#ifndef CLI_SIGMA_PRINT_H
#define CLI_SIGMA_PRINT_H

#include "cli/cli.h"
#include "generators/sigma/sigma_judge.h"

enum { PK_SIGMA_VERDICTS = PK_SIGMA_UNFED + 1 };

/* How many rules have each verdict; of a category, or of a level. */
struct pk_sigma_count {
	const char *name;
	size_t rules[PK_SIGMA_VERDICTS];
};

struct pk_sigma_count_list {
	struct pk_sigma_count *items;
	size_t len;
	size_t cap;
};

struct pk_sigma_counts {
	struct pk_sigma_count_list categories; /* without the rules that are not fed */
	struct pk_sigma_count_list levels;
	struct pk_sigma_count total;
	size_t broken; /* files with a rule that cannot be read */
};

void pk_sigma_count_add(struct pk_arena *arena, struct pk_sigma_counts *counts,
	const struct pk_sigma_result *result);

void pk_sigma_put_text(struct pk_buf *buf, const struct pk_sigma_result *result);
void pk_sigma_put_json(struct pk_buf *buf, const struct pk_sigma_result *result);
void pk_sigma_put_counts_text(struct pk_buf *buf, struct pk_sigma_counts *counts);
void pk_sigma_put_counts_json(struct pk_buf *buf, struct pk_sigma_counts *counts);

#endif
