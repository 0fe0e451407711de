#include "tests/unit/test.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"

extern char **environ;

/* A repository of two commits in a folder of its own, which is the present one during a test. */
struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	char *folder;
	char *before; /* the present folder of the program */
};

/* The repository: a/x.yaml is "one", then "two"; links and a file of ten bytes. */
static char script[] =
	"set -e; unset ${!GIT_@}; export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\n"
	"git init -q -b main; git config user.name Ann; git config user.email ann@example.com\n"
	"mkdir -p a/b; printf one >a/x.yaml; printf 0123456789 >ten; ln -s ../x.yaml a/b/link\n"
	"ln -s a/b folder; ln -s ../outside out; git add -A; git commit -q -m one\n"
	"printf two >a/x.yaml; git commit -q -a -m two; git branch side HEAD~1\n";

static int run_script(void)
{
	char *const argv[] = {(char *)"bash", (char *)"-c", script, NULL};
	pid_t pid;
	int status;
	if (posix_spawnp(&pid, "bash", NULL, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int set_up(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->folder = pk_arena_strdup(arena, "/tmp/picket-test-XXXXXX");
	fixture->before = getcwd(NULL, 0);
	*state = fixture;
	if (fixture->before == NULL || mkdtemp(fixture->folder) == NULL ||
		chdir(fixture->folder) != 0)
		return -1;
	return run_script();
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char *const argv[] = {(char *)"rm", (char *)"-rf", fixture->folder, NULL};
	pid_t pid;
	int status = chdir(fixture->before);
	free(fixture->before);
	if (posix_spawnp(&pid, "rm", NULL, NULL, argv, environ) != 0 ||
		waitpid(pid, &status, 0) != pid)
		return -1;
	pk_arena_destroy(fixture->arena);
	return status;
}

/* The text of a file of `tree`, or NULL with the code of the one finding in *code_out. */
static const char *read_text(struct fixture *fixture, const struct pk_tree *tree, const char *path,
	size_t limit, enum pk_code *code_out)
{
	struct pk_diags diags = {.arena = fixture->arena};
	const struct pk_source *source = pk_tree_read(fixture->arena, tree, path, limit, &diags);
	assert_int_equal(diags.all.len, source == NULL ? 1 : 0);
	if (source == NULL)
		*code_out = diags.all.items[0].code;
	return source == NULL ? NULL : source->text;
}

static void files_are_those_of_the_commit(void **state)
{
	struct fixture *fixture = *state;
	enum pk_code code = PK_FILE_READ;
	PK_AUTO(pk_tree) *old = pk_tree_open("HEAD~1", &fixture->diags);
	PK_AUTO(pk_tree) *new = pk_tree_open("main", &fixture->diags);
	assert_non_null(old);
	assert_non_null(new);
	assert_string_equal(read_text(fixture, old, "HEAD~1:a/x.yaml", 0, &code), "one");
	assert_string_equal(read_text(fixture, new, "main:a/x.yaml", 0, &code), "two");
	assert_string_equal(read_text(fixture, new, "a/x.yaml", 0, &code), "two");
	assert_string_equal(read_text(fixture, NULL, "a/x.yaml", 0, &code), "two");
	assert_string_not_equal(pk_tree_commit(old), pk_tree_commit(new));
	assert_int_equal(strlen(pk_tree_commit(new)), 40);
}

static void what_is_there_is_told_as_on_the_disk(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_tree) *tree = pk_tree_open("HEAD", &fixture->diags);
	assert_true(pk_tree_exists(tree, "HEAD:a/x.yaml"));
	assert_true(pk_tree_exists(tree, "HEAD:folder/link"));
	assert_false(pk_tree_exists(tree, "HEAD:a/y.yaml"));
	assert_false(pk_tree_exists(tree, "HEAD:a/x.yaml/y"));
	assert_true(pk_tree_is_dir(tree, "HEAD:a/b"));
	assert_true(pk_tree_is_dir(tree, "HEAD:folder"));
	assert_true(pk_tree_is_dir(tree, "HEAD:"));
	assert_false(pk_tree_is_dir(tree, "HEAD:a/x.yaml"));
	assert_true(pk_tree_is_dir(tree, "a"));
}

static void links_are_followed_inside_only(void **state)
{
	struct fixture *fixture = *state;
	enum pk_code code = PK_FILE_READ;
	PK_AUTO(pk_tree) *tree = pk_tree_open("HEAD", &fixture->diags);
	assert_string_equal(read_text(fixture, tree, "HEAD:folder/link", 0, &code), "two");
	assert_null(read_text(fixture, tree, "HEAD:out", 0, &code));
	assert_int_equal(code, PK_GIT_OUTSIDE);
	assert_null(read_text(fixture, tree, "HEAD:../x", 0, &code));
	assert_int_equal(code, PK_GIT_OUTSIDE);
}

static void the_limit_is_that_of_files(void **state)
{
	struct fixture *fixture = *state;
	enum pk_code code = PK_FILE_READ;
	PK_AUTO(pk_tree) *tree = pk_tree_open("HEAD", &fixture->diags);
	assert_string_equal(read_text(fixture, tree, "HEAD:ten", 10, &code), "0123456789");
	assert_null(read_text(fixture, tree, "HEAD:ten", 9, &code));
	assert_int_equal(code, PK_FILE_TOO_LARGE);
}

static void names_are_beside_the_file_in_its_tree(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_tree) *tree = pk_tree_open("HEAD", &fixture->diags);
	struct pk_arena *arena = fixture->arena;
	assert_string_equal(pk_tree_beside(arena, tree, "HEAD:a/x", "b/./y"), "HEAD:a/b/y");
	assert_string_equal(pk_tree_beside(arena, tree, "HEAD:x", "y"), "HEAD:y");
	assert_string_equal(pk_tree_beside(arena, tree, "HEAD:a/x", "../y"), "HEAD:y");
	assert_string_equal(pk_tree_beside(arena, tree, "HEAD:a/x", "../../y"), "HEAD:../y");
	assert_string_equal(pk_tree_beside(arena, tree, "a/x", "../y"), "y");
	assert_string_equal(pk_tree_beside(arena, NULL, "a/x", "b//y"), "a/b/y");
	assert_int_equal(chdir("a"), 0);
	assert_string_equal(
		pk_tree_path_here(arena, tree, "x.yaml", &fixture->diags), "HEAD:a/x.yaml");
	assert_null(pk_tree_path_here(arena, tree, "../../x", &fixture->diags));
	assert_int_equal(fixture->diags.all.items[0].code, PK_GIT_OUTSIDE);
}

static void a_tree_has_a_file_if_no_byte_differs(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_tree) *old = pk_tree_open("side", &fixture->diags);
	PK_AUTO(pk_tree) *new = pk_tree_open("main", &fixture->diags);
	struct pk_source *disk = pk_file_read(fixture->arena, "a/x.yaml", 0, &fixture->diags);
	struct pk_source *tree =
		pk_tree_read(fixture->arena, new, "main:a/x.yaml", 0, &fixture->diags);
	assert_true(pk_tree_has(new, disk, NULL));
	assert_false(pk_tree_has(old, disk, NULL));
	assert_true(pk_tree_has(new, tree, new));
	assert_false(pk_tree_has(old, tree, new));
}

