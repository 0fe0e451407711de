/* `picket stack` without a server: wrong use, rendering, samples and settings of agents. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/temp.h"
#include "base/text.h"
#include "cli/cli.h"
#include "templates/model/elk.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_temp *temp;
	const char *out;
	const char *err;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	f->diags.arena = arena;
	f->temp = pk_temp_open(&f->diags);
	assert_non_null(f->temp);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	pk_temp_close(f->temp);
	pk_arena_destroy(f->arena);
	return 0;
}

/* Runs picket with the words of `line`, divided by single blanks; "@" is the folder of the test. */
static int run(struct fixture *f, const char *line)
{
	struct pk_cli cli;
	char *argv[32];
	int argc = 0;
	char *out = NULL;
	char *err = NULL;
	size_t out_len;
	size_t err_len;
	char *words = pk_arena_printf(f->arena, "picket stack %s", line);
	for (char *word = words; word != NULL;) {
		char *end = strchr(word, ' ');
		if (end != NULL)
			*end++ = '\0';
		argv[argc++] = word[0] == '@'
			? pk_arena_printf(f->arena, "%s%s", pk_temp_path(f->temp, ""), word + 1)
			: word;
		word = end;
	}
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	pk_cli_init(&cli, arena, open_memstream(&out, &out_len), open_memstream(&err, &err_len));
	int status = pk_cli_run(&cli, argc, argv);
	fclose(cli.out);
	fclose(cli.err);
	f->out = pk_arena_strndup(f->arena, out, out_len);
	f->err = pk_arena_strndup(f->arena, err, err_len);
	free(out);
	free(err);
	return status;
}

static void assert_wrong(struct fixture *f, const char *line, const char *said)
{
	assert_int_equal(run(f, line), PK_EXIT_USAGE);
	if (strstr(f->err, said) == NULL)
		fail_msg("'%s' says: %s", line, f->err);
}

static const char *path_of(struct fixture *f, const char *name)
{
	return pk_temp_path(f->temp, name);
}

static const char *text_of(struct fixture *f, const char *name)
{
	struct pk_source *source = pk_file_read(f->arena, path_of(f, name), 0, &f->diags);
	assert_non_null(source);
	return source->text;
}

/* --- wrong use --- */

static void what_contradicts_itself_is_refused(void **state)
{
	struct fixture *f = *state;
	assert_wrong(f, "--quiet", "plan, up");
	assert_wrong(f, "fly", "'fly'");
	assert_wrong(f, "up", "--url");
	assert_wrong(f, "up http://a:1 --url http://a:1", "one too many");
	assert_wrong(f, "up --url http://a:1 --password-file x", "--user");
	assert_wrong(f, "up --url http://a:1 --user u --api-key-env K", "API key");
	assert_wrong(f, "up --url http://a:1 -u u --password-file x --password-env y", "not both");
	assert_wrong(f, "up --url http://a:1 --insecure --ca x", "--insecure");
	assert_wrong(f, "up --url http://a:1 --kibana-user u", "--kibana");
	assert_wrong(f, "up --url http://a:1 --retention 99999999", "--retention");
	assert_wrong(f, "up --url http://a:1 --namespace My-Lab", "--namespace");
	assert_wrong(f, "agent-config --url http://a:1", "--sensor");
	assert_wrong(f, "agent-config --url http://a:1 -s sysmon --layer", "--layer");
	assert_wrong(f, "render -o x", "--flavor");
	assert_wrong(f, "render --flavor es9", "-o");
	assert_wrong(f, "render --flavor es1 -o x", "PK23");
}

static void a_password_in_the_url_is_refused_and_not_shown(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "plan --url http://u:geheim@127.0.0.1:1"), PK_EXIT_CANNOT);
	assert_null(strstr(f->err, "geheim"));
	assert_null(strstr(f->out, "geheim"));
}

static void a_secret_comes_from_the_environment_and_leaves_it(void **state)
{
	struct fixture *f = *state;
	setenv("PICKET_PASSWORD", "changeme", 1);
	assert_int_equal(run(f, "plan --url http://127.0.0.1:1 -u me"), PK_EXIT_CANNOT);
	assert_non_null(strstr(f->err, "PK2303"));
	assert_null(getenv("PICKET_PASSWORD"));
}

