/* Which host goes in which wave. */
#include "tests/unit/test.h"

#include "fleet/rollout/waves.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_inventory inventory;
	struct pk_selection selection;
	struct pk_waves waves;
};

/* `count` hosts: every tenth is a Windows, the rest are Linux; every fourth is in the group lab. */
static void prepare(struct fixture *fixture, size_t count)
{
	*fixture = (struct fixture){.arena = pk_arena_create()};
	struct pk_arena *arena = fixture->arena;
	fixture->diags.arena = arena;
	fixture->inventory.hosts.items = PK_NEW_ARRAY(arena, struct pk_host, count);
	fixture->inventory.hosts.len = count;
	fixture->selection.items = PK_NEW_ARRAY(arena, const struct pk_host *, count);
	fixture->selection.len = count;
	*pk_list_push(arena, &fixture->inventory.groups) = "lab";
	for (size_t i = 0; i < count; i++) {
		struct pk_host *host = &fixture->inventory.hosts.items[i];
		host->name = pk_arena_printf(arena, "host%zu", i);
		host->platform = i % 10 == 0 ? PK_HOST_WINDOWS : PK_HOST_LINUX;
		host->zone = "";
		if (i % 4 == 1)
			*pk_list_push(arena, &host->groups) = "lab";
		pk_map_set(arena, &fixture->inventory.by_name, host->name, host);
		fixture->selection.items[i] = host;
	}
}

static void add_stage(struct fixture *fixture, const char *name, enum pk_stage_unit unit,
	uint32_t amount, const char *selector)
{
	*pk_list_push(fixture->arena, &fixture->inventory.rollout.stages) = (struct pk_stage){
		.name = name, .unit = unit, .amount = amount, .selector = selector, .soak_ms = 7};
}

static void make(struct fixture *fixture, const char *rollout)
{
	assert_true(pk_waves_make(&fixture->waves, fixture->arena, rollout, &fixture->inventory,
		&fixture->selection, &fixture->diags));
	size_t sum = 0;
	for (size_t wave = 0; wave < fixture->waves.wave_count; wave++) {
		for (size_t i = 0; i < fixture->waves.sizes[wave]; i++, sum++)
			assert_int_equal(fixture->waves.wave[fixture->waves.order[sum]], wave);
	}
	assert_int_equal(sum, fixture->selection.len);
}

/* Hosts of the wave on that platform. */
static size_t count_platform(
	const struct fixture *fixture, uint32_t wave, enum pk_host_platform platform)
{
	size_t count = 0;
	for (size_t i = 0; i < fixture->selection.len; i++)
		count += fixture->waves.wave[i] == wave &&
			fixture->selection.items[i]->platform == platform;
	return count;
}

static void finish(struct fixture *fixture)
{
	pk_arena_destroy(fixture->arena);
}

static void without_stages_there_is_one_wave(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 7);
	make(&f, "a");
	assert_int_equal(f.waves.wave_count, 1);
	assert_string_equal(f.waves.names[0], "all");
	finish(&f);
}

static void percentages_are_rounded_together(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 7);
	for (int i = 0; i < 3; i++)
		add_stage(&f, "third", PK_STAGE_PERCENT, 33333, NULL);
	make(&f, "a");
	assert_int_equal(f.waves.wave_count, 3);
	assert_int_equal(f.waves.sizes[0], 3);
	assert_int_equal(f.waves.sizes[1], 2);
	assert_int_equal(f.waves.sizes[2], 2);
	assert_int_equal(f.waves.soak_ms[1], 7);
	finish(&f);
}

static void a_small_percentage_is_one_host(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 20);
	add_stage(&f, "canary", PK_STAGE_PERCENT, 1000, NULL);
	add_stage(&f, "rest", PK_STAGE_REST, 0, NULL);
	make(&f, "a");
	assert_int_equal(f.waves.sizes[0], 1);
	assert_int_equal(f.waves.sizes[1], 19);
	finish(&f);
}

static void every_kind_of_host_has_its_share(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 1000); /* 100 Windows, 900 Linux */
	add_stage(&f, "canary", PK_STAGE_COUNT, 4, NULL);
	add_stage(&f, "early", PK_STAGE_COUNT, 100, NULL);
	add_stage(&f, "rest", PK_STAGE_REST, 0, NULL);
	make(&f, "a");
	/* Four kinds: two platforms, in the group or not; Windows is never in it. */
	assert_int_equal(count_platform(&f, 0, PK_HOST_WINDOWS), 1);
	assert_int_equal(count_platform(&f, 0, PK_HOST_LINUX), 3);
	assert_in_range(count_platform(&f, 1, PK_HOST_WINDOWS), 9, 11);
	finish(&f);
}

static void the_same_rollout_has_the_same_waves(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 500);
	add_stage(&f, "canary", PK_STAGE_COUNT, 20, NULL);
	add_stage(&f, "rest", PK_STAGE_REST, 0, NULL);
	make(&f, "a");
	struct pk_waves first = f.waves;
	make(&f, "a");
	assert_memory_equal(first.order, f.waves.order, 500 * sizeof(uint32_t));
	make(&f, "b");
	size_t both = 0;
	for (size_t i = 0; i < 500; i++)
		both += first.wave[i] == 0 && f.waves.wave[i] == 0;
	assert_true(both < 10); /* other canaries, but for chance */
	finish(&f);
}

static void a_selector_takes_its_hosts_first(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 40);
	add_stage(&f, "early", PK_STAGE_COUNT, 25, NULL);
	add_stage(&f, "lab", PK_STAGE_COUNT, 100, "group:lab");
	add_stage(&f, "rest", PK_STAGE_PERCENT, 1000, NULL);
	make(&f, "a");
	assert_int_equal(f.waves.wave_count, 3);
	assert_int_equal(f.waves.sizes[0], 25);
	assert_int_equal(f.waves.sizes[1], 10);
	assert_int_equal(f.waves.sizes[2], 5); /* the last one takes the rest */
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(f.waves.wave[i] == 1, i % 4 == 1);
	finish(&f);
}

static void a_stage_without_hosts_is_left_out(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 3);
	add_stage(&f, "canary", PK_STAGE_COUNT, 3, NULL);
	add_stage(&f, "rest", PK_STAGE_REST, 0, NULL);
	make(&f, "a");
	assert_int_equal(f.waves.wave_count, 1);
	assert_string_equal(f.waves.names[0], "canary");
	finish(&f);
}

static void a_wrong_selector_is_reported_with_its_stage(void **state)
{
	struct fixture f;
	(void)state;
	prepare(&f, 3);
	add_stage(&f, "canary", PK_STAGE_COUNT, 3, "group:lba");
	add_stage(&f, "rest", PK_STAGE_REST, 0, NULL);
	assert_false(pk_waves_make(&f.waves, f.arena, "a", &f.inventory, &f.selection, &f.diags));
	assert_int_equal(f.diags.all.items[0].related.len, 1);
	finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_stages_there_is_one_wave),
		cmocka_unit_test(percentages_are_rounded_together),
		cmocka_unit_test(a_small_percentage_is_one_host),
		cmocka_unit_test(every_kind_of_host_has_its_share),
		cmocka_unit_test(the_same_rollout_has_the_same_waves),
		cmocka_unit_test(a_selector_takes_its_hosts_first),
		cmocka_unit_test(a_stage_without_hosts_is_left_out),
		cmocka_unit_test(a_wrong_selector_is_reported_with_its_stage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
