#include "mitre/attack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mitre/attack_data.h"
#include "mitre/history.h"
#include "mitre/table.h"

#define TERMS                                                                                      \
	" The MITRE Corporation. This work is reproduced and distributed with the permission "     \
	"of The MITRE Corporation."

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A release whose catalogue is built in. */
struct release {
	const char *version;
	const char *copyright;
	const char *techniques;
	const char *tactics;
};

/* Newest first. */
static const struct release releases[] = {
	{PK_ATTACK_NEWEST, "© 2026" TERMS, pk_attack_techniques_19_2, pk_attack_tactics_19_2},
	{"18.1", "© 2025" TERMS, pk_attack_techniques_18_1, pk_attack_tactics_18_1},
};

/* What is shared by all who ask the catalogue and filled as they do. */
struct cache {
	const struct pk_technique **techniques; /* by row; NULL until asked for */
	struct pk_table strategies;
	struct pk_component *components;
	size_t component_count;
	struct pk_attack_source *sources;
	size_t source_count;
	struct pk_history *history;
};

struct pk_attack {
	struct pk_arena *arena;
	const struct release *release;
	struct pk_table techniques; /* sorted by id */
	struct pk_tactic *tactics;  /* in the order of the matrix */
	size_t tactic_count;
	struct cache *cache;
};

static const char *const status_names[] = {
	[PK_TECHNIQUE_ACTIVE] = "active",
	[PK_TECHNIQUE_REVOKED] = "revoked",
	[PK_TECHNIQUE_DEPRECATED] = "deprecated",
};

/* --- opening --- */

static void read_tactics(struct pk_attack *attack)
{
	struct pk_table table = pk_table_open(attack->arena, attack->release->tactics);
	attack->tactics = PK_NEW_ARRAY(attack->arena, struct pk_tactic, table.count);
	attack->tactic_count = table.count;
	for (size_t i = 0; i < table.count; i++) {
		char *rest = pk_table_copy(attack->arena, table.rows[i]);
		attack->tactics[i].id = pk_table_take(&rest, '\t');
		attack->tactics[i].short_name = pk_table_take(&rest, '\t');
		attack->tactics[i].name = rest;
	}
}

static struct pk_attack *open_release(struct pk_arena *arena, const struct release *release)
{
	struct pk_attack *attack = PK_NEW(arena, struct pk_attack);
	attack->arena = arena;
	attack->release = release;
	attack->techniques = pk_table_open(arena, release->techniques);
	attack->cache = PK_NEW(arena, struct cache);
	attack->cache->techniques =
		PK_NEW_ARRAY(arena, const struct pk_technique *, attack->techniques.count);
	read_tactics(attack);
	return attack;
}

struct pk_attack *pk_attack_open(struct pk_arena *arena)
{
	return open_release(arena, &releases[0]);
}

struct pk_attack *pk_attack_open_version(struct pk_arena *arena, const char *version)
{
	for (size_t i = 0; i < COUNT(releases); i++) {
		if (pk_text_equal(releases[i].version, version))
			return open_release(arena, &releases[i]);
	}
	return NULL;
}

const char *pk_attack_version_at(size_t index)
{
	return index < COUNT(releases) ? releases[index].version : NULL;
}

const char *pk_attack_version(const struct pk_attack *attack)
{
	return attack->release->version;
}

const char *pk_attack_copyright(const struct pk_attack *attack)
{
	return attack->release->copyright;
}

/* --- components and events --- */

static void read_components(const struct pk_attack *attack)
{
	struct pk_table table = pk_table_open(attack->arena, pk_attack_component_table);
	struct cache *cache = attack->cache;
	cache->components = PK_NEW_ARRAY(attack->arena, struct pk_component, table.count);
	cache->component_count = table.count;
	for (size_t i = 0; i < table.count; i++) {
		char *rest = pk_table_copy(attack->arena, table.rows[i]);
		cache->components[i].id = pk_table_take(&rest, '\t');
		cache->components[i].name = pk_table_take(&rest, '\t');
		cache->components[i].data_source = pk_table_take(&rest, '\t');
		cache->components[i].deprecated = pk_text_equal(rest, "yes");
	}
}

const struct pk_component *pk_attack_components(const struct pk_attack *attack, size_t *count_out)
{
	if (attack->cache->components == NULL)
		read_components(attack);
	*count_out = attack->cache->component_count;
	return attack->cache->components;
}

static int compare_component(const void *id, const void *component)
{
	return strcmp(id, ((const struct pk_component *)component)->id);
}

static const struct pk_component *find_component_id(const struct pk_attack *attack, const char *id)
{
	size_t count;
	const struct pk_component *components = pk_attack_components(attack, &count);
	return bsearch(id, components, count, sizeof(components[0]), compare_component);
}

const struct pk_component *pk_attack_find_component(
	const struct pk_attack *attack, const char *name)
{
	size_t count;
	const struct pk_component *components = pk_attack_components(attack, &count);
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal(components[i].name, name))
			return &components[i];
	}
	return find_component_id(attack, name);
}

static unsigned parse_event_id(const char *text)
{
	uint64_t number;
	bool parsed = pk_text_parse_u64(&number, text);
	assert(parsed);
	return parsed ? (unsigned)number : 0;
}

