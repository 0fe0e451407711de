/* The pipeline that finds techniques of ATT&CK in names of rules. */
#include "templates/pipelines/pipelines.h"

#include <string.h>

#include "base/text.h"
#include "mitre/attack.h"
#include "templates/pipelines/pipelines_part.h"

/* Short names of tactics that older releases had, and what the tactic of that id is called now. */
static const struct {
	const char *old;
	const char *current;
} old_tactics[] = {
	{"defense-evasion", "stealth"},
};

static const struct pk_tactic *find_tactic(const struct pk_attack *attack, const char *name)
{
	const struct pk_tactic *tactic = pk_attack_find_tactic(attack, name);
	for (size_t i = 0; tactic == NULL && i < sizeof(old_tactics) / sizeof(*old_tactics); i++)
		if (strcmp(old_tactics[i].old, name) == 0)
			tactic = pk_attack_find_tactic(attack, old_tactics[i].current);
	return tactic;
}

/* A retired technique is called what stands in its place today; one without that, what it was
 * called. */
static void put_technique(struct pk_json_out *json, const struct pk_attack *attack,
	const struct pk_technique *written)
{
	const struct pk_technique *technique = pk_attack_current(attack, written->id);
	if (technique == NULL)
		technique = written;
	pk_json_out_open_array(json, written->id);
	pk_json_out_text(json, NULL, technique->name);
	for (size_t i = 0; i < technique->tactics.len; i++) {
		const struct pk_tactic *tactic = find_tactic(attack, technique->tactics.items[i]);
		if (tactic != NULL)
			pk_json_out_text(json, NULL, tactic->id);
	}
	pk_json_out_close_array(json);
}

/* As a name is compared: in lower case, blanks as hyphens. */
static void put_phase(struct pk_json_out *json, const char *name, const char *id)
{
	PK_BUF_AUTO key = {0};
	for (const char *c = name; *c != '\0'; c++)
		pk_buf_putc(&key, *c == ' ' ? '-' : pk_text_lower(*c));
	pk_json_out_text(json, key.data, id);
}

static void put_tactics(struct pk_json_out *json, const struct pk_attack *attack)
{
	size_t count;
	const struct pk_tactic *tactics = pk_attack_tactics(attack, &count);
	pk_json_out_open_object(json, "tactics");
	for (size_t i = 0; i < count; i++)
		pk_json_out_text(json, tactics[i].id, tactics[i].name);
	pk_json_out_close_object(json);
	pk_json_out_open_object(json, "phases");
	for (size_t i = 0; i < count; i++) {
		put_phase(json, tactics[i].short_name, tactics[i].id);
		put_phase(json, tactics[i].id, tactics[i].id);
	}
	for (size_t i = 0; i < sizeof(old_tactics) / sizeof(*old_tactics); i++)
		put_phase(json, old_tactics[i].old, find_tactic(attack, old_tactics[i].old)->id);
	pk_json_out_close_object(json);
}

static void put_params(struct pk_json_out *json, const struct pk_attack *attack)
{
	pk_json_out_open_object(json, "params");
	pk_json_out_text(json, "copyright", pk_attack_copyright(attack));
	put_tactics(json, attack);
	pk_json_out_open_object(json, "techniques");
	for (size_t i = 0; i < pk_attack_count(attack); i++)
		put_technique(json, attack, pk_attack_at(attack, i));
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

void pk_pipeline_put_rule(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options)
{
	(void)elk;
	(void)options;
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	const struct pk_attack *attack = pk_attack_open(arena);
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "description",
		"Techniques of MITRE ATT&CK from the name of the rule that logged an event.");
	pk_json_out_open_array(&json, "processors");
	pk_script_open(&json, "rule", pk_rule_script);
	put_params(&json, attack);
	pk_script_close(&json);
	pk_json_out_close_array(&json);
	pk_json_out_close_object(&json);
}
