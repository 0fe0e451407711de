/* Gaps: what could be gained, by data component. */
#include "generators/coverage/coverage.h"

#include <stdlib.h>
#include <string.h>

const struct pk_attack_names *pk_coverage_components_of(
	const struct pk_coverage *coverage, const struct pk_technique *technique)
{
	return coverage->platform == PK_LINUX ? &technique->components
					      : &technique->windows_components;
}

/* The components of one coverage while they are filled; those of the catalogue, in its order. */
struct gaps {
	const struct pk_coverage *coverage;
	const struct pk_component *first;
	struct pk_coverage_component *items;
	size_t len;
};

static struct pk_coverage_component *item_of(
	const struct gaps *gaps, const struct pk_component *component)
{
	return &gaps->items[component - gaps->first];
}

static void feed(const struct gaps *gaps)
{
	const struct pk_coverage *coverage = gaps->coverage;
	size_t count;
	const struct pk_attack_source *sources = pk_attack_sources(coverage->attack, &count);
	for (size_t i = 0; i < count; i++) {
		if (sources[i].is_linux != (coverage->platform == PK_LINUX) ||
			sources[i].event_id >= PK_COVERAGE_IDS)
			continue;
		struct pk_coverage_component *item = item_of(gaps, sources[i].component);
		uint64_t bit = UINT64_C(1) << sources[i].event_id;
		item->fed_by |= bit;
		item->collected |= bit & coverage->collected;
	}
}

/* Is every component that the technique's analytics look at out of reach? */
static bool is_out_of_reach(const struct gaps *gaps, const struct pk_coverage_technique *entry)
{
	const struct pk_attack_names *names =
		pk_coverage_components_of(gaps->coverage, entry->technique);
	for (size_t i = 0; i < names->len; i++) {
		const struct pk_component *component =
			pk_attack_find_component(gaps->coverage->attack, names->items[i]);
		if (component != NULL && item_of(gaps, component)->fed_by != 0)
			return false;
	}
	return names->len > 0;
}

static void depend(const struct gaps *gaps, const struct pk_coverage_technique *entry)
{
	struct pk_arena *arena = gaps->coverage->arena;
	const struct pk_attack_names *names =
		pk_coverage_components_of(gaps->coverage, entry->technique);
	bool out_of_reach = is_out_of_reach(gaps, entry);

	for (size_t i = 0; i < names->len; i++) {
		const struct pk_component *component =
			pk_attack_find_component(gaps->coverage->attack, names->items[i]);
		if (component == NULL)
			continue;
		struct pk_coverage_component *item = item_of(gaps, component);
		uint64_t lacking = entry->needed & ~entry->collected & item->fed_by;
		bool silent = entry->rules.len == 0 && (entry->collected & item->fed_by) != 0;
		*pk_list_push(arena, &item->techniques) = entry;
		if (lacking != 0)
			*pk_list_push(arena, &item->uncollected) = entry;
		else if (silent)
			*pk_list_push(arena, &item->unlabelled) = entry;
		item->only += out_of_reach;
	}
}

static size_t gain(const struct pk_coverage_component *item)
{
	return item->uncollected.len + item->unlabelled.len;
}

static int compare_size(size_t a, size_t b)
{
	return (a < b) - (a > b);
}

/* What is within reach first; then the most to be gained, the most techniques, the name. */
static int compare_items(const void *left, const void *right)
{
	const struct pk_coverage_component *a = left;
	const struct pk_coverage_component *b = right;
	int order = compare_size(a->fed_by != 0, b->fed_by != 0);
	if (order == 0)
		order = compare_size(gain(a), gain(b));
	if (order == 0)
		order = compare_size(a->techniques.len, b->techniques.len);
	return order != 0 ? order : strcmp(a->component->name, b->component->name);
}

struct pk_coverage_components pk_coverage_find_gaps(const struct pk_coverage *coverage)
{
	struct gaps gaps = {.coverage = coverage};
	gaps.first = pk_attack_components(coverage->attack, &gaps.len);
	gaps.items = PK_NEW_ARRAY(coverage->arena, struct pk_coverage_component, gaps.len);
	for (size_t i = 0; i < gaps.len; i++)
		gaps.items[i].component = &gaps.first[i];
	feed(&gaps);
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		if (coverage->techniques.items[i].on_platform)
			depend(&gaps, &coverage->techniques.items[i]);
	}

	struct pk_coverage_components used = {0};
	for (size_t i = 0; i < gaps.len; i++) {
		if (gaps.items[i].techniques.len > 0)
			*pk_list_push(coverage->arena, &used.items) = gaps.items[i];
	}
	if (used.items.len > 0)
		qsort(used.items.items, used.items.len, sizeof(*used.items.items), compare_items);
	return used;
}
