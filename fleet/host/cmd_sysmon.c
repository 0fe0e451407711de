/*
 * The steps about Sysmon itself: install, another configuration, remove, and what it reports then
 * (Sysmon facts, docs/sysmon-facts.md sections 10 and 11).
 */
#include "fleet/host/cmd_change.h"

#include "base/text.h"
#include "fleet/host/change_part.h"

/*
 * The program with its words, `config` for "{config}"; without a configuration that word is left
 * out. The licence is accepted each time: a program that asks would wait for ever.
 */
static void put_command(struct pk_buf *out, const char *image, const struct pk_bundle_words *words,
	const char *config)
{
	bool accepted = false;
	for (size_t i = 0; i < words->len; i++)
		accepted = accepted || pk_text_equal_nocase(words->items[i], "-accepteula");
	pk_buf_printf(out, "\"%s\"%s", image, accepted ? "" : " -accepteula");
	for (size_t i = 0; i < words->len; i++) {
		if (!pk_text_equal(words->items[i], "{config}"))
			pk_buf_printf(out, " %s", words->items[i]);
		else if (config != NULL)
			pk_buf_printf(out, " \"%s\"", config);
	}
}

/* Where the configuration of now is: where we put it, or where the sensor was given it from. */
static const char *old_config(const struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	if (facts->config != NULL && facts->record.present && facts->record.config != NULL &&
		pk_text_equal(facts->config, facts->record.config) && pk_digest_is(facts->config))
		return pk_cmd_config_path(steps, facts->config);
	return pk_cmd_text_safe(facts->config_file) ? facts->config_file : NULL;
}

/*
 * A refusal leaves the old configuration in force with Sysmon; it is put back all the same, and the
 * record with it.
 */
void pk_cmd_sysmon_config(struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const struct pk_content *content = steps->wish->desired->content;
	const char *new = pk_cmd_config_path(steps, content->digest);
	const char *old = old_config(steps);
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_UPDATE);
	PK_BUF_AUTO command = {0};
	put_command(&command, facts->image, &words, new);

	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "sysmon-config")->line;
	pk_cmd_line_put(
		line, "copy /y \"%s\" \"%s\" >nul", pk_cmd_stage_path(steps, content->digest), new);
	pk_cmd_line_try(line, 0, "%s 2>&1", command.data);
	if (old != NULL) {
		PK_BUF_AUTO back = {0};
		put_command(&back, facts->image, &words, old);
		pk_cmd_line_put(line,
			"(if defined PKBAD if not exist \"%s\" echo %s restored none)", old,
			line->nonce);
		pk_cmd_line_put(line, "(if defined PKBAD if exist \"%s\" %s)", old, back.data);
		pk_cmd_line_put(line, "(if defined PKBAD call echo %s restored %%^errorlevel%%)",
			line->nonce);
	}
	pk_cmd_step_give_up(line, steps);
	pk_cmd_line_bail(line);
}

/* Removing needs the program that is installed; `force` if it is stuck. */
void pk_cmd_sysmon_remove(struct pk_cmd_steps *steps)
{
	const struct pk_facts *facts = steps->facts;
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_REMOVE);
	PK_BUF_AUTO command = {0};
	put_command(&command, facts->image, &words, NULL);
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "sysmon-remove")->line;
	pk_cmd_line_try(line, 0, "%s&(if errorlevel 1 %s force)", command.data, command.data);
	pk_cmd_line_bail(line);
	pk_cmd_line_frame(line, "gone", facts->service);
	pk_cmd_line_put(line, "sc query %s&(if not errorlevel 1 set PKBAD=1)", facts->service);
	pk_cmd_line_put(line, "call echo %s status %%^errorlevel%%", line->nonce);
	pk_cmd_line_bail(line);
	if (pk_change_is_feature(facts) != PK_FACT_YES)
		return;
	line = &pk_cmd_step_add(steps, "feature-off")->line;
	pk_cmd_line_try(line, PK_CMD_RESTART,
		"dism /Online /Disable-Feature /FeatureName:Sysmon /NoRestart /Quiet");
	pk_cmd_line_bail(line);
}

/*
 * Sysmon takes the name of its service from the name of its program, and copies itself to the
 * folder of Windows.
 */
void pk_cmd_sysmon_install(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const char *image = "%SystemRoot%\\System32\\Sysmon.exe";
	if (desired->feature) {
		struct pk_cmd_line *line = &pk_cmd_step_add(steps, "feature-on")->line;
		pk_cmd_line_try(line, PK_CMD_RESTART,
			"dism /Online /Enable-Feature /FeatureName:Sysmon /NoRestart /Quiet");
		pk_cmd_line_bail(line);
	} else {
		image = pk_arena_printf(
			steps->arena, "%s\\stage\\%s.exe", steps->state, steps->service);
	}
	struct pk_cmd_line *line = &pk_cmd_step_add(steps, "sysmon-install")->line;
	if (!desired->feature)
		pk_cmd_line_put(line, "copy /y \"%s\" \"%s\" >nul",
			pk_cmd_stage_path(steps, steps->program->digest), image);
	const char *config = NULL;
	if (desired->content != NULL) {
		config = pk_cmd_config_path(steps, desired->content->digest);
		pk_cmd_line_put(line, "copy /y \"%s\" \"%s\" >nul",
			pk_cmd_stage_path(steps, desired->content->digest), config);
	}
	const struct pk_bundle_words words = pk_cmd_words(steps, PK_CMD_INSTALL);
	PK_BUF_AUTO command = {0};
	put_command(&command, image, &words, config);
	const char *driver = desired->driver != NULL ? desired->driver : steps->facts->driver;
	if (!desired->feature && driver != NULL && !pk_text_equal_nocase(driver, "SysmonDrv"))
		pk_buf_printf(&command, " -d %s", driver);
	pk_cmd_line_try(line, 0, "%s 2>&1", command.data);
	pk_cmd_line_bail(line);
}

void pk_cmd_sysmon_readback(struct pk_cmd_steps *steps)
{
	const struct pk_desired *desired = steps->wish->desired;
	const char *driver = desired->driver != NULL ? desired->driver : steps->facts->driver;
	struct pk_cmd_step *step = pk_cmd_step_add(steps, "readback");
	step->output_max = 2 * (size_t)PK_FACT_RULES_MAX + 1024 * 1024;
	pk_cmd_line_frame(&step->line, "params", NULL);
	pk_cmd_line_run(&step->line, "reg query \"" PK_CMD_SERVICES "\\%s\\Parameters\"",
		driver != NULL ? driver : "SysmonDrv");
}
