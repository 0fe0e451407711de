/*
 * The steps about Monster itself. It is a folder of files, of which the program is told one switch
 * at a time; it has no reload and reports no configuration, so that is a file which is replaced at
 * once while it stands still (Monster facts, docs/fleet-facts.md).
 *
 * Files that are there besides those of a bundle (what it recorded, its own databases) stay, also
 * when it is removed.
 */
#include "fleet/host/cmd_change.h"

#include <string.h>

#include "base/text.h"

#define MONSTER_FOLDER "C:\\Monster"

/* What either generation calls its configuration. */
static const char *const config_names[] = {"Monster.conf", "Monster.cnf"};

static const char *windows_path(struct pk_arena *arena, const char *path)
{
	char *out = pk_arena_strdup(arena, path);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '/')
			*c = '\\';
	return out;
}

const char *pk_cmd_monster_folder(
	struct pk_arena *arena, const struct pk_desired *desired, const struct pk_facts *facts)
{
	const char *end = facts->image != NULL ? strrchr(facts->image, '\\') : NULL;
	if (end != NULL)
		return pk_arena_strndup(arena, facts->image, (size_t)(end - facts->image));
	/* An inventory's own default is a path of Linux. */
	const char *wished = desired->install_dir;
	if (wished != NULL && wished[0] != '\0' && wished[1] == ':')
		return windows_path(arena, wished);
	return MONSTER_FOLDER;
}

static const char *folder_of(const struct pk_cmd_steps *steps)
{
	return pk_cmd_monster_folder(steps->arena, steps->wish->desired, steps->facts);
}

static const char *image_of(const struct pk_cmd_steps *steps)
{
	return steps->facts->image != NULL
		? steps->facts->image
		: pk_arena_printf(steps->arena, "%s\\Monster.exe", folder_of(steps));
}

/* The part of a path behind the folder of the program; NULL: it is elsewhere. */
static const char *beside_program(const struct pk_cmd_steps *steps, const char *path)
{
	const char *program = steps->program->path;
	const char *slash = strrchr(program, '/');
	size_t skip = slash != NULL ? (size_t)(slash - program) + 1 : 0;
	return strncmp(path, program, skip) == 0 ? path + skip : NULL;
}

static bool is_config(const char *name)
{
	for (size_t i = 0; i < sizeof(config_names) / sizeof(config_names[0]); i++)
		if (pk_text_equal_nocase(name, config_names[i]))
			return true;
	return false;
}

/* A configuration that is there is not replaced by the one that a bundle brings along. */
const char *pk_cmd_monster_place(
	const struct pk_cmd_steps *steps, const struct pk_bundle_file *file)
{
	const char *name = beside_program(steps, file->path);
	bool fits = file->arch == NULL ||
		(steps->facts->arch != NULL && pk_text_equal(file->arch, steps->facts->arch));
	if (name == NULL || !fits || file->role == PK_BUNDLE_LICENCE)
		return NULL;
	if (is_config(name) && steps->facts->present == PK_FACT_YES)
		return NULL;
	if (file == steps->program)
		return image_of(steps);
	return windows_path(
		steps->arena, pk_arena_printf(steps->arena, "%s/%s", folder_of(steps), name));
}

/* What the configuration is called: as the one that is there, or by the bundle's generation. */
static const char *config_name(const struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const struct pk_bundle *bundle = steps->wish->desired->bundle;
	if (facts->config_file != NULL)
		return facts->config_file;
	for (size_t i = 0; bundle != NULL && steps->program != NULL && i < bundle->files.len; i++) {
		const char *name = beside_program(steps, bundle->files.items[i].path);
		if (name != NULL &&
			(pk_text_equal_nocase(name, "Monster.cnf") ||
				pk_text_equal_nocase(name, "MonsterK.sys")))
			return "Monster.cnf";
	}
	return facts->driver != NULL && pk_text_equal_nocase(facts->driver, "MonsterK")
		? "Monster.cnf"
		: "Monster.conf";
}

bool pk_cmd_monster_check(struct pk_cmd_steps *steps)
{
	const struct pk_bundle *bundle = steps->wish->desired->bundle;
	if (!pk_cmd_step_safe(steps, folder_of(steps), false) ||
		!pk_cmd_step_safe(steps, config_name(steps), true))
		return false;
	for (size_t i = 0; steps->program != NULL && i < bundle->files.len; i++)
		if (!pk_cmd_step_safe(
			    steps, pk_cmd_monster_place(steps, &bundle->files.items[i]), false))
			return false;
	return true;
}

/* A call of the program, on whose success the rest depends. */
static void add_call(struct pk_cmd_steps *steps, const char *word)
{
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "monster-call")->line;
	pk_cmd_line_try(line, 0, "\"%s\" %s 2>&1", image_of(steps), word);
	pk_cmd_line_bail(line);
}

