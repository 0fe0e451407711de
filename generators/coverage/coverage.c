#include "generators/coverage/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "generators/coverage/coverage_parts.h"

/* --- making --- */

static bool has_name(const struct pk_attack_names *names, const char *name)
{
	for (size_t i = 0; i < names->len; i++) {
		if (pk_text_equal(names->items[i], name))
			return true;
	}
	return false;
}

static uint64_t needed_ids(const struct pk_technique *technique, enum pk_platform platform)
{
	bool is_linux = platform == PK_LINUX;
	const unsigned *ids = is_linux ? technique->linux_sysmon_events : technique->sysmon_events;
	size_t count =
		is_linux ? technique->linux_sysmon_event_count : technique->sysmon_event_count;
	uint64_t bits = 0;
	for (size_t i = 0; i < count; i++) {
		if (ids[i] < PK_COVERAGE_IDS)
			bits |= UINT64_C(1) << ids[i];
	}
	return bits;
}

static void add_techniques(struct pk_coverage *coverage)
{
	const char *platform = coverage->platform == PK_LINUX ? "Linux" : "Windows";
	size_t count = pk_attack_count(coverage->attack);
	for (size_t i = 0; i < count; i++) {
		const struct pk_technique *technique = pk_attack_at(coverage->attack, i);
		if (technique->status != PK_TECHNIQUE_ACTIVE)
			continue;
		struct pk_coverage_technique *entry =
			pk_list_push(coverage->arena, &coverage->techniques);
		entry->technique = technique;
		entry->on_platform = has_name(&technique->platforms, platform);
		if (entry->on_platform)
			entry->needed = needed_ids(technique, coverage->platform);
		entry->collected = entry->needed & coverage->collected;
	}
}

struct pk_coverage *pk_coverage_make(const struct pk_coverage_input *input)
{
	struct pk_coverage *coverage = PK_NEW(input->arena, struct pk_coverage);
	coverage->arena = input->arena;
	coverage->attack = input->attack;
	coverage->schema = input->sysmon->parser;
	coverage->engine = input->engine;
	coverage->platform = coverage->schema->platform;
	pk_coverage_collect(coverage, input);
	add_techniques(coverage);
	pk_coverage_label(coverage, input);
	pk_coverage_prove(coverage, input);
	return coverage;
}

/* --- asking --- */

static int compare_id(const void *id, const void *entry)
{
	return strcmp(id, ((const struct pk_coverage_technique *)entry)->technique->id);
}

struct pk_coverage_technique *pk_coverage_entry(const struct pk_coverage *coverage, const char *id)
{
	const struct pk_technique *current = pk_attack_current(coverage->attack, id);
	if (current == NULL)
		return NULL;
	return bsearch(current->id, coverage->techniques.items, coverage->techniques.len,
		sizeof(*coverage->techniques.items), compare_id);
}

const struct pk_coverage_technique *pk_coverage_find(
	const struct pk_coverage *coverage, const char *id)
{
	return pk_coverage_entry(coverage, id);
}

enum pk_coverage_state pk_coverage_state(const struct pk_coverage_technique *technique)
{
	if (technique->rules.len > 0)
		return technique->proofs > 0 ? PK_COVERAGE_PROVEN : PK_COVERAGE_LABELLED;
	if (technique->needed == 0)
		return PK_COVERAGE_NOT_NEEDED;
	if (technique->collected == 0)
		return PK_COVERAGE_MISSING;
	return technique->collected == technique->needed ? PK_COVERAGE_COLLECTED
							 : PK_COVERAGE_PARTLY;
}

struct pk_coverage_count pk_coverage_count(const struct pk_coverage *coverage, const char *tactic)
{
	struct pk_coverage_count count = {0};
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		const struct pk_coverage_technique *entry = &coverage->techniques.items[i];
		if (!entry->on_platform ||
			(tactic != NULL && !has_name(&entry->technique->tactics, tactic)))
			continue;
		count.techniques++;
		count.needed += entry->needed != 0;
		count.collected += entry->needed != 0 && entry->collected == entry->needed;
		count.partly += entry->collected != 0 && entry->collected != entry->needed;
		count.labelled += entry->rules.len > 0;
		count.proven += pk_coverage_state(entry) == PK_COVERAGE_PROVEN;
	}
	return count;
}

size_t pk_coverage_count_elsewhere(const struct pk_coverage *coverage)
{
	size_t count = 0;
	for (size_t i = 0; i < coverage->techniques.len; i++) {
		const struct pk_coverage_technique *entry = &coverage->techniques.items[i];
		count += !entry->on_platform && entry->rules.len > 0;
	}
	return count;
}
