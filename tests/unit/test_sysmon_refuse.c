/* The document rules of a Sysmon configuration: what is refused, where, and what is offered. */
#include "tests/unit/sysmon_fixture.h"

/* --- the root --- */

static void another_root_is_refused(void **state)
{
	assert_refused(*state, "<Config/>", PK_NOT_SYSMON, 1, 1);
}

static void a_root_in_lower_case_is_refused(void **state)
{
	assert_refused(*state, "<sysmon schemaversion=\"4.90\"/>", PK_NOT_SYSMON, 1, 1);
}

static void a_root_in_a_namespace_is_refused(void **state)
{
	assert_refused(
		*state, "<Sysmon xmlns=\"urn:x\" schemaversion=\"4.90\"/>", PK_NOT_SYSMON, 1, 1);
}

static void an_unused_namespace_on_the_root_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"4.90\" xmlns:xsi=\"urn:x\"/>",
		PK_UNKNOWN_ATTRIBUTE, 1, 30);
}

static void what_stands_in_another_root_is_not_judged(void **state)
{
	assert_refused(
		*state, "<Config><NoSuch x=\"1\">text</NoSuch></Config>", PK_NOT_SYSMON, 1, 1);
}

static void the_root_has_no_other_attribute(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"4.90\" binaryversion=\"3\"/>",
		PK_UNKNOWN_ATTRIBUTE, 1, 30);
}

static void a_misspelt_schemaversion_is_two_findings(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_true(read_text(fixture, "<Sysmon schemaVersion=\"4.90\"/>")->rejected);
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_UNKNOWN_ATTRIBUTE);
	assert_string_equal(fixture->diags.all.items[0].hint, "write 'schemaversion'");
	assert_int_equal(fixture->diags.all.items[1].code, PK_VERSION_MISSING);
}

static void a_missing_version_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon/>", PK_VERSION_MISSING, 1, 1);
	assert_string_equal(first_hint(*state), "write schemaversion=\"4.91\"");
}

static void a_version_without_number_is_refused_at_its_value(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"new\"/>", PK_VERSION_MISSING, 1, 24);
}

static void an_empty_version_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"\"/>", PK_VERSION_MISSING, 1, 24);
}

static void a_version_out_of_range_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"70000.0\"/>", PK_VERSION_INVALID, 1, 24);
}

static void a_version_below_4_00_is_refused(void **state)
{
	assert_refused(*state, "<Sysmon schemaversion=\"3.40\"/>", PK_VERSION_OLD, 1, 24);
}

static void the_content_of_a_file_without_usable_version_is_not_judged(void **state)
{
	assert_refused(
		*state, "<Sysmon schemaversion=\"3.40\"><NoSuch/></Sysmon>", PK_VERSION_OLD, 1, 24);
}

/* --- below Sysmon --- */

static void an_unknown_entry_is_refused_and_the_nearest_is_offered(void **state)
{
	assert_refused(
		*state, ROOT("<HashAlgorithm>MD5</HashAlgorithm>"), PK_UNKNOWN_ELEMENT, 2, 1);
	assert_string_equal(first_hint(*state), "write 'HashAlgorithms'");
}

static void an_entry_of_another_schema_is_refused(void **state)
{
	assert_refused(*state, ROOT("<CopyOnDelete_PE/>"), PK_ENTRY_NOT_IN_SCHEMA, 2, 1);
}

static void an_entry_that_is_only_documented_is_refused(void **state)
{
	assert_refused(
		*state, ROOT("<CopyOnDeletePE>True</CopyOnDeletePE>"), PK_COPY_ON_DELETE, 2, 1);
}

