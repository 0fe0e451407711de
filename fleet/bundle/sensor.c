#include "fleet/bundle/sensor.h"

#include <string.h>

#include "base/text.h"
#include "fleet/bundle/manifest.h"

/*
 * Switches: Sysmon facts, docs/sysmon-facts.md section 11; Monster takes one a call. Those of
 * Winlogbeat are for `net`, as the program itself has none for its service.
 */
static const char *const sysmon_install[] = {"-accepteula", "-i", "{config}", NULL};
static const char *const sysmon_update[] = {"-accepteula", "-c", "{config}", NULL};
static const char *const sysmon_remove[] = {"-u", NULL};
static const char *const monster_install[] = {"/install", "/start", NULL};
static const char *const monster_update[] = {"/stop", "/start", NULL};
static const char *const monster_remove[] = {"/stop", "/remove", NULL};
static const char *const winlogbeat_install[] = {"start", NULL};
static const char *const winlogbeat_update[] = {"stop", "start", NULL};
static const char *const winlogbeat_remove[] = {"stop", NULL};
static const char *const nothing[] = {NULL};

static const struct pk_sensor_kind kinds[] = {
	[PK_SENSOR_NONE] = {PK_HOST_ANY, nothing, nothing, nothing},
	[PK_SENSOR_SYSMON] = {PK_HOST_WINDOWS, sysmon_install, sysmon_update, sysmon_remove},
	[PK_SENSOR_SYSMON_LINUX] = {PK_HOST_LINUX, sysmon_install, sysmon_update, sysmon_remove},
	[PK_SENSOR_MONSTER] = {PK_HOST_WINDOWS, monster_install, monster_update, monster_remove},
	[PK_SENSOR_WINLOGBEAT] = {PK_HOST_WINDOWS, winlogbeat_install, winlogbeat_update,
		winlogbeat_remove},
};

/* What the vendors' programs and packages are called, at the top of a bundle, in any case. */
static const struct {
	enum pk_sensor sensor;
	enum pk_part_kind kind;
	const char *name; /* of the file, or of the package */
	enum pk_bundle_role role;
} programs[] = {
	{PK_SENSOR_SYSMON, PK_PART_PE, "Sysmon.exe", PK_BUNDLE_PROGRAM},
	{PK_SENSOR_SYSMON, PK_PART_PE, "Sysmon64.exe", PK_BUNDLE_PROGRAM},
	{PK_SENSOR_SYSMON, PK_PART_PE, "Sysmon64a.exe", PK_BUNDLE_PROGRAM},
	{PK_SENSOR_SYSMON_LINUX, PK_PART_ELF, "sysmon", PK_BUNDLE_PROGRAM},
	{PK_SENSOR_SYSMON_LINUX, PK_PART_DEB, "sysmonforlinux", PK_BUNDLE_PACKAGE},
	{PK_SENSOR_SYSMON_LINUX, PK_PART_RPM, "sysmonforlinux", PK_BUNDLE_PACKAGE},
	{PK_SENSOR_MONSTER, PK_PART_PE, "Monster.exe", PK_BUNDLE_PROGRAM},
	{PK_SENSOR_WINLOGBEAT, PK_PART_PE, "winlogbeat.exe", PK_BUNDLE_PROGRAM},
};

enum { PROGRAMS = sizeof(programs) / sizeof(programs[0]) };

/* Names of files with a licence, up to a point. */
static const char *const licences[] = {"copying", "eula", "licence", "license"};

/* Version of a bundle is told from the first of these that it has. */
static const char *const arch_order[] = {"x64", "x86", "arm64"};

const struct pk_sensor_kind *pk_sensor_kind(enum pk_sensor sensor)
{
	return &kinds[sensor];
}

const char *pk_bundle_role_name(enum pk_bundle_role role)
{
	switch (role) {
	case PK_BUNDLE_OTHER:
		return "other";
	case PK_BUNDLE_PROGRAM:
		return "program";
	case PK_BUNDLE_PACKAGE:
		return "package";
	case PK_BUNDLE_LICENCE:
		return "licence";
	}
	return "";
}

static bool is_licence(const char *path)
{
	size_t stem = strcspn(path, ".");
	for (size_t i = 0; i < sizeof(licences) / sizeof(licences[0]); i++) {
		if (strlen(licences[i]) == stem && pk_text_find_nocase(path, licences[i]) == path)
			return true;
	}
	return false;
}

/* The row of `programs` for the part; PROGRAMS if there is none. */
static size_t find_row(const struct pk_part *part)
{
	const char *name = part->path;
	if (part->kind == PK_PART_DEB || part->kind == PK_PART_RPM)
		name = part->package == NULL ? "" : part->package;
	for (size_t i = 0; i < PROGRAMS && strchr(part->path, '/') == NULL; i++) {
		if (programs[i].kind == part->kind && pk_text_equal_nocase(programs[i].name, name))
			return i;
	}
	return PROGRAMS;
}

/* A program that stands alone may have any name if its sensor is said. */
static enum pk_bundle_role role_of_single(enum pk_sensor sensor, const struct pk_part *part)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (programs[i].sensor == sensor && programs[i].kind == part->kind)
			return programs[i].role;
	}
	return PK_BUNDLE_OTHER;
}

static bool report_several(const struct pk_part *part, struct pk_span place, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(diags, PK_BUNDLE_PROGRAMS, place,
		"'%s' is the program of another sensor than those before", part->path);
	pk_diag_hint(diags, diag, "say by --sensor which one is meant");
	return false;
}

