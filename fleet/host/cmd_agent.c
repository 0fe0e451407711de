/*
 * The steps about an agent of Windows itself. It is a folder of files; it has no reload and reports
 * no configuration, so that is a file which is replaced at once while it stands still (Monster
 * facts, docs/fleet-facts.md). Monster's program is told one switch at a time, `net` one word about
 * a service that Windows keeps.
 *
 * Files that are there besides those of a bundle (what it recorded, its own databases) stay, also
 * when it is removed.
 */
#include "fleet/host/cmd_agent.h"

#include <string.h>

#include "base/text.h"

/* What the steps are about. */
struct agent {
	struct pk_cmd_steps *steps;
	const struct pk_cmd_agent *kind;
	struct pk_cmd_beat beat;
	const char *folder;
	const char *image;
	const char *place;	   /* the configuration */
	const char *config_folder; /* its folder, and its name there */
	const char *config;
};

/* The folder of a path with a backslash in it. */
static const char *folder_of(struct pk_arena *arena, const char *path)
{
	return pk_arena_strndup(arena, path, (size_t)(strrchr(path, '\\') - path));
}

const char *pk_cmd_agent_folder(
	struct pk_arena *arena, const struct pk_desired *desired, const struct pk_facts *facts)
{
	if (facts->image != NULL && strchr(facts->image, '\\') != NULL)
		return folder_of(arena, facts->image);
	/* An inventory's own default is a path of Linux. */
	const char *wished = desired->install_dir;
	if (wished != NULL && wished[0] != '\0' && wished[1] == ':')
		return pk_cmd_windows_path(arena, wished);
	return pk_cmd_agent_find(desired->sensor)->folder;
}

static const char *image_of(const struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	return steps->facts->image != NULL
		? steps->facts->image
		: pk_arena_printf(steps->arena, "%s\\%s",
			  pk_cmd_agent_folder(steps->arena, desired, steps->facts),
			  pk_cmd_agent_find(desired->sensor)->program);
}

/* The part of a path behind the folder of the program; NULL: it is elsewhere. */
static const char *beside_program(const struct pk_cmd_steps *steps, const char *path)
{
	const char *program = steps->program->path;
	const char *slash = strrchr(program, '/');
	size_t skip = slash != NULL ? (size_t)(slash - program) + 1 : 0;
	return strncmp(path, program, skip) == 0 ? path + skip : NULL;
}

static bool is_config(const struct pk_cmd_steps *steps, const char *name)
{
	const struct pk_cmd_agent_config *config =
		pk_cmd_agent_find(steps->wish->desired->sensor)->configs;
	while (config->name != NULL && !pk_text_equal_nocase(name, config->name))
		config++;
	return config->name != NULL;
}

/* A configuration that is there is not replaced by the one that a bundle brings along. */
const char *pk_cmd_agent_place(const struct pk_cmd_steps *steps, const struct pk_bundle_file *file)
{
	const char *name = beside_program(steps, file->path);
	bool fits = file->arch == NULL ||
		(steps->facts->arch != NULL && pk_text_equal(file->arch, steps->facts->arch));
	if (name == NULL || !fits || file->role == PK_BUNDLE_LICENCE)
		return NULL;
	if (is_config(steps, name) && steps->facts->present == PK_FACT_YES)
		return NULL;
	if (file == steps->program)
		return image_of(steps);
	return pk_cmd_windows_path(steps->arena,
		pk_arena_printf(steps->arena, "%s/%s",
			pk_cmd_agent_folder(steps->arena, steps->wish->desired, steps->facts),
			name));
}

/* Does the bundle, or else the host, have what this name of a configuration belongs to? */
static bool config_fits(const struct pk_cmd_steps *steps, const struct pk_cmd_agent_config *config)
{
	const struct pk_bundle *bundle = steps->wish->desired->bundle;
	for (size_t i = 0; bundle != NULL && steps->program != NULL && i < bundle->files.len; i++) {
		const char *name = beside_program(steps, bundle->files.items[i].path);
		if (name != NULL &&
			(pk_text_equal_nocase(name, config->name) ||
				pk_text_equal_nocase(name, config->file)))
			return true;
	}
	const char *driver = steps->facts->driver;
	return driver != NULL && config->driver != NULL &&
		pk_text_equal_nocase(driver, config->driver);
}

/* What the configuration is called: as the one that is there, or as the agent's generation has it.
 */
static const char *config_name(const struct pk_cmd_steps *steps)
{
	const struct pk_cmd_agent_config *configs =
		pk_cmd_agent_find(steps->wish->desired->sensor)->configs;
	const char *name = configs[0].name;
	if (steps->facts->config_file != NULL)
		return steps->facts->config_file;
	for (size_t i = 1; configs[i].name != NULL; i++)
		if (config_fits(steps, &configs[i]))
			name = configs[i].name;
	return name;
}

