/*
 * The files of Logstash's pipeline. No secret is in them: Logstash takes those from its keystore or
 * its environment where ${NAME} stands. Source: docs/stack-facts.md section 6.
 */
#include "templates/logstash/logstash.h"

#include <string.h>

#include "base/text.h"
#include "templates/logstash/ruby.h"

enum {
	PORT_DEFAULT = 1514,
	PORT_BEATS = 5044,
	BUFFER_DEFAULT = 16 * 1024 * 1024,
	QUEUE_PACKETS = 20000, /* that wait for the codec: a count, not bytes */
};

/* A text as Logstash reads it: between double quotes, without escapes. */
static void put_text(struct pk_buf *buf, const char *text)
{
	pk_buf_putc(buf, '"');
	for (; *text != '\0'; text++) {
		if (*text != '"')
			pk_buf_putc(buf, *text);
	}
	pk_buf_putc(buf, '"');
}

static void put_setting(struct pk_buf *buf, const char *name, const char *text)
{
	pk_buf_printf(buf, "      %s => ", name);
	put_text(buf, text);
	pk_buf_putc(buf, '\n');
}

/* --- inputs --- */

static void put_input(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_logstash_options *options)
{
	unsigned port = options->port == 0 ? PORT_DEFAULT : options->port;
	uint32_t buffer = options->buffer == 0 ? BUFFER_DEFAULT : options->buffer;
	(void)elk;
	pk_buf_printf(buf,
		"# Records of Monster agents: export.syslog of their configuration names this\n"
		"# host and port. They are plain text over UDP, so it is the input for UDP and\n"
		"# not the one for syslog, which asks the system for no buffer.\n"
		"#\n"
		"# The system must allow the buffer: sysctl -w net.core.rmem_max=%u\n"
		"input {\n"
		"  udp {\n"
		"    id => \"picket_monster_udp\"\n"
		"    port => %u\n"
		"    codec => plain\n"
		"    receive_buffer_bytes => %u\n"
		"    queue_size => %d\n"
		"    workers => 2\n"
		"    add_field => { \"[@metadata][picket]\" => \"monster\" }\n"
		"  }\n"
		"  tcp {\n"
		"    id => \"picket_monster_tcp\"\n"
		"    port => %u\n"
		"    codec => line\n"
		"    add_field => { \"[@metadata][picket]\" => \"monster\" }\n"
		"  }\n"
		"}\n",
		(unsigned)buffer, port, (unsigned)buffer, (int)QUEUE_PACKETS, port);
}

static void put_beats(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_logstash_options *options)
{
	(void)elk;
	(void)options;
	pk_buf_printf(buf,
		"# Events of Sysmon from Winlogbeat. Remove this file if no Winlogbeat sends "
		"here.\n"
		"#\n"
		"# Without TLS everybody on the way can read them: see ssl_enabled (ssl before\n"
		"# Logstash 8.6), ssl_certificate and ssl_key in the manual of the beats input.\n"
		"input {\n"
		"  beats {\n"
		"    id => \"picket_beats\"\n"
		"    port => %d\n"
		"    add_field => { \"[@metadata][picket]\" => \"sysmon\" }\n"
		"  }\n"
		"}\n",
		(int)PORT_BEATS);
}

/* --- filter --- */

static void put_filter(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_logstash_options *options)
{
	(void)elk;
	pk_buf_puts(buf,
		"# The path must be the whole one. Where Logstash reads every file of the folder\n"
		"# of this one (path.config without *.conf), monster.rb must be in another.\n"
		"filter {\n"
		"  if [@metadata][picket] == \"monster\" {\n"
		"    ruby {\n"
		"      id => \"picket_monster\"\n"
		"      path => ");
	PK_BUF_AUTO path = {0};
	pk_buf_puts(&path, options->folder != NULL ? options->folder : "/etc/logstash/conf.d");
	pk_buf_puts(&path, "/monster.rb");
	put_text(buf, path.data);
	pk_buf_puts(buf, "\n    }\n  }\n}\n");
}

static void put_ruby(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_logstash_options *options)
{
	(void)elk;
	pk_logstash_put_ruby(buf, options->filter2017);
}

/* --- outputs --- */

/* Options of the plug-in for data streams came with Logstash 7.13. */
static bool has_stream_options(const struct pk_elk *elk)
{
	return elk->product == PK_ELK_ELASTICSEARCH && pk_elk_has(elk, PK_ELK_DATA_STREAMS) &&
		(elk->major > 7 || (elk->major == 7 && elk->minor >= 13));
}

