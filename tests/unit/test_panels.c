/* What the tables of panels promise: one name each, fields that can be counted, places that fit. */
#include "tests/unit/test.h"

#include "base/text.h"
#include "templates/model/fields.h"
#include "templates/model/panels.h"
#include "templates/model/piece.h"
#include "templates/objects/kuery.h"

static size_t split_count(const struct pk_panel *panel)
{
	size_t count = 0;
	while (panel->split[count] != NULL)
		count++;
	return count;
}

/* A field of fields.def, or what Sysmon left in winlog.event_data. */
static bool is_known(const char *name)
{
	return pk_field_find(name) != NULL || pk_text_starts(name, "winlog.event_data.");
}

static bool is_countable(const char *name)
{
	const struct pk_field *field = pk_field_find(name);
	return field == NULL ? is_known(name) : pk_field_is_aggregatable(field);
}

static void every_panel_and_search_has_a_name_of_its_own(void **state)
{
	size_t panels = 0;
	size_t searches = 0;
	(void)state;
	const struct pk_panel *panel = pk_panel_list(&panels);
	const struct pk_saved_search *search = pk_saved_search_list(&searches);
	for (size_t i = 0; i < panels; i++) {
		assert_ptr_equal(pk_panel_find(panel[i].id), &panel[i]);
		assert_null(pk_saved_search_find(panel[i].id));
	}
	for (size_t i = 0; i < searches; i++)
		assert_ptr_equal(pk_saved_search_find(search[i].id), &search[i]);
	assert_null(pk_panel_find("sysmon"));
	assert_null(pk_saved_search_find(""));
	assert_true(searches >= 12);
}

static void fields_that_are_counted_can_be(void **state)
{
	size_t count = 0;
	(void)state;
	const struct pk_panel *panels = pk_panel_list(&count);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; panels[i].split[j] != NULL; j++) {
			const char *field = panels[i].split[j];
			const struct pk_field *known = pk_field_find(field);
			bool place = known != NULL && known->type == PK_FIELD_GEO_POINT;
			if (panels[i].kind == PK_PANEL_MAP ? !place : !is_countable(field))
				fail_msg("%s: %s", panels[i].id, field);
		}
	}
}

static void a_kind_has_the_fields_that_it_shows(void **state)
{
	static const struct {
		enum pk_panel_kind kind;
		size_t least, most;
	} wants[] = {
		{PK_PANEL_METRIC, 0, 0},
		{PK_PANEL_TABLE, 1, PK_PANEL_SPLITS},
		{PK_PANEL_RARE, 1, PK_PANEL_SPLITS},
		{PK_PANEL_LAST, 1, PK_PANEL_SPLITS},
		{PK_PANEL_PIE, 1, 2},
		{PK_PANEL_BAR, 1, 2},
		{PK_PANEL_TIME, 0, 1},
		{PK_PANEL_RATIO, 3, 3},
		{PK_PANEL_MAP, 1, 1},
		{PK_PANEL_HEAT, 2, 2},
		{PK_PANEL_TEXT, 0, 0},
	};
	size_t count = 0;
	(void)state;
	const struct pk_panel *panels = pk_panel_list(&count);
	for (size_t i = 0; i < count; i++) {
		assert_true((size_t)panels[i].kind < sizeof(wants) / sizeof(wants[0]));
		assert_int_equal(wants[panels[i].kind].kind, panels[i].kind);
		size_t splits = split_count(&panels[i]);
		if (splits < wants[panels[i].kind].least || splits > wants[panels[i].kind].most)
			fail_msg("%s has %zu fields", panels[i].id, splits);
		bool sized = splits > 0 && panels[i].kind != PK_PANEL_MAP;
		assert_int_equal(panels[i].size > 0, sized);
	}
}

static void demand_known(void *context, const char *field)
{
	if (!is_known(field))
		fail_msg("%s asks for %s", (const char *)context, field);
}

static void check_query(const char *id, const char *text)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_kuery_problem problem;
	const struct pk_kuery *query = pk_kuery_read(&problem, arena, text);
	char *name = pk_arena_strdup(arena, id);
	if (query == NULL)
		fail_msg("%s: %s", id, problem.what);
	pk_kuery_fields(query, demand_known, name);
}

static void queries_can_be_read_and_ask_for_known_fields(void **state)
{
	size_t count = 0;
	(void)state;
	const struct pk_panel *panels = pk_panel_list(&count);
	for (size_t i = 0; i < count; i++)
		if (panels[i].kind != PK_PANEL_TEXT)
			check_query(panels[i].id, panels[i].query);
	const struct pk_saved_search *searches = pk_saved_search_list(&count);
	for (size_t i = 0; i < count; i++)
		check_query(searches[i].id, searches[i].query);
}

static void columns_of_searches_are_known(void **state)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	size_t count = 0;
	(void)state;
	const struct pk_saved_search *searches = pk_saved_search_list(&count);
	for (size_t i = 0; i < count; i++) {
		struct pk_piece list = pk_piece_of(searches[i].columns);
		struct pk_piece column;
		while (pk_piece_next(&column, &list)) {
			const char *name = pk_arena_strndup(arena, column.text, column.len);
			if (!is_known(name))
				fail_msg("%s: %s", searches[i].id, name);
		}
	}
}

static void every_panel_stands_on_a_dashboard(void **state)
{
	size_t panels = 0;
	size_t dashboards = 0;
	(void)state;
	const struct pk_panel *panel = pk_panel_list(&panels);
	const struct pk_dashboard *dashboard = pk_dashboard_list(&dashboards);
	for (size_t i = 0; i < panels; i++) {
		size_t found = 0;
		for (size_t j = 0; j < dashboards; j++)
			for (size_t k = 0; k < dashboard[j].panel_count; k++)
				found += pk_text_equal(dashboard[j].panels[k].panel, panel[i].id);
		if (found == 0)
			fail_msg("%s stands nowhere", panel[i].id);
	}
}

static void dashboards_hold_what_there_is_within_the_grid(void **state)
{
	size_t count = 0;
	(void)state;
	const struct pk_dashboard *dashboards = pk_dashboard_list(&count);
	for (size_t i = 0; i < count; i++) {
		const struct pk_dashboard *dashboard = &dashboards[i];
		assert_true(pk_text_starts(dashboard->from, "now-"));
		for (size_t j = 0; j < dashboard->panel_count; j++) {
			const struct pk_dashboard_panel *place = &dashboard->panels[j];
			if (pk_panel_find(place->panel) == NULL &&
				pk_saved_search_find(place->panel) == NULL)
				fail_msg("%s: there is no %s", dashboard->id, place->panel);
			assert_true(place->w > 0 && place->h > 0 && place->x + place->w <= 48);
			for (size_t k = 0; k < j; k++)
				assert_false(
					pk_text_equal(dashboard->panels[k].panel, place->panel));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_panel_and_search_has_a_name_of_its_own),
		cmocka_unit_test(fields_that_are_counted_can_be),
		cmocka_unit_test(a_kind_has_the_fields_that_it_shows),
		cmocka_unit_test(queries_can_be_read_and_ask_for_known_fields),
		cmocka_unit_test(columns_of_searches_are_known),
		cmocka_unit_test(every_panel_stands_on_a_dashboard),
		cmocka_unit_test(dashboards_hold_what_there_is_within_the_grid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
