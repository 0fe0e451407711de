/* Import: configurations as rulesets that compile back to them. */
#include "generators/import/import.h"

#include "base/json.h"
#include "generators/blob/blob.h"
#include "generators/compile/compile.h"
#include "generators/sysmon/judge.h"
#include "generators/sysmon/sysmon_write.h"
#include "rulesets/policy.h"
#include "tests/unit/test.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_imported imported;
};

static int set_up(void **state)
{
	struct fixture *fixture = test_calloc(1, sizeof(*fixture));
	fixture->arena = pk_arena_create();
	fixture->diags.arena = fixture->arena;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	pk_imported_finish(&fixture->imported);
	pk_arena_destroy(fixture->arena);
	test_free(fixture);
	return 0;
}

static struct pk_sysmon *judge(struct fixture *fixture, const char *xml)
{
	struct pk_sysmon_options options = {.arena = fixture->arena, .comments = true};
	struct pk_diags unseen = {.arena = fixture->arena};
	struct pk_sysmon *sysmon =
		pk_sysmon_judge(source_from_text(fixture->arena, xml), &options, false, &unseen);
	assert_false(sysmon->rejected);
	return sysmon;
}

static const struct pk_import_options options = {.id = "mine", .name = "mine.xml"};

/* The ruleset that `xml` becomes. */
static const char *import_xml(struct fixture *fixture, const char *xml)
{
	assert_true(pk_import_sysmon(
		&fixture->imported, judge(fixture, xml), &options, &fixture->diags));
	return fixture->imported.ruleset.data;
}

/* The ruleset that was made, read again. */
static struct pk_policy *read_back(struct fixture *fixture)
{
	struct pk_source *source = source_from_text(fixture->arena, fixture->imported.ruleset.data);
	struct pk_policy_options as_is = {0};
	struct pk_policy *policy =
		pk_policy_read_source(fixture->arena, source, &as_is, &fixture->diags);
	assert_non_null(policy);
	return policy;
}

/* The law: the ruleset of `xml` has the binary rules of `xml`. */
static void assert_same_rules(struct fixture *fixture, const char *xml)
{
	PK_BUF_AUTO before = {0};
	PK_BUF_AUTO after = {0};
	struct pk_diags unseen = {.arena = fixture->arena};
	import_xml(fixture, xml);
	struct pk_compile_options as_said = {.platform = PK_WINDOWS};
	struct pk_sysmon *compiled =
		pk_compile_sysmon(read_back(fixture), &as_said, &fixture->diags);
	assert_non_null(compiled);
	assert_int_equal(fixture->diags.errors, 0);

	assert_true(pk_blob_encode(&before, judge(fixture, xml), &unseen));
	PK_BUF_AUTO again = {0};
	pk_sysmon_write(&again, compiled);
	assert_true(pk_blob_encode(&after, judge(fixture, again.data), &unseen));
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
}

#define HEADER(schema)                                                                             \
	"picket: 1\n"                                                                              \
	"ruleset:\n"                                                                               \
	"  id: mine\n"                                                                             \
	"  version: 1.0.0\n"                                                                       \
	"  title: Imported from mine.xml\n"                                                        \
	"  attack: \"19.2\"\n"                                                                     \
	"  targets: [sysmon]\n"                                                                    \
	"  schema: \"" schema "\"\n"

static const char full[] =
	"<!-- Head -->\n"
	"<Sysmon schemaversion=\"4.50\">\n"
	"<HashAlgorithms>md5,SHA-256</HashAlgorithms>\n"
	"<EventFiltering>\n"
	"<!-- Group\n     two lines\n       deeper -->\n"
	"<RuleGroup name=\"G\" groupRelation=\"or\"><ProcessCreate onmatch=\"include\">\n"
	"<!-- Filter -->\n"
	"<Image condition=\"End With\" name=\"technique_id=T1059.001,x\">\\cmd.exe</Image>\n"
	"<CommandLine name=\"\">a, 'b' ${c}</CommandLine>\n"
	"<!-- Rule -->\n"
	"<Rule name=\"R\" groupRelation=\"and\"><User>x</User>\n"
	"<!-- Inner --><Image condition=\"contains any\" name=\"T1105\">a;b</Image></Rule>\n"
	"<Rule><!-- nothing --></Rule>\n"
	"</ProcessCreate></RuleGroup>\n"
	"<ProcessTerminate onmatch=\"exclude\"/>\n"
	"<ProcessTampering default=\"include\"><Type>x</Type></ProcessTampering>\n"
	"</EventFiltering></Sysmon>\n";

