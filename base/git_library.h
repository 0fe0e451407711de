/*
 * Git_library: libgit2, opened with the first repository: with all that it needs itself, Kerberos
 * and a second TLS among it, it would cost every other command 2 ms and 1.5 MB.
 */
#ifndef BASE_GIT_LIBRARY_H
#define BASE_GIT_LIBRARY_H

#include <git2.h>
#include <git2/sys/mempack.h>
#include <stdbool.h>

/* An open repository, and what it is read with: git->commit_free is git_commit_free. */
struct pk_git {
	git_repository *repository;
#define PK_GIT_FUNCTION(name) __typeof__(git_##name) *name;
#include "base/git_functions.def"
#undef PK_GIT_FUNCTION
};

/* The soname; what libgit2's structures look like goes with it. */
#define PK_GIT_LIBRARY "libgit2.so." LIBGIT2_SOVERSION

/*
 * Fills in the functions; false, without a report, if libgit2 is not installed. It stays until the
 * process ends: what it sets up, certificates among it, costs more than reading a revision, so that
 * is not undone, and would be lost if the library were closed.
 */
bool pk_git_library_open(struct pk_git *out);

#endif
