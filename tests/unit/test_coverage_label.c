/* Technique ids in RuleNames, in the conventions that are met. */
#include "tests/unit/test.h"

#include "generators/coverage/label.h"

/* The ids in `name`, with blanks between them. */
static void assert_ids(const char *name, const char *want)
{
	char got[256] = "";
	char id[PK_LABEL_SIZE];
	size_t at = 0;
	size_t len = 0;
	while (pk_label_next(id, name, &at)) {
		size_t id_len = strlen(id);
		assert_true(len + id_len + 2 < sizeof(got));
		if (len > 0)
			got[len++] = ' ';
		memcpy(got + len, id, id_len + 1);
		len += id_len;
	}
	assert_string_equal(got, want);
}

static void conventions_of_rule_names_are_read(void **state)
{
	(void)state;
	assert_ids("technique_id=T1059.001,technique_name=PowerShell", "T1059.001");
	assert_ids("technique=T1070,technique_name=Indicator Removal", "T1070");
	assert_ids("TechniqueID=T1099", "T1099");
	assert_ids("Attack=T1003.001", "T1003.001");
	assert_ids("MitreRef=T1218", "T1218");
	assert_ids("Mitre: T1060", "T1060");
	assert_ids("T1099", "T1099");
	assert_ids("T1218,office", "T1218");
	assert_ids("technique_id=T1047; Possible Cobalt Strike", "T1047");
}

static void addresses_are_read(void **state)
{
	(void)state;
	assert_ids("Mitre:https://attack.mitre.org/wiki/Technique/T1060", "T1060");
	assert_ids("https://attack.mitre.org/techniques/T1003/001/", "T1003.001");
	assert_ids("https://attack.mitre.org/wiki/Software/S0029", "");
}

static void several_ids_are_read_in_order(void **state)
{
	(void)state;
	assert_ids("T1047,T1059.003 T1105", "T1047 T1059.003 T1105");
}

static void lower_case_is_read_as_mitre_spells_it(void **state)
{
	(void)state;
	assert_ids("technique_id=t1059.001", "T1059.001");
}

static void what_only_looks_like_an_id_is_none(void **state)
{
	(void)state;
	assert_ids("", "");
	assert_ids("T", "");
	assert_ids("T105", "");
	assert_ids("T10591", "");
	assert_ids("T1059x", "");
	assert_ids("AT1059", "");
	assert_ids("TA0002", "");
}

static void digits_that_are_no_sub_technique_leave_the_technique(void **state)
{
	(void)state;
	assert_ids("T1059.01", "T1059");
	assert_ids("T1059.0011", "T1059");
	assert_ids("T1059.", "T1059");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conventions_of_rule_names_are_read),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(several_ids_are_read_in_order),
		cmocka_unit_test(lower_case_is_read_as_mitre_spells_it),
		cmocka_unit_test(what_only_looks_like_an_id_is_none),
		cmocka_unit_test(digits_that_are_no_sub_technique_leave_the_technique),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
