/*
 * The linter of saved objects: fields, queries, and the grid of dashboards.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "templates/model/fields.h"
#include "templates/objects/check.h"
#include "templates/objects/kuery.h"

enum {
	GRID_WIDTH = 48,
	GRID_HEIGHT_MAX = 100000,
	PANELS_MAX = 500, /* of one dashboard: each is compared with each */
};

/* --- fields --- */

/* Does the object look at a data view of ours? Of others we do not know the fields. */
static bool is_of_ours(const struct pk_checked_object *object)
{
	for (size_t i = 0; i < object->references.len; i++)
		if (pk_text_equal(object->references.items[i].type, "index-pattern") &&
			pk_text_starts(object->references.items[i].id, PK_OBJECT_PREFIX))
			return true;
	return false;
}

/* Members of an object that is mapped as it comes are keywords; "text" below a long line is there
 * for words. */
static bool is_below_known(struct pk_arena *arena, const char *name)
{
	char *prefix = pk_arena_strdup(arena, name);
	for (char *dot; (dot = strrchr(prefix, '.')) != NULL;) {
		*dot = '\0';
		const struct pk_field *field = pk_field_find(prefix);
		if (field != NULL)
			return field->type == PK_FIELD_OBJECT;
	}
	return false;
}

static bool is_place(const struct pk_field *field)
{
	return field != NULL && field->type == PK_FIELD_GEO_POINT;
}

void pk_object_check_field(struct pk_object_check *check, const struct pk_checked_object *object,
	const char *name, enum pk_field_use use, struct pk_span span)
{
	const struct pk_field *field = pk_field_find(name);
	bool meta = name[0] == '_';
	if (meta || !is_of_ours(object))
		return;
	if (field == NULL && !is_below_known(check->arena, name)) {
		pk_report(check->diags, PK_OBJECT_FIELD, span,
			"'%s' uses the field '%s', which no template of picket has", object->id,
			name);
		return;
	}
	if (use == PK_FIELD_COUNTED && field != NULL && !pk_field_is_aggregatable(field)) {
		pk_report(check->diags, PK_OBJECT_FIELD_KIND, span,
			"'%s' counts the values of '%s', which the index cannot", object->id, name);
	} else if (use == PK_FIELD_PLACED && !is_place(field)) {
		pk_report(check->diags, PK_OBJECT_FIELD_KIND, span,
			"'%s' puts '%s' on a map, which is no place", object->id, name);
	}
}

/* --- queries --- */

struct query_fields {
	struct pk_object_check *check;
	const struct pk_checked_object *object;
	struct pk_span span;
};

static void check_query_field(void *context, const char *field)
{
	const struct query_fields *fields = context;
	pk_object_check_field(fields->check, fields->object, field, PK_FIELD_SHOWN, fields->span);
}

void pk_object_check_query(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *query, struct pk_span span)
{
	const char *language = pk_checked_text(query, "language");
	const char *text = pk_checked_text(query, "query");
	struct pk_kuery_problem problem;
	if (language == NULL || text == NULL || !pk_text_equal(language, "kuery"))
		return;
	const struct pk_kuery *kuery = pk_kuery_read(&problem, check->arena, text);
	if (kuery == NULL) {
		pk_report(check->diags, PK_OBJECT_QUERY, span,
			"the query of '%s' is not kuery: %s, at its byte %zu", object->id,
			problem.what, problem.at + 1);
		return;
	}
	struct query_fields fields = {check, object, span};
	pk_kuery_fields(kuery, check_query_field, &fields);
}

/* --- the grid --- */

struct place {
	const char *name;
	int64_t x, y, w, h;
};

static bool take_side(int64_t *out, const struct pk_node *grid, const char *key)
{
	const struct pk_node *side = pk_checked_member(grid, key);
	if (side == NULL || side->kind != PK_NODE_INT)
		return false;
	*out = side->integer;
	return true;
}

static bool take_place(struct place *out, const struct pk_node *panel)
{
	const struct pk_node *grid = pk_checked_member(panel, "gridData");
	const char *index = pk_checked_text(panel, "panelIndex");
	*out = (struct place){.name = index == NULL ? "?" : index};
	return take_side(&out->x, grid, "x") && take_side(&out->y, grid, "y") &&
		take_side(&out->w, grid, "w") && take_side(&out->h, grid, "h");
}

static bool is_within(const struct place *place)
{
	return place->x >= 0 && place->y >= 0 && place->w > 0 && place->h > 0 &&
		place->x < GRID_WIDTH && place->w <= GRID_WIDTH - place->x &&
		place->y <= GRID_HEIGHT_MAX && place->h <= GRID_HEIGHT_MAX;
}

static bool is_over(const struct place *a, const struct place *b)
{
	return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* The panel's place is reported if it is wrong; only good ones are compared with others. */
static bool check_place(struct pk_object_check *check, const struct pk_checked_object *object,
	struct place *out, const struct pk_node *panel, struct pk_span span)
{
	if (!take_place(out, panel)) {
		pk_report(check->diags, PK_OBJECT_GRID, span,
			"a panel of '%s' has no place: 'gridData' with x, y, w and h", object->id);
		return false;
	}
	if (is_within(out))
		return true;
	pk_report(check->diags, PK_OBJECT_GRID, span,
		"panel '%s' of '%s' is outside of the grid of %d columns", out->name, object->id,
		GRID_WIDTH);
	return false;
}

void pk_object_check_grid(struct pk_object_check *check, const struct pk_checked_object *object,
	const struct pk_node *panels, struct pk_span span)
{
	if (panels->kind != PK_NODE_LIST || panels->items.len > PANELS_MAX) {
		pk_report(check->diags, PK_OBJECT_GRID, span,
			"'panelsJSON' of '%s' is no list of %d panels at most", object->id,
			PANELS_MAX);
		return;
	}
	struct place *places = PK_NEW_ARRAY(check->arena, struct place, panels->items.len + 1);
	size_t count = 0;
	for (size_t i = 0; i < panels->items.len; i++) {
		struct place *place = &places[count];
		if (!check_place(check, object, place, panels->items.items[i], span))
			continue;
		for (size_t j = 0; j < count; j++)
			if (is_over(place, &places[j]))
				pk_report(check->diags, PK_OBJECT_GRID, span,
					"panels '%s' and '%s' of '%s' lie over each other",
					places[j].name, place->name, object->id);
		count++;
	}
}