static const char full_ruleset[] = "# Head\n" HEADER(
	"4.50") "settings:\n"
		"  sysmon:\n"
		"    hash_algorithms: [MD5, SHA256]\n"
		"groups:\n"
		"  # Group\n"
		"  # two lines\n"
		"  #   deeper\n"
		"  - id: processcreate-include-1\n"
		"    event: ProcessCreate\n"
		"    onmatch: include\n"
		"    relation: or\n"
		"    name: G\n"
		"    rules:\n"
		"      # Filter\n"
		"      - {id: pc-i-1.0001, name: 'technique_id=T1059.001,x', attack: [T1059.001], "
		"when: {Image: {end with: \\cmd.exe}}}\n"
		"      - {id: pc-i-1.0002, name: '', when: {CommandLine: 'a, ''b'' ${c}'}}\n"
		"      # Rule\n"
		"      - id: pc-i-1.0003\n"
		"        name: R\n"
		"        attack: [T1105]\n"
		"        when:\n"
		"          all:\n"
		"            - {User: x}\n"
		"            # Inner\n"
		"            - {Image: {contains any: a;b}, name: T1105}\n"
		"      - id: pc-i-1.0004\n"
		"        when: {any: []}\n"
		"  # nothing\n"
		"  - id: processterminate-exclude-1\n"
		"    event: ProcessTerminate\n"
		"    onmatch: exclude\n"
		"    relation: and\n"
		"    rules: []\n"
		"  - id: processtampering-exclude-1\n"
		"    event: ProcessTampering\n"
		"    onmatch: exclude\n"
		"    relation: and\n"
		"    rules:\n"
		"      - {id: prta-e-1.0001, when: {Type: x}}\n";

static void elements_filters_names_and_comments_become_groups(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(import_xml(fixture, full), full_ruleset);
	assert_int_equal(fixture->imported.group_count, 3);
	assert_int_equal(fixture->imported.rule_count, 5);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void the_project_names_the_ruleset_and_the_schema_of_the_file(void **state)
{
	struct fixture *fixture = *state;
	import_xml(fixture, full);
	assert_string_equal(fixture->imported.project.data,
		"picket: 1\n"
		"project:\n"
		"  id: mine\n"
		"  title: Imported from mine.xml\n"
		"rulesets: [ruleset.yaml]\n"
		"default_profile: default\n"
		"profiles:\n"
		"  default:\n"
		"    target: sysmon\n"
		"    schema: \"4.50\"\n");
}

static void what_was_imported_compiles_to_the_same_binary_rules(void **state)
{
	assert_same_rules(*state, full);
}

static void awkward_values_survive(void **state)
{
	assert_same_rules(*state,
		"<Sysmon schemaversion=\"4.91\"><EventFiltering><ProcessCreate onmatch=\"include\">"
		"<Image/><Image> </Image><Image>null</Image><Image>0x1F</Image><Image>a: b # "
		"c</Image>"
		"<Image>- "
		"x</Image><Image>&#13;&#9;&#10;</Image><Image>&#x85;&#x2028;&#xFEFF;</Image>"
		"<Image condition=\"contains any\">;a;;b;</Image><Image>'\"\\</Image>"
		"<Image name=\"${x}\">{[,]}</Image><Image>\xf0\x9f\x98\x80</Image>"
		"<Rule name=\"~\" groupRelation=\"maybe\"><User name=\"true\">%x%</User></Rule>"
		"</ProcessCreate></EventFiltering></Sysmon>");
}

static void ids_of_techniques_must_be_whole_and_current(void **state)
{
	struct fixture *fixture = *state;
	const char *text = import_xml(fixture,
		"<Sysmon schemaversion=\"4.91\"><EventFiltering><ProcessCreate onmatch=\"include\">"
		"<Image name=\"XT1059, T10590, T1059.0011, T1059_x\">none</Image>"
		"<Image name=\"T1099 (revoked), T9999 (unknown)\">none</Image>"
		"<Image name=\"Mitre:T1105/T1059.001. T1105\">two</Image>"
		"</ProcessCreate></EventFiltering></Sysmon>");
	const char *first = strstr(text, "attack: [");
	assert_non_null(first);
	const char want[] = "attack: [T1105, T1059.001], when: {Image: two}";
	assert_memory_equal(first, want, sizeof(want) - 1);
}

static void elements_without_direction_are_left_out(void **state)
{
	struct fixture *fixture = *state;
	const char *text = import_xml(fixture,
		"<Sysmon schemaversion=\"4.91\"><EventFiltering>\n"
		"<!-- Lost --><ProcessCreate><Image>a</Image></ProcessCreate>\n"
		"<ProcessCreate onmatch=\"include\" default=\"include\"/>\n"
		"</EventFiltering></Sysmon>");
	assert_string_equal(text,
		HEADER("4.91") "  # Lost\n"
			       "  # Left out: ProcessCreate of line 2; it has no onmatch.\n"
			       "\n"
			       "  # Left out: ProcessCreate of line 3; it has both onmatch and "
			       "default.\n"
			       "\n");
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_IMPORT_ELEMENT_LEFT_OUT);
	assert_place(fixture->diags.all.items[0].span, 2, 14);
	assert_int_equal(fixture->diags.all.items[1].code, PK_IMPORT_ELEMENT_LEFT_OUT);
	read_back(fixture);
}