/* "type-dataset-namespace", of which the dataset may have dashes. */
static void put_stream(struct pk_buf *buf, const char *stream)
{
	const char *first = strchr(stream, '-');
	const char *last = strrchr(stream, '-');
	if (first == NULL || first == last) {
		put_setting(buf, "index", stream);
		return;
	}
	PK_BUF_AUTO text = {0};
	pk_buf_puts(buf, "      data_stream => \"true\"\n");
	pk_buf_put(&text, stream, (size_t)(first - stream));
	put_setting(buf, "data_stream_type", text.data);
	text.len = 0;
	pk_buf_put(&text, first + 1, (size_t)(last - first) - 1);
	put_setting(buf, "data_stream_dataset", text.data);
	put_setting(buf, "data_stream_namespace", last + 1);
}

static void put_target(struct pk_buf *buf, const struct pk_elk *elk, const char *index)
{
	if (has_stream_options(elk)) {
		put_stream(buf, index);
		return;
	}
	put_setting(buf, "index", index);
	if (pk_elk_has(elk, PK_ELK_DATA_STREAMS))
		pk_buf_puts(buf, "      action => \"create\"\n");
	else if (pk_elk_has(elk, PK_ELK_MAPPING_TYPE))
		pk_buf_puts(buf, "      document_type => \"doc\"\n");
	pk_buf_puts(buf, "      manage_template => false\n");
	if (elk->product == PK_ELK_ELASTICSEARCH && pk_elk_has(elk, PK_ELK_ILM))
		pk_buf_puts(buf, "      ilm_enabled => false\n");
}

/* API keys travel only over TLS; OpenSearch and old plug-ins have none. */
static void put_login(struct pk_buf *buf, const struct pk_elk *elk, bool tls, bool password)
{
	if (!tls) {
		pk_buf_puts(
			buf, "      # No TLS, so no secret is sent. With a login, use https.\n");
		return;
	}
	if (elk->product == PK_ELK_ELASTICSEARCH && elk->major > 6 && !password) {
		pk_buf_puts(buf,
			"      # id:key, from the keystore or the environment; or user and\n"
			"      # password as ${PICKET_USER} and ${PICKET_PASSWORD}.\n"
			"      api_key => \"${PICKET_API_KEY}\"\n");
		return;
	}
	pk_buf_puts(buf,
		"      # From the keystore or the environment of Logstash.\n"
		"      user => \"${PICKET_USER}\"\n"
		"      password => \"${PICKET_PASSWORD}\"\n");
}

static void put_tls(struct pk_buf *buf, const struct pk_elk *elk, const char *ca)
{
	bool renamed = elk->product == PK_ELK_ELASTICSEARCH && elk->major >= 8;
	pk_buf_printf(buf, "      %s => true\n", renamed ? "ssl_enabled" : "ssl");
	if (ca == NULL)
		return;
	if (renamed) {
		pk_buf_puts(buf, "      ssl_certificate_authorities => [");
		put_text(buf, ca);
		pk_buf_puts(buf, "]\n");
	} else {
		put_setting(buf, "cacert", ca);
	}
}

static void put_one_output(struct pk_buf *buf, const struct pk_elk *elk,
	const struct pk_logstash_options *options, bool monster)
{
	bool tls = pk_text_starts(options->url, "https:");
	const char *name = monster ? "monster" : "sysmon";
	pk_buf_printf(buf, "%s[@metadata][picket] == \"%s\" {\n    %s {\n",
		monster ? "  if " : " else if ", name,
		elk->product == PK_ELK_OPENSEARCH ? "opensearch" : "elasticsearch");
	pk_buf_printf(buf, "      id => \"picket_%s_out\"\n      hosts => [", name);
	put_text(buf, options->url);
	pk_buf_puts(buf, "]\n");
	put_login(buf, elk, tls, options->password);
	if (tls)
		put_tls(buf, elk, options->ca);
	put_target(buf, elk, monster ? options->streams->monster : options->streams->sysmon);
	put_setting(buf, "pipeline", monster ? PK_PIPELINE_MONSTER : PK_PIPELINE_SYSMON);
	pk_buf_puts(buf, "    }\n  }");
}

static void put_output(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_logstash_options *options)
{
	pk_buf_puts(buf,
		"# Where records and events go. Templates and pipelines are picket's\n"
		"# (picket stack up); Logstash makes none of its own.\n"
		"output {\n");
	put_one_output(buf, elk, options, true);
	put_one_output(buf, elk, options, false);
	pk_buf_puts(buf, "\n}\n");
}

static const struct pk_logstash_file files[] = {
	{"02-input-monster.conf", put_input},
	{"03-input-beats.conf", put_beats},
	{"50-filter-monster.conf", put_filter},
	{"90-output-picket.conf", put_output},
	{"monster.rb", put_ruby},
};

const struct pk_logstash_file *pk_logstash_file_at(size_t index)
{
	return index < sizeof(files) / sizeof(*files) ? &files[index] : NULL;
}
