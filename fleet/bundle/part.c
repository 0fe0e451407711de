#include "fleet/bundle/part.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "fleet/bundle/archive.h"
#include "fleet/bundle/manifest.h"
#include "fleet/bundle/pe.h"

enum {
	CONTROL_MAX = 64 * 1024,	   /* bytes of a Debian control file */
	CONTROL_TAR_MAX = 4 * 1024 * 1024, /* bytes of control.tar, packed */
	FIELD_MAX = 200,
};

/* How packages call architectures. */
static const struct {
	const char *name;
	const char *arch;
} archs[] = {
	{"aarch64", "arm64"},
	{"amd64", "x64"},
	{"arm64", "arm64"},
	{"i386", "x86"},
	{"i686", "x86"},
	{"x86_64", "x64"},
};

static const char *find_arch(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(archs) / sizeof(archs[0]); i++) {
		if (pk_text_equal(archs[i].name, name))
			return archs[i].arch;
	}
	return NULL;
}

/* "6.03" as the text has it; else the fixed numbers, without zeros at the end but "15.0". */
static void read_pe(struct pk_part *out, struct pk_arena *arena, const struct pk_pe *pe)
{
	out->kind = PK_PART_PE;
	out->arch = pe->arch;
	if (pk_bundle_version_ok(pe->text) && strspn(pe->text, "0123456789.") == strlen(pe->text)) {
		out->version = pk_arena_strdup(arena, pe->text);
		return;
	}
	if (!pe->has_version)
		return;
	size_t count = 4;
	while (count > 2 && pe->version[count - 1] == 0)
		count--;
	const char *text = pk_arena_printf(arena, "%u", pe->version[0]);
	for (size_t i = 1; i < count; i++)
		text = pk_arena_printf(arena, "%s.%u", text, pe->version[i]);
	out->version = text;
}

/* ELF, "Executable and Linkable Format": the machine is a 16 bit number at 18. */
static void read_elf(struct pk_part *out, const uint8_t *bytes, size_t len)
{
	out->kind = PK_PART_ELF;
	bool is_little = len >= 20 && bytes[5] == 1;
	if (!is_little)
		return;
	switch (bytes[18] | bytes[19] << 8) {
	case 3:
		out->arch = "x86";
		break;
	case 62:
		out->arch = "x64";
		break;
	case 183:
		out->arch = "arm64";
		break;
	}
}

/* The value of a field of a Debian control file, or NULL. */
static const char *find_field(struct pk_arena *arena, const char *control, const char *name)
{
	size_t name_len = strlen(name);
	for (const char *line = control; line != NULL;) {
		if (strncmp(line, name, name_len) == 0 && line[name_len] == ':') {
			const char *value = line + name_len + 1;
			value += strspn(value, " \t");
			size_t len = strcspn(value, " \t\r\n");
			return len > FIELD_MAX ? NULL : pk_arena_strndup(arena, value, len);
		}
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return NULL;
}

/* What may be called a version in a bundle's name; NULL for others. */
static const char *usable_version(struct pk_arena *arena, const char *version)
{
	if (version == NULL)
		return NULL;
	/* The revision of the package is not the version of what is in it. */
	const char *dash = strrchr(version, '-');
	if (dash != NULL)
		version = pk_arena_strndup(arena, version, (size_t)(dash - version));
	return pk_bundle_version_ok(version) ? version : NULL;
}

static void read_deb(struct pk_part *out, struct pk_arena *arena, const void *bytes, size_t len)
{
	PK_BUF_AUTO packed = {0};
	PK_BUF_AUTO control = {0};
	out->kind = PK_PART_DEB;
	if (!pk_archive_find(&packed, bytes, len, "control.tar", CONTROL_TAR_MAX) ||
		!pk_archive_find(&control, packed.data, packed.len, "control", CONTROL_MAX))
		return;
	pk_buf_puts(&control, "");
	out->package = find_field(arena, control.data, "Package");
	out->version = usable_version(arena, find_field(arena, control.data, "Version"));
	out->arch = find_arch(find_field(arena, control.data, "Architecture"));
}

/* The part of `name` behind its last `divider`, which is cut off; NULL if there is none. */
static const char *cut_last(char *name, char divider)
{
	char *at = strrchr(name, divider);
	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* NAME-VERSION-RELEASE.ARCH.rpm is how an RPM's file is called. */
static void read_rpm(struct pk_part *out, struct pk_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = pk_arena_strdup(arena, slash == NULL ? path : slash + 1);
	out->kind = PK_PART_RPM;
	const char *extension = cut_last(name, '.');
	if (extension == NULL || !pk_text_equal_nocase(extension, "rpm"))
		return;
	out->arch = find_arch(cut_last(name, '.'));
	if (cut_last(name, '-') == NULL)
		return;
	out->version = usable_version(arena, cut_last(name, '-'));
	out->package = name;
}

void pk_part_read(struct pk_part *out, struct pk_arena *arena, const char *path, const void *bytes,
	size_t len)
{
	static const char ar[] = "!<arch>\ndebian-binary";
	static const char rpm[] = "\xed\xab\xee\xdb";
	struct pk_pe pe;
	out->bytes = len;
	pk_digest_print(out->digest, bytes, len);
	if (pk_pe_read(&pe, bytes, len))
		read_pe(out, arena, &pe);
	else if (len >= 4 && memcmp(bytes, "\177ELF", 4) == 0)
		read_elf(out, bytes, len);
	else if (len >= strlen(ar) && memcmp(bytes, ar, strlen(ar)) == 0)
		read_deb(out, arena, bytes, len);
	else if (len >= strlen(rpm) && memcmp(bytes, rpm, strlen(rpm)) == 0)
		read_rpm(out, arena, path);
}
