/* Changing a Windows host: what is asked step by step, and what answers mean. */
#include "tests/unit/cmd_fixture.h"

/* The number of the question with the step called `name` in a change of the configuration. */
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
		if (f->ask.kind == PK_ASK_RUN && strstr(f->ask.command, wanted) != NULL)
			return i;
	}
	fail_msg("there is no step %s: %s", name, f->failure.message);
	return 0;
}

/* What a host says to all steps of the question: `text` to that called `name`, else all is well. */
static const char *say(struct fixture *f, const char *name, const char *text)
{
	static const char begin[] = "echo " N " step ";
	PK_BUF_AUTO said = {0};
	for (const char *at = f->ask.command; (at = strstr(at, begin)) != NULL;) {
		at += strlen(begin);
		size_t len = strcspn(at, "&");
		pk_buf_printf(&said, N " step %.*s\r\n", (int)len, at);
		if (strlen(name) == len && strncmp(at, name, len) == 0)
			pk_buf_puts(&said, text);
		else if (strncmp(at, "readback", len) == 0)
			pk_buf_printf(&said,
				N " params\r\n    ConfigHash    REG_SZ    SHA256=%s\r\n" STATUS(0),
				f->content.sha256);
		else
			pk_buf_puts(&said, N " moved yes\r\n" STATUS(0));
	}
	pk_buf_puts(&said, N " end\r\n");
	return pk_arena_strndup(f->arena, said.data, said.len);
}

/* What comes of an answer to that step: its code, 0 if it went well. */
static int code_of(struct fixture *f, const char *name, const char *text)
{
	size_t step = find_step(f, name);
	struct pk_host_answer answer = answer_of(say(f, name, text));
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

/* The script that an encoded command is made of: base64, then UTF-16LE of nothing but ASCII. */
static char *decode(struct fixture *f, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	PK_BUF_AUTO bytes = {0};
	uint32_t group = 0;
	size_t count = 0;
	for (; *text != '\0' && *text != '='; text++) {
		const char *digit = strchr(digits, *text);
		assert_non_null(digit);
		group = group << 6 | (uint32_t)(digit - digits);
		count += 6;
		if (count >= 8) {
			count -= 8;
			pk_buf_putc(&bytes, (char)(group >> count & 0xff));
		}
	}
	PK_BUF_AUTO script = {0};
	assert_int_equal(bytes.len % 2, 0);
	for (size_t i = 0; i < bytes.len; i += 2) {
		assert_int_equal(bytes.data[i + 1], 0);
		pk_buf_putc(&script, bytes.data[i]);
	}
	return pk_arena_strndup(f->arena, script.data, script.len);
}

/* PowerShell itself is not there to try: what it is given has to come out as cmd.exe gets it. */
static void powershell_gets_the_very_same_line_encoded(void **state)
{
	struct fixture *f = *state;
	static const char *const lines[] = {"type \"it's\"", "reg query \"HKLM\\a b\" /v \"c\"",
		"''", "\"C:\\Program Files (x86)\\it's\\a.exe\" -c \"C:\\x 'y'.xml\" 2>&1",
		"call echo %^errorlevel%&(if errorlevel 1 echo $x `n @{})"};
	static const char before[] = "powershell -NoProfile -NonInteractive -EncodedCommand ";
	static const char head[] = "$i.Arguments='/d /s /c \"";
	static const char tail[] = "\"';$p=[Diagnostics.Process]::Start($i);";
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct pk_cmd_line line;
		struct pk_ask plain;
		pk_cmd_line_init(&line, N);
		pk_cmd_line_put(&line, "%s", lines[i]);
		assert_true(pk_cmd_line_ask(&plain, f->arena, &line, "cmd", &f->failure));
		pk_cmd_line_init(&line, N);
		pk_cmd_line_put(&line, "%s", lines[i]);
		assert_true(pk_cmd_line_ask(&f->ask, f->arena, &line, "powershell", &f->failure));
		assert_true(pk_text_starts(f->ask.command, before));
		assert_null(strpbrk(f->ask.command + strlen(before), " \"'&%"));
		char *script = decode(f, f->ask.command + strlen(before));
		const char *at = strstr(script, head);
		assert_non_null(at);
		/* Between single quotes only a quote means something: two are one. */
		PK_BUF_AUTO got = {0};
		for (at += strlen(head); !pk_text_starts(at, tail) && *at != '\0'; at++) {
			if (*at == '\'')
				assert_int_equal(*++at, '\'');
			pk_buf_putc(&got, *at);
		}
		assert_true(pk_text_starts(at, tail));
		assert_string_equal(got.data, plain.command);
	}
}

