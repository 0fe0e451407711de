/*
 * Library: a shared library that few commands need, opened by the one that does. What is linked is
 * paid for by every start of the program: its pages, those of all that it needs itself, and the
 * time to bind them.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"

/* A function of the library, and where its pointer goes. */
struct pk_library_symbol {
	const char *name; /* NULL ends a list */
	size_t offset;
};

#define PK_LIBRARY_SYMBOLS_END                                                                     \
	{                                                                                          \
		NULL, 0                                                                            \
	}

struct pk_library;

/*
 * Opens the library `name` (its soname) and fills in the pointers of `functions`. NULL: it is not
 * installed, or does not have all of them. The pointers are good until pk_library_close.
 */
struct pk_library *pk_library_open(
	void *functions, const char *name, const struct pk_library_symbol *symbols);
void pk_library_close(struct pk_library *library); /* NULL is fine */
PK_AUTO_DEFINE(pk_library, pk_library_close);

#endif
