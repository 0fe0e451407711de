/*
 * Panels: what dashboards show, once for all flavours. The rows are in panels.def: searches, panels
 * (what is counted, split by which fields, of which events) and which panel stands on which
 * dashboard.
 */
#ifndef TEMPLATES_MODEL_PANELS_H
#define TEMPLATES_MODEL_PANELS_H

#include <stddef.h>

enum pk_panel_kind {
	PK_PANEL_METRIC, /* one number */
	PK_PANEL_TABLE,	 /* terms of `split[0]`, then `split[1]`, ... */
	PK_PANEL_RARE,	 /* the same, what is seldom first */
	PK_PANEL_LAST,	 /* the same, with the newest @timestamp of each instead of its count,
			    of split[0] the oldest first: who is silent */
	PK_PANEL_PIE,
	PK_PANEL_BAR,	/* x: split[0], stacked by split[1] */
	PK_PANEL_TIME,	/* over time, stacked by split[0] */
	PK_PANEL_RATIO, /* sum(split[0]) / sum(split[1]) over time, by split[2] */
	PK_PANEL_MAP,	/* split[0] is a geo_point */
	PK_PANEL_HEAT,	/* split[0] (y) by split[1] (x): ATT&CK tactic by technique */
	PK_PANEL_TEXT,	/* markdown in `query` */
};

enum pk_panel_source {
	PK_PANEL_SYSMON,
	PK_PANEL_MONSTER,
	PK_PANEL_BOTH,
};

enum { PK_PANEL_SPLITS = 4 };

struct pk_panel {
	const char *id; /* "sysmon-top-images"; with "picket-" before it: the saved object's */
	enum pk_panel_kind kind;
	enum pk_panel_source source;
	const char *title;
	const char *query;			/* kuery that both products know; "" for all */
	unsigned size;				/* terms shown of each split */
	const char *split[PK_PANEL_SPLITS + 1]; /* fields; NULL behind the last */
};

struct pk_saved_search {
	const char *id;
	enum pk_panel_source source;
	const char *title;
	const char *query;
	const char *columns; /* fields; '|' between them */
};

struct pk_dashboard_panel {
	const char *panel; /* id of a panel, or of a saved search, which is then shown as a list */
	unsigned x, y, w, h; /* grid of 48 columns */
};

struct pk_dashboard {
	const char *id;
	const char *title;
	const char *description;
	const char *from; /* what it shows when it is opened: "now-24h" to now */
	const struct pk_dashboard_panel *panels;
	size_t panel_count;
};

const struct pk_panel *pk_panel_list(size_t *count_out);
const struct pk_panel *pk_panel_find(const char *id);
const struct pk_saved_search *pk_saved_search_list(size_t *count_out);
const struct pk_saved_search *pk_saved_search_find(const char *id);
const struct pk_dashboard *pk_dashboard_list(size_t *count_out);

#endif