static void a_step_that_fails_is_the_last_one_of_its_line(void **state)
{
	struct fixture *f = *state;
	size_t step = find_step(f, "sysmon-config");
	/* Both are in one line, which ends by itself where the first one fails. */
	assert_int_equal(find_step(f, "open"), step);
	assert_int_equal(find_step(f, "readback"), step);
	assert_non_null(strstr(f->ask.command, "(if defined PKBAD exit)"));
	struct pk_host_answer answer = answer_of(N " step open\r\n" N " end\r\n");
	assert_false(pk_dialect_cmd.hear_change(
		f->arena, &f->wish, &f->facts, &f->plan, step, &answer, &f->failure));
	assert_int_equal(f->failure.code, PK_HOST_NOT_WRITABLE);
	/* One that went well is not the last. */
	answer = answer_of(N " step open\r\n" N " moved yes\r\n" N " end\r\n");
	assert_false(pk_dialect_cmd.hear_change(
		f->arena, &f->wish, &f->facts, &f->plan, step, &answer, &f->failure));
	assert_int_equal(f->failure.code, PK_WINDOWS_UNPROVED);
}

static void the_words_of_a_bundle_are_the_programs(void **state)
{
	struct fixture *f = *state;
	const char *words[] = {"-q", "-c", "{config}"};
	struct pk_bundle bundle = {.sensor = PK_SENSOR_SYSMON, .version = "1"};
	bundle.steps.update = (struct pk_bundle_words){words, 3, 3};
	f->desired.bundle = &bundle;
	(void)find_step(f, "sysmon-config");
	assert_non_null(strstr(f->ask.command,
		"\"C:\\Windows\\Sysmon64.exe\" -accepteula -q -c "
		"\"C:\\ProgramData\\picket\\configs\\"));
	f->desired.bundle = NULL;
	(void)find_step(f, "sysmon-config");
	assert_non_null(strstr(f->ask.command, "Sysmon64.exe\" -accepteula -c \""));
}

#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* All lines of a change that is only this. */
static const char *lines_of(struct fixture *f, enum pk_host_change_kind kind)
{
	f->plan = (struct pk_host_plan){0};
	*pk_list_push(f->arena, &f->plan.changes) =
		(struct pk_host_change){.kind = kind, .what = ""};
	PK_BUF_AUTO all = {0};
	struct pk_cmd_steps steps = {.arena = f->arena,
		.wish = &f->wish,
		.facts = &f->facts,
		.plan = &f->plan,
		.failure = &f->failure};
	assert_true(pk_cmd_steps_make(&steps));
	for (size_t i = 0; i < steps.len; i++)
		if (steps.items[i].path == NULL)
			pk_buf_puts(&all, steps.items[i].line.text.data);
	pk_cmd_steps_finish(&steps);
	return pk_arena_strndup(f->arena, all.data, all.len);
}

static void monster_is_a_folder_of_files(void **state)
{
	struct fixture *f = *state;
	struct pk_bundle_file files[] = {
		{.path = "m/Licence.txt", .role = PK_BUNDLE_LICENCE, .digest = DIGEST_A},
		{.path = "m/Monster.exe",
			.role = PK_BUNDLE_PROGRAM,
			.arch = "x64",
			.digest = DIGEST_A},
		{.path = "m/Monster.cnf", .digest = DIGEST_B},
		{.path = "m/sub/a.dll", .digest = DIGEST_B},
		{.path = "other/b.dll", .digest = DIGEST_B},
	};
	struct pk_bundle bundle = {.sensor = PK_SENSOR_MONSTER, .version = "2", .id = "monster@2"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		*pk_list_push(f->arena, &bundle.files) = files[i];
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_MONSTER,
		.bundle = &bundle,
		.content = &f->content,
		.install_dir = "D:/Tools/Monster"};
	f->facts = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.arch = "x64",
		.sensor = PK_SENSOR_MONSTER,
		.present = PK_FACT_NO};
	const char *all = lines_of(f, PK_CHANGE_INSTALL);
	static const char *const there[] = {"\"D:\\Tools\\Monster\\Monster.exe\" /install 2>&1",
		"\"D:\\Tools\\Monster\\Monster.exe\" /start 2>&1",
		"\"D:\\Tools\\Monster\\sub\\a.dll\"", "\"D:\\Tools\\Monster\\Monster.cnf\""};
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		assert_non_null(strstr(all, there[i]));
	assert_null(strstr(all, "b.dll"));
	assert_null(strstr(all, "Licence"));
}

/* A host with Winlogbeat, or without. */
static void set_winlogbeat(struct fixture *f, bool present)
{
	f->desired = (struct pk_desired){.sensor = PK_SENSOR_WINLOGBEAT, .content = &f->content};
	f->facts = (struct pk_facts){.platform = PK_HOST_WINDOWS,
		.arch = "x64",
		.sensor = PK_SENSOR_WINLOGBEAT,
		.present = present ? PK_FACT_YES : PK_FACT_NO};
	if (!present)
		return;
	f->facts.service = "winlogbeat";
	f->facts.image = "C:\\beat\\winlogbeat.exe";
	f->facts.command = "C:\\beat\\winlogbeat.exe -c D:\\etc\\own.yml --path.data D:\\data";
	f->facts.config_file = "D:\\etc\\own.yml";
}

