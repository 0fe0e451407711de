/*
 * Agents: what senders of events are told so that they fit a stack: winlogbeat.yml for Sysmon, and
 * the export section of Monster's configuration.
 */
#ifndef TEMPLATES_AGENTS_AGENTS_H
#define TEMPLATES_AGENTS_AGENTS_H

#include <stdint.h>

#include "base/buf.h"
#include "templates/assets/assets.h"
#include "templates/model/monster.h"

struct pk_agent_options {
	const char *url;	  /* of the stack, as agents reach it */
	const char *ca;		  /* path of the certificate on the agent's host; NULL: none */
	const char *fingerprint;  /* NULL: none */
	const char *logstash;	  /* "host:5044": send to Logstash instead; NULL */
	const char *monster_host; /* where Monster's datagrams go; NULL: the host of `url` */
	uint16_t monster_port;	  /* 0: 1514 */
	const struct pk_streams *streams;
};

/* winlogbeat.yml of the version that suits the stack; secrets come from Winlogbeat's keystore by
 * name. */
void pk_agent_put_winlogbeat(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_agent_options *options);
/* {"export":{..}} of monster/0.9 or monster/1.0, to be taken into a configuration or a ruleset. */
void pk_agent_put_monster(struct pk_buf *buf, enum pk_monster_generation generation,
	const struct pk_agent_options *options);
/* The same section as a part of a ruleset, for a project's layers. */
void pk_agent_put_monster_layer(struct pk_buf *buf, enum pk_monster_generation generation,
	const struct pk_agent_options *options);

#endif
