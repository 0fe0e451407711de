#include "cli/fleet/contents.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/compiled.h"
#include "cli/fleet/winlogbeat.h"
#include "cli/kind.h"
#include "generators/blob/blob_read.h"
#include "generators/monster/monster.h"

/* A configuration that an inventory names, and what became of it. */
struct wanted {
	const char *config;
	const char *profile; /* NULL: none named */
	const char *schema;
	enum pk_sensor sensor;
	enum pk_target target;
	const struct pk_content *content; /* NULL: it cannot be had, and that was reported */
};

/* Bytes by their digest. */
struct kept {
	struct pk_content content;
	bool is_rules; /* binary rules, not a file */
	bool opened;   /* the next three are known */
	const struct pk_config *config;
	const char *why;
};

struct compared {
	const struct pk_config *before;
	const struct pk_config *after;
	const struct pk_diff *diff;
};

struct pk_contents {
	struct pk_fleet *fleet;
	struct pk_arena *arena;
	PK_LIST(struct wanted) wanted;
	struct pk_map kept;	 /* digest to struct kept */
	struct pk_digests known; /* what hosts need not send us */
	bool recalled;		 /* ... what the store has among it */
	PK_LIST(struct compared) compared;
};

enum {
	DIGEST_SHOWN = sizeof("sha256:") - 1 + 12,
	RECALLED_MOST = 16, /* digests that every host is told */
};

struct pk_contents *pk_contents_make(struct pk_fleet *fleet)
{
	struct pk_contents *contents = PK_NEW(fleet->cli->arena, struct pk_contents);
	contents->fleet = fleet;
	contents->arena = fleet->cli->arena;
	return contents;
}

/* What bytes without a name of their own are called; the digest may be a host's and go away. */
static const char *name_of(const struct pk_contents *contents, const char *digest)
{
	return pk_arena_strndup(contents->arena, digest, strnlen(digest, DIGEST_SHOWN));
}

/* Keeps the bytes, which must stay alive. */
static struct kept *keep(struct pk_contents *contents, const char *bytes, size_t len,
	const char *name, bool is_rules)
{
	struct kept *kept = PK_NEW(contents->arena, struct kept);
	pk_content_init(&kept->content, bytes, len, name);
	kept->is_rules = is_rules;
	struct kept *before = pk_map_find(&contents->kept, kept->content.digest);
	if (before != NULL)
		return before;
	pk_map_set(contents->arena, &contents->kept, kept->content.digest, kept);
	*pk_list_push(contents->arena, &contents->known) = kept->content.digest;
	return kept;
}

/* --- what is wanted --- */

static enum pk_target target_of(enum pk_sensor sensor, const struct pk_bundle *bundle)
{
	switch (sensor) {
	case PK_SENSOR_SYSMON:
		return PK_TARGET_SYSMON;
	case PK_SENSOR_SYSMON_LINUX:
		return PK_TARGET_SYSMON_LINUX;
	case PK_SENSOR_MONSTER:
		break;
	case PK_SENSOR_WINLOGBEAT:
	case PK_SENSOR_NONE:
		return PK_TARGET_UNSET;
	}
	/* The second generation comes with Monster.cnf (Monster facts, section 4). */
	for (size_t i = 0; bundle != NULL && i < bundle->files.len; i++) {
		if (pk_text_equal_nocase(bundle->files.items[i].path, "Monster.cnf"))
			return PK_TARGET_MONSTER_1_0;
	}
	return PK_TARGET_MONSTER;
}

/* The digest of the live rules that Sysmon makes of the file; NULL if it has none. */
static const char *digest_rules(struct pk_contents *contents, struct pk_sysmon *sysmon)
{
	struct pk_diags quiet = {.arena = sysmon->arena};
	PK_BUF_AUTO blob = {0};
	if (!pk_blob_encode(&blob, sysmon, &quiet) || blob.len == 0)
		return NULL;
	char *digest = pk_arena_alloc(contents->arena, PK_DIGEST_TEXT);
	pk_digest_print(digest, blob.data, blob.len);
	return digest;
}

