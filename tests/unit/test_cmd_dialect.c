#include "tests/unit/cmd_fixture.h"

/* `sc query` of a German Windows: keys and words are translated, their order is not. */
#define SC_RUNNING                                                                                 \
	"\r\nSERVICE_NAME: Sysmon64 \r\n        TYP                : 10  WIN32_OWN_PROCESS  \r\n"  \
	"        STATUS             : 4  RUNNING \r\n"                                             \
	"                                (STOPPABLE, NOT_PAUSABLE)\r\n"                            \
	"        WIN32_EXIT_CODE    : 0  (0x0)\r\n"

#define HEAD                                                                                       \
	"Welcome!\r\n" N " ver\r\n\r\nMicrosoft Windows [Version 10.0.20348.2700]\r\n" N           \
	" arch AMD64 %PROCESSOR_ARCHITEW6432%\r\n" N " root C:\\Windows\r\n" N                     \
	" groups\r\nBUILTIN\\Administratoren Alias S-1-5-32-544\r\n"                               \
	"Mandatory Label Label S-1-16-12288\r\n" STATUS(0) N                                       \
		" bias\r\n    ActiveTimeBias    REG_DWORD    0xffffffc4\r\n" STATUS(0)

#define KEY                                                                                        \
	N " key Sysmon64\r\n\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Sysmon64" \
	  "\r\n    Type    REG_DWORD    0x10\r\n    ImagePath    REG_EXPAND_SZ    "                \
	  "%SystemRoot%\\Sysmon64.exe\r\n\r\n" STATUS(0)

#define DRIVERS(name)                                                                              \
	N " drivers\r\n\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\" name         \
	  "\\Parameters\r\n    ConfigHash    REG_SZ    SHA256=AA\r\n\r\n"                          \
	  "Ende der Suche: 1 \xc3\x9c"                                                             \
	  "bereinstimmung(en) gefunden.\r\n" STATUS(0)

#define NO_SERVICE(name) N " service " name "\r\n" STATUS(1060) N " key " name "\r\n" STATUS(1)

static bool hear(struct fixture *f, const char *text)
{
	struct pk_host_answer answer = answer_of(text);
	f->failure = (struct pk_failure){0};
	return pk_dialect_cmd.hear_facts(&f->facts, f->arena, &f->wish, &answer, &f->failure);
}

static void a_windows_host_says_what_it_is_in_any_language(void **state)
{
	struct fixture *f = *state;
	assert_true(hear(f,
		HEAD N " service Sysmon64\r\n" SC_RUNNING STATUS(0) KEY NO_SERVICE("Sysmon")
			DRIVERS("QuietDrv") N " end\r\n"));
	assert_int_equal(f->facts.platform, PK_HOST_WINDOWS);
	assert_string_equal(f->facts.system, "10.0.20348.2700");
	assert_string_equal(f->facts.arch, "x64");
	assert_int_equal(f->facts.elevated, PK_FACT_YES);
	assert_int_equal(f->facts.present, PK_FACT_YES);
	assert_int_equal(f->facts.running, PK_FACT_YES);
	assert_string_equal(f->facts.service, "Sysmon64");
	assert_string_equal(f->facts.driver, "QuietDrv");
	assert_string_equal(f->facts.image, "C:\\Windows\\Sysmon64.exe");
	assert_false(f->facts.record.present);
}

