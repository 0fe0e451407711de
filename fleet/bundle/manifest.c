#include "fleet/bundle/manifest.h"

#include <string.h>

#include "base/text.h"
#include "base/yaml.h"
#include "fleet/bundle/path.h"
#include "fleet/bundle/sensor.h"

enum {
	NAME_MAX_BYTES = 64,
	WORD_MAX_BYTES = 200,
	ROLES = PK_BUNDLE_LICENCE + 1,
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
static const char version_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._+~-";
static const char word_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_./\\:=,-";

static const char *const arch_names[] = {"arm64", "x64", "x86"};

static const char *const keys[] = {"bundle", "name", "version", "sensor", "platform", "licence",
	"origin", "archive", "install", "update", "remove", "files"};
static const char *const file_keys[] = {"path", "role", "arch", "bytes", "digest"};

struct reading {
	struct pk_arena *arena;
	struct pk_source *source;
	bool draft;
	struct pk_diags *diags;
};

/* --- what a value may be --- */

static bool is_of(const char *text, const char *first, const char *rest)
{
	size_t len = strlen(text);
	return len > 0 && len <= NAME_MAX_BYTES && strchr(first, text[0]) != NULL &&
		strspn(text, rest) == len && text[len - 1] != '.';
}

bool pk_bundle_name_ok(const char *name)
{
	return is_of(name, letters, name_letters);
}

bool pk_bundle_version_ok(const char *version)
{
	return is_of(version, version_letters, version_letters) && version[0] != '.' &&
		version[0] != '-';
}

bool pk_bundle_digest_ok(const char *digest)
{
	size_t prefix = strlen(PK_DIGEST_PREFIX);
	return strlen(digest) == PK_DIGEST_TEXT - 1 && pk_text_starts(digest, PK_DIGEST_PREFIX) &&
		strspn(digest + prefix, "0123456789abcdef") == PK_DIGEST_TEXT - 1 - prefix;
}

/* Safe in every command line; braces only around "config". */
static bool is_word(const char *text)
{
	static const char config[] = "{config}";
	size_t len = strlen(text);
	if (len == 0 || len > WORD_MAX_BYTES)
		return false;
	while (*text != '\0') {
		if (pk_text_starts(text, config))
			text += strlen(config);
		else if (strchr(word_letters, *text) != NULL)
			text++;
		else
			return false;
	}
	return true;
}

/* --- reading --- */

static struct pk_span span_of(const struct reading *reading, const struct pk_node *node)
{
	return node == NULL ? pk_span_file(reading->source) : node->span;
}

static bool report_value(const struct reading *reading, const struct pk_node *map, const char *key,
	const char *text, const char *wanted)
{
	struct pk_diag *diag = pk_report(reading->diags, PK_BUNDLE_MANIFEST_VALUE,
		span_of(reading, pk_node_find(map, key)), "'%s' cannot be '%s'", key, text);
	pk_diag_hint(reading->diags, diag, "write %s", wanted);
	return false;
}

static bool report_missing(
	const struct reading *reading, const struct pk_node *map, const char *key)
{
	pk_report(reading->diags, PK_BUNDLE_MANIFEST_VALUE, map->span, "there is no '%s'", key);
	return false;
}

/* A text that has its form; *out stays as it is without one. */
static bool get_text(const char **out, const struct reading *reading, const struct pk_node *map,
	const char *key, bool (*ok)(const char *), const char *wanted)
{
	const char *text = NULL;
	if (!pk_node_get_text(&text, map, key, reading->diags))
		return false;
	if (text == NULL)
		return true;
	if (strlen(text) != pk_node_find(map, key)->text_len || !ok(text))
		return report_value(reading, map, key, text, wanted);
	*out = text;
	return true;
}

bool pk_bundle_remark_ok(const char *text)
{
	size_t len = strlen(text);
	return len > 0 && len <= PK_BUNDLE_TEXT_MAX && pk_utf8_valid(text, len, NULL);
}

bool pk_bundle_origin_ok(const char *origin)
{
	const char *host = strstr(origin, "://");
	if (!pk_bundle_remark_ok(origin))
		return false;
	return host == NULL || host[3 + strcspn(host + 3, "@/?#")] != '@';
}

static bool is_sensor(const char *text)
{
	enum pk_sensor sensor;
	return pk_sensor_parse(&sensor, text) && sensor != PK_SENSOR_NONE;
}

static bool is_platform(const char *text)
{
	return pk_text_equal(text, pk_host_platform_name(PK_HOST_WINDOWS)) ||
		pk_text_equal(text, pk_host_platform_name(PK_HOST_LINUX));
}

static bool is_role(const char *text)
{
	for (size_t i = 0; i < ROLES; i++) {
		if (pk_text_equal(pk_bundle_role_name((enum pk_bundle_role)i), text))
			return true;
	}
	return false;
}

static bool is_arch(const char *text)
{
	for (size_t i = 0; i < sizeof(arch_names) / sizeof(arch_names[0]); i++) {
		if (pk_text_equal(arch_names[i], text))
			return true;
	}
	return false;
}

static bool is_format(const char *text)
{
	return pk_text_equal(text, "1");
}

static bool any_path(const char *text)
{
	return text[0] != '\0';
}

static bool read_steps(struct pk_bundle_words *out, const struct reading *reading,
	const struct pk_node *map, const char *key)
{
	const struct pk_node *list;
	if (!pk_node_get_list(&list, map, key, reading->diags))
		return false;
	if (list == NULL)
		return true;
	bool good = true;
	if (list->items.len == 0 || list->items.len > PK_BUNDLE_WORDS) {
		pk_report(reading->diags, PK_BUNDLE_STEP, list->span, "'%s' has %zu words", key,
			list->items.len);
		good = false;
	}
	for (size_t i = 0; good && i < list->items.len; i++) {
		const struct pk_node *word = list->items.items[i];
		if (word->text != NULL && strlen(word->text) == word->text_len &&
			is_word(word->text)) {
			*pk_list_push(reading->arena, out) = word->text;
			continue;
		}
		pk_report(reading->diags, PK_BUNDLE_STEP, word->span,
			"'%s' is no word that can stand in every command line",
			word->text == NULL ? pk_node_kind_name(word->kind) : word->text);
		good = false;
	}
	return good;
}

static bool read_head(
	struct pk_bundle *out, const struct reading *reading, const struct pk_node *root)
{
	const char *format = NULL;
	const char *sensor = NULL;
	const char *platform = NULL;
	const char *version = "a version of letters, digits and ._+~-, as 15.15";
	bool good = get_text(&format, reading, root, "bundle", is_format, "bundle: 1");
	good &= get_text(&out->name, reading, root, "name", pk_bundle_name_ok,
		"a name of small letters, digits and ._-");
	good &= get_text(&out->version, reading, root, "version", pk_bundle_version_ok, version);
	good &= get_text(&sensor, reading, root, "sensor", is_sensor, PK_SENSOR_CHOICES);
	good &= get_text(&platform, reading, root, "platform", is_platform, "windows or linux");
	good &= get_text(
		&out->licence, reading, root, "licence", pk_bundle_remark_ok, "1 to 1000 bytes");
	good &= get_text(&out->origin, reading, root, "origin", pk_bundle_origin_ok,
		"an address of 1 to 1000 bytes, without user and password");
	good &= get_text(&out->archive_digest, reading, root, "archive", pk_bundle_digest_ok,
		"sha256: and 64 hexadecimal digits, small letters");
	if (!good)
		return false;
	if (format == NULL)
		return report_missing(reading, root, "bundle");
	if (sensor == NULL)
		return report_missing(reading, root, "sensor");
	if (!reading->draft && out->name == NULL)
		return report_missing(reading, root, "name");
	if (!reading->draft && out->version == NULL)
		return report_missing(reading, root, "version");
	pk_sensor_parse(&out->sensor, sensor);
	out->platform = pk_sensor_kind(out->sensor)->platform;
	const char *its_own = pk_host_platform_name(out->platform);
	if (platform != NULL && !pk_text_equal(platform, its_own))
		return report_value(reading, root, "platform", platform, its_own);
	return true;
}

static bool read_file_size(
	uint64_t *out, const struct reading *reading, const struct pk_node *node, bool *has_out)
{
	*has_out = pk_node_find(node, "bytes") != NULL;
	if (!pk_node_get_u64(out, node, "bytes", reading->diags))
		return false;
	if (*out <= PK_BUNDLE_BYTES)
		return true;
	pk_report(reading->diags, PK_BUNDLE_LIMIT, pk_node_find(node, "bytes")->span,
		"file of more than 256 MiB");
	return false;
}

/* The role of that name, which is one of them. */
static enum pk_bundle_role find_role(const char *name)
{
	size_t role = 0;
	while (role + 1 < ROLES &&
		!pk_text_equal(pk_bundle_role_name((enum pk_bundle_role)role), name))
		role++;
	return (enum pk_bundle_role)role;
}

static bool check_path(const struct reading *reading, const struct pk_node *node, const char *path,
	struct pk_map *seen)
{
	const char *reason = pk_bundle_path_refused(path);
	if (reason == NULL && pk_text_equal_nocase(path, PK_BUNDLE_MANIFEST))
		reason = "it is the manifest itself";
	struct pk_span span = pk_node_find(node, "path")->span;
	if (reason != NULL) {
		pk_report(reading->diags, PK_BUNDLE_PATH, span, "'%s' may not be in a bundle: %s",
			path, reason);
		return false;
	}
	if (pk_bundle_path_claim(reading->arena, seen, path))
		return true;
	pk_report(reading->diags, PK_BUNDLE_DUPLICATE, span, "'%s' is in the bundle twice", path);
	return false;
}

static bool read_file(struct pk_bundle_file *out, const struct reading *reading,
	const struct pk_node *node, struct pk_map *seen)
{
	const char *role = pk_bundle_role_name(PK_BUNDLE_OTHER);
	const char *digest = NULL;
	bool has_size;
	if (!pk_node_expect(node, PK_NODE_MAP, "a file", reading->diags))
		return false;
	bool good = pk_node_check_keys(node, file_keys, sizeof(file_keys) / sizeof(file_keys[0]),
		PK_BUNDLE_MANIFEST_KEY, reading->diags);
	good &= get_text(&out->path, reading, node, "path", any_path, "the path in the bundle");
	good &= get_text(
		&role, reading, node, "role", is_role, "program, package, licence or other");
	good &= get_text(&out->arch, reading, node, "arch", is_arch, "x86, x64 or arm64");
	good &= get_text(&digest, reading, node, "digest", pk_bundle_digest_ok,
		"sha256: and 64 hexadecimal digits, small letters");
	good &= read_file_size(&out->bytes, reading, node, &has_size);
	if (!good)
		return false;
	if (out->path == NULL)
		return report_missing(reading, node, "path");
	if (!reading->draft && !has_size)
		return report_missing(reading, node, "bytes");
	if (!reading->draft && digest == NULL)
		return report_missing(reading, node, "digest");
	out->role = find_role(role);
	out->span = pk_node_find(node, "path")->span;
	if (digest != NULL)
		memcpy(out->digest, digest, PK_DIGEST_TEXT);
	return check_path(reading, node, out->path, seen);
}

static bool read_files(
	struct pk_bundle *out, const struct reading *reading, const struct pk_node *root)
{
	const struct pk_node *list;
	struct pk_map seen = {0};
	uint64_t bytes = 0;
	if (!pk_node_get_list(&list, root, "files", reading->diags))
		return false;
	if (list == NULL || list->items.len == 0)
		return report_missing(reading, root, "files");
	if (list->items.len > PK_BUNDLE_FILES) {
		pk_report(reading->diags, PK_BUNDLE_LIMIT, list->span, "more than 1000 files");
		return false;
	}
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++) {
		struct pk_bundle_file *file = pk_list_push(reading->arena, &out->files);
		good &= read_file(file, reading, list->items.items[i], &seen);
		bytes += file->bytes;
	}
	if (!good || bytes <= PK_BUNDLE_BYTES)
		return good;
	pk_report(reading->diags, PK_BUNDLE_LIMIT, list->span, "files of more than 256 MiB");
	return false;
}