static void what_cannot_be_written_is_status_3(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavor es9 -o /dev/null/x"), PK_EXIT_CANNOT);
	assert_int_equal(run(f, "sample -o /dev/null/x"), PK_EXIT_CANNOT);
}

/* --- render --- */

static void every_flavour_can_be_rendered(void **state)
{
	struct fixture *f = *state;
	const char *flavour;
	for (size_t i = 0; (flavour = pk_elk_flavour_at(i)) != NULL; i++) {
		const char *line =
			pk_arena_printf(f->arena, "render --flavor %s -o @/%s", flavour, flavour);
		assert_int_equal(run(f, line), PK_EXIT_OK);
		const char *manifest = pk_arena_printf(f->arena, "%s/render.json", flavour);
		assert_non_null(strstr(text_of(f, manifest), "\"pipelines/picket-sysmon.json\""));
	}
}

static void every_file_of_json_can_be_read(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavour os2 -o @/r --format json"), PK_EXIT_OK);
	for (const char *line = f->out; *line != '\0'; line = strchr(line, '\n') + 1) {
		const struct pk_node *object = pk_json_read(
			pk_source_make(f->arena, "out", line, strcspn(line, "\n")), &f->diags);
		assert_non_null(object);
		const char *path =
			pk_arena_printf(f->arena, "r/%s", pk_node_find(object, "file")->text);
		const char *text = text_of(f, path);
		if (pk_text_ends(path, ".json"))
			assert_non_null(pk_json_read(
				pk_source_make(f->arena, path, text, strlen(text)), &f->diags));
	}
}

static void rendering_again_gives_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavor es8 -o @/r"), PK_EXIT_OK);
	const char *install = text_of(f, "r/install.sh");
	const char *pipeline = text_of(f, "r/pipelines/picket-sysmon.json");
	const char *dashboards = text_of(f, "r/dashboards/lens.ndjson");
	assert_int_equal(run(f, "render --flavor es8 -o @/r"), PK_EXIT_OK);
	assert_string_equal(text_of(f, "r/install.sh"), install);
	assert_string_equal(text_of(f, "r/pipelines/picket-sysmon.json"), pipeline);
	assert_string_equal(text_of(f, "r/dashboards/lens.ndjson"), dashboards);
}

static void files_that_are_not_made_any_more_go(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavor es9 -o @/r"), PK_EXIT_OK);
	assert_true(pk_file_exists(path_of(f, "r/components/picket@ecs.json")));
	assert_true(pk_file_write(path_of(f, "r/mine.txt"), "x", 1, &f->diags));
	assert_int_equal(run(f, "render --flavor es6 -o @/r"), PK_EXIT_OK);
	assert_false(pk_file_exists(path_of(f, "r/components/picket@ecs.json")));
	assert_true(pk_file_exists(path_of(f, "r/mine.txt")));
}

static void a_manifest_cannot_point_out_of_its_folder(void **state)
{
	struct fixture *f = *state;
	static const char manifest[] = "{\"files\":[\"../precious\",\"a/../../precious\"]}";
	assert_true(pk_file_write(path_of(f, "precious"), "x", 1, &f->diags));
	assert_true(pk_file_make_dirs(path_of(f, "r"), &f->diags));
	assert_true(
		pk_file_write(path_of(f, "r/render.json"), manifest, strlen(manifest), &f->diags));
	assert_int_equal(run(f, "render --flavor es9 -o @/r"), PK_EXIT_OK);
	assert_true(pk_file_exists(path_of(f, "precious")));
}

static void a_folder_with_something_else_is_left_alone(void **state)
{
	struct fixture *f = *state;
	assert_true(pk_file_write(path_of(f, "mine.txt"), "x", 1, &f->diags));
	assert_int_equal(run(f, "render --flavor es9 -o @ --format short"), PK_EXIT_CANNOT);
	assert_non_null(strstr(f->err, "PK2328"));
	assert_false(pk_file_exists(path_of(f, "install.sh")));
	assert_int_equal(run(f, "render --flavor es9 -o @ --force"), PK_EXIT_OK);
	assert_true(pk_file_exists(path_of(f, "install.sh")));
}

