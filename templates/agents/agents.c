#include "templates/agents/agents.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum { DEFAULT_PORT = 1514 };

/* A text as YAML: JSON's quoted form is YAML, too. */
static void put_text(struct pk_buf *buf, const char *before, const char *text)
{
	pk_buf_puts(buf, before);
	pk_json_put_string(buf, text);
	pk_buf_putc(buf, '\n');
}

/* The host in "https://host:9200/prefix" or "https://[::1]:9200"; bytes in *len_out. */
static const char *host_of(const char *url, size_t *len_out)
{
	const char *host = strstr(url, "://");
	host = host == NULL ? url : host + 3;
	if (*host == '[') {
		host++;
		*len_out = strcspn(host, "]");
		return host;
	}
	*len_out = strcspn(host, ":/");
	return host;
}

/* --- Winlogbeat --- */

/*
 * The log is named in Windows' own spelling. Events older than three days are not sent when an
 * agent is new; nothing else is filtered here: what is recorded is decided by Sysmon's
 * configuration.
 */
static void put_inputs(struct pk_buf *buf)
{
	pk_buf_puts(buf,
		"winlogbeat.event_logs:\n"
		"  - name: Microsoft-Windows-Sysmon/Operational\n"
		"    ignore_older: 72h\n"
		"    tags: [sysmon]\n\n");
}

static void put_tls(struct pk_buf *buf, const char *output, const struct pk_agent_options *options)
{
	if (options->ca != NULL) {
		pk_buf_printf(buf, "%s.ssl.certificate_authorities:\n", output);
		put_text(buf, "  - ", options->ca);
	}
	if (options->fingerprint != NULL) {
		pk_buf_puts(buf, output);
		put_text(buf, ".ssl.ca_trusted_fingerprint: ", options->fingerprint);
	}
}

static void put_logstash(struct pk_buf *buf, const struct pk_agent_options *options)
{
	pk_buf_puts(buf, "output.logstash:\n");
	put_text(buf, "  hosts: [", options->logstash);
	buf->len--; /* the line goes on */
	pk_buf_puts(buf, "]\n");
	put_tls(buf, "output.logstash", options);
}

static void put_engine(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_agent_options *options)
{
	if (elk->product == PK_ELK_OPENSEARCH)
		pk_buf_puts(buf,
			"# OpenSearch takes events from Winlogbeat OSS up to 7.12.1; a later "
			"one sends to Logstash.\n");
	pk_buf_puts(buf, "output.elasticsearch:\n");
	put_text(buf, "  hosts: [", options->url);
	buf->len--;
	pk_buf_puts(buf, "]\n");
	put_text(buf, "  index: ", options->streams->sysmon);
	if (!pk_elk_has(elk, PK_ELK_COMPOSABLE))
		pk_buf_puts(buf, "  pipeline: " PK_PIPELINE_SYSMON "\n");
	if (elk->product == PK_ELK_ELASTICSEARCH && !elk->oss) {
		pk_buf_puts(buf,
			"  # Put there by: winlogbeat.exe keystore add PICKET_API_KEY "
			"(id:key)\n"
			"  api_key: \"${PICKET_API_KEY}\"\n");
	} else {
		pk_buf_puts(buf,
			"  # Put there by: winlogbeat.exe keystore add PICKET_USER and "
			"PICKET_PASSWORD\n"
			"  # Leave both lines out where the server asks nobody who they "
			"are.\n"
			"  username: \"${PICKET_USER}\"\n"
			"  password: \"${PICKET_PASSWORD}\"\n");
	}
	put_tls(buf, "output.elasticsearch", options);
}

void pk_agent_put_winlogbeat(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_agent_options *options)
{
	pk_buf_printf(buf, "# Winlogbeat for %s, made by picket " PICKET_VERSION ".\n", elk->name);
	pk_buf_puts(buf,
		"# Indices, pipelines and dashboards are picket's: Winlogbeat makes none of "
		"its own.\n\n");
	put_inputs(buf);
	pk_buf_puts(buf, "setup.template.enabled: false\n");
	/* Winlogbeat has lifecycles since 6.6; before, the key is unknown and harmless (k). */
	pk_buf_puts(buf, "setup.ilm.enabled: false\n");
	pk_buf_puts(buf, "setup.dashboards.enabled: false\n\n");
	if (options->logstash != NULL)
		put_logstash(buf, options);
	else
		put_engine(buf, elk, options);
	pk_buf_puts(buf,
		"\nlogging.level: info\n"
		"logging.to_files: true\n");
}

/* --- Monster --- */

enum value_kind {
	NUMBER,
	TEXT,
	SERVER, /* where datagrams go */
	PORT,
};

