/* stack: makes Elasticsearch or OpenSearch ready for events, and looks after that. */
#include <string.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/stack/stack.h"

enum {
	DAYS_MOST = 36500,
	GB_MOST = 10000,
	REPLICAS_MOST = 20,
	PORT_MOST = 65535,
	EVENTS_MOST = 100000000,
	NAME_SPACE_MOST = 100, /* bytes, as data streams have it */
};

#define FIELD(name) offsetof(struct pk_stack_options, name)

const struct pk_option pk_cmd_stack_options[] = {
	PK_ACCESS_OPTIONS(struct pk_stack_options, access),
	{PK_OPT_TEXT, 0, "agent-ca", "PATH", FIELD(agent_ca),
		"agent-config, render: where the certificate lies on the agent's host"},
	{PK_OPT_NUMBER, 'c', "count", "N", FIELD(count),
		"sample: how many events (default: one of every id)"},
	{PK_OPT_FLAG, 0, "data", NULL, FIELD(data), "down: remove the events, too"},
	{PK_OPT_NUMBER, 0, "days", "N", FIELD(days),
		"prune: remove dated indices older than that (default 30)"},
	{PK_OPT_FLAG, 'n', "dry-run", NULL, FIELD(dry_run),
		"show what would be done, change nothing"},
	{PK_OPT_TEXT, 0, "flavor", "NAME", FIELD(flavour),
		"render, agent-config: the stack, without asking it: es9, os2, es7.10-oss"},
	{PK_OPT_TEXT, 0, "flavour", "NAME", FIELD(flavour), "the same"},
	{PK_OPT_CHOICE, 0, "flavour-of-dashboards", "classic|lens", FIELD(dashboards),
		"kind of dashboards (default: what suits the stack)"},
	{PK_OPT_FLAG, 'f', "force", NULL, FIELD(force),
		"up: write over what is not picket's; render: write into any folder"},
	{PK_OPT_TEXT, 0, "kibana", "URL", FIELD(kibana.url),
		"where Kibana or OpenSearch Dashboards answers: dashboards go there"},
	{PK_OPT_TEXT, 0, "kibana-fingerprint", "SHA256", FIELD(kibana.fingerprint),
		"digest of a certificate that it must show"},
	{PK_OPT_TEXT, 0, "kibana-password-env", "NAME", FIELD(kibana.password_env),
		"variable with the password of --kibana-user"},
	{PK_OPT_TEXT, 0, "kibana-password-file", "FILE", FIELD(kibana.password_file),
		"file with the password of --kibana-user"},
	{PK_OPT_TEXT, 0, "kibana-user", "NAME", FIELD(kibana.user),
		"who we are there (default: as on the cluster)"},
	{PK_OPT_FLAG, 0, "layer", NULL, FIELD(layer),
		"agent-config: write a layer of a ruleset (YAML)"},
	{PK_OPT_TEXT, 0, "logstash", "HOST:PORT", FIELD(logstash),
		"agent-config, render: Winlogbeat sends to this Logstash"},
	{PK_OPT_TEXT, 0, "monster-host", "HOST", FIELD(monster_host),
		"agent-config, render: where Monster sends to (default: the host of --url)"},
	{PK_OPT_NUMBER, 0, "monster-port", "PORT", FIELD(monster_port),
		"UDP port of Monster's events (default 1514)"},
	{PK_OPT_TEXT, 0, "namespace", "NS", FIELD(name_space),
		"end of the names of data streams (default lab)"},
	{PK_OPT_FLAG, 0, "no-geoip", NULL, FIELD(no_geoip),
		"do not look up places and networks of addresses"},
	{PK_OPT_TEXT, 'o', "output", "PATH", FIELD(output),
		"render: the folder; sample, agent-config: the file ('-': standard output)"},
	{PK_OPT_FLAG, 0, "remove", NULL, FIELD(remove), "sample: remove sample events again"},
	{PK_OPT_NUMBER, 0, "replicas", "N", FIELD(replicas),
		"copies of each index on other nodes (default 0)"},
	{PK_OPT_NUMBER, 0, "retention", "DAYS", FIELD(retention),
		"how long events are kept (default 30)"},
	{PK_OPT_NUMBER, 0, "rollover-days", "N", FIELD(rollover_days),
		"begin a new index after so many days (default 7)"},
	{PK_OPT_NUMBER, 0, "rollover-gb", "N", FIELD(rollover_gb),
		"begin a new index at this size (default 30)"},
	{PK_OPT_NUMBER, 0, "seed", "N", FIELD(seed), "sample: other events for another number"},
	{PK_OPT_CHOICE, 's', "sensor", "sysmon|monster|monster-1.0", FIELD(sensor),
		"agent-config: which agent; sample: events of this sensor only"},
	{PK_OPT_FLAG, 'y', "yes", NULL, FIELD(yes), "down --data, prune: do not ask"},
	PK_OPTIONS_END,
};

/* --- is what was given possible? --- */