static void a_service_that_does_not_exist_is_absent(void **state)
{
	struct fixture *f = *state;
	assert_true(hear(f, HEAD NO_SERVICE("Sysmon64") NO_SERVICE("Sysmon") N " end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_NO);
}

static void a_tool_that_says_nothing_leaves_the_service_unknown(void **state)
{
	struct fixture *f = *state;
	assert_true(hear(f,
		HEAD N " service Sysmon64\r\n" STATUS(0) N " key Sysmon64\r\n" STATUS(0) N
		" end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_UNKNOWN);
	assert_non_null(f->facts.trouble);
	/* Access denied is not absent, either. */
	assert_true(hear(f,
		HEAD N " service Sysmon64\r\n" STATUS(5) N " key Sysmon64\r\n" STATUS(1) N
		" end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_UNKNOWN);
	/* Without proof that reg can read, its 1 means nothing. */
	assert_true(hear(f,
		N " service Sysmon64\r\n" STATUS(1) N " key Sysmon64\r\n" STATUS(1) N " end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_UNKNOWN);
}

static void a_driver_without_its_service_is_not_taken_for_absent(void **state)
{
	struct fixture *f = *state;
	assert_true(hear(f,
		HEAD NO_SERVICE("Sysmon64") DRIVERS("QuietDrv") N
		" publisher\r\n    MessageFileName    REG_EXPAND_SZ    "
		"%SystemRoot%\\Quiet.exe\r\n" STATUS(0) N " end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_UNKNOWN);
	assert_string_equal(f->facts.service, "Quiet");
	assert_true(pk_dialect_cmd.ask_more(&f->ask, f->arena, &f->wish, &f->facts));
	assert_non_null(strstr(f->ask.command, "sc query Quiet&"));
	assert_true(hear_more(f, N " service Quiet\r\n" SC_RUNNING STATUS(0) N " end\r\n"));
	assert_int_equal(f->facts.present, PK_FACT_YES);
	assert_int_equal(f->facts.running, PK_FACT_YES);
	assert_null(f->facts.trouble);
}

static void an_answer_that_is_cut_off_is_none(void **state)
{
	struct fixture *f = *state;
	assert_false(hear(f, HEAD NO_SERVICE("Sysmon64")));
	assert_int_not_equal(f->failure.class, PK_FAILURE_NONE);
	assert_false(hear(f, ""));
	assert_false(hear(f, "0000 ver\r\n0000 end\r\n"));
}

static void names_that_could_be_commands_are_not_taken_from_a_host(void **state)
{
	struct fixture *f = *state;
	assert_true(hear(f,
		HEAD N " service Sysmon64\r\n" SC_RUNNING STATUS(0) KEY DRIVERS("a&calc") N
		" end\r\n"));
	assert_string_equal(f->facts.driver, "SysmonDrv");
	f->facts.image = "C:\\x\"&calc&\".exe";
	assert_true(pk_dialect_cmd.ask_more(&f->ask, f->arena, &f->wish, &f->facts));
	assert_null(strstr(f->ask.command, "calc"));
}

static void the_drivers_key_tells_configuration_and_live_rules(void **state)
{
	struct fixture *f = *state;
	char digest[PK_DIGEST_TEXT];
	pk_digest_print(digest, "\x00\x11\xfe", 3);
	assert_true(hear_more(f,
		N " params\r\n\r\n    ConfigHash    REG_SZ    SHA256="
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AA\r\n    ConfigFile    REG_SZ    C:\\a b\\c.xml\r\n"
		  "    Rules    REG_BINARY    0011FE\r\n" STATUS(0) N
		" banner\r\n\r\nSystem Monitor v15.15 - System activity "
		"monitor\r\n" STATUS(0) N " end\r\n"));
	assert_string_equal(f->facts.rules, digest);
	assert_string_equal(f->facts.version, "15.15");
	assert_string_equal(f->facts.config_file, "C:\\a b\\c.xml");
	assert_string_equal(f->facts.config,
		"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaa");
	assert_null(f->facts.trouble);
	f->facts.config_hash = NULL;
	assert_true(hear_more(f, N " params\r\n" STATUS(0) N " end\r\n"));
	assert_non_null(f->facts.trouble);
}

static void a_log_tells_its_settings(void **state)
{
	struct fixture *f = *state;
	assert_true(hear_more(f,
		N " log " CHANNEL "\r\nname: " CHANNEL "\r\nenabled: true\r\n"
		  "type: Operational\r\nchannelAccess: O:BAG:SYD:(A;;0x1;;;BA)\r\n"
		  "logging:\r\n  logFileName: %SystemRoot%\\a.evtx\r\n"
		  "  retention: true\r\n  autoBackup: false\r\n  maxSize: "
		  "67108864\r\n" STATUS(0) N " log Mute\r\n" STATUS(0) N
		" log Gone\r\n" STATUS(15007) N " end\r\n"));
	assert_int_equal(f->facts.logs.len, 2);
	const struct pk_log_facts *log = &f->facts.logs.items[0];
	assert_int_equal(log->bytes, 67108864);
	assert_int_equal(log->enabled, PK_FACT_YES);
	assert_int_equal(log->retention, PK_RETENTION_KEEP);
	assert_string_equal(log->access, "O:BAG:SYD:(A;;0x1;;;BA)");
	assert_int_equal(log[1].bytes, 0);
	assert_int_equal(log[1].retention, PK_RETENTION_UNSET);
}

#define EVENT(id, record, time, data)                                                              \
	"<Event xmlns='x'><System><EventID>" #id "</EventID><TimeCreated SystemTime='" time        \
	"'/><EventRecordID>" #record "</EventRecordID></System><EventData>" data                   \
	"</EventData></Event>"

static void health_is_read_by_the_hosts_own_clock(void **state)
{
	struct fixture *f = *state;
	f->wish.want_health = true;
	assert_true(hear_more(f,
		N " newest\r\n" EVENT(1, 77, "2026-11-22T08:05:00.5000000Z", "") "\r\n" STATUS(0) N
		" events\r\n" EVENT(
			255, 76, "2026-11-22T08:04:00.0Z", "<Data Name='Description'>new</Data>")
			EVENT(16, 75, "2026-11-22T08:03:00.0Z", "") EVENT(255, 74,
				"2026-11-22T08:02:00.0Z", "") EVENT(4, 73, "2026-11-22T08:01:00.0Z",
				"<Data Name='Version'>15.14</Data>") "\r\n" STATUS(0) N
		" bias\r\n    ActiveTimeBias    REG_DWORD    0xffffffc4\r\n" STATUS(0) N
		" pattern\r\n    sShortDate    REG_SZ    dd.MM.yyyy\r\n" STATUS(0) N
		" date 22.11.2026\r\n" N " time  9:06:00,50\r\n" N " end\r\n"));
	assert_int_equal(f->facts.events, 77);
	assert_int_equal(f->facts.event_age_ms, 59500);
	assert_int_equal(f->facts.errors, 1);
	assert_string_equal(f->facts.error, "new");
	assert_string_equal(f->facts.version, "15.14");
}

static void clocks_of_all_forms_are_read_or_refused(void **state)
{
	(void)state;
	static const struct {
		const char *date, *pattern, *time;
		int64_t bias, want;
	} rows[] = {
		{"11/22/2026", "M/d/yyyy", " 8:06:20.12", 0, 1795334780000},
		{"Sun 11/22/2026", "M/d/yyyy", "8:06 AM", 0, 1795334760000},
		{"11/22/2026", "M/d/yyyy", "8:06 PM", 0, 1795377960000},
		{"2026-11-22", "yyyy-MM-dd", "08:06:20,12", -60, 1795331180000},
		{"22.11.26", "dd.MM.yy", "08:06:20", 480, 1795363580000},
		{"22-Nov-26", "dd-MMM-yy", "08:06:20", 0, -1},
		{"22.11.2569", "dd.MM.yyyy", "08:06:20", 0, -1},
		{"", "M/d/yyyy", "", 0, -1},
		{"%date%", "M/d/yyyy", "%time%", 0, -1},
		{"99999999/1/1", "M/d/yyyy", "1:1", 0, -1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			pk_cmd_clock(rows[i].date, rows[i].pattern, rows[i].time, rows[i].bias),
			rows[i].want);
	assert_int_equal(pk_cmd_clock(NULL, NULL, NULL, 0), -1);
}

static void what_cmd_would_take_apart_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a%b", "a!b", "a^b", "a&b", "a|b", "a<b", "a>b",
		"a\"b", "a\nb", "C:\\dir\\", "a*", "\xff"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(pk_cmd_text_safe(bad[i]));
		assert_false(pk_cmd_name_safe(bad[i]));
	}
	assert_true(pk_cmd_text_safe("C:\\Program Files (x86)\\\xc3\xa4 b"));
	assert_true(pk_cmd_name_safe("Sysmon64"));
	assert_false(pk_cmd_name_safe("-u"));
	assert_false(pk_cmd_name_safe("a b"));
	assert_false(pk_cmd_name_safe(NULL));
}

static void certutil_is_read_with_and_without_blanks(void **state)
{
	(void)state;
	static const char plain[] =
		"SHA256-Hash von C:\\x:\r\n"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n"
		"CertUtil: -hashfile-Befehl wurde erfolgreich ausgef\xfchrt.\r\n";
	static const char spaced[] =
		"e3 b0 c4 42 98 fc 1c 14 9a fb f4 c8 99 6f b9 24 27 ae 41 e4 64 9b 93 4c a4 95 99 "
		"1b 78 52 b8 55\r\n";
	char digest[PK_DIGEST_TEXT], want[PK_DIGEST_TEXT];
	pk_digest_print(want, NULL, 0);
	assert_true(pk_cmd_certutil(digest, (struct pk_cmd_text){plain, sizeof(plain) - 1}));
	assert_string_equal(digest, want);
	assert_true(pk_cmd_certutil(digest, (struct pk_cmd_text){spaced, sizeof(spaced) - 1}));
	assert_string_equal(digest, want);
	assert_false(pk_cmd_certutil(digest, (struct pk_cmd_text){"", 0}));
	assert_false(pk_cmd_certutil(digest, (struct pk_cmd_text){plain, 30}));
}

/* A file given by somebody else is believed by its digest, to the last byte. */
static void the_file_in_force_is_read_whole(void **state)
{
	struct fixture *f = *state;
	f->wish.want_config = true;
	const char *said = pk_arena_printf(f->arena,
		N " params\r\n    ConfigHash    REG_SZ    SHA256=%s\r\n" STATUS(0) N
		" file given\r\n<Sysmon/>\r\n" N " end\r\n",
		f->content.sha256);
	assert_true(pk_dialect_cmd.ask_more(&f->ask, f->arena, &f->wish, &f->facts));
	assert_non_null(strstr(f->ask.command, "Parameters /v ConfigFile"));
	assert_true(hear_more(f, said));
	assert_int_equal(f->facts.config_len, 9);
	assert_memory_equal(f->facts.config_bytes, "<Sysmon/>", 9);
}

#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void monsters_version_is_told_by_its_digest(void **state)
{
	struct fixture *f = *state;
	struct pk_bundle bundle = {.sensor = PK_SENSOR_MONSTER, .version = "2", .id = "monster@2"};
	*pk_list_push(f->arena, &bundle.files) = (struct pk_bundle_file){
		.path = "Monster.exe", .role = PK_BUNDLE_PROGRAM, .digest = DIGEST_A};
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_MONSTER, .bundle = &bundle};
	f->facts.sensor = PK_SENSOR_MONSTER;
#define PROGRAM(c)                                                                                 \
	N " program\r\n" c c c c "\r\n" STATUS(0) N " hash Monster.cnf\r\n" c c c c                \
						    "\r\n" STATUS(0) N " end\r\n"
	assert_true(hear_more(f, PROGRAM("aaaaaaaaaaaaaaaa")));
	assert_string_equal(f->facts.version, "2");
	assert_string_equal(f->facts.config_file, "Monster.cnf");
	assert_true(hear_more(f, PROGRAM("bbbbbbbbbbbbbbbb")));
	assert_string_equal(f->facts.version, "sha256:bbbbbbbbbbbb");
	f->facts.record = (struct pk_host_record){.present = true, .bundle = "monster@1"};
	assert_true(hear_more(f, PROGRAM("bbbbbbbbbbbbbbbb")));
	assert_string_equal(f->facts.version, "1");
	/* Without the program nothing can be told to it. */
	assert_true(hear_more(f, N " program\r\n" STATUS(1) N " end\r\n"));
	assert_null(f->facts.image);
}

/* What the service of a Winlogbeat is started with, and what came of it. */
static void hear_winlogbeat(struct fixture *f, const char *command)
{
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_WINLOGBEAT};
	static const char before[] = HEAD N " service winlogbeat\r\n" SC_RUNNING STATUS(0) N
		" key winlogbeat\r\n\r\nHKEY_LOCAL_MACHINE\\x\r\n    ImagePath    REG_SZ    ";
	static const char after[] = "\r\n\r\n" STATUS(0) N " end\r\n";
	assert_true(hear(f, pk_arena_printf(f->arena, "%s%s%s", before, command, after)));
	assert_int_equal(f->facts.present, PK_FACT_YES);
}

static void winlogbeats_service_says_where_its_configuration_is(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[][2] = {
		{"\"C:\\Program Files\\Winlogbeat\\winlogbeat.exe\" --environment=windows_service "
		 "-c \"D:\\etc dir\\beat.yml\" --path.home \"C:\\Program Files\\Winlogbeat\"",
			"D:\\etc dir\\beat.yml"},
		{"C:\\beat\\winlogbeat.exe", "C:\\beat\\winlogbeat.yml"},
		{"C:\\beat\\winlogbeat.exe -c ./own.yml -path.home D:\\home",
			"D:\\home\\.\\own.yml"},
		{"C:\\beat\\winlogbeat.exe --path.config=\"D:\\a b\"", "D:\\a b\\winlogbeat.yml"},
		{"C:\\beat\\winlogbeat.exe -c", "C:\\beat\\winlogbeat.yml"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear_winlogbeat(f, cases[i][0]);
		assert_string_equal(f->facts.config_file, cases[i][1]);
		assert_true(pk_dialect_cmd.ask_more(&f->ask, f->arena, &f->wish, &f->facts));
		assert_non_null(strstr(f->ask.command,
			pk_arena_printf(
				f->arena, "certutil -hashfile \"%s\" SHA256", cases[i][1])));
	}
}

static void winlogbeat_says_its_version(void **state)
{
	struct fixture *f = *state;
	hear_winlogbeat(f, "C:\\beat\\winlogbeat.exe");
	assert_true(hear_more(f,
		N
		" program\r\nwinlogbeat version 9.1.0 (amd64), libbeat 9.1.0 [x built]\r\n" STATUS(
			0) N
		" hash config\r\n"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" STATUS(0) N
		" end\r\n"));
	assert_string_equal(f->facts.version, "9.1.0");
	assert_string_equal(f->facts.config, DIGEST_A);
	assert_string_equal(f->facts.config_file, "C:\\beat\\winlogbeat.yml");
	assert_string_equal(f->facts.image, "C:\\beat\\winlogbeat.exe");
	/* A program that says nothing is not there. */
	assert_true(hear_more(f, N " program\r\n" STATUS(1) N " end\r\n"));
	assert_null(f->facts.image);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_windows_host_says_what_it_is_in_any_language),
		test(a_service_that_does_not_exist_is_absent),
		test(a_tool_that_says_nothing_leaves_the_service_unknown),
		test(a_driver_without_its_service_is_not_taken_for_absent),
		test(an_answer_that_is_cut_off_is_none),
		test(names_that_could_be_commands_are_not_taken_from_a_host),
		test(the_drivers_key_tells_configuration_and_live_rules),
		test(a_log_tells_its_settings),
		test(health_is_read_by_the_hosts_own_clock),
		test(clocks_of_all_forms_are_read_or_refused),
		test(what_cmd_would_take_apart_is_refused),
		test(certutil_is_read_with_and_without_blanks),
		test(the_file_in_force_is_read_whole),
		test(monsters_version_is_told_by_its_digest),
		test(winlogbeats_service_says_where_its_configuration_is),
		test(winlogbeat_says_its_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
