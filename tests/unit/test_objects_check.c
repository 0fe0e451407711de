/* The linter of saved objects: each thing that can be wrong, with its place. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "templates/objects/objects.h"

#define VIEW                                                                                       \
	"{\"type\":\"index-pattern\",\"id\":\"picket-data-sysmon\",\"attributes\":{"               \
	"\"title\":\"logs-*\",\"fields\":\"[]\"},\"references\":[],"                               \
	"\"migrationVersion\":{\"index-pattern\":\"7.6.0\"}}\n"
#define VIEW_REF                                                                                   \
	"{\"name\":\"kibanaSavedObjectMeta.searchSourceJSON.index\",\"type\":\"index-pattern\","   \
	"\"id\":\"picket-data-sysmon\"}"
#define SOURCE(query)                                                                              \
	"\"kibanaSavedObjectMeta\":{\"searchSourceJSON\":\"{\\\"query\\\":{\\\"language\\\":"      \
	"\\\"kuery\\\",\\\"query\\\":\\\"" query                                                   \
	"\\\"},\\\"indexRefName\\\":\\\"kibanaSavedObjectMeta.searchSourceJSON.index\\\"}\"}"
#define VISUALIZATION(aggs)                                                                        \
	"{\"type\":\"visualization\",\"id\":\"v\",\"attributes\":{\"title\":\"v\"," SOURCE(        \
		"") ",\"visState\":\"{\\\"type\\\":\\\"pie\\\",\\\"aggs\\\":[" aggs                \
		    "]}\"},\"references\":[" VIEW_REF                                              \
		    "],\"migrationVersion\":{\"visualization\":\"7.4.2\"}}\n"
#define STATE "\"{\\\"type\\\":\\\"pie"
#define COUNT "{\\\"id\\\":\\\"1\\\",\\\"type\\\":\\\"count\\\",\\\"params\\\":{}}"
#define TERMS(field, order)                                                                        \
	"{\\\"id\\\":\\\"2\\\",\\\"type\\\":\\\"terms\\\",\\\"params\\\":{\\\"field\\\":"          \
	"\\\"" field "\\\",\\\"orderBy\\\":\\\"" order "\\\"}}"
#define PANEL(index, x, y, w, h)                                                                   \
	"{\\\"panelIndex\\\":\\\"" index "\\\",\\\"panelRefName\\\":\\\"panel_0\\\","              \
	"\\\"gridData\\\":{\\\"x\\\":" x ",\\\"y\\\":" y ",\\\"w\\\":" w ",\\\"h\\\":" h "}}"
#define DASHBOARD(panels)                                                                          \
	"{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{\"title\":\"d\",\"panelsJSON\":"     \
	"\"[" panels                                                                               \
	"]\"},\"references\":[{\"name\":\"panel_0\",\"type\":\"index-pattern\",\"id\":"            \
	"\"picket-data-sysmon\"}],\"migrationVersion\":{\"dashboard\":\"7.3.0\"}}\n"

struct trial {
	struct pk_arena *arena;
	struct pk_diags diags;
	bool good;
};

static void check(struct trial *trial, enum pk_object_flavour flavour, const char *text)
{
	*trial = (struct trial){.arena = pk_arena_create()};
	trial->diags.arena = trial->arena;
	trial->good =
		pk_objects_check(source_from_text(trial->arena, text), flavour, &trial->diags);
	assert_int_equal(trial->good, trial->diags.all.len == 0);
}

static void end(struct trial *trial)
{
	pk_arena_destroy(trial->arena);
}

/* One finding, at this line and where these bytes stand. */
static void finds_in(enum pk_object_flavour flavour, const char *text, enum pk_code code,
	unsigned line, const char *begin)
{
	struct trial trial;
	check(&trial, flavour, text);
	assert_int_equal(trial.diags.all.len, 1);
	const struct pk_diag *diag = &trial.diags.all.items[0];
	if (diag->code != code)
		fail_msg("%s", diag->message);
	assert_int_equal(pk_source_place(diag->span.source, diag->span.begin).line, line);
	assert_memory_equal(diag->span.source->text + diag->span.begin, begin, strlen(begin));
	assert_string_equal(diag->span.source->path, "test");
	end(&trial);
}

