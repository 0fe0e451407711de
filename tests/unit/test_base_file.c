#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* A folder of its own for each test, removed afterwards. */
struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	char *folder;
};

static int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->folder = pk_arena_strdup(arena, "/tmp/picket-test-XXXXXX");
	*state = fixture;
	return mkdtemp(fixture->folder) == NULL ? -1 : 0;
}

static char *path_of(struct fixture *fixture, const char *name)
{
	return pk_arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
}

static int teardown(void **state)
{
	static const char *const names[] = {"a", "link", "pipe", "x/y/z", "x/y", "x", ""};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(path_of(fixture, names[i]));
	/* Nothing else may be left behind, temporary files least of all. */
	int result = access(fixture->folder, F_OK) == 0 ? -1 : 0;
	pk_arena_destroy(fixture->arena);
	return result;
}

static mode_t mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void assert_one_error(struct fixture *fixture, enum pk_code code, const char *path)
{
	assert_int_equal(fixture->diags.all.len, 1);
	assert_int_equal(fixture->diags.all.items[0].code, code);
	assert_string_equal(fixture->diags.all.items[0].span.source->path, path);
}

static void file_is_read_as_it_was_written(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	enum { LEN = 200001 };
	char *bytes = pk_arena_alloc(fixture->arena, LEN);
	memset(bytes, 'x', LEN);
	bytes[7] = '\0';
	assert_true(pk_file_write(path, bytes, LEN, &fixture->diags));

	struct pk_source *source = pk_file_read(fixture->arena, path, 0, &fixture->diags);
	assert_non_null(source);
	assert_string_equal(source->path, path);
	assert_int_equal(source->len, LEN);
	assert_memory_equal(source->text, bytes, LEN);
	assert_int_equal(source->text[LEN], '\0');
	assert_int_equal(fixture->diags.all.len, 0);
}

static void empty_file_is_read(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	assert_true(pk_file_write(path, "", 0, &fixture->diags));
	struct pk_source *source = pk_file_read(fixture->arena, path, 0, &fixture->diags);
	assert_non_null(source);
	assert_int_equal(source->len, 0);
	assert_string_equal(source->text, "");
}

static void file_that_is_not_there_is_reported(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	assert_null(pk_file_read(fixture->arena, path, 0, &fixture->diags));
	assert_one_error(fixture, PK_FILE_READ, path);
}

static void folder_is_not_read(void **state)
{
	struct fixture *fixture = *state;
	assert_null(pk_file_read(fixture->arena, fixture->folder, 0, &fixture->diags));
	assert_one_error(fixture, PK_FILE_READ, fixture->folder);
}

static void device_is_not_read(void **state)
{
	struct fixture *fixture = *state;
	assert_null(pk_file_read(fixture->arena, "/dev/zero", 0, &fixture->diags));
	assert_one_error(fixture, PK_FILE_READ, "/dev/zero");
}

static void file_of_the_limit_is_read_and_one_byte_more_is_not(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	assert_true(pk_file_write(path, "12345", 5, &fixture->diags));
	assert_non_null(pk_file_read(fixture->arena, path, 5, &fixture->diags));
	assert_null(pk_file_read(fixture->arena, path, 4, &fixture->diags));
	assert_one_error(fixture, PK_FILE_TOO_LARGE, path);
}

/* A pipe in which `text` waits to be read; fits the pipe's buffer. */
static int open_pipe(struct fixture *fixture, const char *path, const char *text)
{
	(void)fixture;
	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void pipe_is_limited_while_it_is_read(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "pipe");
	int fd = open_pipe(fixture, path, "12345");
	assert_null(pk_file_read(fixture->arena, path, 4, &fixture->diags));
	assert_one_error(fixture, PK_FILE_TOO_LARGE, path);
	close(fd);
}

static void standard_input_is_read_up_to_its_end(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "from a pipe", 11), 11);
	close(ends[1]);
	int saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);

	struct pk_source *source = pk_file_read(fixture->arena, "-", 0, &fixture->diags);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
	assert_non_null(source);
	assert_string_equal(source->path, "-");
	assert_string_equal(source->text, "from a pipe");
}

static void new_file_gets_the_mode_of_the_umask(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	mode_t before = umask(027);
	assert_true(pk_file_write(path, "1", 1, &fixture->diags));
	assert_int_equal(umask(before), 027);
	assert_int_equal(mode_of(path), 0640);
}