static const char taken_back[] =
	"<Sysmon schemaversion=\"4.91\"><EventFiltering>\n"
	"<RegistryEvent onmatch=\"include\"><Rule><Details>a</Details><NewName>b</NewName></Rule>"
	"</RegistryEvent>\n"
	"<RegistryEvent onmatch=\"exclude\"/>\n"
	"<WmiEvent onmatch=\"include\"><Rule><Query>a</Query></Rule></WmiEvent>\n"
	"</EventFiltering></Sysmon>";

static void an_element_that_is_taken_back_stays_for_its_traces(void **state)
{
	struct fixture *fixture = *state;
	assert_non_null(strstr(import_xml(fixture, taken_back), "    verbatim: true\n"));
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[0].code, PK_IMPORT_ELEMENT_KEPT);
	assert_place(fixture->diags.all.items[0].span, 2, 1);
	assert_int_equal(fixture->diags.all.items[1].code, PK_IMPORT_ELEMENT_LEFT_OUT);
	assert_place(fixture->diags.all.items[1].span, 3, 1);
}

static void its_traces_are_in_the_binary_rules(void **state)
{
	assert_same_rules(*state, taken_back);
}

static void entries_become_keys_or_stay_as_they_are(void **state)
{
	struct fixture *fixture = *state;
	const char *text = import_xml(fixture,
		"<Sysmon schemaversion=\"4.91\">\n"
		"<FieldSizes>CommandLine:100,Image:20</FieldSizes>"
		"<HashAlgorithms>,md5</HashAlgorithms><CheckRevocation>true</CheckRevocation>"
		"<DnsLookup>maybe</DnsLookup><ArchiveDirectory>${x}</ArchiveDirectory>"
		"<DriverName>abcdefghi</DriverName><DriverQueueSize>100</DriverQueueSize>"
		"<DriverName>abc</DriverName><SigningQueueSize>007</SigningQueueSize>"
		"<!-- Clip --><CaptureClipboard/></Sysmon>");
	assert_string_equal(text,
		HEADER("4.91") "# Left out: DriverName abcdefghi; it is given again below.\n"
			       "\n"
			       "settings:\n"
			       "  sysmon:\n"
			       "    check_revocation: true\n"
			       "    archive_directory: $${x}\n"
			       "    field_sizes: {CommandLine: 100, Image: 20}\n"
			       "    driver_queue_size: 100\n"
			       "    # Clip\n"
			       "    capture_clipboard: true\n"
			       "    entries:\n"
			       "      - {name: HashAlgorithms, value: ',md5'}\n"
			       "      - {name: DnsLookup, value: maybe}\n"
			       "      - {name: SigningQueueSize, value: '007'}\n"
			       "  deployment:\n"
			       "    driver_name: abc\n");
	assert_one_finding(&fixture->diags, PK_IMPORT_ENTRY_LEFT_OUT, 2, 195);
	const struct pk_settings *settings = &read_back(fixture)->settings;
	assert_int_equal(settings->sysmon.len, 9);
	assert_string_equal(settings->sysmon.items[1].name, "ArchiveDirectory");
	assert_string_equal(settings->sysmon.items[1].value, "${x}");
}

