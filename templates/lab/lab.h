/*
 * Lab: a stack of one's own on this machine: by Docker, from archives as their vendors give them
 * out, or one that runs already. This room makes its files and says what is to be run;
 * cli/stack/lab_*.c runs it.
 *
 * A lab is a folder: lab.json (what was started, no secrets), .env (passwords, mode 0600), certs/,
 * compose.yaml or programs/ and conf/, logstash/, logs/. Everything listens on loopback addresses
 * only, but Logstash's ports if the user asks for it.
 */
#ifndef TEMPLATES_LAB_LAB_H
#define TEMPLATES_LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/daemon.h"
#include "templates/model/elk.h"

/* Versions that are pulled if none is named. */
#define PK_LAB_ELASTIC "9.5.1"

enum pk_lab_kind {
	PK_LAB_URL, /* a stack that runs already */
	PK_LAB_DOCKER,
	PK_LAB_ARCHIVES, /* archives in a folder, unpacked and started as processes of ours */
};

struct pk_lab_ports {
	uint16_t engine;  /* 9200 */
	uint16_t kibana;  /* 5601 */
	uint16_t monster; /* 1514, UDP and TCP */
	uint16_t beats;	  /* 5044 */
};

/* Programs of a lab from archives. */
enum pk_lab_program {
	PK_LAB_ENGINE,
	PK_LAB_KIBANA,
	PK_LAB_LOGSTASH,
	PK_LAB_PROGRAMS,
};

struct pk_lab {
	enum pk_lab_kind kind;
	const char *version; /* of the images or archives: "9.5.1" */
	const char *url;     /* of the engine */
	const char *kibana;  /* URL; NULL: none */
	const char *address; /* that ports are bound to: "127.0.0.1" */
	struct pk_lab_ports ports;
	unsigned memory_mb; /* heap of the engine; 0: 1024 */
	bool security;	    /* users and TLS are on; the first user is "elastic" */
	struct pk_daemon programs[PK_LAB_PROGRAMS]; /* pid 0: not started by us */
};

/* "engine", "kibana", "logstash"; "url", "docker", "archives". */
const char *pk_lab_program_name(enum pk_lab_program program);
const char *pk_lab_kind_name(enum pk_lab_kind kind);

/* compose.yaml: elasticsearch, kibana, logstash; passwords come from .env beside it. */
void pk_lab_put_compose(struct pk_buf *buf, const struct pk_lab *lab);
/* elasticsearch.yml or opensearch.yml, kibana.yml or opensearch_dashboards.yml, of archives. */
void pk_lab_put_engine_yml(struct pk_buf *buf, const struct pk_lab *lab, const struct pk_elk *elk,
	const char *folder, bool security);
void pk_lab_put_kibana_yml(struct pk_buf *buf, const struct pk_lab *lab, const struct pk_elk *elk,
	const char *folder, bool security);

/* lab.json, written and read back; false after a report. */
void pk_lab_put_state(struct pk_buf *buf, const struct pk_lab *lab);
bool pk_lab_read_state(struct pk_lab *out, struct pk_source *source, struct pk_diags *diags);

#endif