static void finds(const char *text, enum pk_code code, unsigned line, const char *begin)
{
	finds_in(PK_OBJECTS_CLASSIC, text, code, line, begin);
}

static void is_good(enum pk_object_flavour flavour, const char *text)
{
	struct trial trial;
	check(&trial, flavour, text);
	if (!trial.good)
		fail_msg("%s", trial.diags.all.items[0].message);
	end(&trial);
}

static void a_good_export_is_good(void **state)
{
	(void)state;
	is_good(PK_OBJECTS_CLASSIC,
		VIEW VISUALIZATION(COUNT "," TERMS("host.name", "1"))
			DASHBOARD(PANEL("1", "0", "0", "24", "10") "," PANEL("2", "24", "0", "24",
				"10")) "{\"exportedCount\":3,\"missingRefCount\":0,"
				       "\"missingReferences\":[]}\n");
}

static void what_is_no_json_is_told_with_its_line(void **state)
{
	(void)state;
	finds(VIEW "\n{\"type\":}\n", PK_JSON_SYNTAX, 3, "}");
}

static void an_object_needs_type_id_and_attributes(void **state)
{
	(void)state;
	finds(VIEW "  {\"type\":\"search\",\"attributes\":{}}", PK_OBJECT_SHAPE, 2, "{\"type\"");
	finds(VIEW "[1]", PK_OBJECT_SHAPE, 2, "[1]");
	finds("\n", PK_OBJECT_SHAPE, 1, "\n");
	finds("{\"type\":\"search\",\"id\":\"s\",\"attributes\":{},\"references\":[{\"id\":\"x\"}],"
	      "\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_SHAPE, 1, "{\"id\":\"x\"}");
	finds("{\"type\":\"search\",\"id\":\"s\",\"attributes\":{},\"references\":7,"
	      "\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_SHAPE, 1, "7");
}

static void an_id_is_given_once_for_each_type(void **state)
{
	(void)state;
	finds(VIEW VIEW, PK_OBJECT_TWICE, 2, "\"picket-data-sysmon\"");
}

static void a_reference_leads_to_an_object(void **state)
{
	(void)state;
	finds(VISUALIZATION(COUNT), PK_OBJECT_REFERENCE, 1, VIEW_REF);
}

static void a_reference_is_used(void **state)
{
	(void)state;
	finds(VIEW "{\"type\":\"search\",\"id\":\"s\",\"attributes\":{},\"references\":[" VIEW_REF
		   "],\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_REFERENCE_UNUSED, 2, VIEW_REF);
}

static void what_is_named_is_among_the_references(void **state)
{
	(void)state;
	finds("{\"type\":\"search\",\"id\":\"s\",\"attributes\":{" SOURCE(
		      "") "},\"references\":[],\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_REFERENCE_NAME, 1, "\"{\\\"query\\\"");
}

static void json_in_a_text_is_json(void **state)
{
	(void)state;
	finds("{\"type\":\"visualization\",\"id\":\"v\",\"attributes\":{\"visState\":\"{\"},"
	      "\"migrationVersion\":{\"visualization\":\"7.4.2\"}}",
		PK_OBJECT_INNER_JSON, 1, "\"{\"");
	finds("{\"type\":\"visualization\",\"id\":\"v\",\"attributes\":{\"visState\":{}},"
	      "\"migrationVersion\":{\"visualization\":\"7.4.2\"}}",
		PK_OBJECT_INNER_JSON, 1, "{}");
}

static void an_object_is_not_newer_than_its_servers(void **state)
{
	(void)state;
	finds("{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{},"
	      "\"migrationVersion\":{\"dashboard\":\"7.17.3\"}}",
		PK_OBJECT_VERSION, 1, "\"d\"");
	finds_in(PK_OBJECTS_LENS,
		"{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{},"
		"\"typeMigrationVersion\":\"10.2.0\"}",
		PK_OBJECT_VERSION, 1, "\"d\"");
	is_good(PK_OBJECTS_LENS,
		"{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{},"
		"\"migrationVersion\":{\"dashboard\":\"7.17.3\"}}");
}

static void an_object_states_its_version(void **state)
{
	(void)state;
	finds("{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{}}", PK_OBJECT_NO_VERSION, 1,
		"\"d\"");
}

static void a_flavour_has_its_types(void **state)
{
	static const char lens[] = "{\"type\":\"lens\",\"id\":\"l\",\"attributes\":{},"
				   "\"typeMigrationVersion\":\"8.9.0\"}";
	(void)state;
	finds(lens, PK_OBJECT_TYPE, 1, "\"l\"");
	is_good(PK_OBJECTS_LENS, lens);
}

static void a_type_has_its_attributes(void **state)
{
	(void)state;
	finds("{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{\"title\":\"d\","
	      "\"panels\":[]},\"migrationVersion\":{\"dashboard\":\"7.3.0\"}}",
		PK_OBJECT_ATTRIBUTE, 1, "\"panels\"");
	/* A part of a name is none. */
	finds("{\"type\":\"dashboard\",\"id\":\"d\",\"attributes\":{\"time\":\"d\"},"
	      "\"migrationVersion\":{\"dashboard\":\"7.3.0\"}}",
		PK_OBJECT_ATTRIBUTE, 1, "\"time\"");
}

static void fields_of_our_views_are_known(void **state)
{
	(void)state;
	finds(VIEW VISUALIZATION(COUNT "," TERMS("host.nmae", "1")), PK_OBJECT_FIELD, 2, STATE);
	is_good(PK_OBJECTS_CLASSIC,
		VIEW VISUALIZATION(COUNT "," TERMS("winlog.event_data.Any", "1")));
	finds(VIEW "{\"type\":\"search\",\"id\":\"s\",\"attributes\":{\"columns\":[\"_source\","
		   "\"hots\"]," SOURCE("") "},\"references\":[" VIEW_REF
					   "],\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_FIELD, 2, "\"hots\"");
	finds(VIEW "{\"type\":\"search\",\"id\":\"s\",\"attributes\":{" SOURCE(
		      "evnt.code:1") "},\"references\":[" VIEW_REF
				     "],\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_FIELD, 2, "\"{\\\"query\\\"");
}

static void fields_that_are_counted_can_be(void **state)
{
	(void)state;
	finds(VIEW VISUALIZATION(COUNT "," TERMS("message", "1")), PK_OBJECT_FIELD_KIND, 2, STATE);
	finds(VIEW VISUALIZATION(COUNT ",{\\\"id\\\":\\\"2\\\",\\\"type\\\":\\\"geohash_grid\\\","
				       "\\\"params\\\":{\\\"field\\\":\\\"host.name\\\"}}"),
		PK_OBJECT_FIELD_KIND, 2, STATE);
}

static void panels_lie_within_the_grid_and_beside_each_other(void **state)
{
	(void)state;
	finds(VIEW DASHBOARD(PANEL("1", "40", "0", "9", "1")), PK_OBJECT_GRID, 2, "\"[{\\\"panel");
	finds(VIEW DASHBOARD(PANEL("1", "0", "0", "0", "1")), PK_OBJECT_GRID, 2, "\"[{\\\"panel");
	finds(VIEW DASHBOARD(PANEL("1", "0", "0", "10", "10") "," PANEL("2", "9", "9", "10", "10")),
		PK_OBJECT_GRID, 2, "\"[{\\\"panel");
	finds(VIEW DASHBOARD("{\\\"panelRefName\\\":\\\"panel_0\\\"}"), PK_OBJECT_GRID, 2,
		"\"[{\\\"panel");
}

static void a_query_is_kuery(void **state)
{
	(void)state;
	finds(VIEW "{\"type\":\"search\",\"id\":\"s\",\"attributes\":{" SOURCE(
		      "event.code:(1") "},\"references\":[" VIEW_REF
				       "],\"migrationVersion\":{\"search\":\"7.4.0\"}}",
		PK_OBJECT_QUERY, 2, "\"{\\\"query\\\"");
}

static void terms_are_ordered_by_what_is_counted(void **state)
{
	(void)state;
	finds(VIEW VISUALIZATION(COUNT "," TERMS("host.name", "9")), PK_OBJECT_ORDER, 2, STATE);
	is_good(PK_OBJECTS_CLASSIC, VIEW VISUALIZATION(COUNT "," TERMS("host.name", "_key")));
	is_good(PK_OBJECTS_CLASSIC, VIEW VISUALIZATION(COUNT "," TERMS("host.name", "1.95")));
}

#define LENS(columns)                                                                              \
	VIEW "{\"type\":\"lens\",\"id\":\"l\",\"attributes\":{\"state\":{\"datasourceStates\":{"   \
	     "\"formBased\":{\"layers\":{\"a\":{\"columnOrder\":[\"x\"],\"columns\":{" columns     \
	     "}}}}}}},\"references\":[{\"name\":\"indexpattern-datasource-layer-a\",\"type\":"     \
	     "\"index-pattern\",\"id\":\"picket-data-sysmon\"}],"                                  \
	     "\"typeMigrationVersion\":\"8.9.0\"}"

static void columns_of_lens_are_checked(void **state)
{
	(void)state;
	is_good(PK_OBJECTS_LENS, LENS("\"x\":{\"sourceField\":\"___records___\"}"));
	finds_in(PK_OBJECTS_LENS, LENS("\"x\":{\"sourceField\":\"host.nmae\"}"), PK_OBJECT_FIELD, 2,
		"{\"sourceField\"");
	finds_in(PK_OBJECTS_LENS,
		LENS("\"x\":{\"sourceField\":\"host.name\",\"params\":{\"orderBy\":{\"columnId\":"
		     "\"y\"}}}"),
		PK_OBJECT_ORDER, 2, "{\"columnId\"");
	finds_in(PK_OBJECTS_LENS, LENS("\"z\":{}"), PK_OBJECT_ORDER, 2, "\"x\"");
}

static void a_thousand_references_are_enough(void **state)
{
	PK_BUF_AUTO buf = {0};
	(void)state;
	pk_buf_puts(&buf, "{\"type\":\"search\",\"id\":\"s\",\"attributes\":{},\"references\":[1");
	for (int i = 0; i < 1000; i++)
		pk_buf_puts(&buf, ",1");
	pk_buf_puts(&buf, "],\"migrationVersion\":{\"search\":\"7.4.0\"}}");
	finds(buf.data, PK_OBJECT_SHAPE, 1, "[1,1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_export_is_good),
		cmocka_unit_test(what_is_no_json_is_told_with_its_line),
		cmocka_unit_test(an_object_needs_type_id_and_attributes),
		cmocka_unit_test(an_id_is_given_once_for_each_type),
		cmocka_unit_test(a_reference_leads_to_an_object),
		cmocka_unit_test(a_reference_is_used),
		cmocka_unit_test(what_is_named_is_among_the_references),
		cmocka_unit_test(json_in_a_text_is_json),
		cmocka_unit_test(an_object_is_not_newer_than_its_servers),
		cmocka_unit_test(an_object_states_its_version),
		cmocka_unit_test(a_flavour_has_its_types),
		cmocka_unit_test(a_type_has_its_attributes),
		cmocka_unit_test(fields_of_our_views_are_known),
		cmocka_unit_test(fields_that_are_counted_can_be),
		cmocka_unit_test(panels_lie_within_the_grid_and_beside_each_other),
		cmocka_unit_test(a_query_is_kuery),
		cmocka_unit_test(terms_are_ordered_by_what_is_counted),
		cmocka_unit_test(columns_of_lens_are_checked),
		cmocka_unit_test(a_thousand_references_are_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
