/*
 * Panel query: the search that a panel makes, as its server gets it. Kibana chooses the width of
 * time buckets by the time range; here it is an hour.
 */
#ifndef TEMPLATES_OBJECTS_PANEL_QUERY_H
#define TEMPLATES_OBJECTS_PANEL_QUERY_H

#include "base/buf.h"
#include "templates/model/elk.h"
#include "templates/model/panels.h"

/*
 * Appends {"size":0,"query":..,"aggs":..}. Aggregations of splits are called "split0", "split1",
 * ..., that of time "time", of a place "place", sums "sum0" and "sum1", the newest "newest". A text
 * has no search: nothing is appended, and false is returned.
 */
bool pk_panel_put_query(struct pk_buf *buf, const struct pk_panel *panel, const struct pk_elk *elk);

#endif
