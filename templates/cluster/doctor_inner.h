/*
 * Doctor_inner: what the files of the doctor share.
 */
#ifndef TEMPLATES_CLUSTER_DOCTOR_INNER_H
#define TEMPLATES_CLUSTER_DOCTOR_INNER_H

#include "templates/cluster/doctor.h"
#include "templates/model/answer.h"

/* One examination of a server. */
struct pk_doctor_look {
	struct pk_doctor *out;
	struct pk_arena *arena;
	struct pk_http *http;
	struct pk_cluster *cluster; /* NULL: it is Kibana */
	const struct pk_assets *assets;
	const struct pk_streams *streams;
	int64_t now;
	struct pk_diags *diags;
	bool broken; /* the server is gone: reported, and nothing more is asked */
};

/* Adds a finding; `advice` may be NULL. Both texts must stay alive. */
void pk_doctor_add(struct pk_doctor_look *look, const char *check, enum pk_doctor_level level,
	const char *found, const char *advice);
/*
 * The answer with status 200 to a question, else NULL: the server does not have that, or does not
 * allow it (a note is added), or it is gone (reported; `broken`).
 */
const struct pk_node *pk_doctor_ask(
	struct pk_doctor_look *look, const char *check, const char *path, const char *body);

/* "3 minutes", "5 days". */
const char *pk_doctor_span(struct pk_arena *arena, int64_t seconds);

/* --- what is looked at; each asks what it needs --- */

void pk_doctor_look_version(struct pk_doctor_look *look);
void pk_doctor_look_licence(struct pk_doctor_look *look);
void pk_doctor_look_security(struct pk_doctor_look *look);
void pk_doctor_look_health(struct pk_doctor_look *look);
void pk_doctor_look_nodes(struct pk_doctor_look *look);
void pk_doctor_look_blocks(struct pk_doctor_look *look);
void pk_doctor_look_lifecycle(struct pk_doctor_look *look);
void pk_doctor_look_geoip(struct pk_doctor_look *look);
void pk_doctor_look_pipelines(struct pk_doctor_look *look);
void pk_doctor_look_assets(struct pk_doctor_look *look);
void pk_doctor_look_events(struct pk_doctor_look *look);

#endif
