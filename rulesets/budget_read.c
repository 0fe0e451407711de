/* The `budget` of a project file. */
#include "base/text.h"
#include "rulesets/project_read.h"

#define DEFAULT_LIMITS "default" /* for profiles without limits of their own */

static const char *const budget_keys[] = {"recordings", "limits"};

static void read_recordings(struct pk_read *read, struct pk_budget *out, const struct pk_node *node)
{
	pk_read_check_texts(read, node, "recordings");
	for (size_t i = 0; node->kind == PK_NODE_LIST && i < node->items.len; i++) {
		const struct pk_node *item = node->items.items[i];
		if (item->text != NULL)
			*pk_list_push(read->arena, &out->recordings) =
				(struct pk_reference){item->text, item->span};
	}
}

static bool read_limit(
	struct pk_read *read, struct pk_budget_limit *out, const struct pk_node_pair *pair)
{
	const char *text = pk_read_filled(read, pair->value, "a limit");
	size_t used;
	if (text == NULL)
		return false;
	out->event = pair->key->text;
	out->span = pair->key->span;
	if (pk_text_parse_double(&out->per_host_hour, &used, text) && text[used] == '\0' &&
		out->per_host_hour >= 0)
		return true;
	struct pk_diag *diag = pk_report(read->diags, PK_BUDGET_LIMIT, pair->value->span,
		"'%s' is no number of events per host and hour", text);
	pk_diag_hint(read->diags, diag, "write a number, as in 'total: 5000'");
	return false;
}

static void read_limits(struct pk_read *read, struct pk_budget *out, const struct pk_node *node)
{
	if (!pk_read_is_map(read, node, "limits"))
		return;
	for (size_t i = 0; i < node->pair_count; i++) {
		struct pk_budget_limit limit;
		if (read_limit(read, &limit, &node->pairs[i]) && out != NULL)
			*pk_list_push(read->arena, &out->limits) = limit;
	}
}

/* The limits of the profile, or those for all that have none; the others are checked only. */
static void read_profiles(struct pk_read *read, struct pk_budget *out, const struct pk_node *node,
	const struct pk_node *profiles, const char *profile)
{
	if (!pk_read_is_map(read, node, "limits"))
		return;
	const struct pk_node *chosen = profile == NULL ? NULL : pk_node_find(node, profile);
	if (chosen == NULL)
		chosen = pk_node_find(node, DEFAULT_LIMITS);
	for (size_t i = 0; i < node->pair_count; i++) {
		const struct pk_node_pair *pair = &node->pairs[i];
		bool known = pk_text_equal(pair->key->text, DEFAULT_LIMITS) ||
			(profiles != NULL && pk_node_find(profiles, pair->key->text) != NULL);
		if (!known) {
			struct pk_diag *diag =
				pk_report(read->diags, PK_BUDGET_PROFILE, pair->key->span,
					"budget for '%s', which is no profile", pair->key->text);
			pk_diag_hint(read->diags, diag,
				"name a profile, or '" DEFAULT_LIMITS "' for all the others");
		}
		read_limits(read, pair->value == chosen ? out : NULL, pair->value);
	}
}

void pk_budget_read(struct pk_read *read, struct pk_budget *out, const struct pk_node *node,
	const struct pk_node *profiles, const char *profile)
{
	if (!pk_read_is_map(read, node, "budget"))
		return;
	pk_node_check_keys(node, budget_keys, PK_COUNT(budget_keys), PK_UNKNOWN_KEY, read->diags);
	const struct pk_node *recordings = pk_read_need(read, node, "recordings");
	if (recordings != NULL)
		read_recordings(read, out, recordings);
	const struct pk_node *limits = pk_read_need(read, node, "limits");
	if (limits != NULL)
		read_profiles(read, out, limits, profiles, profile);
}
