#include "base/text.h"
#include "tests/unit/inventory_fixture.h"

static const char fleet[] =
	"inventory: acme\n"
	"groups:\n"
	"  windows: {platform: windows, sensor: sysmon, hosts: [ws1, ws2, ws3]}\n"
	"  servers: {in: [windows], hosts: [dc1], tags: [critical]}\n"
	"  linux: {platform: linux, sensor: sysmon-linux, hosts: [web1, web2, db]}\n"
	"  db: {hosts: [web2]}\n"
	"hosts: {web1: {tags: [edge], jump: gate}, lone: }\n";

/* The names that the selectors mean, with blanks between them; NULL if there is an error. */
static const char *select_names(struct fixture *fixture, const char *const *texts, size_t count)
{
	struct pk_selection selection;
	if (!pk_select(&selection, fixture->arena, fixture->inventory, texts, count,
		    &fixture->diags)) {
		assert_true(fixture->diags.errors > 0);
		return NULL;
	}
	const char *names = "";
	for (size_t i = 0; i < selection.len; i++)
		names = pk_arena_printf(fixture->arena, "%s%s%s", names, i == 0 ? "" : " ",
			selection.items[i]->name);
	return names;
}

static void selectors_mean_hosts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{"ws1", "ws1"},
		{"all", "ws1 ws2 ws3 dc1 web1 web2 db lone"},
		{"ws*", "ws1 ws2 ws3"},
		{"ws[1-2]", "ws1 ws2"},
		{"ws[!1-2]", "ws3"},
		{"?b", "db"},
		{"*[0-9]", "ws1 ws2 ws3 dc1 web1 web2"},
		{"windows", "ws1 ws2 ws3 dc1"},
		{"group:servers", "dc1"},
		{"name:db", "db"},
		{"group:db", "web2"},
		{"platform:linux", "web1 web2 db"},
		{"platform:any", "lone"},
		{"sensor:sysmon", "ws1 ws2 ws3 dc1"},
		{"sensor:none", "lone"},
		{"tag:edge", "web1"},
		{"zone:gate", "web1"},
		{"windows and not servers", "ws1 ws2 ws3"},
		{"ws1 or web1 and tag:edge", "ws1 web1"},
		{"(ws1 or web1) and tag:edge", "web1"},
		{"not not ws1", "ws1"},
		{"not(windows or linux)", "lone"},
		{"ws1 OR ws2", "ws1 ws2"},
	};
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *names = select_names(&fixture, &cases[i].text, 1);
		assert_non_null(names);
		assert_string_equal(names, cases[i].want);
	}
	assert_int_equal(fixture.diags.all.len, 0);
}

static void several_selectors_mean_the_hosts_of_any(void **state)
{
	(void)state;
	static const char *const texts[] = {"web1", "tag:critical and windows", "ws3", "web1"};
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	assert_string_equal(select_names(&fixture, texts, 4), "ws3 dc1 web1");
	assert_string_equal(select_names(&fixture, NULL, 0), "ws1 ws2 ws3 dc1 web1 web2 db lone");
}

static void a_selector_may_stand_in_several_texts(void **state)
{
	(void)state;
	static const struct {
		const char *texts[8];
		const char *want; /* NULL: it is refused */
	} cases[] = {
		{{"windows", "and", "not", "servers"}, "ws1 ws2 ws3"},
		{{"not", "windows", "and", "not", "linux"}, "lone"},
		{{"ws1", "OR", "web1"}, "ws1 web1"},
		{{"(", "ws1", "or", "web1", ")", "and", "linux"}, "web1"},
		{{"(ws1", "or web1)", "and", "linux"}, "web1"},
		{{"ws1", "linux and", "web1"}, "ws1 web1"},
		{{"db", "not (windows or linux)"}, "db lone"},
		{{"ws1", "not", "ws2"}, NULL},
		{{"ws1", "and"}, NULL},
		{{"and", "ws1"}, NULL},
		{{"ws1", ")"}, NULL},
		{{"(", "ws1", "ws2"}, NULL},
	};
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t count = 0;
		while (cases[i].texts[count] != NULL)
			count++;
		const char *names = select_names(&fixture, cases[i].texts, count);
		if (cases[i].want == NULL)
			assert_null(names);
		else
			assert_string_equal(names, cases[i].want);
		for (size_t k = 0; k < fixture.diags.all.len; k++)
			assert_int_not_equal(fixture.diags.all.items[k].code, PK_SELECT_UNKNOWN);
	}
}

