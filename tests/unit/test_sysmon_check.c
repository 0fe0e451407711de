/* Findings of pk_sysmon_check: code, severity, place and mend, and what must not be found. */
#include "tests/unit/test.h"

#include "generators/sysmon/judge.h"

#define HASHES "<HashAlgorithms>SHA256,IMPHASH</HashAlgorithms>"
#define HEAD "<Sysmon schemaversion=\"4.90\">" HASHES "<EventFiltering>"
#define TAIL "</EventFiltering></Sysmon>"
#define OR "<RuleGroup groupRelation=\"or\">"
#define AND "<RuleGroup groupRelation=\"and\">"
#define END "</RuleGroup>"
#define STARTS OR "<ProcessCreate onmatch=\"exclude\"/>" END
#define ENDS OR "<ProcessTerminate onmatch=\"exclude\"/>" END
/* Line 2 is inside a ProcessCreate include of the relation. */
#define PROCESS_IN(relation, text)                                                                 \
	HEAD ENDS relation "<ProcessCreate onmatch=\"include\">\n" text                            \
			   "\n</ProcessCreate>" END TAIL
#define PROCESS(text) PROCESS_IN(OR, text)
/* Line 2 is inside EventFiltering, with the events that are logged by default told of. */
#define EVENTS(text) HEAD STARTS ENDS "\n" text "\n" TAIL
#define IN(tag, text) EVENTS(OR "<" tag " onmatch=\"include\">" text "</" tag ">" END)
/* Line 2 is among the configuration entries. */
#define ENTRIES(text) "<Sysmon schemaversion=\"4.90\">\n" text "<EventFiltering>" STARTS ENDS TAIL

/* One configuration and the only finding in it. */
struct row {
	const char *text;
	enum pk_code code;
	enum pk_severity severity;
	uint32_t column; /* in line 2 */
	const char *fix; /* text of the mend; NULL: there is none */
};