static void winlogbeat_judges_its_configuration_before_it_is_put_in_place(void **state)
{
	struct fixture *f = *state;
	set_winlogbeat(f, true);
	/* With the folders of the service; those it is not told are its own. */
	const char *all = lines_of(f, PK_CHANGE_CONFIG);
	const char *tested = strstr(all, "\"C:\\beat\\winlogbeat.exe\" test config -c \"C:\\");
	assert_non_null(tested);
	assert_non_null(strstr(tested, "--path.home \"C:\\beat\" --path.data \"D:\\data\" <nul"));
	const char *stopped = strstr(tested, "net stop winlogbeat >nul");
	assert_non_null(stopped);
	assert_non_null(strstr(stopped, "move /y \"D:\\etc\\own.yml.new\" \"D:\\etc\\own.yml\""));
	assert_non_null(strstr(stopped, "net start winlogbeat 2>&1"));

	assert_int_equal(code_of(f, "agent-test", STATUS(0)), 0);
	assert_int_equal(
		code_of(f, "agent-test", "Exiting: no output\r\n" STATUS(1)), PK_SENSOR_REFUSED);
	assert_non_null(strstr(f->failure.message, "nothing was changed: Exiting: no output"));
	assert_int_equal(code_of(f, "agent-test", STATUS(740)), PK_WINDOWS_RIGHTS);
	assert_int_equal(code_of(f, "agent-test", ""), PK_WINDOWS_UNPROVED);
}

static void winlogbeat_is_a_service_that_windows_keeps(void **state)
{
	struct fixture *f = *state;
	struct pk_bundle bundle = {
		.sensor = PK_SENSOR_WINLOGBEAT, .version = "9.1.0", .id = "winlogbeat@9.1.0"};
	*pk_list_push(f->arena, &bundle.files) = (struct pk_bundle_file){.path = "winlogbeat.exe",
		.role = PK_BUNDLE_PROGRAM,
		.arch = "x64",
		.digest = DIGEST_A};
	*pk_list_push(f->arena, &bundle.files) =
		(struct pk_bundle_file){.path = "winlogbeat.yml", .digest = DIGEST_B};
	set_winlogbeat(f, false);
	f->desired.bundle = &bundle;
	static const char *const made[] = {
		"binPath= \"\\\"C:\\Program Files\\Winlogbeat\\winlogbeat.exe\\\" ",
		" -c \\\"C:\\Program Files\\Winlogbeat\\winlogbeat.yml\\\" ",
		" --path.data \\\"C:\\ProgramData\\winlogbeat\\\" ", "net start winlogbeat 2>&1"};
	const char *all = lines_of(f, PK_CHANGE_INSTALL);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		assert_non_null(strstr(all, made[i]));

	/* Another version keeps the service as it is, and the configuration where that has it. */
	set_winlogbeat(f, true);
	f->desired.bundle = &bundle;
	all = lines_of(f, PK_CHANGE_REPLACE);
	assert_non_null(strstr(all, "net stop winlogbeat"));
	assert_non_null(strstr(all, "\"D:\\etc\\own.yml\""));
	assert_null(strstr(all, "C:\\beat\\winlogbeat.yml"));
	assert_null(strstr(all, "sc create"));
	assert_null(strstr(all, "sc delete"));

	f->desired = (struct pk_desired){.sensor = PK_SENSOR_WINLOGBEAT, .absent = true};
	assert_non_null(strstr(lines_of(f, PK_CHANGE_REMOVE), "sc delete winlogbeat"));
}

static void what_a_service_is_told_may_be_unsafe(void **state)
{
	struct fixture *f = *state;
	static const char *const commands[] = {
		"C:\\beat\\winlogbeat.exe --path.data %ProgramData%\\x",
		"C:\\beat\\winlogbeat.exe --path.home \"C:\\a&calc\""};
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		set_winlogbeat(f, true);
		f->facts.command = commands[i];
		assert_false(pk_dialect_cmd.ask_change(
			&f->ask, f->arena, &f->wish, &f->facts, &f->plan, 0, &f->failure));
		assert_int_equal(f->failure.code, PK_HOST_NAME_UNSAFE);
	}
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
			(f->ask.kind != PK_ASK_RUN || strstr(f->ask.command, begin) == NULL))
			step++;
		assert_non_null(strstr(f->ask.command, rows[i].command));
		struct pk_host_answer answer = answer_of(say(f, rows[i].step, rows[i].text));
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
		test(a_lock_is_taken_over_from_older_rollouts_only),
		test(a_staged_file_is_proved_by_its_digest_or_size),
		test(a_refused_configuration_is_told_from_other_failures),
		test(what_the_sensor_reports_afterwards_decides),
		test(an_answer_to_another_step_is_none),
		test(unsafe_names_end_a_change_before_it_begins),
		test(lines_fit_into_cmd),
		test(powershell_gets_the_very_same_line_encoded),
		test(a_step_that_fails_is_the_last_one_of_its_line),
		test(the_words_of_a_bundle_are_the_programs),
		test(monster_is_a_folder_of_files),
		test(winlogbeat_judges_its_configuration_before_it_is_put_in_place),
		test(winlogbeat_is_a_service_that_windows_keeps),
		test(what_a_service_is_told_may_be_unsafe),
		test(a_refused_log_and_feature_have_their_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
