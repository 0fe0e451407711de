/* Clusters: what is removed, what is kept, and in which order. */
#include "tests/unit/cluster_fixture.h"

static const struct pk_streams streams = {
	.sysmon = "logs-x-lab",
	.monster = "logs-y-lab",
	.sysmon_pattern = "logs-x-*",
	.monster_pattern = "logs-y-*",
};

static void step(void *context, const char *what)
{
	struct fixture *f = context;
	pk_buf_printf(&f->steps, "%s\n", what);
}

static bool remove_all(struct fixture *f, const struct pk_streams *from, bool data)
{
	const struct pk_cluster_removal how = {.data = data, .step = step, .context = f};
	return pk_cluster_remove(&f->cluster, &f->plan, from, &how, &f->diags);
}

/* A cluster that has all of add_assets. */
static void plan_full(struct fixture *f, const char *custom, const struct answer *first)
{
	struct answer *answers = PK_NEW_ARRAY(f->arena, struct answer, 5);
	size_t count = 0;
	add_assets(f);
	if (first != NULL)
		answers[count++] = *first;
	answers[count++] = (struct answer){"GET /_component_template/", 200,
		pk_arena_printf(f->arena,
			"{\"component_templates\":[{\"name\":\"picket@a\",\"component_template\":"
			"%s},{\"name\":\"picket@custom\",\"component_template\":%s}]}",
			marked(f, PLAIN_COMPONENT, NULL), custom)};
	answers[count] = (struct answer){"GET /_index_template/", 200,
		index_template(f, "picket-x", marked(f, PLAIN_TEMPLATE, NULL))};
	plan(f, answers);
}

static const char *untouched(struct fixture *f)
{
	return marked(f, "{\"template\":{}}", NULL);
}

static const struct answer stream_there = {"GET /_data_stream/logs-x-lab", 200,
	"{\"data_streams\":[{\"name\":\"logs-x-lab\",\"template\":\"picket-x\"}]}"};

static void templates_go_before_what_they_are_made_of(void **state)
{
	struct fixture *f = *state;
	plan_full(f, untouched(f), NULL);
	assert_true(remove_all(f, &streams, false));
	assert_string_equal(f->steps.data,
		"index template 'picket-x'\n"
		"component template of the user 'picket@custom'\n"
		"component template 'picket@a'\n");
	assert_int_equal(f->diags.all.len, 0);
}

static void a_dry_run_says_the_same_and_asks_for_nothing_to_go(void **state)
{
	struct fixture *f = *state;
	const struct pk_cluster_removal how = {
		.data = true, .dry_run = true, .step = step, .context = f};
	plan_full(f, untouched(f), &stream_there);
	assert_true(pk_cluster_remove(&f->cluster, &f->plan, &streams, &how, &f->diags));
	assert_string_equal(f->steps.data,
		"data stream 'logs-x-lab'\n"
		"index template 'picket-x'\n"
		"component template of the user 'picket@custom'\n"
		"component template 'picket@a'\n");
	assert_null(strstr(f->http.log.data, "DELETE"));
}

static void what_a_data_stream_needs_is_kept_with_it(void **state)
{
	struct fixture *f = *state;
	plan_full(f, untouched(f), &stream_there);
	assert_true(remove_all(f, &streams, false));
	assert_int_equal(f->steps.len, 0);
	assert_int_equal(count_code(f, PK_STACK_DATA_KEPT), 1);
	assert_null(strstr(f->http.log.data, "DELETE"));
}

static void data_streams_go_first_if_they_shall(void **state)
{
	struct fixture *f = *state;
	plan_full(f, untouched(f), &stream_there);
	assert_true(remove_all(f, &streams, true));
	assert_true(pk_text_starts(f->steps.data, "data stream 'logs-x-lab'\n"));
	assert_non_null(strstr(f->steps.data, "component template 'picket@a'\n"));
}

static void the_data_stream_of_another_template_is_left(void **state)
{
	struct fixture *f = *state;
	const struct answer foreign = {"GET /_data_stream/logs-x-lab", 200,
		"{\"data_streams\":[{\"name\":\"logs-x-lab\",\"template\":\"logs\"}]}"};
	plan_full(f, untouched(f), &foreign);
	assert_true(remove_all(f, &streams, true));
	assert_null(strstr(f->http.log.data, "DELETE /_data_stream"));
	assert_int_equal(count_code(f, PK_STACK_LEFT_ALONE), 1);
}