static void an_event_outside_event_filtering_is_refused(void **state)
{
	assert_refused(*state, ROOT("<DnsQuery onmatch=\"include\"/>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void a_group_outside_event_filtering_is_refused(void **state)
{
	assert_refused(
		*state, ROOT("<RuleGroup groupRelation=\"or\"/>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void an_entry_has_no_attributes(void **state)
{
	assert_refused(
		*state, ROOT("<DnsLookup a=\"1\">True</DnsLookup>"), PK_UNKNOWN_ATTRIBUTE, 2, 12);
}

static void an_entry_that_must_be_empty_may_not_even_hold_a_blank(void **state)
{
	assert_refused(*state, ROOT("<CaptureClipboard> </CaptureClipboard>"), PK_NOT_EMPTY, 2, 19);
	assert_string_equal(first_hint(*state), "write '<CaptureClipboard/>'");
}

static void an_entry_that_must_be_empty_may_not_hold_a_comment(void **state)
{
	assert_refused(
		*state, ROOT("<CaptureClipboard><!--x--></CaptureClipboard>"), PK_NOT_EMPTY, 2, 19);
}

static void an_entry_that_must_be_empty_may_not_hold_an_element(void **state)
{
	assert_refused(
		*state, ROOT("<CaptureClipboard><a/></CaptureClipboard>"), PK_NOT_EMPTY, 2, 19);
}

static void an_element_inside_the_text_of_an_entry_is_refused(void **state)
{
	assert_refused(*state, ROOT("<DnsLookup>Tr<b/>ue</DnsLookup>"), PK_CHILD_IN_TEXT, 2, 14);
}

static void text_below_sysmon_is_refused(void **state)
{
	assert_refused(*state, ROOT("  stray"), PK_STRAY_TEXT, 2, 3);
}

static void event_filtering_has_no_attributes(void **state)
{
	assert_refused(*state, ROOT("<EventFiltering name=\"x\"/>"), PK_UNKNOWN_ATTRIBUTE, 2, 17);
}

/* --- below EventFiltering --- */

static void an_unknown_event_is_refused_and_the_nearest_is_offered(void **state)
{
	assert_refused(
		*state, FILTERING("<ProcesCreate onmatch=\"include\"/>"), PK_UNKNOWN_EVENT, 2, 1);
	assert_string_equal(first_hint(*state), "write 'ProcessCreate'");
}

static void an_event_newer_than_the_declared_schema_is_refused(void **state)
{
	assert_refused(*state,
		"<Sysmon schemaversion=\"4.50\"><EventFiltering>\n"
		"<FileDeleteDetected onmatch=\"include\"/>\n"
		"</EventFiltering></Sysmon>",
		PK_EVENT_TOO_NEW, 2, 1);
	assert_string_equal(
		first_hint(*state), "raise schemaversion to 4.60 or remove the element");
}

static void an_event_that_only_linux_has_is_unknown_on_windows(void **state)
{
	assert_refused(
		*state, FILTERING("<eBPFEvent onmatch=\"include\"/>"), PK_UNKNOWN_EVENT, 2, 1);
}

static void an_entry_in_event_filtering_is_refused(void **state)
{
	assert_refused(
		*state, FILTERING("<DnsLookup>True</DnsLookup>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void a_field_without_event_is_refused(void **state)
{
	assert_refused(*state, FILTERING("<Image>x</Image>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void event_filtering_holds_no_event_filtering(void **state)
{
	assert_refused(*state, FILTERING("<EventFiltering/>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void a_group_needs_a_relation(void **state)
{
	assert_refused(*state, FILTERING("<RuleGroup name=\"x\"/>"), PK_GROUP_RELATION, 2, 1);
}

static void the_relation_of_a_group_in_upper_case_is_refused_with_a_mend(void **state)
{
	assert_refused(
		*state, FILTERING("<RuleGroup groupRelation=\"OR\"/>"), PK_GROUP_RELATION, 2, 27);
	assert_string_equal(first_fix(*state), "or");
}

static void another_relation_of_a_group_has_no_mend(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_refused(
		fixture, FILTERING("<RuleGroup groupRelation=\"xor\"/>"), PK_GROUP_RELATION, 2, 27);
	assert_int_equal(fixture->diags.all.items[0].fixes.len, 0);
}

static void a_group_in_a_group_is_refused(void **state)
{
	assert_refused(*state,
		FILTERING("<RuleGroup groupRelation=\"or\"><RuleGroup "
			  "groupRelation=\"or\"/></RuleGroup>"),
		PK_MISPLACED_ELEMENT, 2, 31);
}

static void text_in_a_group_is_refused_once(void **state)
{
	assert_refused(*state,
		FILTERING("<RuleGroup groupRelation=\"or\">a<DnsQuery "
			  "onmatch=\"include\"/>b</RuleGroup>"),
		PK_STRAY_TEXT, 2, 31);
}

/* --- events --- */

static void onmatch_in_upper_case_is_refused_with_a_mend(void **state)
{
	assert_refused(
		*state, FILTERING("<DnsQuery onmatch=\"Exclude\"/>"), PK_ONMATCH_VALUE, 2, 20);
	assert_string_equal(first_fix(*state), "exclude");
}

static void another_onmatch_is_refused(void **state)
{
	assert_refused(*state, FILTERING("<DnsQuery onmatch=\"all\"/>"), PK_ONMATCH_VALUE, 2, 20);
}

static void the_legacy_default_takes_the_same_words(void **state)
{
	assert_refused(*state, FILTERING("<DnsQuery default=\"log\"/>"), PK_ONMATCH_VALUE, 2, 20);
}

static void an_event_has_no_name(void **state)
{
	assert_refused(*state, FILTERING("<DnsQuery onmatch=\"include\" name=\"x\"/>"),
		PK_UNKNOWN_ATTRIBUTE, 2, 29);
}

static void an_unknown_field_is_refused_and_the_nearest_is_offered(void **state)
{
	assert_refused(*state, EVENT("<CommandLin>x</CommandLin>"), PK_UNKNOWN_FIELD, 2, 1);
	assert_string_equal(first_hint(*state), "write 'CommandLine'");
}

static void a_field_newer_than_the_declared_schema_is_refused(void **state)
{
	assert_refused(*state,
		"<Sysmon schemaversion=\"4.70\"><EventFiltering><ProcessCreate "
		"onmatch=\"include\">\n"
		"<ParentUser>x</ParentUser></ProcessCreate></EventFiltering></Sysmon>",
		PK_FIELD_TOO_NEW, 2, 1);
	assert_string_equal(first_hint(*state), "raise schemaversion to 4.80");
}

static void an_event_in_an_event_is_refused(void **state)
{
	assert_refused(
		*state, EVENT("<DnsQuery onmatch=\"include\"/>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void a_field_has_only_condition_and_name(void **state)
{
	assert_refused(
		*state, EVENT("<Image Condition=\"is\">x</Image>"), PK_UNKNOWN_ATTRIBUTE, 2, 8);
	assert_string_equal(first_hint(*state), "write 'condition'");
}

static void an_element_inside_a_value_is_refused(void **state)
{
	assert_refused(*state, EVENT("<Image>a<b/>c</Image>"), PK_CHILD_IN_TEXT, 2, 9);
}

static void text_beside_filters_is_refused(void **state)
{
	assert_refused(*state, EVENT("<Image>a</Image>x"), PK_STRAY_TEXT, 2, 17);
}

static void an_empty_cdata_section_beside_filters_is_refused(void **state)
{
	assert_refused(*state, EVENT("<Image>a</Image><![CDATA[]]>"), PK_STRAY_TEXT, 2, 17);
}

static void a_rule_in_a_rule_is_refused(void **state)
{
	assert_refused(*state, EVENT("<Rule><Rule><Image>x</Image></Rule></Rule>"),
		PK_MISPLACED_ELEMENT, 2, 7);
}

static void a_rule_outside_an_event_is_refused(void **state)
{
	assert_refused(
		*state, FILTERING("<Rule><Image>x</Image></Rule>"), PK_MISPLACED_ELEMENT, 2, 1);
}

static void a_field_that_no_event_has_is_refused_in_a_rule_too(void **state)
{
	assert_refused(*state, EVENT("<Rule><Imag>x</Imag></Rule>"), PK_UNKNOWN_FIELD, 2, 7);
}

static void an_attribute_with_a_prefix_is_refused(void **state)
{
	assert_refused(
		*state, EVENT("<Image xml:lang=\"en\">x</Image>"), PK_UNKNOWN_ATTRIBUTE, 2, 8);
}

/* --- several findings --- */

static void every_violation_is_told(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_true(read_text(
		fixture, EVENT("<Imag>x</Imag><Image nam=\"n\">x</Image><Comand>x</Comand>"))
			    ->rejected);
	assert_int_equal(fixture->diags.all.len, 3);
	assert_int_equal(fixture->diags.all.items[0].code, PK_UNKNOWN_FIELD);
	assert_int_equal(fixture->diags.all.items[1].code, PK_UNKNOWN_ATTRIBUTE);
	assert_int_equal(fixture->diags.all.items[2].code, PK_UNKNOWN_FIELD);
}

static void what_stands_in_a_refused_element_is_not_judged(void **state)
{
	assert_refused(*state, FILTERING("<NoEvent x=\"1\">text<Other/></NoEvent>"),
		PK_UNKNOWN_EVENT, 2, 1);
}

static void violations_behind_an_xml_error_are_not_told(void **state)
{
	struct sysmon_fixture *fixture = *state;
	fixture->options.recover = true;
	assert_true(read_text(fixture, EVENT("<Image>a & b</Image><Imag>x</Imag>"))->rejected);
	for (size_t i = 0; i < fixture->diags.all.len; i++)
		assert_int_equal(fixture->diags.all.items[i].code, PK_XML_SYNTAX);
}

static void violations_before_an_xml_error_are_told(void **state)
{
	struct sysmon_fixture *fixture = *state;
	assert_true(read_text(fixture, EVENT("<Imag>x</Imag><Image>a & b</Image>"))->rejected);
	assert_int_equal(fixture->diags.all.items[0].code, PK_UNKNOWN_FIELD);
	assert_int_equal(fixture->diags.all.items[1].code, PK_XML_SYNTAX);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(another_root_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_root_in_lower_case_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_root_in_a_namespace_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_unused_namespace_on_the_root_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		what_stands_in_another_root_is_not_judged, set_up, tear_down),
	cmocka_unit_test_setup_teardown(the_root_has_no_other_attribute, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_misspelt_schemaversion_is_two_findings, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_missing_version_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_version_without_number_is_refused_at_its_value, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_empty_version_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_version_out_of_range_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_version_below_4_00_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		the_content_of_a_file_without_usable_version_is_not_judged, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_unknown_entry_is_refused_and_the_nearest_is_offered, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_entry_of_another_schema_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_entry_that_is_only_documented_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_event_outside_event_filtering_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_group_outside_event_filtering_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_entry_has_no_attributes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_entry_that_must_be_empty_may_not_even_hold_a_blank, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_entry_that_must_be_empty_may_not_hold_a_comment, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_entry_that_must_be_empty_may_not_hold_an_element, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_element_inside_the_text_of_an_entry_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(text_below_sysmon_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(event_filtering_has_no_attributes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_unknown_event_is_refused_and_the_nearest_is_offered, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_event_newer_than_the_declared_schema_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_event_that_only_linux_has_is_unknown_on_windows, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_entry_in_event_filtering_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_field_without_event_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		event_filtering_holds_no_event_filtering, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_group_needs_a_relation, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		the_relation_of_a_group_in_upper_case_is_refused_with_a_mend, set_up, tear_down),
	cmocka_unit_test_setup_teardown(another_relation_of_a_group_has_no_mend, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_group_in_a_group_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(text_in_a_group_is_refused_once, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		onmatch_in_upper_case_is_refused_with_a_mend, set_up, tear_down),
	cmocka_unit_test_setup_teardown(another_onmatch_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(the_legacy_default_takes_the_same_words, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_event_has_no_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_unknown_field_is_refused_and_the_nearest_is_offered, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_newer_than_the_declared_schema_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_event_in_an_event_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_field_has_only_condition_and_name, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_element_inside_a_value_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(text_beside_filters_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		an_empty_cdata_section_beside_filters_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_in_a_rule_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(a_rule_outside_an_event_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		a_field_that_no_event_has_is_refused_in_a_rule_too, set_up, tear_down),
	cmocka_unit_test_setup_teardown(an_attribute_with_a_prefix_is_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(every_violation_is_told, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		what_stands_in_a_refused_element_is_not_judged, set_up, tear_down),
	cmocka_unit_test_setup_teardown(
		violations_behind_an_xml_error_are_not_told, set_up, tear_down),
	cmocka_unit_test_setup_teardown(violations_before_an_xml_error_are_told, set_up, tear_down),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