/* Would the sensor take these bytes? For Sysmon, *rules_out is the digest of its live rules. */
static bool check_bytes(struct pk_contents *contents, struct pk_source *source,
	const struct wanted *wanted, const char **rules_out, struct pk_diags *diags)
{
	if (wanted->sensor == PK_SENSOR_WINLOGBEAT)
		return pk_winlogbeat_check(source, diags);
	if (wanted->target == PK_TARGET_MONSTER || wanted->target == PK_TARGET_MONSTER_1_0) {
		struct pk_node *root = pk_json_read(source, diags);
		enum pk_monster_schema schema;
		if (root == NULL || !pk_monster_detect(&schema, root, diags))
			return false;
		return pk_monster_check(
			pk_monster_read(contents->arena, root, schema, diags), NULL, diags);
	}
	/* What judging takes is many times the file; it is not kept while hosts are worked on. */
	PK_AUTO(pk_arena) *scratch = pk_arena_create();
	struct pk_cli cli = *contents->fleet->cli;
	cli.arena = scratch;
	struct pk_config config;
	const struct pk_config_options options = {.schema = wanted->schema,
		.platform = wanted->target == PK_TARGET_SYSMON_LINUX ? PK_LINUX : PK_WINDOWS};
	if (!pk_config_open_source(&config, &cli, source, &options, diags))
		return false;
	*rules_out = digest_rules(contents, config.sysmon);
	return true;
}

/* The file that the input names if it is a finished configuration; NULL: it has to be compiled. */
static struct pk_source *read_finished(struct pk_contents *contents, const struct pk_input *input,
	const struct wanted *wanted, struct pk_diags *diags)
{
	bool plain = wanted->sensor == PK_SENSOR_WINLOGBEAT; /* nothing compiles to it */
	if (!plain &&
		(!pk_tree_exists(input->tree, input->path) ||
			pk_tree_is_dir(input->tree, input->path)))
		return NULL;
	struct pk_source *source =
		pk_tree_read(contents->arena, input->tree, input->path, 0, diags);
	if (source == NULL || plain)
		return source;
	enum pk_kind kind = pk_kind_of(source);
	return kind == PK_KIND_SYSMON || kind == PK_KIND_MONSTER ? source : NULL;
}

static struct pk_source *compile(struct pk_contents *contents, const struct pk_input *input,
	const struct wanted *wanted, struct pk_diags *diags)
{
	const struct pk_compiled_options options = {.target = wanted->target,
		.profile = wanted->profile,
		.library = contents->fleet->options->library,
		.schema = wanted->schema};
	struct pk_diags found = {.arena = contents->arena};
	PK_COMPILED_AUTO compiled = {0};
	bool made = pk_compiled_make(&compiled, contents->fleet->cli, input, &options, &found);
	pk_diags_append(diags, &found, PK_ERROR);
	if (!made)
		return NULL;
	return pk_source_make(contents->arena, input->path,
		pk_arena_strndup(contents->arena, compiled.bytes.data, compiled.bytes.len),
		compiled.bytes.len);
}

static bool open_input(struct pk_input *out, struct pk_contents *contents,
	const struct wanted *wanted, struct pk_diags *diags)
{
	const struct pk_fleet *fleet = contents->fleet;
	const struct pk_input_options where = {.rev = fleet->options->rev,
		.library = fleet->options->library,
		.shipped = pk_target_shipped(wanted->target)};
	const char *path = wanted->config;
	/* A file is meant from the inventory; what is not there may be shipped, or REV:PATH. */
	const char *beside = pk_file_beside(contents->arena, fleet->inventory->path, path);
	if (fleet->options->rev != NULL ? !pk_text_equal(path, beside) : pk_file_exists(beside))
		path = beside;
	return pk_input_open(out, contents->arena, path, &where, diags);
}

