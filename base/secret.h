/*
 * Secret: a password or passphrase in memory that is not swapped or dumped, and wiped at the end.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

enum { PK_SECRET_MAX = 1024 }; /* bytes */

struct pk_secret;

void pk_secret_destroy(struct pk_secret *secret);
PK_AUTO_DEFINE(pk_secret, pk_secret_destroy);
const char *pk_secret_text(const struct pk_secret *secret);
size_t pk_secret_len(const struct pk_secret *secret);

/*
 * The first line of the file, which nobody but its owner may read; of the environment variable,
 * which is wiped and taken out of our environment; of what is typed at the terminal without being
 * shown, after `prompt`. NULL after a report.
 */
struct pk_secret *pk_secret_read(const char *path, struct pk_diags *diags);
struct pk_secret *pk_secret_take_env(const char *name, struct pk_diags *diags);
struct pk_secret *pk_secret_ask(const char *prompt, struct pk_diags *diags);

#endif
