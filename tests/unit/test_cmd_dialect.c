#include "tests/unit/test.h"

#include "base/text.h"
#include "fleet/host/cmd_change.h"

#define N "0123456789abcdef0123456789abcdef"
#define STATUS(n) N " status " #n "\r\n"
#define CHANNEL "Microsoft-Windows-Sysmon/Operational"

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

struct fixture {
	struct pk_arena *arena;
	struct pk_content content;
	struct pk_desired desired;
	struct pk_host host;
	struct pk_job_wish wish;
	struct pk_facts facts;
	struct pk_host_plan plan;
	struct pk_failure failure;
	struct pk_ask ask;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	pk_content_init(&f->content, "<Sysmon/>", 9, "test");
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_SYSMON, .content = &f->content};
	f->wish = (struct pk_job_wish){.host = &f->host,
		.desired = &f->desired,
		.rollout = "r2",
		.sequence = 2,
		.nonce = N};
	f->facts = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.shell = "cmd",
		.arch = "x64",
		.sensor = PK_SENSOR_SYSMON,
		.present = PK_FACT_YES,
		.running = PK_FACT_YES,
		.service = "Sysmon64",
		.driver = "SysmonDrv",
		.image = "C:\\Windows\\Sysmon64.exe"};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pk_arena_destroy(f->arena);
	return 0;
}

static struct pk_host_answer answer_of(const char *text)
{
	return (struct pk_host_answer){
		.has_status = true, .out = text, .out_len = strlen(text), .err = ""};
}

static bool hear(struct fixture *f, const char *text)
{
	struct pk_host_answer answer = answer_of(text);
	f->failure = (struct pk_failure){0};
	return pk_dialect_cmd.hear_facts(&f->facts, f->arena, &f->wish, &answer, &f->failure);
}

