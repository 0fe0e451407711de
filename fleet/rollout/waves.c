/*
 * A wave takes whole hosts from strata, so shares are rounded by largest remainder; a stratum that
 * no wave before has met comes first, so that each kind of host is tried as early as it can be.
 */
#include "fleet/rollout/waves.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"

enum { PERCENT_ALL = 100000 }; /* thousandths of a percent */

/* Hosts of one platform, zone and set of groups. */
struct stratum {
	uint32_t free;	   /* hosts that the stage may take */
	uint32_t quota;	   /* hosts that it still takes */
	uint64_t rest;	   /* what rounding down has lost */
	uint64_t tie;	   /* smallest hash of its hosts: decides between equal ones */
	bool met;	   /* a wave before has taken one */
	bool settled;	   /* its quota is final */
	uint32_t of_stage; /* last stage that has counted it, from 1 */
};

struct ranked {
	uint64_t hash;
	uint32_t host;
};

struct maker {
	struct pk_arena *arena;
	const struct pk_inventory *inventory;
	const struct pk_selection *selection;
	struct pk_diags *diags;
	struct ranked *ranked;	  /* all hosts by hash */
	struct stratum **stratum; /* of each host */
	struct stratum **found;	  /* those with free hosts for this stage */
	uint32_t found_count;
	uint32_t *stage; /* of each host; stages.len: none yet */
	bool *wanted;	 /* may the stage take the host? */
	uint32_t *sizes; /* that the stages ask for */
	uint32_t *taken; /* hosts that the stages got */
};

/* 64 bits of SHA-256 over the id and the name. */
static uint64_t hash_host(struct pk_buf *scratch, const char *rollout, const char *name)
{
	uint8_t digest[PK_DIGEST_BYTES_MAX];
	uint64_t hash;
	scratch->len = 0;
	pk_buf_puts(scratch, rollout);
	pk_buf_putc(scratch, '\n');
	pk_buf_puts(scratch, name);
	pk_digest_bytes(digest, PK_DIGEST_SHA256, scratch->data, scratch->len);
	memcpy(&hash, digest, sizeof(hash));
	return __builtin_bswap64(hash);
}

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->host < b->host ? -1 : a->host > b->host;
}

static void rank_hosts(struct maker *maker, const char *rollout)
{
	size_t count = maker->selection->len;
	PK_BUF_AUTO scratch = {0};
	maker->ranked = PK_NEW_ARRAY(maker->arena, struct ranked, count);
	for (size_t i = 0; i < count; i++) {
		maker->ranked[i].hash =
			hash_host(&scratch, rollout, maker->selection->items[i]->name);
		maker->ranked[i].host = (uint32_t)i;
	}
	qsort(maker->ranked, count, sizeof(*maker->ranked), compare_ranked);
}

/* What tells strata apart: parts end with a line feed, which no name has. */
static void print_stratum(struct pk_buf *out, const struct pk_host *host)
{
	out->len = 0;
	pk_buf_printf(out, "%d\n%s\n", (int)host->platform, host->zone != NULL ? host->zone : "");
	for (size_t i = 0; i < host->groups.len; i++)
		pk_buf_printf(out, "%s\n", host->groups.items[i]);
}

static void find_strata(struct maker *maker)
{
	size_t count = maker->selection->len;
	struct pk_map strata = {0};
	PK_BUF_AUTO key = {0};
	maker->stratum = PK_NEW_ARRAY(maker->arena, struct stratum *, count);
	for (size_t i = 0; i < count; i++) {
		uint32_t host = maker->ranked[i].host;
		print_stratum(&key, maker->selection->items[host]);
		struct stratum *stratum = pk_map_find(&strata, key.data);
		if (stratum == NULL) {
			stratum = PK_NEW(maker->arena, struct stratum);
			stratum->tie = maker->ranked[i].hash;
			pk_map_set(maker->arena, &strata,
				pk_arena_strndup(maker->arena, key.data, key.len), stratum);
		}
		maker->stratum[host] = stratum;
	}
	maker->found = PK_NEW_ARRAY(maker->arena, struct stratum *, strata.len);
}

/* Which hosts of the selection the stage may take; false after a report. */
static bool find_wanted(struct maker *maker, const struct pk_stage *stage)
{
	const struct pk_host *first = maker->inventory->hosts.items;
	struct pk_selection hosts;
	size_t before = maker->diags->all.len;
	for (size_t i = 0; i < maker->selection->len; i++)
		maker->wanted[i] = stage->selector == NULL;
	if (stage->selector == NULL)
		return true;
	if (!pk_select(&hosts, maker->arena, maker->inventory, &stage->selector, 1, maker->diags)) {
		if (maker->diags->all.len > before)
			pk_diag_relate(maker->diags, &maker->diags->all.items[before], stage->span,
				"of the stage '%s'", stage->name);
		return false;
	}
	bool *selected = PK_NEW_ARRAY(maker->arena, bool, maker->inventory->hosts.len);
	for (size_t i = 0; i < hosts.len; i++)
		selected[hosts.items[i] - first] = true;
	for (size_t i = 0; i < maker->selection->len; i++)
		maker->wanted[i] = selected[maker->selection->items[i] - first];
	return true;
}