static void look(struct agent *out, struct pk_cmd_steps *steps)
{
	struct pk_arena *arena = steps->arena;
	*out = (struct agent){.steps = steps,
		.kind = pk_cmd_agent_find(steps->wish->desired->sensor),
		.folder = pk_cmd_agent_folder(arena, steps->wish->desired, steps->facts),
		.image = image_of(steps),
		.place = config_name(steps)};
	if (strchr(out->place, '\\') == NULL)
		out->place = pk_arena_printf(arena, "%s\\%s", out->folder, out->place);
	out->config_folder = folder_of(arena, out->place);
	out->config = out->place + strlen(out->config_folder) + 1;
	pk_cmd_beat_read(&out->beat, arena, out->kind, out->folder, steps->facts->command);
}

bool pk_cmd_agent_check(struct pk_cmd_steps *steps)
{
	const struct pk_bundle *bundle = steps->wish->desired->bundle;
	struct agent agent;
	look(&agent, steps);
	const char *const texts[] = {agent.folder, agent.place, agent.beat.home,
		agent.beat.config_home, agent.beat.data, agent.beat.logs};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!pk_cmd_step_safe(steps, texts[i], false))
			return false;
	for (size_t i = 0; steps->program != NULL && i < bundle->files.len; i++)
		if (!pk_cmd_step_safe(
			    steps, pk_cmd_agent_place(steps, &bundle->files.items[i]), false))
			return false;
	return true;
}

/* How the agent, or Windows about its service, is told a word. */
static const char *call_of(const struct agent *agent, const char *word)
{
	struct pk_arena *arena = agent->steps->arena;
	const char *service = agent->steps->facts->service;
	if (agent->kind->display == NULL)
		return pk_arena_printf(arena, "\"%s\" %s", agent->image, word);
	return pk_arena_printf(
		arena, "net %s %s", word, service != NULL ? service : agent->kind->services[0]);
}

/* All words but the last, of which only what comes after them counts. */
static const char *tell_first(const struct agent *agent, struct pk_cmd_line *line,
	enum pk_cmd_words which, const char *otherwise)
{
	const struct pk_bundle_words words = pk_cmd_words(agent->steps, which);
	for (size_t i = 0; i + 1 < words.len; i++)
		pk_cmd_line_put(line, "%s >nul 2>&1", call_of(agent, words.items[i]));
	return words.len > 0 ? words.items[words.len - 1] : otherwise;
}

/* A call on whose success the rest depends. */
static void add_call(const struct agent *agent, const char *word)
{
	struct pk_cmd_line *line = &pk_cmd_step_add(agent->steps, "agent-call")->line;
	pk_cmd_line_try(line, 0, "%s 2>&1", call_of(agent, word));
	pk_cmd_line_bail(line);
}

/* An option that names a folder; where the service is not told one, its own default counts. */
static const char *option(const struct agent *agent, const char *name, const char *folder)
{
	return folder == NULL ? ""
			      : pk_arena_printf(agent->steps->arena, " --%s \"%s\"", name, folder);
}

/*
 * The agent itself judges the new configuration, with the folders of its service: variables in it
 * come from a keystore there. What it refuses never takes the place of the one in force.
 */
static void add_test(const struct agent *agent)
{
	struct pk_cmd_steps *steps = agent->steps;
	const struct pk_cmd_beat *beat = &agent->beat;
	bool ours = steps->facts->present != PK_FACT_YES;
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "agent-test")->line;
	pk_cmd_line_try(line, 0, "\"%s\" test config -c \"%s\"%s%s%s%s <nul 2>&1", agent->image,
		pk_cmd_stage_path(steps, steps->wish->desired->content->digest),
		option(agent, "path.home", beat->home),
		option(agent, "path.config", beat->config_home),
		option(agent, "path.data", ours ? agent->kind->data : beat->data),
		option(agent, "path.logs", ours ? agent->kind->data : beat->logs));
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);
}

/*
 * Stopping what stands still may be an error: only what comes after it counts. If it does not start
 * with the new configuration, it gets the old one again.
 */
static void add_config(const struct agent *agent)
{
	struct pk_cmd_steps *steps = agent->steps;
	const char *place = agent->place;
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "agent-config")->line;
	pk_cmd_line_put(line, "copy /y \"%s\" \"%s.new\" >nul",
		pk_cmd_stage_path(steps, steps->wish->desired->content->digest), place);
	pk_cmd_line_put(line, "del /q \"%s.old\" 2>nul", place);
	pk_cmd_line_put(line, "copy /y \"%s\" \"%s.old\" >nul 2>nul", place, place);
	const char *start = call_of(agent, tell_first(agent, line, PK_CMD_UPDATE, "/start"));
	pk_cmd_step_move(line, agent->config_folder,
		pk_arena_printf(steps->arena, "%s.new", agent->config), agent->config);
	pk_cmd_line_put(line, "(if defined PKBAD %s >nul 2>&1)", start);
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);

	line = &pk_cmd_step_add(steps, "agent-start")->line;
	pk_cmd_line_try(line, 0, "%s 2>&1", start);
	pk_cmd_line_put(line,
		"(if defined PKBAD if exist \"%s.old\" move /y \"%s.old\" \"%s\" >nul)", place,
		place, place);
	pk_cmd_line_put(line, "(if defined PKBAD %s)", start);
	pk_cmd_line_put(
		line, "(if defined PKBAD call echo %s restored %%^errorlevel%%)", line->nonce);
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);
	pk_cmd_line_put(line, "del /q \"%s.old\" 2>nul", place);
}