static void the_base_is_the_last_common_ancestor(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_tree) *side = pk_tree_open("side", &fixture->diags);
	PK_AUTO(pk_tree) *base = pk_tree_open_base("side", NULL, &fixture->diags);
	assert_non_null(base);
	assert_string_equal(pk_tree_commit(base), pk_tree_commit(side));
	PK_AUTO(pk_tree) *of_side = pk_tree_open_base("main", side, &fixture->diags);
	assert_non_null(of_side);
	assert_string_equal(pk_tree_commit(of_side), pk_tree_commit(side));
}

static void lines_are_blamed_on_their_commit(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_tree) *tree = pk_tree_open("HEAD", &fixture->diags);
	struct pk_source *source = pk_file_read(fixture->arena, "a/x.yaml", 0, &fixture->diags);
	struct pk_tree_lines lines = pk_tree_blame(fixture->arena, tree, source, NULL);
	assert_int_equal(lines.len, 1);
	assert_string_equal(lines.items[0].commit, pk_tree_commit(tree));
	assert_string_equal(lines.items[0].author, "Ann");
	source = source_from_text(fixture->arena, "unknown");
	assert_int_equal(pk_tree_blame(fixture->arena, tree, source, NULL).len, 0);
}

static void what_is_no_revision_is_reported_or_not_found(void **state)
{
	struct fixture *fixture = *state;
	assert_null(pk_tree_find(".", "nowhere"));
	assert_null(pk_tree_find("/", "HEAD"));
	assert_int_equal(fixture->diags.all.len, 0);
	assert_null(pk_tree_open("nowhere", &fixture->diags));
	assert_int_equal(fixture->diags.all.items[0].code, PK_GIT_REVISION);
	pk_tree_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_those_of_the_commit),
		TEST(what_is_there_is_told_as_on_the_disk),
		TEST(links_are_followed_inside_only),
		TEST(the_limit_is_that_of_files),
		TEST(names_are_beside_the_file_in_its_tree),
		TEST(a_tree_has_a_file_if_no_byte_differs),
		TEST(the_base_is_the_last_common_ancestor),
		TEST(lines_are_blamed_on_their_commit),
		TEST(what_is_no_revision_is_reported_or_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
