/* The agents of Windows, and how the service of a Beat is told where its files are. */
#include "fleet/host/cmd_agent.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

static const char *const none[] = {NULL};
static const char *const monster_services[] = {"Monster", NULL};
static const char *const monster_drivers[] = {"MonsterK", "monsterdrv", NULL};
/* The second generation comes with another name of its file (Monster facts, section 4). */
static const struct pk_cmd_agent_config monster_configs[] = {
	{"Monster.conf", "Monster.conf", NULL},
	{"Monster.cnf", "MonsterK.sys", "MonsterK"},
	{0},
};
static const char *const winlogbeat_services[] = {"winlogbeat", NULL};
static const struct pk_cmd_agent_config winlogbeat_configs[] = {
	{"winlogbeat.yml", "winlogbeat.yml", NULL},
	{0},
};

/* Winlogbeat is put where its vendor's script puts it (docs/fleet-facts.md, section 7). */
static const struct pk_cmd_agent kinds[PK_SENSORS] = {
	[PK_SENSOR_MONSTER] = {"Monster.exe", "C:\\Monster", monster_services, monster_drivers,
		monster_configs, NULL, NULL},
	[PK_SENSOR_WINLOGBEAT] = {"winlogbeat.exe", "C:\\Program Files\\Winlogbeat",
		winlogbeat_services, none, winlogbeat_configs, "Winlogbeat",
		"C:\\ProgramData\\winlogbeat"},
};

const struct pk_cmd_agent *pk_cmd_agent_find(enum pk_sensor sensor)
{
	return kinds[sensor].program != NULL ? &kinds[sensor] : NULL;
}

const char *pk_cmd_windows_path(struct pk_arena *arena, const char *path)
{
	char *out = pk_arena_strdup(arena, path);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '/')
			*c = '\\';
	return out;
}

static const struct {
	const char *name;
	size_t offset;
} options[] = {
	{"c", offsetof(struct pk_cmd_beat, config)},
	{"path.home", offsetof(struct pk_cmd_beat, home)},
	{"path.config", offsetof(struct pk_cmd_beat, config_home)},
	{"path.data", offsetof(struct pk_cmd_beat, data)},
	{"path.logs", offsetof(struct pk_cmd_beat, logs)},
};

/* The next word of a command line, without its quotes; NULL at the end. */
static const char *next_word(struct pk_arena *arena, const char **rest)
{
	const char *at = *rest + strspn(*rest, " ");
	if (*at == '\0')
		return NULL;
	PK_BUF_AUTO word = {0};
	pk_buf_puts(&word, "");
	bool quoted = false;
	for (; *at != '\0' && (quoted || *at != ' '); at++) {
		if (*at == '"')
			quoted = !quoted;
		else
			pk_buf_putc(&word, *at);
	}
	*rest = at;
	return pk_arena_strndup(arena, word.data, word.len);
}

/* Where the value of the option goes, NULL if it is another one; "--NAME=VALUE" has it along. */
static const char **place_of(struct pk_cmd_beat *out, const char *word, const char **value_out)
{
	const char *name = word + strspn(word, "-");
	size_t len = strcspn(name, "=");
	for (size_t i = 0; name > word && i < sizeof(options) / sizeof(options[0]); i++) {
		if (strlen(options[i].name) != len || strncmp(options[i].name, name, len) != 0)
			continue;
		*value_out = name[len] == '=' ? name + len + 1 : NULL;
		return (const char **)(void *)((char *)out + options[i].offset);
	}
	return NULL;
}

void pk_cmd_beat_read(struct pk_cmd_beat *out, struct pk_arena *arena,
	const struct pk_cmd_agent *agent, const char *folder, const char *command)
{
	*out = (struct pk_cmd_beat){0};
	const char *rest = command != NULL ? command : "";
	for (const char *word; (word = next_word(arena, &rest)) != NULL;) {
		const char *value = NULL;
		const char **place = place_of(out, word, &value);
		if (place == NULL)
			continue;
		*place = value != NULL ? value : next_word(arena, &rest);
	}
	if (out->home == NULL)
		out->home = folder;
	/* A Beat takes its configuration to be in that folder, or else at home. */
	const char *config = pk_cmd_windows_path(
		arena, out->config != NULL ? out->config : agent->configs[0].name);
	bool whole = config[0] == '\\' || (config[0] != '\0' && config[1] == ':');
	out->config = whole
		? config
		: pk_arena_printf(arena, "%s\\%s",
			  out->config_home != NULL ? out->config_home : out->home, config);
}