struct export_row {
	const char *section;
	const char *key;
	enum value_kind kind;
	const char *value;
	bool gen2_only;
};

/* What the vendor's files have, in their order, with only syslog on: stack facts, section 4. */
static const struct export_row export_rows[] = {
	{"tsv", "enabled", NUMBER, "0", false},
	{"kafka", "enabled", NUMBER, "0", false},
	{"kafka", "servers", TEXT, "localhost", false},
	{"kafka", "topic", TEXT, "monster", false},
	{"kafka", "acks", TEXT, "0", false},
	{"kafka", "codec", TEXT, "lz4", false},
	{"kafka", "partition", NUMBER, "-1", false},
	{"kafka", "retries", NUMBER, "3", false},
	{"kafka", "max_msg_queue", NUMBER, "1000000", false},
	{"kafka", "batch.num.messages", NUMBER, "100", true},
	{"kafka", "queue.buffering.max.ms", NUMBER, "100", true},
	{"syslog", "enabled", NUMBER, "1", false},
	{"syslog", "server", SERVER, NULL, false},
	{"syslog", "port", PORT, NULL, false},
};

static void put_value(
	struct pk_buf *buf, const struct export_row *row, const struct pk_agent_options *options)
{
	size_t len = 0;
	const char *host = NULL;
	switch (row->kind) {
	case NUMBER:
		pk_buf_puts(buf, row->value);
		return;
	case TEXT:
		pk_json_put_string(buf, row->value);
		return;
	case SERVER:
		host = options->monster_host;
		if (host == NULL)
			host = host_of(options->url, &len);
		else
			len = strlen(host);
		pk_json_put_string_len(buf, host, len);
		return;
	case PORT:
		pk_buf_printf(buf, "%u",
			options->monster_port == 0 ? (unsigned)DEFAULT_PORT
						   : (unsigned)options->monster_port);
		return;
	}
}

/* How the same rows are written in JSON and in YAML. */
struct export_style {
	const char *section_begin; /* before the name of a section */
	const char *section_name_end;
	const char *key_begin;
	const char *key_end;
	const char *between_keys;
	const char *section_end;
	bool quoted;
};

static const struct export_style json_style = {
	.section_begin = "    ",
	.section_name_end = ": {\n",
	.key_begin = "      ",
	.key_end = ": ",
	.between_keys = ",\n",
	.section_end = "\n    }",
	.quoted = true,
};

static const struct export_style yaml_style = {
	.section_begin = "      ",
	.section_name_end = ":\n",
	.key_begin = "        ",
	.key_end = ": ",
	.between_keys = "\n",
	.section_end = "\n",
	.quoted = false,
};

static void put_name(struct pk_buf *buf, const struct export_style *style, const char *name)
{
	if (style->quoted)
		pk_json_put_string(buf, name);
	else
		pk_buf_puts(buf, name);
}

static void put_rows(struct pk_buf *buf, const struct export_style *style,
	enum pk_monster_generation generation, const struct pk_agent_options *options)
{
	const char *section = NULL;
	for (size_t i = 0; i < sizeof(export_rows) / sizeof(*export_rows); i++) {
		const struct export_row *row = &export_rows[i];
		if (row->gen2_only && generation != PK_MONSTER_GEN2)
			continue;
		if (section == NULL || !pk_text_equal(section, row->section)) {
			if (section != NULL)
				pk_buf_printf(buf, "%s%s", style->section_end,
					style->quoted ? ",\n" : "");
			pk_buf_puts(buf, style->section_begin);
			put_name(buf, style, row->section);
			pk_buf_puts(buf, style->section_name_end);
			section = row->section;
		} else {
			pk_buf_puts(buf, style->between_keys);
		}
		pk_buf_puts(buf, style->key_begin);
		put_name(buf, style, row->key);
		pk_buf_puts(buf, style->key_end);
		put_value(buf, row, options);
	}
	pk_buf_puts(buf, style->section_end);
}

void pk_agent_put_monster(struct pk_buf *buf, enum pk_monster_generation generation,
	const struct pk_agent_options *options)
{
	pk_buf_puts(buf, "{\n  \"export\": {\n");
	put_rows(buf, &json_style, generation, options);
	pk_buf_puts(buf, "\n  }\n}\n");
}

void pk_agent_put_monster_layer(struct pk_buf *buf, enum pk_monster_generation generation,
	const struct pk_agent_options *options)
{
	pk_buf_puts(buf,
		"# Where the Monster agent sends its events: a ruleset takes it by 'include'.\n"
		"picket: 1\n"
		"settings:\n  monster:\n    export:\n");
	put_rows(buf, &yaml_style, generation, options);
}