static const struct {
	const char *name;
	size_t offset;
	uint64_t least;
	uint64_t most;
} ranges[] = {
	{"count", FIELD(count), 0, EVENTS_MOST},
	{"days", FIELD(days), 0, DAYS_MOST},
	{"monster-port", FIELD(monster_port), 0, PORT_MOST},
	{"replicas", FIELD(replicas), 0, REPLICAS_MOST},
	{"retention", FIELD(retention), 1, DAYS_MOST},
	{"rollover-days", FIELD(rollover_days), 1, DAYS_MOST},
	{"rollover-gb", FIELD(rollover_gb), 1, GB_MOST},
};

static bool check_ranges(struct pk_cli *cli, const struct pk_stack_options *options)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		uint64_t value;
		memcpy(&value, (const char *)options + ranges[i].offset, sizeof(value));
		if (value >= ranges[i].least && value <= ranges[i].most)
			continue;
		cli->status = pk_cli_usage_error(cli, "--%s is a number from %llu to %llu",
			ranges[i].name, (unsigned long long)ranges[i].least,
			(unsigned long long)ranges[i].most);
		return false;
	}
	return true;
}

/* As a part of a data stream's name: Elasticsearch's rules, and no hyphen, which divides the parts.
 */
static bool check_name_space(struct pk_cli *cli, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
	if (text == NULL)
		return true;
	size_t len = strlen(text);
	if (len > 0 && len <= NAME_SPACE_MOST && strspn(text, allowed) == len)
		return true;
	cli->status = pk_cli_usage_error(cli,
		"--namespace is at most %d small letters, digits, '_' and '.'", NAME_SPACE_MOST);
	return false;
}

static bool check_kibana(struct pk_cli *cli, const struct pk_access *kibana)
{
	const char *wrong = NULL;
	bool password = kibana->password_file != NULL || kibana->password_env != NULL;
	if (kibana->url == NULL &&
		(password || kibana->user != NULL || kibana->fingerprint != NULL))
		wrong = "name Kibana's address by --kibana";
	else if (password && kibana->user == NULL)
		wrong = "name the user of Kibana's password by --kibana-user";
	else if (kibana->password_file != NULL && kibana->password_env != NULL)
		wrong = "give --kibana-password-file or --kibana-password-env, not both";
	if (wrong == NULL)
		return true;
	cli->status = pk_cli_usage_error(cli, "%s", wrong);
	return false;
}

static bool check(struct pk_cli *cli, const struct pk_stack_options *options)
{
	return check_kibana(cli, &options->kibana) && check_ranges(cli, options) &&
		check_name_space(cli, options->name_space) &&
		pk_access_check(cli, &options->access);
}

/* --- the verbs --- */

enum needs {
	NEEDS_URL,
	NEEDS_URL_OR_FILE,
	NEEDS_NOTHING,
};

static const struct verb {
	const char *name;
	enum needs needs;
	int (*run)(struct pk_stack *stack);
} verbs[] = {
	{"plan", NEEDS_URL, pk_stack_plan},
	{"up", NEEDS_URL, pk_stack_up},
	{"verify", NEEDS_URL, pk_stack_verify},
	{"doctor", NEEDS_URL, pk_stack_doctor},
	{"down", NEEDS_URL, pk_stack_down},
	{"render", NEEDS_NOTHING, pk_stack_render},
	{"sample", NEEDS_URL_OR_FILE, pk_stack_sample},
	{"prune", NEEDS_URL, pk_stack_prune},
	{"agent-config", NEEDS_URL, pk_stack_agent_config},
};

static bool is_reachable(const struct verb *verb, const struct pk_stack_options *options)
{
	switch (verb->needs) {
	case NEEDS_URL:
		return options->access.url != NULL;
	case NEEDS_URL_OR_FILE:
		return options->access.url != NULL || options->output != NULL;
	case NEEDS_NOTHING:
		break;
	}
	return true;
}

int pk_cmd_stack(struct pk_cli *cli, int argc, char **argv)
{
	struct pk_stack_options options = {
		.retention = 30,
		.rollover_days = 7,
		.rollover_gb = 30,
		.dashboards = -1,
		.sensor = -1,
		.days = 30,
	};
	struct pk_stack stack = {.cli = cli, .options = &options, .diags = {.arena = cli->arena}};
	struct pk_texts arguments = {0};
	if (!pk_options_parse(cli, &options, &arguments, argc, argv))
		return cli->status;
	if (arguments.len == 0)
		return pk_cli_usage_error(cli, "say what to do: plan, up, verify, ...");
	if (arguments.len > 1)
		return pk_cli_usage_error(cli, "'%s' is one too many: the stack is named by --url",
			arguments.items[1]);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (!pk_text_equal(arguments.items[0], verbs[i].name))
			continue;
		if (!check(cli, &options))
			return cli->status;
		if (!is_reachable(&verbs[i], &options))
			return pk_cli_usage_error(cli, "name the stack by --url");
		return verbs[i].run(&stack);
	}
	return pk_cli_usage_error(
		cli, "'%s' is nothing that can be done with a stack", arguments.items[0]);
}