static void settings_of_the_user_are_left(void **state)
{
	struct fixture *f = *state;
	plan_full(f, EDITED_COMPONENT, NULL);
	assert_true(remove_all(f, &streams, false));
	assert_null(strstr(f->http.log.data, "DELETE /_component_template/picket@custom"));
	assert_non_null(strstr(f->http.log.data, "DELETE /_component_template/picket@a"));
	assert_int_equal(count_code(f, PK_STACK_LEFT_ALONE), 1);
}

static void what_others_use_is_left_and_the_rest_goes(void **state)
{
	struct fixture *f = *state;
	const struct answer used = {"DELETE /_component_template/picket@custom", 400,
		"{\"error\":{\"reason\":\"component templates [picket@custom] cannot be removed as "
		"they are still in use by index templates [mine]\"},\"status\":400}"};
	plan_full(f, untouched(f), &used);
	assert_true(remove_all(f, &streams, false));
	assert_non_null(strstr(f->steps.data, "component template 'picket@a'\n"));
	assert_null(strstr(f->steps.data, "picket@custom"));
	assert_int_equal(count_code(f, PK_STACK_IN_USE), 1);
}

/* --- indices of a day --- */

static const struct pk_streams dated = {
	.sysmon = "winlogbeat-picket-%{+yyyy.MM.dd}",
	.monster = "monster-%{+yyyy.MM.dd}",
	.sysmon_pattern = "winlogbeat-picket-*",
	.monster_pattern = "monster-*",
	.dated = true,
};

static void only_real_days_that_are_old_enough_are_old(void **state)
{
	struct fixture *f = *state;
	const char *const *names = NULL;
	size_t count = 0;
	const struct answer answers[] = {
		{"GET /_cat/indices/winlogbeat-picket-*", 200,
			"[{\"index\":\"winlogbeat-picket-2024.03.01\"},"
			"{\"index\":\"winlogbeat-picket-2024.02.29\"},"
			"{\"index\":\"winlogbeat-picket-2023.02.29\"},"
			"{\"index\":\"winlogbeat-picket-2024.02.2x\"},"
			"{\"index\":\"winlogbeat-picket-2024.02.01-mine\"},"
			"{\"index\":\"winlogbeat-picket-\"}]"},
		{"GET /_cat/indices/monster-*", 200,
			"[{\"index\":\"monster-2023.12.31\"},{\"index\":\"monster-movies\"}]"},
		{0}};
	f->http.answers = answers;
	f->cluster = (struct pk_cluster){.http = &f->http, .arena = f->arena};
	assert_true(pk_cluster_old_indices(
		&names, &count, &f->cluster, &dated, 1, "2024.03.02", &f->diags));
	assert_int_equal(count, 2);
	assert_string_equal(names[0], "monster-2023.12.31");
	assert_string_equal(names[1], "winlogbeat-picket-2024.02.29");
}

static void indices_of_a_day_are_removed_with_the_data(void **state)
{
	struct fixture *f = *state;
	const struct answer answers[] = {
		{"GET /_cat/indices/monster-*", 200,
			"[{\"index\":\"monster-2023.12.31\"},{\"index\":\"monster-movies\"}]"},
		{0}};
	f->http.answers = answers;
	f->cluster = (struct pk_cluster){.http = &f->http, .arena = f->arena};
	assert_true(remove_all(f, &dated, true));
	assert_string_equal(f->steps.data, "index 'monster-2023.12.31'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(templates_go_before_what_they_are_made_of),
		TEST(a_dry_run_says_the_same_and_asks_for_nothing_to_go),
		TEST(what_a_data_stream_needs_is_kept_with_it),
		TEST(data_streams_go_first_if_they_shall),
		TEST(the_data_stream_of_another_template_is_left),
		TEST(settings_of_the_user_are_left),
		TEST(what_others_use_is_left_and_the_rest_goes),
		TEST(only_real_days_that_are_old_enough_are_old),
		TEST(indices_of_a_day_are_removed_with_the_data),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
