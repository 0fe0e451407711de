/*
 * What is desired as JSON: its bytes are stable, since a plan holds their digest. Contents and
 * bundles are named, not kept.
 */
#include "fleet/host/facts.h"

#include "base/text.h"

static const char *const become_names[] = {"auto", "sudo", "none"};

static void put_name(struct pk_buf *out, const char *name)
{
	if (out->data[out->len - 1] != '{')
		pk_buf_putc(out, ',');
	pk_json_put_string(out, name);
	pk_buf_putc(out, ':');
}

static void put_text(struct pk_buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	put_name(out, name);
	pk_json_put_string(out, text);
}

static void put_bool(struct pk_buf *out, const char *name, bool value)
{
	if (!value)
		return;
	put_name(out, name);
	pk_buf_puts(out, "true");
}

static void put_logs(struct pk_buf *out, const struct pk_log_wish *logs, size_t count)
{
	if (count == 0)
		return;
	put_name(out, "logs");
	pk_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		pk_buf_puts(out, i > 0 ? ",{" : "{");
		put_text(out, "name", logs[i].name);
		if (logs[i].bytes > 0) {
			put_name(out, "bytes");
			pk_buf_printf(out, "%llu", (unsigned long long)logs[i].bytes);
		}
		if (logs[i].retention != PK_RETENTION_UNSET)
			put_text(out, "retention", pk_retention_name(logs[i].retention));
		put_text(out, "access", logs[i].access);
		pk_buf_putc(out, '}');
	}
	pk_buf_putc(out, ']');
}

void pk_desired_put_json(struct pk_buf *out, const struct pk_desired *desired)
{
	pk_buf_putc(out, '{');
	put_text(out, "sensor", pk_sensor_name(desired->sensor));
	put_bool(out, "absent", desired->absent);
	put_bool(out, "feature", desired->feature);
	if (desired->bundle != NULL) {
		put_text(out, "bundle", desired->bundle->id);
		put_text(out, "bundle_digest", desired->bundle->digest);
	}
	put_text(out, "version", desired->version);
	put_text(out, "service", desired->service);
	put_text(out, "driver", desired->driver);
	if (desired->content != NULL) {
		put_text(out, "content", desired->content->digest);
		put_text(out, "rules", desired->content->rules);
	}
	put_logs(out, desired->logs, desired->log_count);
	put_text(out, "state_dir", desired->state_dir);
	put_text(out, "install_dir", desired->install_dir);
	put_text(out, "become", become_names[desired->become]);
	pk_buf_putc(out, '}');
}

/* The text of `name` in the arena; NULL if it is absent. */
static bool read_text(const char **out, struct pk_arena *arena, const struct pk_node *node,
	const char *name, struct pk_diags *diags)
{
	const char *text = NULL;
	if (!pk_node_get_text(&text, node, name, diags))
		return false;
	*out = text != NULL ? pk_arena_strdup(arena, text) : NULL;
	return true;
}

static bool refuse(
	const struct pk_node *node, const char *name, const char *text, struct pk_diags *diags)
{
	pk_report(diags, PK_FACTS_JSON, pk_node_find(node, name)->span, "%s '%.100s' is not known",
		name, text);
	return false;
}

static bool read_log(struct pk_log_wish *out, struct pk_arena *arena, const struct pk_node *node,
	struct pk_diags *diags)
{
	const char *retention = NULL;
	if (!pk_node_expect(node, PK_NODE_MAP, "a log", diags) ||
		!read_text(&out->name, arena, node, "name", diags) ||
		!read_text(&out->access, arena, node, "access", diags) ||
		!pk_node_get_u64(&out->bytes, node, "bytes", diags) ||
		!pk_node_get_text(&retention, node, "retention", diags))
		return false;
	if (out->name == NULL) {
		pk_report(diags, PK_FACTS_JSON, node->span, "a log has no name");
		return false;
	}
	for (int i = PK_RETENTION_UNSET; retention != NULL && i <= PK_RETENTION_ARCHIVE; i++) {
		if (pk_text_equal(pk_retention_name((enum pk_retention)i), retention)) {
			out->retention = (enum pk_retention)i;
			return true;
		}
	}
	return retention == NULL || refuse(node, "retention", retention, diags);
}

static bool read_logs(struct pk_desired *out, struct pk_arena *arena, const struct pk_node *node,
	struct pk_diags *diags)
{
	const struct pk_node *logs = NULL;
	if (!pk_node_get_list(&logs, node, "logs", diags))
		return false;
	if (logs == NULL)
		return true;
	struct pk_log_wish *items = PK_NEW_ARRAY(arena, struct pk_log_wish, logs->items.len);
	for (size_t i = 0; i < logs->items.len; i++)
		if (!read_log(&items[i], arena, logs->items.items[i], diags))
			return false;
	out->logs = items;
	out->log_count = logs->items.len;
	return true;
}

/* Content and bundle, found again by their names. */
static bool read_found(struct pk_desired *out, const struct pk_node *node,
	const struct pk_desired_finder *finder, struct pk_diags *diags)
{
	const char *content = NULL;
	const char *bundle = NULL;
	const char *digest = NULL;
	if (!pk_node_get_text(&content, node, "content", diags) ||
		!pk_node_get_text(&bundle, node, "bundle", diags) ||
		!pk_node_get_text(&digest, node, "bundle_digest", diags))
		return false;
	if (content != NULL) {
		out->content = finder->content(finder->data, content);
		if (out->content == NULL) {
			pk_report(diags, PK_DESIRED_GONE, pk_node_find(node, "content")->span,
				"the configuration '%.100s' is gone", content);
			return false;
		}
	}
	if (bundle != NULL) {
		out->bundle = finder->bundle(finder->data, bundle, digest);
		if (out->bundle == NULL) {
			pk_report(diags, PK_DESIRED_GONE, pk_node_find(node, "bundle")->span,
				"the bundle '%.100s' is gone, or has other files", bundle);
			return false;
		}
	}
	return true;
}

bool pk_desired_read_json(struct pk_desired *out, struct pk_arena *arena,
	const struct pk_node *node, const struct pk_desired_finder *finder, struct pk_diags *diags)
{
	struct pk_desired desired = {0};
	const char *sensor = "none";
	const char *become = become_names[PK_BECOME_AUTO];
	if (!pk_node_expect(node, PK_NODE_MAP, "what is desired", diags) ||
		!pk_node_get_text(&sensor, node, "sensor", diags) ||
		!pk_node_get_bool(&desired.absent, node, "absent", diags) ||
		!pk_node_get_bool(&desired.feature, node, "feature", diags) ||
		!read_text(&desired.version, arena, node, "version", diags) ||
		!read_text(&desired.service, arena, node, "service", diags) ||
		!read_text(&desired.driver, arena, node, "driver", diags) ||
		!read_text(&desired.state_dir, arena, node, "state_dir", diags) ||
		!read_text(&desired.install_dir, arena, node, "install_dir", diags) ||
		!pk_node_get_text(&become, node, "become", diags) ||
		!read_logs(&desired, arena, node, diags) ||
		!read_found(&desired, node, finder, diags))
		return false;
	if (!pk_sensor_parse(&desired.sensor, sensor))
		return refuse(node, "sensor", sensor, diags);
	size_t count = sizeof(become_names) / sizeof(become_names[0]);
	size_t i = 0;
	while (i < count && !pk_text_equal(become_names[i], become))
		i++;
	if (i == count)
		return refuse(node, "become", become, diags);
	desired.become = (enum pk_become)i;
	*out = desired;
	return true;
}