static void entries_behind_one_without_text_are_left_out(void **state)
{
	struct fixture *fixture = *state;
	const char *text = import_xml(fixture,
		"<Sysmon schemaversion=\"4.91\"><HashAlgorithms>*</HashAlgorithms>\n"
		"<CheckRevocation/>\n<DnsLookup>False</DnsLookup>\n</Sysmon>");
	assert_string_equal(text,
		HEADER("4.91") "# Left out: CheckRevocation; it has no text and sets nothing.\n"
			       "\n"
			       "# Left out: DnsLookup False; Sysmon stops reading entries before "
			       "it.\n"
			       "\n"
			       "settings:\n"
			       "  sysmon:\n"
			       "    hash_algorithms: '*'\n");
	assert_int_equal(fixture->diags.all.len, 2);
	assert_int_equal(fixture->diags.all.items[1].code, PK_IMPORT_ENTRY_LEFT_OUT);
	assert_place(fixture->diags.all.items[1].span, 3, 1);
	read_back(fixture);
}

static void comments_cannot_hide_or_end_themselves(void **state)
{
	struct fixture *fixture = *state;
	const char *text = import_xml(fixture,
		"<!--\n\n  a\xe2\x80\xaey\xc2\x85\xe2\x80\xa8: b\t\n\nc \n-->"
		"<Sysmon schemaversion=\"4.91\"/>");
	assert_string_equal(text, "# ay: b\n#\n# c\n" HEADER("4.91"));
	read_back(fixture);
}

static void a_configuration_beyond_the_limits_is_refused(void **state)
{
	struct fixture *fixture = *state;
	PK_BUF_AUTO xml = {0};
	pk_buf_puts(&xml,
		"<Sysmon schemaversion=\"4.91\"><EventFiltering>"
		"<ProcessCreate onmatch=\"include\">");
	for (size_t i = 0; i < 130000; i++)
		pk_buf_puts(&xml, "<Image/>");
	pk_buf_puts(&xml, "</ProcessCreate></EventFiltering></Sysmon>");

	assert_false(pk_import_sysmon(
		&fixture->imported, judge(fixture, xml.data), &options, &fixture->diags));
	assert_one_finding(&fixture->diags, PK_IMPORT_TOO_LARGE, 1, 1);
}

static void ids_are_made_of_file_names(void **state)
{
	struct fixture *fixture = *state;
	struct pk_arena *arena = fixture->arena;
	assert_string_equal(
		pk_import_make_id(arena, "a/b.d/Sysmon Config (v2).XML"), "sysmon-config-v2");
	assert_string_equal(pk_import_make_id(arena, "z-AlphaVersion.1.xml"), "z-alphaversion.1");
	assert_string_equal(pk_import_make_id(arena, "__x__"), "x__");
	assert_string_equal(pk_import_make_id(arena, ".xml"), "xml");
	assert_string_equal(pk_import_make_id(arena, "-"), "imported");
	assert_string_equal(pk_import_make_id(arena, "\xc3\xa9.xml"), "imported");
	assert_true(pk_import_is_id("a.b-c_1"));
	assert_false(pk_import_is_id(""));
	assert_false(pk_import_is_id("-a"));
	assert_false(pk_import_is_id("A"));
}

/* --- Monster --- */

static struct pk_monster_config *read_monster(struct fixture *fixture, const char *json)
{
	enum pk_monster_schema schema;
	struct pk_node *root =
		pk_json_read(source_from_text(fixture->arena, json), &fixture->diags);
	assert_non_null(root);
	assert_true(pk_monster_detect(&schema, root, &fixture->diags));
	struct pk_monster_config *config =
		pk_monster_read(fixture->arena, root, schema, &fixture->diags);
	assert_non_null(config);
	return config;
}

