#include "templates/model/panels.h"

#include "base/text.h"

static const struct pk_saved_search searches[] = {
#define PK_SEARCH_ROW(id, source, title, query, columns)                                           \
	{id, PK_PANEL_##source, title, query, columns},
#include "templates/model/panels.def"
#undef PK_SEARCH_ROW
};

/* A row without fields has none behind its size: the empty place makes it valid C17. */
#define PK_PANEL_ROW(id, kind, source, title, query, ...)                                          \
	{id, PK_PANEL_##kind, PK_PANEL_##source, title, query, PK_PANEL_REST(__VA_ARGS__, NULL)},
#define PK_PANEL_REST(size, ...)                                                                   \
	size,                                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define PK_TEXT_ROW(id, title, text) {id, PK_PANEL_TEXT, PK_PANEL_BOTH, title, text, 0, {NULL}},
static const struct pk_panel panels[] = {
#include "templates/model/panels.def"
};
#undef PK_PANEL_ROW
#undef PK_TEXT_ROW

#define PK_DASHBOARD_BEGIN(name, id, from, title, description)                                     \
	static const struct pk_dashboard_panel name##_places[] = {
#define PK_PLACE(panel, x, y, w, h) {panel, x, y, w, h},
#define PK_DASHBOARD_END(name)                                                                     \
	}                                                                                          \
	;
#include "templates/model/panels.def"
#undef PK_DASHBOARD_BEGIN
#undef PK_PLACE
#undef PK_DASHBOARD_END

static const struct pk_dashboard dashboards[] = {
#define PK_DASHBOARD_BEGIN(name, id, from, title, description)                                     \
	{id, title, description, from, name##_places,                                              \
		sizeof(name##_places) / sizeof(name##_places[0])},
#define PK_PLACE(panel, x, y, w, h)
#define PK_DASHBOARD_END(name)
#include "templates/model/panels.def"
#undef PK_DASHBOARD_BEGIN
#undef PK_PLACE
#undef PK_DASHBOARD_END
};

const struct pk_panel *pk_panel_list(size_t *count_out)
{
	*count_out = sizeof(panels) / sizeof(panels[0]);
	return panels;
}

const struct pk_panel *pk_panel_find(const char *id)
{
	for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++)
		if (pk_text_equal(panels[i].id, id))
			return &panels[i];
	return NULL;
}

const struct pk_saved_search *pk_saved_search_list(size_t *count_out)
{
	*count_out = sizeof(searches) / sizeof(searches[0]);
	return searches;
}

const struct pk_saved_search *pk_saved_search_find(const char *id)
{
	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++)
		if (pk_text_equal(searches[i].id, id))
			return &searches[i];
	return NULL;
}

const struct pk_dashboard *pk_dashboard_list(size_t *count_out)
{
	*count_out = sizeof(dashboards) / sizeof(dashboards[0]);
	return dashboards;
}