/* The sensor that is said, or the one whose programs are there. */
static bool find_sensor(enum pk_sensor *out, const struct pk_parts *parts, const char *said,
	struct pk_span place, struct pk_diags *diags)
{
	*out = PK_SENSOR_NONE;
	if (said != NULL && pk_sensor_parse(out, said) && *out != PK_SENSOR_NONE)
		return true;
	if (said != NULL) {
		struct pk_diag *diag = pk_report(
			diags, PK_BUNDLE_NO_SENSOR, place, "'%s' is no sensor that is known", said);
		pk_diag_hint(diags, diag, "write " PK_SENSOR_CHOICES);
		return false;
	}
	for (size_t i = 0; i < parts->len; i++) {
		size_t row = find_row(&parts->items[i]);
		if (row == PROGRAMS)
			continue;
		if (*out != PK_SENSOR_NONE && *out != programs[row].sensor)
			return report_several(&parts->items[i], place, diags);
		*out = programs[row].sensor;
	}
	return true;
}

static void make_file(struct pk_bundle_file *out, const struct pk_part *part,
	const struct pk_parts *parts, enum pk_sensor sensor)
{
	size_t row = find_row(part);
	out->path = part->path;
	out->bytes = part->bytes;
	memcpy(out->digest, part->digest, sizeof(out->digest));
	if (row != PROGRAMS && programs[row].sensor == sensor)
		out->role = programs[row].role;
	else if (is_licence(part->path))
		out->role = PK_BUNDLE_LICENCE;
	else if (parts->len == 1)
		out->role = role_of_single(sensor, part);
	if (out->role == PK_BUNDLE_PROGRAM || out->role == PK_BUNDLE_PACKAGE)
		out->arch = part->arch;
}

static bool check_programs(
	const struct pk_bundle *bundle, struct pk_span place, struct pk_diags *diags)
{
	size_t programs_found = 0;
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		programs_found += file->role == PK_BUNDLE_PACKAGE;
		if (file->role != PK_BUNDLE_PROGRAM)
			continue;
		programs_found++;
		if (file->arch == NULL) {
			pk_report(diags, PK_BUNDLE_PROGRAMS, place,
				"'%s' is for no architecture that is known", file->path);
			return false;
		}
		for (size_t k = 0; k < i; k++) {
			const struct pk_bundle_file *other = &bundle->files.items[k];
			if (other->role != PK_BUNDLE_PROGRAM ||
				!pk_text_equal(other->arch, file->arch))
				continue;
			pk_report(diags, PK_BUNDLE_PROGRAMS, place,
				"'%s' and '%s' are both programs for %s", other->path, file->path,
				file->arch);
			return false;
		}
	}
	if (programs_found > 0)
		return true;
	struct pk_diag *diag = pk_report(
		diags, PK_BUNDLE_NO_SENSOR, place, "there is no program of a sensor that is known");
	pk_diag_hint(diags, diag, "add what the vendor of Sysmon, Monster or Winlogbeat gives out");
	return false;
}

/* The part of a file of the bundle, if that is a program or package whose version is known. */
static const struct pk_part *find_versioned(
	const struct pk_bundle *bundle, size_t index, const struct pk_parts *parts)
{
	const struct pk_bundle_file *file = &bundle->files.items[index];
	if (file->role != PK_BUNDLE_PROGRAM && file->role != PK_BUNDLE_PACKAGE)
		return NULL;
	for (size_t i = 0; i < parts->len; i++) {
		if (pk_text_equal(parts->items[i].path, file->path))
			return parts->items[i].version == NULL ? NULL : &parts->items[i];
	}
	return NULL;
}

/* Smaller is asked first. */
static size_t rank_of(const char *arch)
{
	size_t rank = 0;
	size_t count = sizeof(arch_order) / sizeof(arch_order[0]);
	while (rank < count && (arch == NULL || !pk_text_equal(arch, arch_order[rank])))
		rank++;
	return rank;
}

bool pk_sensor_find_version(struct pk_bundle *out, const struct pk_parts *parts,
	struct pk_span place, struct pk_diags *diags)
{
	const struct pk_part *best = NULL;
	const struct pk_part *other = NULL;
	for (size_t i = 0; i < out->files.len; i++) {
		const struct pk_part *part = find_versioned(out, i, parts);
		if (part == NULL)
			continue;
		if (best == NULL || rank_of(part->arch) < rank_of(best->arch))
			best = part;
	}
	for (size_t i = 0; best != NULL && i < out->files.len; i++) {
		const struct pk_part *part = find_versioned(out, i, parts);
		if (part != NULL && pk_bundle_compare_versions(part->version, best->version) != 0)
			other = part;
	}
	if (best == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_BUNDLE_NO_VERSION, place,
			"the version cannot be told from the files");
		pk_diag_hint(diags, diag, "give it by --version");
		return false;
	}
	if (other != NULL) {
		struct pk_diag *diag = pk_report(diags, PK_BUNDLE_VERSIONS_DIFFER, place,
			"'%s' has version %s, '%s' has %s: the bundle gets the first", best->path,
			best->version, other->path, other->version);
		pk_diag_hint(diags, diag, "say by --version which one is meant");
	}
	out->version = best->version;
	return true;
}

bool pk_sensor_recognise(struct pk_bundle *out, struct pk_arena *arena,
	const struct pk_parts *parts, const struct pk_bundle_add_options *options,
	struct pk_span place, struct pk_diags *diags)
{
	if (!find_sensor(&out->sensor, parts, options->sensor, place, diags))
		return false;
	for (size_t i = 0; i < parts->len; i++)
		make_file(pk_list_push(arena, &out->files), &parts->items[i], parts, out->sensor);
	if (!check_programs(out, place, diags))
		return false;
	out->name = pk_sensor_name(out->sensor);
	if (options->version != NULL)
		return true; /* what it is called is the caller's */
	return pk_sensor_find_version(out, parts, place, diags);
}
