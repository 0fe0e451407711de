#include "fleet/bundle/path.h"

#include <string.h>

#include "base/text.h"

/* Besides letters and digits; all others mean something to a shell or to Windows. */
static const char plain[] = " ._-+,=@~#()[]{}";

/* Names that Windows takes for a device, with any extension. */
static const char *const devices[] = {"aux", "clock$", "com0", "com1", "com2", "com3", "com4",
	"com5", "com6", "com7", "com8", "com9", "con", "conin$", "conout$", "lpt0", "lpt1", "lpt2",
	"lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn"};

static bool is_device(const char *part, size_t len)
{
	char stem[16];
	size_t size = 0;
	while (size < len && part[size] != '.')
		size++;
	while (size > 0 && part[size - 1] == ' ')
		size--;
	if (size >= sizeof(stem))
		return false;
	memcpy(stem, part, size);
	stem[size] = '\0';
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (pk_text_equal_nocase(stem, devices[i]))
			return true;
	}
	return false;
}

static bool is_plain(char c)
{
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	return is_letter || (c >= '0' && c <= '9') || (c != '\0' && strchr(plain, c) != NULL);
}

static const char *part_refused(const char *part, size_t len)
{
	if (len == 0)
		return "a part of it is empty";
	if (len == 2 && memcmp(part, "..", 2) == 0)
		return "it leads out of the bundle";
	if (part[len - 1] == '.' || part[len - 1] == ' ')
		return "Windows drops the point or space at the end of a name";
	if (part[0] == ' ')
		return "a name begins with a space";
	if (is_device(part, len))
		return "it is the name of a device on Windows";
	return NULL;
}

const char *pk_bundle_path_refused(const char *path)
{
	if (strlen(path) > PK_BUNDLE_PATH_MAX)
		return "it is longer than 200 bytes";
	if (path[0] == '/')
		return "it is absolute";
	if (strchr(path, '\\') != NULL)
		return "it has a backslash";
	if (strchr(path, ':') != NULL)
		return "it has a colon, as drives and streams of Windows have";
	for (const char *c = path; *c != '\0'; c++) {
		if (*c != '/' && !is_plain(*c))
			return "it has a character that is not safe in names everywhere";
	}
	size_t depth = 0;
	for (const char *part = path;;) {
		size_t len = strcspn(part, "/");
		const char *reason = part_refused(part, len);
		if (reason != NULL)
			return reason;
		if (++depth > PK_BUNDLE_PATH_DEPTH)
			return "it is too deep";
		if (part[len] == '\0')
			return NULL;
		part += len + 1;
	}
}

/* What a name in `seen` is; the map only wants an address. */
static const char file_mark[] = "file";
static const char folder_mark[] = "folder";

static void mark(struct pk_arena *arena, struct pk_map *seen, const char *name, const char *what)
{
	pk_map_set(arena, seen, name, pk_arena_strdup(arena, what));
}

bool pk_bundle_path_claim(struct pk_arena *arena, struct pk_map *seen, const char *path)
{
	char *name = pk_arena_strdup(arena, path);
	for (char *c = name; *c != '\0'; c++)
		*c = pk_text_lower(*c);
	for (char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		char *folder = pk_arena_strndup(arena, name, (size_t)(slash - name));
		const char *before = pk_map_find(seen, folder);
		if (before != NULL && pk_text_equal(before, file_mark))
			return false;
		if (before == NULL)
			mark(arena, seen, folder, folder_mark);
	}
	if (pk_map_find(seen, name) != NULL)
		return false;
	mark(arena, seen, name, file_mark);
	return true;
}