static const struct row rows[] = {
	/* Technique ids in RuleNames. */
	{PROCESS("<Image name=\"technique_id=T1562.001\">\\a.exe</Image>"), PK_REVOKED_TECHNIQUE,
		PK_WARNING, 1, NULL},
	{PROCESS("<Image name=\"T1153\">\\a.exe</Image>"), PK_DEPRECATED_TECHNIQUE, PK_WARNING, 1,
		NULL},
	{PROCESS("<Image name=\"Attack=T9999\">\\a.exe</Image>"), PK_UNKNOWN_TECHNIQUE, PK_WARNING,
		1, NULL},
	{PROCESS("<Image name=\"technique_id=T1105,technique_name=Remote File "
		 "Copy\">\\a.exe</Image>"),
		PK_STALE_TECHNIQUE_NAME, PK_NOTE, 1, NULL},
	/* The text of a filter. */
	{PROCESS("<CommandLine condition=\"contains\">a;b</CommandLine>"), PK_SEMICOLON, PK_WARNING,
		35, "contains any"},
	{PROCESS("<CommandLine>a;b</CommandLine>"), PK_SEMICOLON, PK_WARNING, 14,
		" condition=\"is any\""},
	{PROCESS("<Image condition=\"excludes\">\\a.exe;\\b.exe</Image>"), PK_SEMICOLON, PK_WARNING,
		29, "excludes any"},
	{PROCESS("<CommandLine condition=\"contains\">;iex </CommandLine>"), PK_SEMICOLON, PK_NOTE,
		35, NULL},
	{PROCESS("<Image condition=\"end with\">a;b</Image>"), PK_SEMICOLON, PK_WARNING, 29, NULL},
	{PROCESS("<CommandLine condition=\"contains any\">a;b;</CommandLine>"),
		PK_EMPTY_TOKEN_ALWAYS, PK_WARNING, 39, "a;b"},
	{PROCESS("<CommandLine condition=\"contains all\">a;b;</CommandLine>"), PK_EMPTY_TOKEN,
		PK_NOTE, 39, "a;b"},
	{PROCESS("<CommandLine condition=\"is any\">a;b;</CommandLine>"), PK_EMPTY_TOKEN, PK_NOTE,
		33, "a;b"},
	{PROCESS("<CommandLine condition=\"contains any\">a;;b</CommandLine>"), PK_DOUBLE_SEPARATOR,
		PK_WARNING, 39, "a;b"},
	{PROCESS("<CommandLine condition=\"contains any\">;b</CommandLine>"), PK_DOUBLE_SEPARATOR,
		PK_WARNING, 39, "b"},
	{PROCESS("<ParentImage condition=\"contains any\">\\a\\; \\b&amp;\\</ParentImage>"),
		PK_TOKEN_BLANKS, PK_WARNING, 39, "\\a\\;\\b&amp;\\"},
	{PROCESS("<Image condition=\"contains any\">\\a\\;\\b\\ </Image>"), PK_TOKEN_BLANKS,
		PK_WARNING, 37, "\\a\\;\\b\\"},
	{PROCESS("<CommandLine condition=\"contains any\">a; b; c</CommandLine>"), PK_TOKEN_BLANKS,
		PK_WARNING, 41, NULL},
	{PROCESS("<Image condition=\"end with\">\\a.exe </Image>"), PK_VALUE_BLANKS, PK_WARNING, 29,
		"\\a.exe"},
	{PROCESS("<Company condition=\"contains\"> Corp</Company>"), PK_VALUE_BLANKS, PK_NOTE, 31,
		NULL},
	{PROCESS("<Image condition=\"contains\">  </Image>"), PK_BLANK_VALUE, PK_WARNING, 29, NULL},
	{PROCESS("<Image condition=\"contains\"/>"), PK_EMPTY_FILTER_VALUE, PK_WARNING, 1, NULL},
	{PROCESS("<Image condition=\"end with\">\n\\a.exe\t</Image>"), PK_VALUE_LINES, PK_WARNING,
		29, "\\a.exe"},
	{PROCESS("<CommandLine condition=\"contains\">a\tb</CommandLine>"), PK_VALUE_LINES,
		PK_WARNING, 35, NULL},
	{PROCESS("<CommandLine condition=\"excludes all\">a;b</CommandLine>"),
		PK_EXCLUDES_DOCUMENTATION, PK_NOTE, 25, NULL},
	{PROCESS("<TerminalSessionId condition=\"less than\">1</TerminalSessionId>"), PK_TEXT_ORDER,
		PK_WARNING, 31, NULL},
	{PROCESS("<Image condition=\"begin with\">%TEMP%\\</Image>"), PK_ENVIRONMENT, PK_NOTE, 31,
		NULL},
	/* What a field cannot hold. */
	{IN("RegistryEvent", "<TargetObject condition=\"begin with\">HKEY_USERS\\S</TargetObject>"),
		PK_REGISTRY_ROOT, PK_WARNING, 101, "HKU\\S"},
	{IN("RegistryEvent", "<TargetObject condition=\"contains any\">a;HKCU\\b</TargetObject>"),
		PK_REGISTRY_ROOT, PK_WARNING, 105, NULL},
	{IN("WmiEvent", "<Name>x</Name>"), PK_OTHER_EVENT_ID, PK_NOTE, 59, NULL},
	{IN("NetworkConnect", "<Initiated>yes</Initiated>"), PK_IMPOSSIBLE_WORD, PK_WARNING, 76,
		NULL},
	{IN("NetworkConnect", "<Protocol condition=\"is any\">tcp;icmp</Protocol>"),
		PK_IMPOSSIBLE_WORD, PK_WARNING, 98, NULL},
	{IN("NetworkConnect", "<DestinationPort>https</DestinationPort>"), PK_NUMBER_FORM,
		PK_WARNING, 82, NULL},
	{IN("ProcessAccess", "<GrantedAccess>1410</GrantedAccess>"), PK_NUMBER_FORM, PK_WARNING, 79,
		NULL},
	{PROCESS("<Hashes condition=\"contains\">MD5=00</Hashes>"), PK_HASH_NOT_SELECTED,
		PK_WARNING, 30, NULL},
	{PROCESS("<Hashes>0123456789abcdef0123456789abcdef</Hashes>"), PK_BARE_HASH, PK_WARNING, 9,
		" condition=\"contains\""},
	{PROCESS("<Hashes condition=\"is\">SHA256=00</Hashes>"), PK_HASH_PART, PK_WARNING, 24,
		"contains"},
	{PROCESS("<Image condition=\"image\">a/b.exe</Image>"), PK_IMAGE_SLASH, PK_WARNING, 26,
		NULL},
	{PROCESS("<Image condition=\"is\">cmd.exe</Image>"), PK_BARE_FILE_NAME, PK_WARNING, 23,
		"image"},
	{PROCESS("<Image condition=\"is not\">cmd.exe</Image>"), PK_BARE_FILE_NAME, PK_WARNING, 27,
		NULL},
	{PROCESS("<Image condition=\"contains\">\\Users\\*\\a</Image>"), PK_WILDCARD, PK_WARNING,
		29, NULL},
	/* Elements and Rules. */
	{PROCESS_IN(AND,
		 "<User>u</User><Image condition=\"excludes\">a</Image>"
		 "<Image condition=\"excludes\">b</Image>"),
		PK_NEGATIVE_ALTERNATIVES, PK_WARNING, 15, NULL},
	{PROCESS_IN(AND,
		 "<User>u</User><Image condition=\"begin with\">C:\\</Image>"
		 "<Image condition=\"end with\">b</Image>"),
		PK_FIELD_ALTERNATIVES, PK_NOTE, 56, NULL},
	{PROCESS("<Rule groupRelation=\"and\"><User>u</User><User>v</User></Rule>"),
		PK_RULE_CONTRADICTION, PK_WARNING, 47, NULL},
	{PROCESS("<User>u</User><User>U</User>"), PK_DUPLICATE_FILTER, PK_NOTE, 15, NULL},
	{PROCESS("<Rule groupRelation=\"all\"><User>u</User></Rule>"), PK_RULE_RELATION, PK_WARNING,
		22, NULL},
	{PROCESS("<Rule><User>u</User><Company>c</Company></Rule>"), PK_RULE_RELATION_MISSING,
		PK_WARNING, 1, NULL},
	{PROCESS("<Rule groupRelation=\"and\"> </Rule>"), PK_RULE_WITHOUT_FILTERS, PK_WARNING, 1,
		NULL},
	{PROCESS("<User name=\" n\">u</User>"), PK_NAME_BLANKS, PK_NOTE, 13, NULL},
	{EVENTS("<FileCreate onmatch=\"include\"><Image>\\a</Image><User>u</User></FileCreate>"),
		PK_RELATION_DEFAULT, PK_WARNING, 1, NULL},
	{PROCESS("<Rule groupRelation=\"and\" name=\"n\"><User>u</User><Company>c</Company></Rule>"
		 "<Product>p</Product>"),
		PK_LABEL_LEAK, PK_WARNING, 77, NULL},
	/* All elements of a tag. */
	{EVENTS(OR "<FileCreate onmatch=\"exclude\"/><FileCreate onmatch=\"exclude\"/>" END),
		PK_ONLY_EXCLUDES, PK_WARNING, 62, NULL},
	{EVENTS(OR "<DnsQuery onmatch=\"include\"><QueryName>q</QueryName></DnsQuery>"
		   "<DnsQuery onmatch=\"include\"/>" END),
		PK_COLLECTION_OFF, PK_WARNING, 94, NULL},
	{EVENTS(OR "<FileCreate onmatch=\"include\"><User>u</User></FileCreate>"
		   "<FileCreate onmatch=\"exclude\"/>" END),
		PK_EMPTY_EXCLUDE, PK_NOTE, 88, NULL},
	{EVENTS(OR "<FileCreate onmatch=\"include\"/>" END), PK_NOTHING_LOGGED, PK_NOTE, 31, NULL},
	{EVENTS(OR "<FileCreate onmatch=\"exclude\"><User>u</User></FileCreate>"
		   "<FileCreate onmatch=\"include\"><User>U</User></FileCreate>" END),
		PK_INCLUDE_EXCLUDE, PK_WARNING, 118, NULL},
	/* Configuration entries. */
	{ENTRIES("<CheckRevocation/>" HASHES), PK_ENTRY_WITHOUT_TEXT, PK_WARNING, 1, NULL},
	{ENTRIES(HASHES HASHES), PK_ENTRY_TWICE, PK_WARNING, 48, NULL},
	{ENTRIES("<DnsLookup>no</DnsLookup>" HASHES), PK_ENTRY_NOT_BOOLEAN, PK_WARNING, 12, NULL},
	{ENTRIES("<DriverName>SysmonDrv</DriverName>" HASHES), PK_DRIVER_NAME, PK_WARNING, 13,
		NULL},
	{ENTRIES("<HashAlgorithms>,MD5</HashAlgorithms>"), PK_NO_HASH_SELECTED, PK_WARNING, 17,
		NULL},
	{ENTRIES("<FieldSizes>User</FieldSizes>" HASHES), PK_FIELD_SIZE_IGNORED, PK_WARNING, 13,
		NULL},
	{ENTRIES("<ProcessAccessConfig>a:x</ProcessAccessConfig>" HASHES), PK_ACCESS_MASK,
		PK_WARNING, 22, NULL},
};

