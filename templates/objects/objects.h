/*
 * Objects: data views, saved searches, visualizations and dashboards, as lines of JSON that Kibana
 * and OpenSearch Dashboards import. All are made of the tables in model/panels.def.
 *
 * Two flavours: CLASSIC (Kibana 7.6 to 9, OpenSearch Dashboards) and LENS (Kibana 8.9 and later).
 * Ids are the same every time; each object states the oldest version whose shape it has, since a
 * server refuses what is newer than itself.
 */
#ifndef TEMPLATES_OBJECTS_OBJECTS_H
#define TEMPLATES_OBJECTS_OBJECTS_H

#include "templates/assets/assets.h"
#include "templates/http/http.h"

/* Ids of ours begin with it. */
#define PK_OBJECT_PREFIX "picket-"
#define PK_OBJECT_CORE_VERSION "8.8.0" /* of all objects of the Lens flavour */

enum pk_object_flavour {
	PK_OBJECTS_CLASSIC,
	PK_OBJECTS_LENS,
};

struct pk_object {
	const char
		*type;	/* "index-pattern", "search", "visualization", "lens", "map", "dashboard" */
	const char *id; /* "picket-sysmon-overview" */
	const char *title;
	const char *json; /* the line, with the mark at the end of its description; in data views,
			     which have none, within typeMeta */
};

struct pk_objects {
	struct pk_object *items; /* what is referred to stands before what refers to it */
	size_t len;
	size_t cap;
};

/* The flavour that suits the stack's own Kibana. */
enum pk_object_flavour pk_object_flavour_of(const struct pk_elk *elk);
/* Makes all objects in the arena; none for Kibana before 7.6, whose shapes are others: the caller
 * says so. */
void pk_objects_make(struct pk_objects *out, struct pk_arena *arena, const struct pk_elk *elk,
	enum pk_object_flavour flavour, const struct pk_streams *streams);
/* All lines, as a file for import. */
void pk_objects_put(struct pk_buf *buf, const struct pk_objects *objects);

/*
 * Lint: checks an export or our own objects: ids unique, every reference resolved and used, JSON
 * within JSON parses, version tags within what `flavour` allows, fields of aggregations known and
 * aggregatable, panels within the grid and not over each other. Reports at lines of `source`; true
 * if nothing was found.
 */
bool pk_objects_check(
	struct pk_source *source, enum pk_object_flavour flavour, struct pk_diags *diags);

/* --- on a server --- */

struct pk_objects_plan {
	size_t same;
	size_t absent;
	size_t outdated; /* another mark, or none */
	size_t left;	 /* ours, not made any more */
};

/* What the server has of them. `kibana` sends the header that the product asks for. */
bool pk_objects_plan_make(struct pk_objects_plan *out, struct pk_http *kibana,
	const struct pk_objects *objects, struct pk_diags *diags);
/* Imports all with overwriting; each refusal within the answer is reported. */
bool pk_objects_import(
	struct pk_http *kibana, const struct pk_objects *objects, struct pk_diags *diags);
/* Removes those of ours that are there. */
bool pk_objects_remove(size_t *count_out, struct pk_http *kibana, const struct pk_objects *objects,
	struct pk_diags *diags);
/* "kbn-xsrf: picket" or "osd-xsrf: true": the header for pk_http_options. */
const char *pk_objects_header(const struct pk_elk *elk);

#endif
