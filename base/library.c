#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

struct pk_library *pk_library_open(
	void *functions, const char *name, const struct pk_library_symbol *symbols)
{
	void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return NULL;
	for (; symbols->name != NULL; symbols++) {
		void *function = dlsym(handle, symbols->name);
		if (function == NULL) {
			dlclose(handle);
			return NULL;
		}
		memcpy((char *)functions + symbols->offset, &function, sizeof(function));
	}
	return handle; /* what the system calls a handle is our library */
}

void pk_library_close(struct pk_library *library)
{
	if (library != NULL)
		dlclose(library);
}
