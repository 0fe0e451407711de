/*
 * Maker: what the flavours share while objects are made: ids, references, the envelope of an object
 * and its mark. Not for use outside of objects/.
 */
#ifndef TEMPLATES_OBJECTS_MAKER_H
#define TEMPLATES_OBJECTS_MAKER_H

#include "base/json_out.h"
#include "templates/model/panels.h"
#include "templates/objects/objects.h"

#define PK_OBJECT_INDEX_REF "kibanaSavedObjectMeta.searchSourceJSON.index"

struct pk_object_reference {
	const char *name;
	const char *type;
	const char *id;
};

/* An object before it is written. */
struct pk_object_draft {
	const char *type;
	const char *id; /* the whole one */
	const char *title;
	const char *description; /* NULL: the type has none; then the mark is in typeMeta */
	const char *attributes;	 /* further members: "\"visState\":..,\"version\":1", no braces */
	PK_LIST(struct pk_object_reference) references;
};

struct pk_object_maker {
	struct pk_objects *out;
	struct pk_arena *arena;
	const struct pk_elk *elk;
	enum pk_object_flavour flavour;
	const struct pk_streams *streams;
};

/* "picket-" and the id. */
const char *pk_object_id(struct pk_arena *arena, const char *id);
/* Id of the data view of a source. */
const char *pk_object_view_id(enum pk_panel_source source);
/* The oldest version of `type` that has the shape we write; NULL: the flavour has no such type. */
const char *pk_object_version(enum pk_object_flavour flavour, const char *type);
/* The newest version of `type` that servers of the flavour's oldest kind take; NULL as above. */
const char *pk_object_newest_version(enum pk_object_flavour flavour, const char *type);
/* {"query":..,"filter":[]}, with the reference to a data view if there is one; in the arena. */
const char *pk_object_search_source(struct pk_arena *arena, const char *query, bool view);
void pk_object_refer(struct pk_object_maker *maker, struct pk_object_draft *draft, const char *name,
	const char *type, const char *id);
/* Writes the draft with version, references and mark, and adds it. */
void pk_object_add(struct pk_object_maker *maker, const struct pk_object_draft *draft);

/* The panel as an object of the flavour: classic.c, lens.c. */
void pk_object_add_classic(struct pk_object_maker *maker, const struct pk_panel *panel);
void pk_object_add_lens(struct pk_object_maker *maker, const struct pk_panel *panel);
/* Type of the object that shows the panel. */
const char *pk_object_panel_type(enum pk_object_flavour flavour, enum pk_panel_kind kind);

#endif