/*
 * Stopping what stands still may be an error: only what comes after it counts. If it does not start
 * with the new configuration, it gets the old one again.
 */
void pk_cmd_monster_config(struct pk_cmd_steps *steps)
{
	const char *folder = folder_of(steps);
	const char *name = config_name(steps);
	const char *image = image_of(steps);
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_UPDATE);
	const char *last = words.len > 0 ? words.items[words.len - 1] : "/start";
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "monster-config")->line;
	pk_cmd_line_put(line, "copy /y \"%s\" \"%s\\%s.new\" >nul",
		pk_cmd_stage_path(steps, steps->wish->desired->content->digest), folder, name);
	pk_cmd_line_put(line, "del /q \"%s\\%s.old\" 2>nul", folder, name);
	pk_cmd_line_put(
		line, "copy /y \"%s\\%s\" \"%s\\%s.old\" >nul 2>nul", folder, name, folder, name);
	for (size_t i = 0; i + 1 < words.len; i++)
		pk_cmd_line_put(line, "\"%s\" %s >nul 2>&1", image, words.items[i]);
	pk_cmd_step_move(line, folder, pk_arena_printf(steps->arena, "%s.new", name), name);
	pk_cmd_line_put(line, "(if defined PKBAD \"%s\" %s >nul 2>&1)", image, last);
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);

	line = &pk_cmd_step_add(steps, "monster-start")->line;
	pk_cmd_line_try(line, 0, "\"%s\" %s 2>&1", image, last);
	pk_cmd_line_put(line,
		"(if defined PKBAD if exist \"%s\\%s.old\" move /y \"%s\\%s.old\" \"%s\\%s\" >nul)",
		folder, name, folder, name, folder, name);
	pk_cmd_line_put(line, "(if defined PKBAD \"%s\" %s)", image, last);
	pk_cmd_line_put(
		line, "(if defined PKBAD call echo %s restored %%^errorlevel%%)", line->nonce);
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);
	pk_cmd_line_put(line, "del /q \"%s\\%s.old\" 2>nul", folder, name);
}

/* Gone is what is not there any more. */
void pk_cmd_monster_remove(struct pk_cmd_steps *steps)
{
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_REMOVE);
	const char *image = image_of(steps);
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "monster-remove")->line;
	for (size_t i = 0; i + 1 < words.len; i++)
		pk_cmd_line_put(line, "\"%s\" %s >nul 2>&1", image, words.items[i]);
	if (words.len > 0)
		pk_cmd_line_try(line, 0, "\"%s\" %s 2>&1", image, words.items[words.len - 1]);
	pk_cmd_line_bail(line);
	pk_cmd_line_frame(line, "gone", steps->facts->service);
	pk_cmd_line_put(
		line, "sc query %s&(if not errorlevel 1 set PKBAD=1)", steps->facts->service);
	pk_cmd_line_put(line, "call echo %s status %%^errorlevel%%", line->nonce);
	pk_cmd_line_bail(line);
}

/* A file takes its place at once, or what is there stays. */
static void add_file(struct pk_cmd_steps *steps, const char *digest, const char *place)
{
	const char *slash = strrchr(place, '\\');
	const char *folder = pk_arena_strndup(steps->arena, place, (size_t)(slash - place));
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "monster-file")->line;
	pk_cmd_line_put(line, "(if not exist \"%s\\.\" mkdir \"%s\")", folder, folder);
	pk_cmd_line_put(
		line, "copy /y \"%s\" \"%s.new\" >nul", pk_cmd_stage_path(steps, digest), place);
	pk_cmd_step_move(
		line, folder, pk_arena_printf(steps->arena, "%s.new", slash + 1), slash + 1);
	pk_cmd_line_bail(line);
}

void pk_cmd_monster_install(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	for (size_t i = 0; i < desired->bundle->files.len; i++) {
		const struct pk_bundle_file *file = &desired->bundle->files.items[i];
		const char *place = pk_cmd_monster_place(steps, file);
		if (place != NULL)
			add_file(steps, file->digest, place);
	}
	if (desired->content != NULL)
		add_file(steps, desired->content->digest,
			pk_arena_printf(
				steps->arena, "%s\\%s", folder_of(steps), config_name(steps)));
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_INSTALL);
	for (size_t i = 0; i < words.len; i++)
		add_call(steps, words.items[i]);
}

/* The last word of installing. */
void pk_cmd_monster_start(struct pk_cmd_steps *steps)
{
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_INSTALL);
	add_call(steps, words.len > 0 ? words.items[words.len - 1] : "/start");
}
