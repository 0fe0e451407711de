#include "cli/fleet/winlogbeat.h"

#include <string.h>

#include "base/text.h"
#include "base/yaml.h"

/* What NAME holds that begins with `first`: as "first.NAME", or as NAME in a mapping `first`. */
static const struct pk_node *find_under(
	const struct pk_node *root, const char *first, const char *name)
{
	size_t len = strlen(first);
	for (size_t i = 0; i < root->pair_count; i++) {
		const struct pk_node *value = root->pairs[i].value;
		const char *key = root->pairs[i].key->text;
		if (!pk_text_starts(key, first))
			continue;
		if (key[len] == '.' && (name == NULL || pk_text_equal(key + len + 1, name)))
			return value;
		if (key[len] != '\0' || value->kind != PK_NODE_MAP)
			continue;
		if (name != NULL && pk_node_find(value, name) != NULL)
			return pk_node_find(value, name);
		if (name == NULL && value->pair_count > 0)
			return value->pairs[0].value;
	}
	return NULL;
}

static bool refuse(const struct pk_node *node, struct pk_diags *diags, const char *what)
{
	struct pk_diag *diag = pk_report(diags, PK_WINLOGBEAT_CONFIG, node->span, "%s", what);
	pk_diag_hint(diags, diag,
		"write one with 'picket stack agent-config --sensor sysmon -o winlogbeat.yml'");
	return false;
}

bool pk_winlogbeat_check(struct pk_source *source, struct pk_diags *diags)
{
	const struct pk_node *root = pk_yaml_read(source, diags);
	if (root == NULL)
		return false;
	if (root->kind != PK_NODE_MAP)
		return refuse(root, diags, "a configuration of Winlogbeat is a mapping");
	const struct pk_node *logs = find_under(root, "winlogbeat", "event_logs");
	if (logs == NULL || logs->kind != PK_NODE_LIST || logs->items.len == 0)
		return refuse(logs != NULL ? logs : root, diags,
			"'winlogbeat.event_logs' names no log to read");
	if (find_under(root, "output", NULL) == NULL)
		return refuse(root, diags, "there is no 'output', where events go to");
	return true;
}