static void replaced_file_keeps_its_mode(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	assert_true(pk_file_write(path, "1", 1, &fixture->diags));
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(pk_file_write(path, "22", 2, &fixture->diags));
	assert_int_equal(mode_of(path), 0600);
	assert_string_equal(pk_file_read(fixture->arena, path, 0, &fixture->diags)->text, "22");
}

static void link_stays_a_link(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	const char *link = path_of(fixture, "link");
	assert_true(pk_file_write(path, "1", 1, &fixture->diags));
	assert_int_equal(symlink("a", link), 0);
	assert_true(pk_file_write(link, "2", 1, &fixture->diags));
	struct stat st;
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_string_equal(pk_file_read(fixture->arena, path, 0, &fixture->diags)->text, "2");
}

static void device_is_written_to_and_not_replaced(void **state)
{
	struct fixture *fixture = *state;
	assert_true(pk_file_write("/dev/null", "1", 1, &fixture->diags));
	struct stat st;
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void writing_where_it_cannot_be_is_reported(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "missing/a");
	assert_false(pk_file_write(path, "1", 1, &fixture->diags));
	assert_one_error(fixture, PK_FILE_WRITE, path);
	assert_false(pk_file_write(fixture->folder, "1", 1, &fixture->diags));
	assert_int_equal(fixture->diags.errors, 2);
	assert_false(pk_file_write("/dev/full", "1", 1, &fixture->diags));
	assert_int_equal(fixture->diags.errors, 3);
}

static void folders_are_made_with_their_parents(void **state)
{
	struct fixture *fixture = *state;
	assert_true(pk_file_make_dirs(path_of(fixture, "x/y/z"), &fixture->diags));
	assert_true(pk_file_is_dir(path_of(fixture, "x/y/z")));
	assert_true(pk_file_make_dirs(path_of(fixture, "x/y/z/"), &fixture->diags));
	assert_true(pk_file_make_dirs(path_of(fixture, "x"), &fixture->diags));
	assert_int_equal(fixture->diags.all.len, 0);
}

static void folder_below_a_file_is_reported(void **state)
{
	struct fixture *fixture = *state;
	assert_true(pk_file_write(path_of(fixture, "a"), "", 0, &fixture->diags));
	assert_false(pk_file_make_dirs(path_of(fixture, "a/b"), &fixture->diags));
	assert_int_equal(fixture->diags.all.items[0].code, PK_FILE_WRITE);
}

static void what_exists_is_told_apart(void **state)
{
	struct fixture *fixture = *state;
	const char *path = path_of(fixture, "a");
	assert_false(pk_file_exists(path));
	assert_true(pk_file_write(path, "", 0, &fixture->diags));
	assert_true(pk_file_exists(path));
	assert_false(pk_file_is_dir(path));
	assert_true(pk_file_is_dir(fixture->folder));
}

static void name_beside_a_file_is_in_its_folder(void **state)
{
	struct fixture *fixture = *state;
	struct pk_arena *arena = fixture->arena;
	assert_string_equal(pk_file_beside(arena, "a/b.yaml", "c.yaml"), "a/c.yaml");
	assert_string_equal(pk_file_beside(arena, "b.yaml", "c.yaml"), "c.yaml");
	assert_string_equal(pk_file_beside(arena, "a/b.yaml", "/c.yaml"), "/c.yaml");
	assert_string_equal(pk_file_beside(arena, "/b.yaml", "../c"), "/../c");
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(file_is_read_as_it_was_written),
		FILE_TEST(empty_file_is_read),
		FILE_TEST(file_that_is_not_there_is_reported),
		FILE_TEST(folder_is_not_read),
		FILE_TEST(device_is_not_read),
		FILE_TEST(file_of_the_limit_is_read_and_one_byte_more_is_not),
		FILE_TEST(pipe_is_limited_while_it_is_read),
		FILE_TEST(standard_input_is_read_up_to_its_end),
		FILE_TEST(new_file_gets_the_mode_of_the_umask),
		FILE_TEST(replaced_file_keeps_its_mode),
		FILE_TEST(link_stays_a_link),
		FILE_TEST(device_is_written_to_and_not_replaced),
		FILE_TEST(writing_where_it_cannot_be_is_reported),
		FILE_TEST(folders_are_made_with_their_parents),
		FILE_TEST(folder_below_a_file_is_reported),
		FILE_TEST(what_exists_is_told_apart),
		FILE_TEST(name_beside_a_file_is_in_its_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
