/*
 * The compose file of a lab by Docker. Source of image names, variables and mount points: Elastic's
 * documents on running Elasticsearch, Kibana and Logstash in Docker; docs/stack-facts.md section 6
 * (k).
 *
 * Certificates are made by picket before anything starts, and the password of kibana_system is set
 * by picket when Elasticsearch answers: no container is needed only for that. Passwords are in .env
 * beside the file. A key is mounted file by file, out of a folder that only the user can enter.
 */
#include "templates/lab/lab.h"

struct mount {
	const char *from; /* in the folder of the lab */
	const char *to;
};

struct variable {
	const char *name;
	const char *value;
};

static const struct variable engine_variables[] = {
	{"cluster.name", "picket-lab"},
	{"node.name", "lab"},
	{"discovery.type", "single-node"},
	{"ELASTIC_PASSWORD", "${ELASTIC_PASSWORD}"},
	{"xpack.security.enabled", "true"},
	{"xpack.security.http.ssl.enabled", "true"},
	{"xpack.security.http.ssl.certificate", "certs/elasticsearch.crt"},
	{"xpack.security.http.ssl.key", "certs/elasticsearch.key"},
	{"xpack.security.http.ssl.certificate_authorities", "certs/ca.crt"},
	{"xpack.license.self_generated.type", "basic"},
	{NULL, NULL},
};

static const struct mount engine_mounts[] = {
	{"./certs/ca.crt", "/usr/share/elasticsearch/config/certs/ca.crt:ro"},
	{"./certs/elasticsearch.crt", "/usr/share/elasticsearch/config/certs/elasticsearch.crt:ro"},
	{"./certs/elasticsearch.key", "/usr/share/elasticsearch/config/certs/elasticsearch.key:ro"},
	{"elasticsearch", "/usr/share/elasticsearch/data"},
	{NULL, NULL},
};

static const struct variable kibana_variables[] = {
	{"SERVER_NAME", "picket-lab"},
	{"SERVER_SSL_ENABLED", "true"},
	{"SERVER_SSL_CERTIFICATE", "config/certs/kibana.crt"},
	{"SERVER_SSL_KEY", "config/certs/kibana.key"},
	{"ELASTICSEARCH_HOSTS", "https://elasticsearch:9200"},
	{"ELASTICSEARCH_USERNAME", "kibana_system"},
	{"ELASTICSEARCH_PASSWORD", "${KIBANA_PASSWORD}"},
	{"ELASTICSEARCH_SSL_CERTIFICATEAUTHORITIES", "config/certs/ca.crt"},
	{"XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY", "${KIBANA_KEY}"},
	{"XPACK_SECURITY_ENCRYPTIONKEY", "${KIBANA_KEY}"},
	{"XPACK_REPORTING_ENCRYPTIONKEY", "${KIBANA_KEY}"},
	{"TELEMETRY_ENABLED", "false"},
	{NULL, NULL},
};

static const struct mount kibana_mounts[] = {
	{"./certs/ca.crt", "/usr/share/kibana/config/certs/ca.crt:ro"},
	{"./certs/kibana.crt", "/usr/share/kibana/config/certs/kibana.crt:ro"},
	{"./certs/kibana.key", "/usr/share/kibana/config/certs/kibana.key:ro"},
	{"kibana", "/usr/share/kibana/data"},
	{NULL, NULL},
};

static const struct variable logstash_variables[] = {
	{"PICKET_USER", "picket_lab"},
	{"PICKET_PASSWORD", "${LOGSTASH_PASSWORD}"},
	{"XPACK_MONITORING_ENABLED", "false"},
	{NULL, NULL},
};

static const struct mount logstash_mounts[] = {
	{"./certs/ca.crt", "/usr/share/logstash/config/certs/ca.crt:ro"},
	{"./logstash", "/usr/share/logstash/pipeline:ro"},
	{"./logstash-scripts", "/usr/share/logstash/scripts:ro"},
	{NULL, NULL},
};

static void put_image(struct pk_buf *buf, const char *name, const struct pk_lab *lab)
{
	pk_buf_printf(buf, "  %s:\n    image: docker.elastic.co/%s/%s:%s\n", name, name, name,
		lab->version);
	pk_buf_puts(buf, "    restart: unless-stopped\n");
}

static void put_variables(struct pk_buf *buf, const struct variable *variables)
{
	pk_buf_puts(buf, "    environment:\n");
	for (; variables->name != NULL; variables++)
		pk_buf_printf(buf, "      %s: \"%s\"\n", variables->name, variables->value);
}

static void put_mounts(struct pk_buf *buf, const struct mount *mounts)
{
	pk_buf_puts(buf, "    volumes:\n");
	for (; mounts->from != NULL; mounts++)
		pk_buf_printf(buf, "      - \"%s:%s\"\n", mounts->from, mounts->to);
}

static void put_port(
	struct pk_buf *buf, const struct pk_lab *lab, unsigned out, unsigned in, const char *kind)
{
	pk_buf_printf(buf, "      - \"%s:%u:%u%s\"\n", lab->address, out, in, kind);
}

static void put_engine(struct pk_buf *buf, const struct pk_lab *lab)
{
	unsigned memory = lab->memory_mb == 0 ? 1024 : lab->memory_mb;
	put_image(buf, "elasticsearch", lab);
	put_variables(buf, engine_variables);
	pk_buf_printf(buf, "      ES_JAVA_OPTS: \"-Xms%um -Xmx%um\"\n", memory, memory);
	put_mounts(buf, engine_mounts);
	pk_buf_puts(buf, "    ports:\n");
	put_port(buf, lab, lab->ports.engine, 9200, "");
	pk_buf_puts(buf, "    ulimits:\n      memlock: {soft: -1, hard: -1}\n");
}

static void put_kibana(struct pk_buf *buf, const struct pk_lab *lab)
{
	put_image(buf, "kibana", lab);
	put_variables(buf, kibana_variables);
	put_mounts(buf, kibana_mounts);
	pk_buf_puts(buf, "    ports:\n");
	put_port(buf, lab, lab->ports.kibana, 5601, "");
}

static void put_logstash(struct pk_buf *buf, const struct pk_lab *lab)
{
	put_image(buf, "logstash", lab);
	put_variables(buf, logstash_variables);
	put_mounts(buf, logstash_mounts);
	pk_buf_puts(buf, "    ports:\n");
	put_port(buf, lab, lab->ports.monster, lab->ports.monster, "/udp");
	put_port(buf, lab, lab->ports.monster, lab->ports.monster, "/tcp");
	put_port(buf, lab, lab->ports.beats, lab->ports.beats, "");
}

void pk_lab_put_compose(struct pk_buf *buf, const struct pk_lab *lab)
{
	pk_buf_puts(buf,
		"# Made by picket " PICKET_VERSION ": `picket lab up`, `picket lab down`.\n"
		"name: picket-lab\n"
		"services:\n");
	put_engine(buf, lab);
	put_kibana(buf, lab);
	put_logstash(buf, lab);
	pk_buf_puts(buf, "volumes:\n  elasticsearch: {}\n  kibana: {}\n");
}
