#include "base/git_library.h"

#include <stddef.h>

#include "base/library.h"

static const struct pk_library_symbol symbols[] = {
#define PK_GIT_FUNCTION(name) {"git_" #name, offsetof(struct pk_git, name)},
#include "base/git_functions.def"
#undef PK_GIT_FUNCTION
	PK_LIBRARY_SYMBOLS_END,
};

bool pk_git_library_open(struct pk_git *out)
{
	if (pk_library_open(out, PK_GIT_LIBRARY, symbols) == NULL)
		return false;
	out->libgit2_init();
	return true;
}