static bool hear_more(struct fixture *f, const char *text)
{
	struct pk_host_answer answer = answer_of(text);
	f->failure = (struct pk_failure){0};
	return pk_dialect_cmd.hear_more(&f->facts, f->arena, &f->wish, &answer, &f->failure);
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

/* The number of the step called `name` in a change of the configuration, and its question. */
static size_t find_step(struct fixture *f, const char *name)
{
	f->plan = (struct pk_host_plan){.action = PK_ACTION_UPDATE};
	*pk_list_push(f->arena, &f->plan.changes) =
		(struct pk_host_change){.kind = PK_CHANGE_CONFIG, .what = ""};
	const char *wanted = pk_arena_printf(f->arena, "echo " N " step %s&", name);
	for (size_t i = 0; pk_dialect_cmd.ask_change(
		     &f->ask, f->arena, &f->wish, &f->facts, &f->plan, i, &f->failure);
		i++) {
		assert_true(f->ask.changes);
		if (f->ask.kind == PK_ASK_RUN && pk_text_starts(f->ask.command, wanted))
			return i;
	}
	fail_msg("there is no step %s: %s", name, f->failure.message);
	return 0;
}

/* What comes of an answer to that step: its code, 0 if it went well. */
static int code_of(struct fixture *f, const char *name, const char *text)
{
	size_t step = find_step(f, name);
	const char *whole = pk_arena_printf(f->arena, N " step %s\r\n%s" N " end\r\n", name, text);
	struct pk_host_answer answer = answer_of(whole);
	f->failure = (struct pk_failure){0};
	bool good = pk_dialect_cmd.hear_change(
		f->arena, &f->wish, &f->facts, &f->plan, step, &answer, &f->failure);
	assert_true(good == (f->failure.class == PK_FAILURE_NONE));
	return good ? 0 : (int)f->failure.code;
}

static void a_lock_is_taken_over_from_older_rollouts_only(void **state)
{
	struct fixture *f = *state;
#define LOCK(word, owner) STATUS(0) N " lock " word "\r\n" N " owner\r\n" owner N " made yes\r\n"
	assert_int_equal(code_of(f, "lock", LOCK("taken", "")), 0);
	assert_int_equal(code_of(f, "lock", LOCK("held", "r2 2\r\n")), 0);
	assert_int_equal(code_of(f, "lock", LOCK("held", "r1 1\r\n")), 0);
	assert_int_equal(code_of(f, "lock", LOCK("held", "")), 0);
	assert_int_equal(code_of(f, "lock", LOCK("held", "r3 3\r\n")), PK_HOST_LOCKED);
	assert_true(f->failure.passing);
	assert_int_equal(code_of(f, "lock", STATUS(5)), PK_WINDOWS_RIGHTS);
	assert_int_equal(code_of(f, "lock", STATUS(0) N " lock held\r\n"), PK_HOST_NOT_WRITABLE);
	assert_int_equal(code_of(f, "lock", ""), PK_WINDOWS_UNPROVED);
}

static void a_staged_file_is_proved_by_its_digest_or_size(void **state)
{
	struct fixture *f = *state;
	const char *right = pk_arena_printf(
		f->arena, N " hash\r\nx:\r\n%s\r\n" STATUS(0) N " size 1\r\n", f->content.sha256);
	assert_int_equal(code_of(f, "stage", right), 0);
	assert_int_equal(code_of(f, "stage", N " hash\r\n" STATUS(0) N " size 9\r\n"), 0);
	assert_int_equal(
		code_of(f, "stage", N " hash\r\n" STATUS(0) N " size 8\r\n"), PK_HOST_DAMAGED_FILE);
	assert_int_equal(code_of(f, "stage", N " hash\r\n" STATUS(0)), PK_WINDOWS_UNPROVED);
	assert_int_equal(code_of(f, "stage",
				 N " hash\r\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49"
				   "5991b7852b855\r\n" STATUS(0) N " size 9\r\n"),
		PK_HOST_DAMAGED_FILE);
}

static void a_refused_configuration_is_told_from_other_failures(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(code_of(f, "sysmon-config", STATUS(0)), 0);
	assert_int_equal(
		code_of(f, "sysmon-config", "Error: bad\r\n" STATUS(87) N " restored 0\r\n"),
		PK_SENSOR_REFUSED);
	assert_non_null(strstr(f->failure.message, "was put back: Error: bad"));
	assert_int_equal(code_of(f, "sysmon-config", STATUS(87) N " restored 1\r\n"),
		PK_SENSOR_NOT_RESTORED);
	assert_int_equal(code_of(f, "sysmon-config", STATUS(87)), PK_SENSOR_REFUSED);
	assert_int_equal(code_of(f, "sysmon-config", STATUS(740)), PK_WINDOWS_RIGHTS);
	assert_int_equal(code_of(f, "sysmon-config", STATUS(-1073741819)), PK_SENSOR_STEP);
	assert_int_equal(code_of(f, "sysmon-config", ""), PK_WINDOWS_UNPROVED);
}

static void what_the_sensor_reports_afterwards_decides(void **state)
{
	struct fixture *f = *state;
	const char *right = pk_arena_printf(f->arena,
		N " params\r\n    ConfigHash    REG_SZ    SHA256=%s\r\n"
		  "    Rules    REG_BINARY    00\r\n" STATUS(0),
		f->content.sha256);
	assert_int_equal(code_of(f, "readback", right), 0);
	assert_non_null(f->facts.record.rules);
	assert_int_equal(code_of(f, "readback",
				 N " params\r\n    ConfigHash    REG_SZ    SHA256=00"
				   "\r\n" STATUS(0)),
		PK_SENSOR_NOT_AS_DESIRED);
	assert_int_equal(code_of(f, "readback", N " params\r\n" STATUS(0)), PK_WINDOWS_UNPROVED);
	assert_int_equal(code_of(f, "close", N " moved yes\r\n"), 0);
	assert_int_equal(code_of(f, "close", ""), PK_HOST_NOT_WRITABLE);
}

static void an_answer_to_another_step_is_none(void **state)
{
	struct fixture *f = *state;
	size_t step = find_step(f, "sysmon-config");
	struct pk_host_answer answer =
		answer_of(N " step close\r\n" STATUS(0) N " moved yes\r\n" N " end\r\n");
	assert_false(pk_dialect_cmd.hear_change(
		f->arena, &f->wish, &f->facts, &f->plan, step, &answer, &f->failure));
	assert_int_equal(f->failure.code, PK_WINDOWS_UNPROVED);
}

static void unsafe_names_end_a_change_before_it_begins(void **state)
{
	struct fixture *f = *state;
	f->desired.state_dir = "C:\\a&calc";
	assert_false(pk_dialect_cmd.ask_change(
		&f->ask, f->arena, &f->wish, &f->facts, &f->plan, 0, &f->failure));
	assert_int_equal(f->failure.code, PK_HOST_NAME_UNSAFE);
	f->desired.state_dir = NULL;
	f->facts.service = "a b";
	assert_false(pk_dialect_cmd.ask_change(
		&f->ask, f->arena, &f->wish, &f->facts, &f->plan, 0, &f->failure));
	assert_int_equal(f->failure.code, PK_HOST_NAME_UNSAFE);
}

static void lines_fit_into_cmd(void **state)
{
	struct fixture *f = *state;
	pk_dialect_cmd.ask_facts(&f->ask, f->arena, &f->wish);
	assert_true(strlen(f->ask.command) < 8191);
	assert_null(strchr(f->ask.command, '\n'));
	struct pk_cmd_line line;
	pk_cmd_line_init(&line, N);
	for (size_t i = 0; i < 300; i++)
		pk_cmd_line_frame(&line, "log", "x");
	assert_false(pk_cmd_line_ask(&f->ask, f->arena, &line, "cmd", &f->failure));
	assert_int_equal(f->failure.code, PK_WINDOWS_LINE);
}

static void powershell_gets_the_very_same_line_encoded(void **state)
{
	struct fixture *f = *state;
	struct pk_cmd_line line;
	pk_cmd_line_init(&line, N);
	pk_cmd_line_put(&line, "type \"it's\"");
	assert_true(pk_cmd_line_ask(&f->ask, f->arena, &line, "powershell", &f->failure));
	static const char before[] = "powershell -NoProfile -NonInteractive -EncodedCommand ";
	assert_true(pk_text_starts(f->ask.command, before));
	/* "$i=New" in UTF-16LE. */
	assert_true(pk_text_starts(f->ask.command + strlen(before), "JABpAD0ATgBlAHcA"));
	assert_null(strpbrk(f->ask.command + strlen(before), " \"'&%"));
}

static void a_refused_log_and_feature_have_their_codes(void **state)
{
	struct fixture *f = *state;
	struct pk_log_wish log = {.name = CHANNEL, .bytes = 100000000};
	f->desired = (struct pk_desired){
		.sensor = PK_SENSOR_SYSMON, .feature = true, .logs = &log, .log_count = 1};
	f->facts.present = PK_FACT_NO;
	*pk_list_push(f->arena, &f->plan.changes) =
		(struct pk_host_change){.kind = PK_CHANGE_INSTALL, .what = ""};
	*pk_list_push(f->arena, &f->plan.changes) =
		(struct pk_host_change){.kind = PK_CHANGE_LOG, .what = "size", .log = CHANNEL};
	static const struct {
		const char *step, *text, *command;
		int code;
	} rows[] = {
		{"feature-on", STATUS(-2146498548), "dism /Online", PK_WINDOWS_FEATURE},
		{"feature-on", STATUS(3010), "dism /Online", 0},
		{"log", STATUS(87), "/ms:100007936", PK_WINDOWS_LOG},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *begin = pk_arena_printf(f->arena, "echo " N " step %s&", rows[i].step);
		size_t step = 0;
		while (pk_dialect_cmd.ask_change(&f->ask, f->arena, &f->wish, &f->facts, &f->plan,
			       step, &f->failure) &&
			(f->ask.kind != PK_ASK_RUN || !pk_text_starts(f->ask.command, begin)))
			step++;
		assert_non_null(strstr(f->ask.command, rows[i].command));
		struct pk_host_answer answer = answer_of(pk_arena_printf(
			f->arena, N " step %s\r\n%s" N " end\r\n", rows[i].step, rows[i].text));
		f->failure = (struct pk_failure){0};
		(void)pk_dialect_cmd.hear_change(
			f->arena, &f->wish, &f->facts, &f->plan, step, &answer, &f->failure);
		assert_int_equal(f->failure.code, rows[i].code);
	}
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
		test(a_lock_is_taken_over_from_older_rollouts_only),
		test(a_staged_file_is_proved_by_its_digest_or_size),
		test(a_refused_configuration_is_told_from_other_failures),
		test(what_the_sensor_reports_afterwards_decides),
		test(an_answer_to_another_step_is_none),
		test(unsafe_names_end_a_change_before_it_begins),
		test(lines_fit_into_cmd),
		test(powershell_gets_the_very_same_line_encoded),
		test(a_refused_log_and_feature_have_their_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