static const char *const clean[] = {
	PROCESS("<CommandLine condition=\"contains any\"> -enc ; /enc </CommandLine>"),
	PROCESS("<CommandLine condition=\"contains\"> -enc </CommandLine>"),
	PROCESS("<Image condition=\"begin with\">\\\\?\\C:\\</Image>"),
	PROCESS("<Image condition=\"begin with\">\\??\\C:\\</Image>"),
	PROCESS("<Image condition=\"is\">System</Image>"),
	PROCESS("<CommandLine condition=\"contains\">del *.*</CommandLine>"),
	PROCESS("<CommandLine condition=\"contains\">100% of 5%</CommandLine>"),
	PROCESS("<Hashes condition=\"contains\">SHA256=00</Hashes>"),
	PROCESS("<IntegrityLevel condition=\"is any\">high;system</IntegrityLevel>"),
	PROCESS("<Rule groupRelation=\"and\"><Image condition=\"excludes\">a</Image>"
		"<Image condition=\"excludes\">b</Image></Rule>"),
	PROCESS("<Rule groupRelation=\"AND\" name=\"n\"><User>u</User><Image>\\a</Image></Rule>"
		"<Product name=\"m\">p</Product>"),
	PROCESS_IN(AND, "<User>u</User><User>v</User>"),
	IN("RegistryEvent", "<TargetObject condition=\"contains\">HKCR\\*\\shell</TargetObject>"),
	IN("RegistryEvent", "<TargetObject condition=\"contains\">HKCUx</TargetObject>"),
	IN("WmiEvent", "<Query condition=\"contains\">x</Query>"),
	EVENTS(OR "<DnsQuery onmatch=\"include\"/><DnsQuery onmatch=\"exclude\">"
		  "<QueryName>q</QueryName></DnsQuery>" END),
	ENTRIES(HASHES "<CaptureClipboard/>"),
	/* A part that is merged with others is not asked for what it lacks. */
	"<Sysmon schemaversion=\"4.90\"><EventFiltering>" OR
	"<FileCreate onmatch=\"exclude\"/>" END TAIL,
};