static void read_sources(const struct pk_attack *attack)
{
	struct pk_table table = pk_table_open(attack->arena, pk_attack_source_table);
	struct cache *cache = attack->cache;
	cache->sources = PK_NEW_ARRAY(attack->arena, struct pk_attack_source, table.count);
	cache->source_count = table.count;
	for (size_t i = 0; i < table.count; i++) {
		struct pk_attack_source *source = &cache->sources[i];
		char *rest = pk_table_copy(attack->arena, table.rows[i]);
		source->is_linux = pk_text_equal(pk_table_take(&rest, '\t'), "linux");
		source->event_id = parse_event_id(pk_table_take(&rest, '\t'));
		source->component = find_component_id(attack, pk_table_take(&rest, '\t'));
		assert(source->component != NULL);
		source->basis = pk_table_take(&rest, '\t');
		source->note = rest;
	}
}

const struct pk_attack_source *pk_attack_sources(const struct pk_attack *attack, size_t *count_out)
{
	if (attack->cache->sources == NULL)
		read_sources(attack);
	*count_out = attack->cache->source_count;
	return attack->cache->sources;
}

/* --- techniques --- */

/* The names of the components whose ids are in the cell. */
static struct pk_attack_names take_components(const struct pk_attack *attack, char *cell)
{
	struct pk_attack_names ids = pk_table_split(attack->arena, cell);
	const char **names = PK_NEW_ARRAY(attack->arena, const char *, ids.len);
	for (size_t i = 0; i < ids.len; i++) {
		const struct pk_component *component = find_component_id(attack, ids.items[i]);
		assert(component != NULL);
		names[i] = component->name;
	}
	return (struct pk_attack_names){.items = names, .len = ids.len};
}

static const unsigned *take_events(const struct pk_attack *attack, size_t *count_out, char *cell)
{
	struct pk_attack_names texts = pk_table_split(attack->arena, cell);
	unsigned *events = PK_NEW_ARRAY(attack->arena, unsigned, texts.len);
	for (size_t i = 0; i < texts.len; i++)
		events[i] = parse_event_id(texts.items[i]);
	*count_out = texts.len;
	return events;
}

/* What the analytics of the technique's strategy need; make_tables.py allows one strategy. */
static void read_detection(const struct pk_attack *attack, struct pk_technique *technique)
{
	struct pk_table *table = &attack->cache->strategies;
	if (technique->strategies.len == 0)
		return;
	if (table->rows == NULL)
		*table = pk_table_open(attack->arena, pk_attack_strategy_table);
	size_t row = pk_table_find(table, technique->strategies.items[0]);
	assert(row < table->count);

	char *rest = pk_table_copy(attack->arena, table->rows[row]);
	pk_table_take(&rest, '\t');
	technique->components = take_components(attack, pk_table_take(&rest, '\t'));
	technique->windows_components = take_components(attack, pk_table_take(&rest, '\t'));
	technique->sysmon_events =
		take_events(attack, &technique->sysmon_event_count, pk_table_take(&rest, '\t'));
	technique->linux_sysmon_events =
		take_events(attack, &technique->linux_sysmon_event_count, rest);
}

static enum pk_technique_status parse_status(const char *text)
{
	size_t status = 0;
	while (!pk_text_equal(text, status_names[status])) {
		status++;
		assert(status < COUNT(status_names));
	}
	return (enum pk_technique_status)status;
}

static const struct pk_technique *read_technique(const struct pk_attack *attack, const char *row)
{
	struct pk_arena *arena = attack->arena;
	struct pk_technique *technique = PK_NEW(arena, struct pk_technique);
	char *rest = pk_table_copy(arena, row);
	technique->id = pk_table_take(&rest, '\t');
	technique->name = pk_table_take(&rest, '\t');
	technique->status = parse_status(pk_table_take(&rest, '\t'));
	const char *replacement = pk_table_take(&rest, '\t');
	if (replacement[0] != '\0')
		technique->replacement = replacement;
	technique->tactics = pk_table_split(arena, pk_table_take(&rest, '\t'));
	technique->platforms = pk_table_split(arena, pk_table_take(&rest, '\t'));
	technique->strategies = pk_table_split(arena, rest);
	read_detection(attack, technique);
	return technique;
}

size_t pk_attack_count(const struct pk_attack *attack)
{
	return attack->techniques.count;
}

const struct pk_technique *pk_attack_at(const struct pk_attack *attack, size_t index)
{
	assert(index < attack->techniques.count);
	const struct pk_technique **slot = &attack->cache->techniques[index];
	if (*slot == NULL)
		*slot = read_technique(attack, attack->techniques.rows[index]);
	return *slot;
}

const struct pk_technique *pk_attack_find(const struct pk_attack *attack, const char *id)
{
	size_t index = pk_table_find(&attack->techniques, id);
	return index == attack->techniques.count ? NULL : pk_attack_at(attack, index);
}

const struct pk_technique *pk_attack_current(const struct pk_attack *attack, const char *id)
{
	const struct pk_technique *technique = pk_attack_find(attack, id);
	while (technique != NULL && technique->status == PK_TECHNIQUE_REVOKED)
		technique = pk_attack_find(attack, technique->replacement);
	if (technique == NULL || technique->status != PK_TECHNIQUE_ACTIVE)
		return NULL;
	return technique;
}

const struct pk_tactic *pk_attack_tactics(const struct pk_attack *attack, size_t *count_out)
{
	*count_out = attack->tactic_count;
	return attack->tactics;
}

const struct pk_tactic *pk_attack_find_tactic(
	const struct pk_attack *attack, const char *short_name)
{
	for (size_t i = 0; i < attack->tactic_count; i++) {
		if (pk_text_equal(attack->tactics[i].short_name, short_name))
			return &attack->tactics[i];
	}
	return NULL;
}

const struct pk_history *pk_attack_history(const struct pk_attack *attack)
{
	if (attack->cache->history == NULL)
		attack->cache->history = pk_history_open(attack->arena);
	return attack->cache->history;
}
