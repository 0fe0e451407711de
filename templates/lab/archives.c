/*
 * Settings of servers that were unpacked from archives. Source: the vendors' documents on
 * elasticsearch.yml, opensearch.yml, kibana.yml and opensearch_dashboards.yml; docs/stack-facts.md
 * section 6.
 */
#include "base/json.h"
#include "templates/lab/lab.h"

/* `key: "text"`, with the text in JSON's quotes, which YAML takes, too. */
static void put_text(struct pk_buf *buf, const char *key, const char *text)
{
	pk_buf_printf(buf, "%s: ", key);
	pk_json_put_string(buf, text);
	pk_buf_putc(buf, '\n');
}

static void put_path(struct pk_buf *buf, const char *key, const char *folder, const char *name)
{
	PK_BUF_AUTO path = {0};
	pk_buf_printf(&path, "%s/%s", folder, name);
	put_text(buf, key, path.data);
}

/* xpack has security since it is free (6.8, 7.1); settings of earlier ones are unknown to the
 * server. */
static bool has_xpack(const struct pk_elk *elk)
{
	return elk->product == PK_ELK_ELASTICSEARCH && !elk->oss;
}

/* Paths of certificates are relative to the folder of settings: the server reads no others. */
static void put_engine_security(struct pk_buf *buf, const struct pk_elk *elk, bool security)
{
	if (elk->product == PK_ELK_OPENSEARCH) {
		if (!security)
			return; /* the minimal build: there is no such setting */
		pk_buf_puts(buf, "plugins.security.disabled: true\n");
		return;
	}
	if (!has_xpack(elk))
		return;
	pk_buf_printf(buf, "xpack.security.enabled: %s\n", security ? "true" : "false");
	if (!security)
		return;
	pk_buf_puts(buf, "xpack.security.http.ssl.enabled: true\n");
	put_text(buf, "xpack.security.http.ssl.certificate", "certs/elasticsearch.crt");
	put_text(buf, "xpack.security.http.ssl.key", "certs/elasticsearch.key");
	pk_buf_puts(buf, "xpack.security.http.ssl.certificate_authorities: [\"certs/ca.crt\"]\n");
}

void pk_lab_put_engine_yml(struct pk_buf *buf, const struct pk_lab *lab, const struct pk_elk *elk,
	const char *folder, bool security)
{
	pk_buf_puts(buf,
		"# Made by picket " PICKET_VERSION ".\n"
		"cluster.name: picket-lab\n"
		"node.name: lab\n"
		"discovery.type: single-node\n");
	put_text(buf, "network.host", lab->address);
	pk_buf_printf(buf, "http.port: %u\n", (unsigned)lab->ports.engine);
	put_path(buf, "path.data", folder, "data");
	put_path(buf, "path.logs", folder, "logs");
	put_engine_security(buf, elk, security);
}

void pk_lab_put_kibana_yml(struct pk_buf *buf, const struct pk_lab *lab, const struct pk_elk *elk,
	const char *folder, bool security)
{
	bool opensearch = elk->product == PK_ELK_OPENSEARCH;
	pk_buf_puts(buf, "# Made by picket " PICKET_VERSION ".\n");
	put_text(buf, "server.host", lab->address);
	pk_buf_printf(buf, "server.port: %u\n", (unsigned)lab->ports.kibana);
	pk_buf_printf(buf, "%s.hosts: [", opensearch ? "opensearch" : "elasticsearch");
	pk_json_put_string(buf, lab->url);
	pk_buf_puts(buf, "]\n");
	put_path(buf, "path.data", folder, "kibana-data");
	if (opensearch || !security)
		return;
	pk_buf_puts(buf,
		"elasticsearch.username: kibana_system\n"
		"elasticsearch.password: \"${KIBANA_PASSWORD}\"\n");
	pk_buf_puts(buf, "elasticsearch.ssl.certificateAuthorities: [");
	PK_BUF_AUTO path = {0};
	pk_buf_printf(&path, "%s/certs/ca.crt", folder);
	pk_json_put_string(buf, path.data);
	pk_buf_puts(buf, "]\nserver.ssl.enabled: true\n");
	put_path(buf, "server.ssl.certificate", folder, "certs/kibana.crt");
	put_path(buf, "server.ssl.key", folder, "certs/kibana.key");
	pk_buf_puts(buf, "telemetry.enabled: false\n");
}