/* Gone is what is not there any more. */
static void add_remove(const struct agent *agent)
{
	struct pk_cmd_steps *steps = agent->steps;
	const char *service = steps->facts->service;
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "agent-remove")->line;
	const char *last = tell_first(agent, line, PK_CMD_REMOVE, NULL);
	if (agent->kind->display != NULL) {
		if (last != NULL)
			pk_cmd_line_put(line, "%s >nul 2>&1", call_of(agent, last));
		pk_cmd_line_try(line, 0, "sc delete %s 2>&1", service);
	} else if (last != NULL) {
		pk_cmd_line_try(line, 0, "%s 2>&1", call_of(agent, last));
	}
	pk_cmd_line_bail(line);
	pk_cmd_line_frame(line, "gone", service);
	pk_cmd_line_put(line, "sc query %s&(if not errorlevel 1 set PKBAD=1)", service);
	pk_cmd_line_put(line, "call echo %s status %%^errorlevel%%", line->nonce);
	pk_cmd_line_bail(line);
}

/*
 * Another version of what Windows keeps the service of: that stays, with all that it is told. What
 * still runs holds its program, which then cannot be replaced.
 */
static void add_stop(const struct agent *agent)
{
	struct pk_cmd_line *line = &pk_cmd_step_add(agent->steps, "agent-stop")->line;
	const char *last = tell_first(agent, line, PK_CMD_REMOVE, NULL);
	if (last != NULL)
		pk_cmd_line_run(line, "%s >nul 2>&1", call_of(agent, last));
}

/* A file takes its place at once, or what is there stays. */
static void add_file(struct pk_cmd_steps *steps, const char *digest, const char *place)
{
	const char *folder = folder_of(steps->arena, place);
	const char *name = place + strlen(folder) + 1;
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "agent-file")->line;
	pk_cmd_line_put(line, "(if not exist \"%s\\.\" mkdir \"%s\")", folder, folder);
	pk_cmd_line_put(
		line, "copy /y \"%s\" \"%s.new\" >nul", pk_cmd_stage_path(steps, digest), place);
	pk_cmd_step_move(line, folder, pk_arena_printf(steps->arena, "%s.new", name), name);
	pk_cmd_line_bail(line);
}

/* A service as the vendor's own script makes it; that it starts late is a wish, not a demand. */
static void add_service(const struct agent *agent)
{
	const struct pk_cmd_agent *kind = agent->kind;
	struct pk_cmd_line *line = &pk_cmd_step_add(agent->steps, "agent-call")->line;
	pk_cmd_line_try(line, 0,
		"sc create %s binPath= \"\\\"%s\\\" --environment=windows_service -c \\\"%s\\\" "
		"--path.home \\\"%s\\\" --path.data \\\"%s\\\" --path.logs \\\"%s\\logs\\\" "
		"-E logging.files.redirect_stderr=true\" DisplayName= %s start= auto 2>&1",
		kind->services[0], agent->image, agent->place, agent->folder, kind->data,
		kind->data, kind->display);
	pk_cmd_line_bail(line);
	pk_cmd_line_put(line, "sc config %s start= delayed-auto >nul 2>&1", kind->services[0]);
}

static void add_install(const struct agent *agent)
{
	struct pk_cmd_steps *steps = agent->steps;
	const struct pk_desired *desired = steps->wish->desired;
	bool there = steps->facts->present == PK_FACT_YES;
	for (size_t i = 0; i < desired->bundle->files.len; i++) {
		const struct pk_bundle_file *file = &desired->bundle->files.items[i];
		const char *place = pk_cmd_agent_place(steps, file);
		if (place != NULL)
			add_file(steps, file->digest, place);
	}
	if (desired->content != NULL && agent->kind->display != NULL && !there)
		add_test(agent);
	if (desired->content != NULL)
		add_file(steps, desired->content->digest, agent->place);
	if (agent->kind->display != NULL && !there)
		add_service(agent);
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_INSTALL);
	for (size_t i = 0; i < words.len; i++)
		add_call(agent, words.items[i]);
}

/* The last word of installing. */
static void add_start(const struct agent *agent)
{
	const struct pk_bundle_words words = pk_cmd_words(agent->steps, PK_CMD_INSTALL);
	add_call(agent, words.len > 0 ? words.items[words.len - 1] : "/start");
}

void pk_cmd_agent_change(struct pk_cmd_steps *steps, bool remove, bool config, bool start)
{
	struct agent agent;
	look(&agent, steps);
	bool windows = agent.kind->display != NULL;
	bool new_config = steps->wish->desired->content != NULL && (config || steps->install);
	if (windows && new_config && steps->facts->present == PK_FACT_YES)
		add_test(&agent);
	if (remove && windows && steps->install)
		add_stop(&agent);
	else if (remove)
		add_remove(&agent);
	if (steps->install)
		add_install(&agent);
	/* Both start it. */
	if (config)
		add_config(&agent);
	else if (start)
		add_start(&agent);
}