/* `json` has every key of its schema, for what is missing gets the published sample's value. */
static void assert_same_monster(struct fixture *fixture, const char *json)
{
	const struct pk_monster_config *config = read_monster(fixture, json);
	assert_true(pk_import_monster(&fixture->imported, config, &options, &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 0);
	const struct pk_monster_config *compiled =
		pk_compile_monster(read_back(fixture), config->schema, &fixture->diags);
	assert_int_equal(fixture->diags.errors, 0);
	assert_true(pk_monster_equal(config, compiled));
}

static void lists_of_monster_0_9_become_rules_and_come_back(void **state)
{
	struct fixture *fixture = *state;
	assert_same_monster(fixture,
		"{\"core\": {\"use_monster_k\": 1, \"track.evtblock.util\": 120},"
		"\"trace_policy\": {"
		"\"process_image_name\": {\"include\": [\"a\"], \"exclude\": [\"${x}\", "
		"\"\\\\b.exe\"]},"
		"\"file_path\": {\"include\": [\"\\\\Users\\\\\"], \"exclude\": [\"A.x\", "
		"\"a.x\"]},"
		"\"file_ext\": {\"include\": [\"exe\", \"ps1\"], \"exclude\": []},"
		"\"registry_key\": {\"include\": [\"Run\"], \"exclude\": [\"\"]},"
		"\"net_target_ip\": {\"include\": [], \"exclude\": [\"::1\"]},"
		"\"net_target_port\": {\"include\": [443], \"exclude\": [\"http\"]},"
		"\"new\": {\"a\": [null, true, 1.50, \"${y}\"]}},"
		"\"export\": {\"tsv\": {\"enabled\": 0}, \"kafka\": {\"enabled\": 0, \"servers\": "
		"\"h:1\","
		"\"topic\": \"t\", \"acks\": \"0\", \"codec\": \"lz4\", \"partition\": -1, "
		"\"retries\": 3,"
		"\"max_msg_queue\": 5}, \"syslog\": {\"enabled\": 1, \"server\": \"s\", \"port\": "
		"1514}},"
		"\"later\": {\"x\": {}}}");
	assert_int_equal(fixture->imported.rule_count, 7);
	assert_non_null(strstr(fixture->imported.ruleset.data, "  - id: file-ext-include\n"));
	assert_non_null(strstr(fixture->imported.project.data, "    target: monster\n"));
}

static void lists_of_monster_1_0_become_rules_and_come_back(void **state)
{
	struct fixture *fixture = *state;
	assert_same_monster(fixture,
		"{\"trace_policy\": {"
		"\"process_image_name\": {\"exclude\": {\"end_width\": [\"a.exe\"]}},"
		"\"file_path\": {\"include\": {\"contains\": [\"x\"], \"end_width\": [\".ps1\"]},"
		"\"exclude\": {\"contains\": [], \"end_width\": []}},"
		"\"registry_key\": {\"include\": {\"contains\": [\"y\"], \"end_width\": []},"
		"\"exclude\": {\"contains\": [], \"end_width\": [\"z\"]}},"
		"\"net_tcp_target\": {\"exclude\": {\"match\": []}},"
		"\"net_udp_target\": {\"exclude\": {\"match\": [\"ssdp\"]}}},"
		"\"export\": {\"tsv\": {\"enabled\": 1}, \"kafka\": {\"enabled\": 0, \"servers\": "
		"\"h\","
		"\"topic\": \"t\", \"acks\": \"0\", \"codec\": \"lz4\", \"partition\": -1, "
		"\"retries\": 3,"
		"\"max_msg_queue\": 5, \"batch.num.messages\": 100, \"queue.buffering.max.ms\": "
		"100},"
		"\"syslog\": {\"enabled\": 1, \"server\": \"s\", \"port\": 1514}}}");
	assert_int_equal(fixture->imported.rule_count, 5);
	assert_non_null(strstr(fixture->imported.project.data, "    target: monster-1.0\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elements_filters_names_and_comments_become_groups),
		TEST(the_project_names_the_ruleset_and_the_schema_of_the_file),
		TEST(what_was_imported_compiles_to_the_same_binary_rules),
		TEST(awkward_values_survive),
		TEST(ids_of_techniques_must_be_whole_and_current),
		TEST(elements_without_direction_are_left_out),
		TEST(an_element_that_is_taken_back_stays_for_its_traces),
		TEST(its_traces_are_in_the_binary_rules),
		TEST(entries_become_keys_or_stay_as_they_are),
		TEST(entries_behind_one_without_text_are_left_out),
		TEST(comments_cannot_hide_or_end_themselves),
		TEST(a_configuration_beyond_the_limits_is_refused),
		TEST(ids_are_made_of_file_names),
		TEST(lists_of_monster_0_9_become_rules_and_come_back),
		TEST(lists_of_monster_1_0_become_rules_and_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