static bool is_free(const struct maker *maker, uint32_t host)
{
	return maker->wanted[host] && maker->stage[host] == maker->inventory->rollout.stages.len;
}

/* Counts what is free for the stage, by stratum and in all. */
static uint32_t count_free(struct maker *maker, uint32_t stage)
{
	uint32_t all = 0;
	maker->found_count = 0;
	for (uint32_t i = 0; i < maker->selection->len; i++) {
		struct stratum *stratum = maker->stratum[i];
		if (!is_free(maker, i))
			continue;
		if (stratum->of_stage != stage + 1) {
			*stratum = (struct stratum){
				.tie = stratum->tie, .met = stratum->met, .of_stage = stage + 1};
			maker->found[maker->found_count++] = stratum;
		}
		stratum->free++;
		all++;
	}
	return all;
}

static int compare_tie(const struct stratum *a, const struct stratum *b)
{
	return a->tie < b->tie ? -1 : a->tie > b->tie;
}

static int compare_free(const void *left, const void *right)
{
	const struct stratum *a = *(struct stratum *const *)left;
	const struct stratum *b = *(struct stratum *const *)right;
	if (a->free != b->free)
		return a->free < b->free ? -1 : 1;
	return compare_tie(b, a);
}

static int compare_rest(const void *left, const void *right)
{
	const struct stratum *a = *(struct stratum *const *)left;
	const struct stratum *b = *(struct stratum *const *)right;
	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return compare_tie(a, b);
}

/*
 * Strata that no wave has met yet and whose share is below one get one host; all strata are in
 * `found` by size. Where there are more of them than hosts, the largest get one and others none.
 */
static void settle_unmet(struct maker *maker, uint32_t *size, uint32_t *free_hosts)
{
	uint32_t unmet = 0;
	for (uint32_t i = 0; i < maker->found_count; i++)
		unmet += !maker->found[i]->met;
	for (uint32_t i = 0; i < maker->found_count; i++) {
		struct stratum *stratum = maker->found[i];
		if (stratum->met)
			continue;
		if (unmet > *size) {
			unmet--;
			*free_hosts -= stratum->free;
			stratum->settled = true;
		} else if ((uint64_t)*size * stratum->free < *free_hosts) {
			unmet--;
			(*size)--;
			*free_hosts -= stratum->free;
			stratum->quota = 1;
			stratum->settled = true;
		}
	}
}

/* Divides `size` hosts, which are not more than `free_hosts`, among the strata. */
static void share(struct maker *maker, uint32_t size, uint32_t free_hosts)
{
	uint32_t given = 0;
	qsort(maker->found, maker->found_count, sizeof(struct stratum *), compare_free);
	settle_unmet(maker, &size, &free_hosts);
	for (uint32_t i = 0; i < maker->found_count; i++) {
		struct stratum *stratum = maker->found[i];
		if (stratum->settled)
			continue;
		uint64_t share = (uint64_t)size * stratum->free;
		stratum->quota = (uint32_t)(share / free_hosts);
		stratum->rest = share % free_hosts;
		given += stratum->quota;
	}
	qsort(maker->found, maker->found_count, sizeof(struct stratum *), compare_rest);
	for (uint32_t i = 0; i < maker->found_count && given < size; i++) {
		struct stratum *stratum = maker->found[i];
		if (stratum->settled || stratum->quota == stratum->free)
			continue;
		stratum->quota++;
		given++;
	}
}

/* Gives the stage its hosts. False after a report. */
static bool fill_stage(struct maker *maker, uint32_t number, bool last)
{
	const struct pk_stage *stage = &maker->inventory->rollout.stages.items[number];
	struct pk_stage any = *stage;
	if (last)
		any.selector = NULL; /* it takes the rest */
	if (!find_wanted(maker, &any))
		return false;
	uint32_t free_hosts = count_free(maker, number);
	uint32_t size = maker->sizes[number];
	if (last || size > free_hosts)
		size = free_hosts;
	if (size == 0)
		return true;
	share(maker, size, free_hosts);
	for (size_t i = 0; i < maker->selection->len; i++) {
		uint32_t host = maker->ranked[i].host;
		struct stratum *stratum = maker->stratum[host];
		if (!is_free(maker, host) || stratum->quota == 0)
			continue;
		stratum->quota--;
		stratum->met = true;
		maker->stage[host] = number;
		maker->taken[number]++;
	}
	return true;
}

