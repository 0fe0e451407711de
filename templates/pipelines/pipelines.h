/*
 * Pipelines: the bodies of ingest pipelines, without mark. Painless is in *.painless beside this
 * file and assembled into the program; what it does to which event comes from the tables of model/,
 * as `params`.
 *
 * Portable part: only processors that Elasticsearch 6.6 and OpenSearch 1 have, and Painless without
 * regular expressions; what only some stacks have is asked by feature.
 */
#ifndef TEMPLATES_PIPELINES_PIPELINES_H
#define TEMPLATES_PIPELINES_PIPELINES_H

#include "base/buf.h"
#include "templates/model/elk.h"

/* Names of pipelines on the cluster. */
#define PK_PIPELINE_SYSMON "picket-sysmon"
#define PK_PIPELINE_RULE "picket-rule" /* RuleName to threat.*: called by picket-sysmon */
#define PK_PIPELINE_MONSTER                                                                        \
	"picket-monster" /* raw TSV in `message`, or columns that Logstash has split */
#define PK_PIPELINE_NETWORK                                                                        \
	"picket-network" /* geoip, ASN, community id, related.*: called by both */

struct pk_pipeline_options {
	bool no_geoip; /* leave the geoip processors out */
};

/*
 * Appends {"description":..,"processors":[..],"on_failure":[..]} of the pipeline. The description
 * is one sentence; the mark is added by assets/.
 */
void pk_pipeline_put_sysmon(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options);
void pk_pipeline_put_rule(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options);
void pk_pipeline_put_network(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options);
void pk_pipeline_put_monster(
	struct pk_buf *buf, const struct pk_elk *elk, const struct pk_pipeline_options *options);

#endif