/* A host gets exactly one program for its architecture. */
static bool check_programs(const struct reading *reading, const struct pk_bundle *bundle)
{
	bool any = false;
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		if (file->role != PK_BUNDLE_PROGRAM && file->role != PK_BUNDLE_PACKAGE)
			continue;
		any = true;
		for (size_t k = 0; k < i; k++) {
			const struct pk_bundle_file *other = &bundle->files.items[k];
			bool same_arch = file->arch == other->arch ||
				(file->arch != NULL && other->arch != NULL &&
					pk_text_equal(file->arch, other->arch));
			if (other->role != file->role || !same_arch ||
				file->role == PK_BUNDLE_PACKAGE)
				continue;
			pk_report(reading->diags, PK_BUNDLE_PROGRAMS, file->span,
				"'%s' and '%s' are programs for one architecture", other->path,
				file->path);
			return false;
		}
	}
	if (!any)
		pk_report(reading->diags, PK_BUNDLE_NO_SENSOR, pk_span_file(reading->source),
			"no file is a program or package");
	return any;
}

struct pk_bundle *pk_manifest_read(
	struct pk_arena *arena, struct pk_source *source, bool draft, struct pk_diags *diags)
{
	const struct reading reading = {arena, source, draft, diags};
	struct pk_bundle *bundle = PK_NEW(arena, struct pk_bundle);
	const struct pk_node *root = pk_yaml_read(source, diags);
	if (root == NULL || !pk_node_expect(root, PK_NODE_MAP, "the manifest", diags))
		return NULL;
	bool good = pk_node_check_keys(
		root, keys, sizeof(keys) / sizeof(keys[0]), PK_BUNDLE_MANIFEST_KEY, diags);
	good &= read_head(bundle, &reading, root);
	good &= read_steps(&bundle->steps.install, &reading, root, "install");
	good &= read_steps(&bundle->steps.update, &reading, root, "update");
	good &= read_steps(&bundle->steps.remove, &reading, root, "remove");
	good &= read_files(bundle, &reading, root);
	if (!good || !check_programs(&reading, bundle))
		return NULL;
	if (!draft)
		pk_manifest_complete(arena, bundle);
	return bundle;
}