static struct pk_sysmon *judge(
	struct pk_arena *arena, const char *text, enum pk_platform platform, struct pk_diags *diags)
{
	struct pk_sysmon_options options = {.platform = platform};
	return pk_sysmon_judge(source_from_text(arena, text), &options, true, diags);
}

static size_t count_code(const struct pk_diags *diags, enum pk_code code)
{
	size_t count = 0;
	for (size_t i = 0; i < diags->all.len; i++)
		count += diags->all.items[i].code == code;
	return count;
}

static void check_row(const struct row *row)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};

	assert_false(judge(arena, row->text, PK_WINDOWS, &diags)->rejected);
	for (size_t i = 0; i < diags.all.len; i++) {
		if (diags.all.items[i].code != row->code || diags.all.len != 1)
			print_message("%s\n  %s\n", row->text, diags.all.items[i].message);
	}
	assert_one_finding(&diags, row->code, 2, row->column);
	const struct pk_diag *diag = &diags.all.items[0];
	assert_int_equal(diag->severity, row->severity);
	assert_int_equal(diag->fixes.len, row->fix == NULL ? 0 : 1);
	if (row->fix != NULL)
		assert_string_equal(diag->fixes.items[0].text, row->fix);
}

static void each_defect_is_found_alone_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void sound_configurations_have_no_warning(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags diags = {.arena = arena};
		assert_false(judge(arena, clean[i], PK_WINDOWS, &diags)->rejected);
		for (size_t d = 0; d < diags.all.len; d++) {
			if (diags.all.items[d].severity > PK_NOTE)
				print_message("%s\n  %s\n", clean[i], diags.all.items[d].message);
		}
		assert_int_equal(diags.warnings + diags.errors, 0);
	}
}

