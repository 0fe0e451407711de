/* What `init` promises about the files it writes, and how it fills in templates. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/init_templates.h"
#include "cli/init_write.h"

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const char *folder; /* empty */
};

static int setup(void **state)
{
	char folder[] = "/tmp/picket-test-init.XXXXXX";
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	assert_non_null(mkdtemp(folder));
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->folder = pk_arena_strdup(arena, folder);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	int removed = rmdir(fixture->folder);
	pk_arena_destroy(fixture->arena);
	return removed;
}

static const char *path_in(const struct fixture *fixture, const char *name)
{
	return pk_arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
}

static const char *text_of(struct fixture *fixture, const char *name)
{
	struct pk_source *source =
		pk_file_read(fixture->arena, path_in(fixture, name), 0, &fixture->diags);
	assert_non_null(source);
	return source->text;
}

static void write_file(struct fixture *fixture, const char *name, const char *text)
{
	assert_true(pk_file_write(path_in(fixture, name), text, strlen(text), &fixture->diags));
}

static const struct pk_new_file files[] = {
	{"first", "1", 1, false},
	{"a/b/second", "22", 2, true},
	{"a/third", "333", 3, false},
};

static struct pk_staging *stage(struct fixture *fixture, const char *folder)
{
	struct pk_staging *staging = pk_staging_open(folder, &fixture->diags);
	assert_non_null(staging);
	for (size_t i = 0; i < 3; i++)
		assert_true(pk_staging_add(staging, &files[i]));
	return staging;
}

static void files_get_their_names_and_modes(void **state)
{
	struct fixture *fixture = *state;
	struct pk_staging *staging = stage(fixture, fixture->folder);
	assert_false(pk_file_exists(path_in(fixture, "first")));
	assert_true(pk_staging_commit(staging));
	const char *inner = pk_arena_strdup(fixture->arena, pk_staging_folder(staging));
	pk_staging_close(staging);
	assert_false(pk_file_exists(inner));

	struct stat st;
	assert_string_equal(text_of(fixture, "first"), "1");
	assert_string_equal(text_of(fixture, "a/b/second"), "22");
	assert_string_equal(text_of(fixture, "a/third"), "333");
	assert_int_equal(stat(path_in(fixture, "a/b/second"), &st), 0);
	assert_int_equal(st.st_mode & 0100, 0100);
	assert_int_equal(stat(path_in(fixture, "a/third"), &st), 0);
	assert_int_equal(st.st_mode & 0111, 0);

	assert_int_equal(unlink(path_in(fixture, "first")), 0);
	assert_int_equal(unlink(path_in(fixture, "a/b/second")), 0);
	assert_int_equal(unlink(path_in(fixture, "a/third")), 0);
	assert_int_equal(rmdir(path_in(fixture, "a/b")), 0);
	assert_int_equal(rmdir(path_in(fixture, "a")), 0);
}

/* Also one that appears when the others are written already; the first is named last. */
static void a_file_that_is_there_stays_and_nothing_else_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct pk_staging *staging = stage(fixture, fixture->folder);
	write_file(fixture, "first", "mine");
	assert_false(pk_staging_commit(staging));
	pk_staging_close(staging);

	assert_int_equal(fixture->diags.errors, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_FILE_WRITE);
	assert_string_equal(text_of(fixture, "first"), "mine");
	assert_int_equal(unlink(path_in(fixture, "first")), 0);
}

static void what_is_not_committed_is_taken_away_with_its_folders(void **state)
{
	struct fixture *fixture = *state;
	pk_staging_close(stage(fixture, path_in(fixture, "new/folder")));
	assert_false(pk_file_exists(path_in(fixture, "new")));
}

static void everything_in_the_way_is_reported(void **state)
{
	struct fixture *fixture = *state;
	write_file(fixture, "a", "no folder");
	assert_int_equal(symlink("nowhere", path_in(fixture, "first")), 0);
	assert_false(pk_new_files_check(fixture->folder, files, 3, &fixture->diags));
	assert_int_equal(fixture->diags.errors, 3);
	assert_int_equal(unlink(path_in(fixture, "a")), 0);
	assert_int_equal(unlink(path_in(fixture, "first")), 0);

	assert_true(pk_new_files_check(fixture->folder, files, 3, &fixture->diags));
	assert_true(pk_new_files_check(path_in(fixture, "new"), files, 3, &fixture->diags));
}

static void only_names_with_values_are_filled_in(void **state)
{
	(void)state;
	const struct pk_init_value values[] = {{"A", "one"}, {"AB", "@A@"}};
	PK_BUF_AUTO text = {0};
	pk_init_template_fill(&text, "@A@ @AB@@A@ @ABC@ a@A @@A@@ @", values, 2);
	assert_string_equal(text.data, "one @A@one @ABC@ a@A @one@ @");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_get_their_names_and_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_there_stays_and_nothing_else_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_committed_is_taken_away_with_its_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(everything_in_the_way_is_reported, setup, teardown),
		cmocka_unit_test(only_names_with_values_are_filled_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