/*
 * How many hosts each stage asks for. Percentages are rounded up together, not one by one, so that
 * those that make a hundred take every host, and the first takes at least one.
 */
static void size_stages(struct maker *maker)
{
	uint64_t percent = 0;
	uint64_t before = 0;
	for (size_t i = 0; i < maker->inventory->rollout.stages.len; i++) {
		const struct pk_stage *stage = &maker->inventory->rollout.stages.items[i];
		switch (stage->unit) {
		case PK_STAGE_COUNT:
			maker->sizes[i] = stage->amount;
			break;
		case PK_STAGE_PERCENT:
			percent += stage->amount;
			if (percent > PERCENT_ALL)
				percent = PERCENT_ALL;
			uint64_t so_far =
				(percent * maker->selection->len + PERCENT_ALL - 1) / PERCENT_ALL;
			maker->sizes[i] = (uint32_t)(so_far - before);
			before = so_far;
			break;
		case PK_STAGE_REST:
			maker->sizes[i] = UINT32_MAX;
			break;
		}
	}
}

/* Stages with a selector choose first, so that no other takes the hosts that they are for. */
static bool fill_stages(struct maker *maker)
{
	uint32_t count = (uint32_t)maker->inventory->rollout.stages.len;
	bool good = true;
	for (int with_selector = 1; with_selector >= 0; with_selector--) {
		for (uint32_t i = 0; i + 1 < count; i++) {
			const struct pk_stage *stage = &maker->inventory->rollout.stages.items[i];
			if ((stage->selector != NULL) == (with_selector == 1))
				good = fill_stage(maker, i, false) && good;
		}
	}
	return good && (count == 0 || fill_stage(maker, count - 1, true));
}

static void add_wave(struct pk_waves *out, const char *name, uint64_t soak_ms, uint32_t size)
{
	out->names[out->wave_count] = name;
	out->soak_ms[out->wave_count] = soak_ms;
	out->sizes[out->wave_count++] = size;
}

static void put_waves(struct pk_waves *out, const struct maker *maker)
{
	const struct pk_rollout_wish *wish = &maker->inventory->rollout;
	size_t count = maker->selection->len;
	size_t stages = wish->stages.len;
	size_t at = 0;
	out->wave = PK_NEW_ARRAY(maker->arena, uint32_t, count);
	out->order = PK_NEW_ARRAY(maker->arena, uint32_t, count);
	out->sizes = PK_NEW_ARRAY(maker->arena, uint32_t, stages + 1);
	out->names = PK_NEW_ARRAY(maker->arena, const char *, stages + 1);
	out->soak_ms = PK_NEW_ARRAY(maker->arena, uint64_t, stages + 1);
	uint32_t *next = PK_NEW_ARRAY(maker->arena, uint32_t, stages + 1);
	uint32_t *wave = PK_NEW_ARRAY(maker->arena, uint32_t, stages + 1);
	for (size_t i = 0; i < stages; i++) {
		const struct pk_stage *stage = &wish->stages.items[i];
		if (maker->taken[i] == 0)
			continue;
		wave[i] = (uint32_t)out->wave_count;
		next[i] = (uint32_t)at;
		at += maker->taken[i];
		add_wave(out, stage->name, stage->soak_ms, maker->taken[i]);
	}
	if (stages == 0 && count > 0)
		add_wave(out, "all", 0, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		uint32_t host = maker->ranked[i].host;
		uint32_t stage = maker->stage[host];
		out->wave[host] = wave[stage];
		out->order[next[stage]++] = host;
	}
}

bool pk_waves_make(struct pk_waves *out, struct pk_arena *arena, const char *rollout,
	const struct pk_inventory *inventory, const struct pk_selection *selection,
	struct pk_diags *diags)
{
	size_t stages = inventory->rollout.stages.len;
	struct maker maker = {.arena = arena,
		.inventory = inventory,
		.selection = selection,
		.diags = diags,
		.stage = PK_NEW_ARRAY(arena, uint32_t, selection->len),
		.wanted = PK_NEW_ARRAY(arena, bool, selection->len),
		.sizes = PK_NEW_ARRAY(arena, uint32_t, stages + 1),
		.taken = PK_NEW_ARRAY(arena, uint32_t, stages + 1)};
	for (size_t i = 0; i < selection->len; i++)
		maker.stage[i] = (uint32_t)stages;
	rank_hosts(&maker, rollout);
	find_strata(&maker);
	size_stages(&maker);
	if (!fill_stages(&maker))
		return false;
	*out = (struct pk_waves){0};
	put_waves(out, &maker);
	return true;
}