static void an_element_that_sysmon_leaves_out_is_passed_over(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	judge(arena,
		EVENTS(OR "<FileCreate><TargetFilename condition=\"contains\">a;b</TargetFilename>"
			  "</FileCreate>" END),
		PK_WINDOWS, &diags);
	assert_one_finding(&diags, PK_ONMATCH_MISSING, 2, 31);
}

static void a_mend_of_the_condition_replaces_its_word_only(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	judge(arena, PROCESS("<CommandLine condition=\"contains\">a;b</CommandLine>"), PK_WINDOWS,
		&diags);
	assert_span_text(diags.all.items[0].fixes.items[0].span, "contains");
}

static void repeated_notes_are_given_once(void **state)
{
	(void)state;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_diags diags = {.arena = arena};
	judge(arena,
		PROCESS("<User condition=\"excludes any\">a;b</User>"
			"<User condition=\"excludes any\">c;d</User>"),
		PK_WINDOWS, &diags);
	assert_int_equal(count_code(&diags, PK_EXCLUDES_DOCUMENTATION), 1);
}

static void linux_has_findings_of_its_own(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum pk_code code;
	} linux_rows[] = {
		{ENTRIES(HASHES "<CheckRevocation>True</CheckRevocation>"), PK_LINUX_ENTRY},
		{ENTRIES(HASHES "<FieldSizes>User:9</FieldSizes>"), PK_LINUX_FIELD_SIZES},
		{IN("RegistryEvent", "<TargetObject>a</TargetObject>"), PK_LINUX_EVENT},
		{PROCESS("<User>a<!-- b -->c</User>"), PK_LINUX_SPLIT_VALUE},
		{PROCESS("<Image condition=\"image\">bash</Image>"), PK_LINUX_IMAGE_NAME},
	};
	for (size_t i = 0; i < sizeof(linux_rows) / sizeof(linux_rows[0]); i++) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags on_linux = {.arena = arena};
		struct pk_diags on_windows = {.arena = arena};
		judge(arena, linux_rows[i].text, PK_LINUX, &on_linux);
		judge(arena, linux_rows[i].text, PK_WINDOWS, &on_windows);
		assert_int_equal(count_code(&on_linux, linux_rows[i].code), 1);
		assert_int_equal(count_code(&on_windows, linux_rows[i].code), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_defect_is_found_alone_at_its_place),
		cmocka_unit_test(sound_configurations_have_no_warning),
		cmocka_unit_test(an_element_that_sysmon_leaves_out_is_passed_over),
		cmocka_unit_test(a_mend_of_the_condition_replaces_its_word_only),
		cmocka_unit_test(repeated_notes_are_given_once),
		cmocka_unit_test(linux_has_findings_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