static void a_dry_run_writes_nothing(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavor es9 -o @/r --dry-run"), PK_EXIT_OK);
	assert_false(pk_file_exists(path_of(f, "r")));
	assert_non_null(strstr(f->out, "would be written"));
}

static void scripts_can_be_run_and_hold_no_secret(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	assert_int_equal(run(f, "render --flavor es7 -o @/r"), PK_EXIT_OK);
	assert_int_equal(stat(path_of(f, "r/install.sh"), &st), 0);
	assert_int_equal(st.st_mode & 0111, 0111);
	const char *script = text_of(f, "r/install.sh");
	assert_non_null(strstr(script, "put '/_index_template/picket-sysmon'"));
	assert_null(strstr(script, " -u "));
	const char *uninstall = text_of(f, "r/remove.sh");
	const char *template = strstr(uninstall, "remove '/_index_template/picket-sysmon'");
	assert_non_null(template);
	assert_non_null(strstr(template, "remove '/_component_template/picket@ecs'"));
}

static void old_stacks_get_a_first_index_behind_an_alias(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "render --flavor es7.5 -o @/r"), PK_EXIT_OK);
	assert_non_null(strstr(text_of(f, "r/install.sh"),
		"put_index '/winlogbeat-picket-000001' 'indices/winlogbeat-picket-000001.json' "
		"'winlogbeat-picket'"));
	assert_null(strstr(text_of(f, "r/remove.sh"), "000001"));
}

/* --- samples and agents --- */

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; (text = strchr(text, '\n')) != NULL; text++)
		count++;
	return count;
}

static void samples_go_to_a_file(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(run(f, "sample -o @/all"), PK_EXIT_OK);
	assert_true(count_lines(text_of(f, "all")) > 50);
	assert_int_equal(run(f, "sample -o @/some --count 7 --seed 3"), PK_EXIT_OK);
	assert_int_equal(count_lines(text_of(f, "some")), 7);
	assert_int_equal(run(f, "sample -o @/sysmon --sensor sysmon"), PK_EXIT_OK);
	const char *text = text_of(f, "sysmon");
	assert_int_equal(count_lines(text), 30);
	assert_non_null(strstr(text, "picket-sample"));
}

static void agents_are_told_where_to_send(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(
		run(f, "agent-config --url https://lab:9200 --flavor es8 -s sysmon --namespace n1"),
		PK_EXIT_OK);
	assert_non_null(strstr(f->out, "https://lab:9200"));
	assert_non_null(strstr(f->out, "logs-windows.sysmon_operational-n1"));
	assert_int_equal(run(f,
				 "agent-config --url https://lab:9200 --flavor es8 -s monster-1.0 "
				 "--monster-port 2514 -o @/export.json"),
		PK_EXIT_OK);
	assert_string_equal(f->out, "");
	const char *text = text_of(f, "export.json");
	assert_non_null(strstr(text, "2514"));
	assert_non_null(strstr(text, "queue.buffering.max.ms"));
	assert_int_equal(
		run(f, "agent-config --url https://lab:9200 --flavor es8 -s monster --layer"),
		PK_EXIT_OK);
	assert_non_null(strstr(f->out, "settings:"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	unsetenv("PICKET_PASSWORD");
	unsetenv("PICKET_API_KEY");
	const struct CMUnitTest tests[] = {
		TEST(what_contradicts_itself_is_refused),
		TEST(a_password_in_the_url_is_refused_and_not_shown),
		TEST(a_secret_comes_from_the_environment_and_leaves_it),
		TEST(what_cannot_be_written_is_status_3),
		TEST(every_flavour_can_be_rendered),
		TEST(every_file_of_json_can_be_read),
		TEST(rendering_again_gives_the_same_bytes),
		TEST(files_that_are_not_made_any_more_go),
		TEST(a_manifest_cannot_point_out_of_its_folder),
		TEST(a_folder_with_something_else_is_left_alone),
		TEST(a_dry_run_writes_nothing),
		TEST(scripts_can_be_run_and_hold_no_secret),
		TEST(old_stacks_get_a_first_index_behind_an_alias),
		TEST(samples_go_to_a_file),
		TEST(agents_are_told_where_to_send),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
