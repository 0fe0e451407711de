#include "templates/objects/panel_query.h"

#include <assert.h>

#include "base/json_out.h"
#include "templates/objects/kuery.h"

static const char *const names[PK_PANEL_SPLITS] = {"split0", "split1", "split2", "split3"};

static void put_field(
	struct pk_json_out *json, const char *name, const char *type, const char *field)
{
	pk_json_out_open_object(json, name);
	pk_json_out_open_object(json, type);
	pk_json_out_text(json, "field", field);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_measures(struct pk_json_out *json, const struct pk_panel *panel)
{
	if (panel->kind == PK_PANEL_LAST)
		put_field(json, "newest", "max", "@timestamp");
	if (panel->kind == PK_PANEL_RATIO) {
		put_field(json, "sum0", "sum", panel->split[0]);
		put_field(json, "sum1", "sum", panel->split[1]);
	}
}

static void put_order(struct pk_json_out *json, const struct pk_panel *panel, size_t index)
{
	bool last = panel->kind == PK_PANEL_LAST;
	bool rising = panel->kind == PK_PANEL_RARE || (last && index == 0);
	pk_json_out_open_object(json, "order");
	pk_json_out_text(json, last ? "newest" : "_count", rising ? "asc" : "desc");
	pk_json_out_close_object(json);
}

/* Splits from `index` on, each within the one before, and in all of them what is measured. */
static void put_splits(struct pk_json_out *json, const struct pk_panel *panel, size_t index)
{
	bool more = index < PK_PANEL_SPLITS && panel->split[index] != NULL;
	bool measured = panel->kind == PK_PANEL_LAST || panel->kind == PK_PANEL_RATIO;
	if (!more && !measured)
		return;
	pk_json_out_open_object(json, "aggs");
	put_measures(json, panel);
	if (more) {
		pk_json_out_open_object(json, names[index]);
		pk_json_out_open_object(json, "terms");
		pk_json_out_text(json, "field", panel->split[index]);
		pk_json_out_number(json, "size", panel->size);
		put_order(json, panel, index);
		pk_json_out_close_object(json);
		put_splits(json, panel, index + 1);
		pk_json_out_close_object(json);
	}
	pk_json_out_close_object(json);
}

static void put_over_time(
	struct pk_json_out *json, const struct pk_panel *panel, const struct pk_elk *elk)
{
	bool old = elk->product == PK_ELK_ELASTICSEARCH &&
		(elk->major < 7 || (elk->major == 7 && elk->minor < 2));
	pk_json_out_open_object(json, "aggs");
	pk_json_out_open_object(json, "time");
	pk_json_out_open_object(json, "date_histogram");
	pk_json_out_text(json, "field", "@timestamp");
	pk_json_out_text(json, old ? "interval" : "fixed_interval", "1h");
	pk_json_out_number(json, "min_doc_count", 1);
	pk_json_out_close_object(json);
	put_splits(json, panel, panel->kind == PK_PANEL_RATIO ? 2 : 0);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_place(struct pk_json_out *json, const struct pk_panel *panel)
{
	pk_json_out_open_object(json, "aggs");
	pk_json_out_open_object(json, "place");
	pk_json_out_open_object(json, "geohash_grid");
	pk_json_out_text(json, "field", panel->split[0]);
	pk_json_out_number(json, "precision", 2);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

bool pk_panel_put_query(struct pk_buf *buf, const struct pk_panel *panel, const struct pk_elk *elk)
{
	PK_BUF_AUTO query = {0};
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	struct pk_kuery_problem problem;
	struct pk_json_out json = {.buf = buf};
	if (panel->kind == PK_PANEL_TEXT)
		return false;
	const struct pk_kuery *kuery = pk_kuery_read(&problem, arena, panel->query);
	assert(kuery != NULL);
	pk_kuery_put(&query, kuery);
	pk_json_out_open_object(&json, NULL);
	pk_json_out_number(&json, "size", 0);
	pk_json_out_bool(&json, "track_total_hits", true);
	pk_json_out_raw(&json, "query", query.data);
	if (panel->kind == PK_PANEL_TIME || panel->kind == PK_PANEL_RATIO)
		put_over_time(&json, panel, elk);
	else if (panel->kind == PK_PANEL_MAP)
		put_place(&json, panel);
	else
		put_splits(&json, panel, 0);
	pk_json_out_close_object(&json);
	return true;
}
