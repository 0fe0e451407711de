/* Bytes and encodings of a Sysmon configuration, and what is made of a file that is taken. */
#include "tests/unit/sysmon_fixture.h"

#include "base/buf.h"

/* --- bytes and encodings --- */

static void a_doctype_is_refused(void **state)
{
	assert_refused(*state, "<!DOCTYPE Sysmon>\n<Sysmon schemaversion=\"4.90\"/>",
		PK_XML_DOCTYPE, 1, 1);
}

static void a_declaration_behind_a_line_break_is_refused(void **state)
{
	assert_refused(*state, "\n<?xml version=\"1.0\"?><Sysmon schemaversion=\"4.90\"/>",
		PK_XML_SYNTAX, 2, 6);
}

static void a_byte_order_mark_is_taken(void **state)
{
	read_good(*state, "\xef\xbb\xbf<Sysmon schemaversion=\"4.90\"/>");
}

static void latin_1_is_taken_if_it_is_declared(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n" EVENT("<User>\xe9</User>"));
	assert_string_equal(sysmon->elements.items[0].terms.items[0].filter.value, "\xc3\xa9");
}

static void bytes_that_are_no_utf8_are_refused_without_declaration(void **state)
{
	assert_refused(*state, EVENT("<User>\xe9</User>"), PK_XML_ENCODING, 2, 7);
}

static void utf16_is_taken_with_and_without_mark(void **state)
{
	struct sysmon_fixture *fixture = *state;
	static const char text[] = "\xff\xfe<Sysmon schemaversion='4.90'/>";
	PK_BUF_AUTO wide = {0};
	pk_buf_put(&wide, text, 2);
	for (const char *c = text + 2; *c != '\0'; c++)
		pk_buf_put(&wide, (const char[]){*c, 0}, 2);

	for (size_t mark = 0; mark <= 2; mark += 2) {
		struct pk_source *source =
			pk_source_make(fixture->arena, "test", wide.data + mark, wide.len - mark);
		assert_false(pk_sysmon_read(source, &fixture->options, &fixture->diags)->rejected);
	}
	assert_int_equal(fixture->diags.all.len, 0);
}

static void a_declaration_of_utf16_in_a_file_of_bytes_is_refused(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_true(read_text(fixture,
		"<?xml version=\"1.0\" encoding=\"UTF-16\"?><Sysmon schemaversion=\"4.90\"/>")
			    ->rejected);
	assert_true(fixture->diags.errors > 0);
}

static void text_behind_the_end_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"4.90\"/>\nmore", PK_XML_SYNTAX, 2, 1);
}

static void control_characters_are_refused(void **state)
{
	assert_refused(*state, EVENT("<Image>a\x01</Image>"), PK_XML_SYNTAX, 2, 9);
}

/* --- what is taken --- */

static void comments_and_instructions_may_stand_anywhere(void **state)
{
	read_good(*state,
		"<!--a--><?b c?>" ROOT("<!--d--><DnsLookup><!--e-->True</DnsLookup>"
				       "<EventFiltering><!--f--><?g h?></EventFiltering>"));
}

static void several_event_filterings_are_taken(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		ROOT("<EventFiltering><DnsQuery onmatch=\"include\"/></EventFiltering>"
		     "<EventFiltering><DnsQuery onmatch=\"exclude\"/></EventFiltering>"));
	assert_int_equal(sysmon->elements.len, 2);
}

static void blanks_round_onmatch_and_relation_do_not_count(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		FILTERING("<RuleGroup groupRelation=\" and\n\"><DnsQuery onmatch=\"\tinclude \"/>"
			  "</RuleGroup>"));
	assert_string_equal(sysmon->elements.items[0].onmatch, "include");
	assert_string_equal(sysmon->elements.items[0].group_relation, "and");
}

static void blanks_in_a_condition_and_a_name_stay(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Image condition=\" is\" name=\" n \">x</Image>"));
	const struct pk_filter *filter = &sysmon->elements.items[0].terms.items[0].filter;
	assert_string_equal(filter->condition, " is");
	assert_string_equal(filter->name, " n ");
}

static void a_line_break_in_a_condition_counts_as_a_blank(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Image condition=\"begin\nwith\">x</Image>"));
	assert_string_equal(
		sysmon->elements.items[0].terms.items[0].filter.condition, "begin with");
}

static void values_are_taken_literally(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Image> a&amp;b<!--no--><![CDATA[<c>]]>&#x41; </Image>"));
	const struct pk_filter *filter = &sysmon->elements.items[0].terms.items[0].filter;
	assert_string_equal(filter->value, " a&b<c>A ");
	assert_span_text(filter->value_span, " a&amp;b<!--no--><![CDATA[<c>]]>&#x41; ");
}

static void a_field_without_content_has_an_empty_value(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state, EVENT("<Image/>"));
	const struct pk_filter *filter = &sysmon->elements.items[0].terms.items[0].filter;
	assert_string_equal(filter->value, "");
	assert_null(filter->condition);
	assert_null(filter->name);
}