static const struct pk_content *make(
	struct pk_contents *contents, const struct wanted *wanted, struct pk_diags *diags)
{
	size_t errors = diags->errors;
	PK_INPUT_AUTO input = {0};
	if (!open_input(&input, contents, wanted, diags))
		return NULL;
	struct pk_source *source = read_finished(contents, &input, wanted, diags);
	if (source == NULL && diags->errors == errors)
		source = compile(contents, &input, wanted, diags);
	const char *rules = NULL;
	if (source == NULL || !check_bytes(contents, source, wanted, &rules, diags))
		return NULL;
	const char *name = wanted->profile == NULL
		? wanted->config
		: pk_arena_printf(contents->arena, "%s of %s", wanted->profile, wanted->config);
	struct kept *kept = keep(contents, source->text, source->len, name, false);
	kept->content.rules = rules;
	return &kept->content;
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

const struct pk_content *pk_contents_want(struct pk_contents *contents,
	const struct pk_sensor_wish *wish, const struct pk_bundle *bundle, struct pk_diags *diags)
{
	const struct wanted wanted = {.config = wish->config,
		.profile = wish->profile,
		.schema = wish->schema,
		.sensor = wish->kind,
		.target = target_of(wish->kind, bundle)};
	for (size_t i = 0; i < contents->wanted.len; i++) {
		const struct wanted *known = &contents->wanted.items[i];
		if (known->sensor == wanted.sensor && known->target == wanted.target &&
			is_same(known->config, wanted.config) &&
			is_same(known->profile, wanted.profile) &&
			is_same(known->schema, wanted.schema))
			return known->content;
	}
	const struct pk_content *content = make(contents, &wanted, diags);
	struct wanted *added = pk_list_push(contents->arena, &contents->wanted);
	*added = wanted;
	added->content = content;
	return content;
}

void pk_contents_pack(struct pk_contents *contents, const char *digest)
{
	struct kept *kept = pk_map_find(&contents->kept, digest);
	if (kept != NULL)
		pk_content_pack(&kept->content, contents->arena);
}

/* --- what hosts have --- */

static void take_bytes(struct pk_contents *contents, const char *digest, const void *bytes,
	size_t len, bool is_rules)
{
	if (bytes == NULL || digest == NULL || pk_map_find(&contents->kept, digest) != NULL)
		return;
	keep(contents, pk_arena_strndup(contents->arena, bytes, len), len,
		name_of(contents, digest), is_rules);
}

void pk_contents_take(struct pk_contents *contents, const struct pk_facts *facts)
{
	take_bytes(contents, facts->config, facts->config_bytes, facts->config_len, false);
	take_bytes(contents, facts->rules, facts->rules_bytes, facts->rules_len, true);
}

/* Binary rules begin with their version, whose high half is never a letter (blob.h). */
static bool looks_like_rules(const struct pk_source *source)
{
	return source->len >= PK_BLOB_HEADER_SIZE &&
		memchr(source->text, '\0', PK_BLOB_HEADER_SIZE) != NULL &&
		(unsigned char)source->text[0] != 0xff && (unsigned char)source->text[0] != 0xfe;
}

static struct kept *find(struct pk_contents *contents, const char *digest)
{
	if (digest == NULL)
		return NULL;
	struct kept *kept = pk_map_find(&contents->kept, digest);
	if (kept != NULL || contents->fleet->store == NULL)
		return kept;
	struct pk_source *source =
		pk_store_find_content(contents->arena, contents->fleet->store, digest);
	if (source == NULL)
		return NULL;
	return keep(contents, source->text, source->len, name_of(contents, digest),
		looks_like_rules(source));
}

const struct pk_content *pk_contents_find(struct pk_contents *contents, const char *digest)
{
	const struct kept *kept = find(contents, digest);
	return kept == NULL ? NULL : &kept->content;
}

const char *const *pk_contents_known(struct pk_contents *contents, size_t *count_out)
{
	struct pk_digests kept;
	if (!contents->recalled && contents->fleet->store != NULL) {
		pk_store_list_known(&kept, contents->arena, contents->fleet->store, RECALLED_MOST);
		for (size_t i = 0; i < kept.len; i++) {
			if (pk_map_find(&contents->kept, kept.items[i]) == NULL)
				*pk_list_push(contents->arena, &contents->known) = kept.items[i];
		}
	}
	contents->recalled = true;
	*count_out = contents->known.len;
	return contents->known.items;
}

/* --- what they mean --- */

static void open_kept(struct pk_contents *contents, struct kept *kept, enum pk_sensor sensor)
{
	struct pk_cli *cli = contents->fleet->cli;
	struct pk_diags found = {.arena = contents->arena};
	struct pk_source *source = pk_source_make(
		contents->arena, kept->content.name, kept->content.bytes, kept->content.len);
	struct pk_config *config = PK_NEW(contents->arena, struct pk_config);
	bool opened = false;
	if (kept->is_rules) {
		struct pk_sysmon *sysmon = pk_blob_decode(source, &found);
		opened = sysmon != NULL;
		if (opened)
			pk_config_take(config, cli, sysmon, kept->content.name);
		config->rules_only = true;
	} else if (sensor == PK_SENSOR_SYSMON || sensor == PK_SENSOR_SYSMON_LINUX) {
		const struct pk_config_options options = {
			.platform = sensor == PK_SENSOR_SYSMON ? PK_WINDOWS : PK_LINUX};
		opened = pk_config_open_source(config, cli, source, &options, &found);
	}
	kept->opened = true;
	if (opened)
		kept->config = config;
	else
		kept->why = found.all.len > 0 ? found.all.items[0].message
					      : "what it means is not known";
}

const struct pk_config *pk_contents_open(struct pk_contents *contents, const char *digest,
	enum pk_sensor sensor, const char **why_out)
{
	struct kept *kept = find(contents, digest);
	if (kept == NULL) {
		*why_out = "its text is not known";
		return NULL;
	}
	if (!kept->opened)
		open_kept(contents, kept, sensor);
	if (kept->config == NULL)
		*why_out = kept->why;
	return kept->config;
}

/* True if the live rules are those that the file makes: then the file says more. */
static bool makes(
	struct pk_contents *contents, const char *file, const char *rules, enum pk_sensor sensor)
{
	struct kept *kept = find(contents, file);
	if (kept == NULL || kept->is_rules)
		return false;
	if (!kept->opened)
		open_kept(contents, kept, sensor);
	if (kept->content.rules == NULL && kept->config != NULL)
		kept->content.rules = digest_rules(contents, kept->config->sysmon);
	return kept->content.rules != NULL && strcmp(kept->content.rules, rules) == 0;
}

const struct pk_config *pk_contents_live(
	struct pk_contents *contents, const struct pk_facts *facts, const char **why_out)
{
	*why_out = "the host does not tell its configuration";
	const struct pk_config *config = NULL;
	if (facts->rules != NULL && !makes(contents, facts->config, facts->rules, facts->sensor))
		config = pk_contents_open(contents, facts->rules, facts->sensor, why_out);
	if (config == NULL && facts->config != NULL)
		config = pk_contents_open(contents, facts->config, facts->sensor, why_out);
	return config;
}

const struct pk_diff *pk_contents_diff(
	struct pk_contents *contents, const struct pk_config *before, const struct pk_config *after)
{
	for (size_t i = 0; i < contents->compared.len; i++) {
		const struct compared *known = &contents->compared.items[i];
		if (known->before == before && known->after == after)
			return known->diff;
	}
	struct pk_arena *arena = contents->arena;
	const struct pk_diff *diff = pk_config_diff(arena, before, after);
	struct compared *added = pk_list_push(arena, &contents->compared);
	*added = (struct compared){before, after, diff};
	return diff;
}