static void a_host_goes_before_a_group_of_its_name(void **state)
{
	(void)state;
	static const char *const text = "db";
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	assert_string_equal(select_names(&fixture, &text, 1), "db");
	assert_one_finding(&fixture.diags, PK_SELECT_AMBIGUOUS, 1, 1);
}

static void what_is_wrong_has_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum pk_code code;
		uint32_t column;
	} cases[] = {
		{"", PK_SELECT_SYNTAX, 1},
		{"ws1 and", PK_SELECT_SYNTAX, 8},
		{"and ws1", PK_SELECT_SYNTAX, 1},
		{"ws1 ws2", PK_SELECT_SYNTAX, 5},
		{"(ws1 or ws2", PK_SELECT_SYNTAX, 1},
		{"ws1)", PK_SELECT_SYNTAX, 4},
		{"()", PK_SELECT_SYNTAX, 2},
		{"group: web", PK_SELECT_SYNTAX, 1},
		{"ws[1", PK_SELECT_SYNTAX, 1},
		{"ws1 or ws9", PK_SELECT_UNKNOWN, 8},
		{"group:window", PK_SELECT_UNKNOWN, 1},
		{"tag:ege", PK_SELECT_UNKNOWN, 1},
		{"zone:gat", PK_SELECT_UNKNOWN, 1},
		{"platform:win", PK_SELECT_UNKNOWN, 1},
		{"sensor:sysmom", PK_SELECT_UNKNOWN, 1},
		{"name:nobody", PK_SELECT_UNKNOWN, 1},
		{"ws1 and web1", PK_SELECT_EMPTY, 1},
		{"nothing*", PK_SELECT_EMPTY, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FIXTURE_AUTO fixture;
		fixture_read(&fixture, "x.yaml", fleet);
		assert_null(select_names(&fixture, &cases[i].text, 1));
		assert_one_finding(&fixture.diags, cases[i].code, 1, cases[i].column);
		assert_string_equal(fixture.diags.all.items[0].span.source->path, "selector");
	}
}

static void a_slip_of_the_hand_gets_a_hint(void **state)
{
	(void)state;
	static const char *const text = "group:window";
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	assert_null(select_names(&fixture, &text, 1));
	assert_string_equal(fixture.diags.all.items[0].hint, "write 'group:windows'");
}

static void nesting_has_a_limit(void **state)
{
	(void)state;
	FIXTURE_AUTO fixture;
	fixture_read(&fixture, "x.yaml", fleet);
	char text[1000];
	for (size_t depth = 60; depth <= 70; depth += 10) {
		size_t len = 0;
		for (size_t i = 0; i < depth; i++) {
			memcpy(text + len, "a* or (", 7);
			len += 7;
		}
		memcpy(text + len, "ws1", 3);
		len += 3;
		memset(text + len, ')', depth);
		text[len + depth] = '\0';
		const char *selector = text;
		const char *names = select_names(&fixture, &selector, 1);
		assert_true((names != NULL) == (depth <= PK_SELECT_DEPTH));
	}
	assert_int_equal(fixture.diags.all.len, 1);
	assert_int_equal(fixture.diags.all.items[0].code, PK_SELECT_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_mean_hosts),
		cmocka_unit_test(several_selectors_mean_the_hosts_of_any),
		cmocka_unit_test(a_selector_may_stand_in_several_texts),
		cmocka_unit_test(a_host_goes_before_a_group_of_its_name),
		cmocka_unit_test(what_is_wrong_has_its_place),
		cmocka_unit_test(a_slip_of_the_hand_gets_a_hint),
		cmocka_unit_test(nesting_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