static void an_entry_without_text_differs_from_one_with_empty_text(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		ROOT("<DnsLookup/><CheckRevocation><![CDATA[]]></CheckRevocation>"
		     "<DriverName><!--x--></DriverName>"));
	assert_null(sysmon->entries.items[0].value);
	assert_string_equal(sysmon->entries.items[1].value, "");
	assert_null(sysmon->entries.items[2].value);
}

static void a_rule_with_nothing_inside_is_told_from_one_with_a_blank(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Rule/><Rule></Rule><Rule> </Rule><Rule><!--x--></Rule>"));
	const struct pk_element *element = &sysmon->elements.items[0];
	assert_true(element->terms.items[0].childless);
	assert_true(element->terms.items[1].childless);
	assert_false(element->terms.items[2].childless);
	assert_false(element->terms.items[3].childless);
}

static void a_rule_may_hold_a_field_of_another_event(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, EVENT("<Rule><QueryName>x</QueryName></Rule>"));
	assert_string_equal(
		sysmon->elements.items[0].terms.items[0].filters.items[0].field, "QueryName");
}

static void elements_know_their_group(void **state)
{
	struct pk_sysmon *sysmon = read_good(*state,
		FILTERING("<RuleGroup groupRelation=\"and\" name=\"g\"><DnsQuery "
			  "onmatch=\"include\"/>"
			  "</RuleGroup><FileCreate onmatch=\"exclude\"/>"));
	assert_true(sysmon->elements.items[0].in_group);
	assert_string_equal(sysmon->elements.items[0].group_name, "g");
	assert_false(sysmon->elements.items[1].in_group);
	assert_null(sysmon->elements.items[1].group_relation);
}

static void groups_and_rules_are_taken_in_schema_4_00(void **state)
{
	read_good(*state,
		"<Sysmon schemaversion=\"4.00\"><EventFiltering><RuleGroup groupRelation=\"or\">"
		"<ProcessCreate onmatch=\"include\"><Rule><Image>x</Image></Rule></ProcessCreate>"
		"</RuleGroup></EventFiltering></Sysmon>");
}

static void a_file_newer_than_the_parser_is_judged_by_the_second_newest_schema(void **state)
{
	struct sysmon_fixture *fixture = *state;
	fixture->options.parser = PK_VERSION(4, 81);
	struct pk_sysmon *sysmon = read_good(fixture, "<Sysmon schemaversion=\"4.90\"/>");
	assert_int_equal(sysmon->version, PK_VERSION(4, 90));
	assert_int_equal(sysmon->schema->version, PK_VERSION(4, 80));
	assert_int_equal(sysmon->parser->version, PK_VERSION(4, 81));
}

static void comments_are_kept_on_demand(void **state)
{
	struct sysmon_fixture *fixture = *state;
	fixture->options.comments = true;
	struct pk_sysmon *sysmon = read_good(fixture,
		"<!-- head -->" EVENT("<!-- one --><!-- two --><Image>x</Image><User>y</User>"));
	const struct pk_element *element = &sysmon->elements.items[0];
	assert_string_equal(sysmon->head_comment, " head ");
	assert_string_equal(element->terms.items[0].filter.comment, " one \n two ");
	assert_null(element->terms.items[1].filter.comment);
}

static void comments_are_not_kept_otherwise(void **state)
{
	struct pk_sysmon *sysmon =
		read_good(*state, "<!-- head -->" EVENT("<!--a--><Image>x</Image>"));
	assert_null(sysmon->head_comment);
	assert_null(sysmon->elements.items[0].terms.items[0].filter.comment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_doctype_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_declaration_behind_a_line_break_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_byte_order_mark_is_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			latin_1_is_taken_if_it_is_declared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			bytes_that_are_no_utf8_are_refused_without_declaration, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			utf16_is_taken_with_and_without_mark, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_declaration_of_utf16_in_a_file_of_bytes_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_behind_the_end_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(control_characters_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			comments_and_instructions_may_stand_anywhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			several_event_filterings_are_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			blanks_round_onmatch_and_relation_do_not_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			blanks_in_a_condition_and_a_name_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_break_in_a_condition_counts_as_a_blank, set_up, tear_down),
		cmocka_unit_test_setup_teardown(values_are_taken_literally, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_field_without_content_has_an_empty_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_entry_without_text_differs_from_one_with_empty_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_with_nothing_inside_is_told_from_one_with_a_blank, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			a_rule_may_hold_a_field_of_another_event, set_up, tear_down),
		cmocka_unit_test_setup_teardown(elements_know_their_group, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			groups_and_rules_are_taken_in_schema_4_00, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_newer_than_the_parser_is_judged_by_the_second_newest_schema, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(comments_are_kept_on_demand, set_up, tear_down),
		cmocka_unit_test_setup_teardown(comments_are_not_kept_otherwise, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
