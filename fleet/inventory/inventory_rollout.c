/* The `rollout` of an inventory: stages, budgets, pools, deadlines. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"
#include "fleet/inventory/select.h"

enum { NUMBER_MOST = 100000 };

static const char *const stage_keys[] = {"name", "hosts", "only", "soak"};

/* A number of the rollout, and what it may be. */
struct number {
	const char *key;
	size_t offset;
	uint32_t value; /* by default */
	uint32_t least;
};

static const struct number numbers[] = {
	{"sessions", offsetof(struct pk_rollout_wish, sessions), 64, 1},
	{"connects", offsetof(struct pk_rollout_wish, connects), 256, 1},
	{"zone_connects", offsetof(struct pk_rollout_wish, zone_connects), 8, 0},
	{"tries", offsetof(struct pk_rollout_wish, tries), 3, 1},
};

struct duration {
	const char *key;
	size_t offset;
	uint64_t value; /* by default */
	bool zero;	/* it may be 0 */
};

static const struct duration durations[] = {
	{"retry", offsetof(struct pk_rollout_wish, retry_ms), 2000, true},
	{"connect", offsetof(struct pk_rollout_wish, connect_ms), 10000, false},
	{"login", offsetof(struct pk_rollout_wish, login_ms), 15000, false},
	{"command", offsetof(struct pk_rollout_wish, command_ms), 120000, false},
	{"stall", offsetof(struct pk_rollout_wish, stall_ms), 30000, false},
	{"event_age", offsetof(struct pk_rollout_wish, event_age_ms), 0, true},
};

enum { DURATION_MOST_DAYS = 30 };

#define AT(wish, type, offset) ((type *)(uintptr_t)((const char *)(wish) + (offset)))

struct rollout_read {
	struct pk_rollout_wish *out;
	struct pk_inventory_build *build;
	struct pk_diags *diags;
};

static __attribute__((format(printf, 5, 6))) bool report_hint(struct pk_diags *diags,
	enum pk_code code, struct pk_span span, const char *hint, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = pk_arena_vprintf(diags->arena, format, args);
	va_end(args);
	struct pk_diag *diag = pk_report(diags, code, span, "%s", message);
	pk_diag_hint(diags, diag, "%s", hint);
	return false;
}

static bool is_scalar(const struct pk_node *node)
{
	return node->kind != PK_NODE_NULL && node->kind != PK_NODE_LIST &&
		node->kind != PK_NODE_MAP;
}

/* --- numbers and durations --- */

static bool read_number(
	struct rollout_read *read, const struct number *number, const struct pk_node *node)
{
	uint64_t value;
	if (!is_scalar(node) || !pk_text_parse_u64(&value, node->text) || value < number->least ||
		value > NUMBER_MOST)
		return report_hint(read->diags, PK_INVENTORY_VALUE, node->span,
			number->least == 0 ? "give a number from 0 to 100000"
					   : "give a number from 1 to 100000",
			"'%s' is no number that can be used", number->key);
	*AT(read->out, uint32_t, number->offset) = (uint32_t)value;
	return true;
}

static bool read_duration(struct rollout_read *read, uint64_t *out, const char *key,
	const struct pk_node *node, bool zero)
{
	const uint64_t most = (uint64_t)DURATION_MOST_DAYS * 24 * 60 * 60 * 1000;
	uint64_t value;
	if (!is_scalar(node) || !pk_duration_parse(&value, node->text))
		return report_hint(read->diags, PK_INVENTORY_DURATION, node->span,
			"write a number with ms, s, m, h or d: 500ms, 30s, 10m",
			"'%s' is no duration", is_scalar(node) ? node->text : key);
	if (value > most || (value == 0 && !zero))
		return report_hint(read->diags, PK_INVENTORY_DURATION, node->span,
			"give more than 0 and at most 30 days", "'%s' is too short or too long",
			node->text);
	*out = value;
	return true;
}

/* A count, or a percentage in thousandths of a percent. */
static bool read_share(struct rollout_read *read, uint32_t *out, bool *percent_out,
	const struct pk_node *node, const char *key)
{
	uint64_t count;
	if (is_scalar(node) && pk_percent_parse(out, node->text)) {
		*percent_out = true;
		return true;
	}
	if (!is_scalar(node) || !pk_text_parse_u64(&count, node->text) ||
		count > PK_INVENTORY_HOSTS)
		return report_hint(read->diags, PK_INVENTORY_SHARE, node->span,
			"write a number of hosts, or a percentage as 10% or 0.5%",
			"'%s' is neither a number of hosts nor a percentage", key);
	*out = (uint32_t)count;
	*percent_out = false;
	return true;
}

/* --- budgets --- */

/* Where the budget called `key` is, or NULL. */
static struct pk_failure_budget *budget_of(struct pk_rollout_wish *wish, const char *key)
{
	if (pk_text_equal(key, "wave"))
		return &wish->wave_budget;
	if (pk_text_equal(key, "total"))
		return &wish->total_budget;
	for (int i = PK_FAILURE_NONE + 1; i < PK_FAILURE_CLASSES; i++) {
		if (pk_text_equal(key, pk_failure_class_name((enum pk_failure_class)i)))
			return &wish->class_budget[i];
	}
	return NULL;
}

static bool read_budget(struct rollout_read *read, const struct pk_node_pair *pair)
{
	const struct pk_node *key = pair->key;
	struct pk_failure_budget budget = {.most = PK_BUDGET_ANY};
	struct pk_failure_budget *place = budget_of(read->out, key->text);
	if (place == &read->out->class_budget[PK_FAILURE_HOST_KEY])
		return report_hint(read->diags, PK_INVENTORY_KEY, key->span, "take it away",
			"'%s' has no budget: a wrong host key always stops the rollout", key->text);
	if (place == NULL)
		return report_hint(read->diags, PK_INVENTORY_KEY, key->span,
			"write wave, total, unreachable, auth, transfer, apply or health",
			"there is no budget '%s'", key->text);
	if (!(is_scalar(pair->value) && pk_text_equal(pair->value->text, "any")) &&
		!read_share(read, &budget.most, &budget.percent, pair->value, key->text))
		return false;
	*place = budget;
	return true;
}

static bool read_budgets(struct rollout_read *read, const struct pk_node *map)
{
	if (!pk_node_expect(map, PK_NODE_MAP, "budget", read->diags))
		return false;
	bool good = true;
	for (size_t i = 0; i < map->pair_count; i++)
		good = read_budget(read, &map->pairs[i]) && good;
	return good;
}

/* --- stages --- */

static bool read_stage_hosts(
	struct rollout_read *read, struct pk_stage *stage, const struct pk_node *node)
{
	bool percent;
	if (node == NULL || (is_scalar(node) && pk_text_equal(node->text, "rest"))) {
		stage->unit = PK_STAGE_REST;
		return true;
	}
	if (!read_share(read, &stage->amount, &percent, node, "hosts"))
		return false;
	stage->unit = percent ? PK_STAGE_PERCENT : PK_STAGE_COUNT;
	if (stage->amount > 0)
		return true;
	return report_hint(read->diags, PK_INVENTORY_STAGES, node->span,
		"take the stage away, or give it hosts", "stage '%s' is for no hosts", stage->name);
}

static bool read_stage(struct rollout_read *read, const struct pk_node *node)
{
	struct pk_diags *diags = read->diags;
	if (!pk_node_expect(node, PK_NODE_MAP, "stages", diags) ||
		!pk_node_check_keys(
			node, stage_keys, PK_COUNT(stage_keys), PK_INVENTORY_KEY, diags))
		return false;
	struct pk_stage stage = {.span = node->span};
	const struct pk_node *name = pk_node_find(node, "name");
	const struct pk_node *soak = pk_node_find(node, "soak");
	if (name == NULL)
		return report_hint(diags, PK_INVENTORY_STAGES, node->span, "give it a 'name'",
			"a stage has no name");
	if (!is_scalar(name) || !pk_inventory_plain(name->text, 64, "_.-"))
		return report_hint(diags, PK_INVENTORY_NAME, name->span,
			"use up to 64 letters, digits, '.', '_' and '-'",
			"'%s' cannot be the name of a stage",
			is_scalar(name) ? name->text : "name");
	stage.name = name->text;
	if (!pk_node_get_text(&stage.selector, node, "only", diags) ||
		!read_stage_hosts(read, &stage, pk_node_find(node, "hosts")) ||
		(soak != NULL && !read_duration(read, &stage.soak_ms, "soak", soak, true)))
		return false;
	for (size_t i = 0; i < read->out->stages.len; i++) {
		if (pk_text_equal(read->out->stages.items[i].name, stage.name))
			return report_hint(diags, PK_INVENTORY_STAGES, name->span,
				"give it another name", "there are two stages '%s'", stage.name);
	}
	*pk_list_push(read->build->arena, &read->out->stages) = stage;
	return true;
}

/* The stage of what is left comes last, and takes all. */
static bool check_last(struct rollout_read *read, const struct pk_node *list)
{
	struct pk_rollout_wish *wish = read->out;
	for (size_t i = 0; i < wish->stages.len; i++) {
		const struct pk_stage *stage = &wish->stages.items[i];
		bool last = i + 1 == wish->stages.len;
		bool all = stage->unit == PK_STAGE_REST;
		if (all && stage->selector == NULL && !last)
			return report_hint(read->diags, PK_INVENTORY_STAGES, stage->span,
				"give it 'hosts', or put it at the end",
				"stage '%s' leaves nothing for those behind it", stage->name);
		if (last && (!all || stage->selector != NULL))
			return report_hint(read->diags, PK_INVENTORY_STAGES, stage->span,
				"add a stage with a name only",
				"behind stage '%s' hosts may be left over", stage->name);
	}
	if (wish->stages.len > 0)
		return true;
	return report_hint(read->diags, PK_INVENTORY_STAGES, list->span,
		"take 'stages' away, or write some", "'stages' is empty");
}

static bool read_stages(struct rollout_read *read, const struct pk_node *list)
{
	if (!pk_node_expect(list, PK_NODE_LIST, "stages", read->diags))
		return false;
	if (list->items.len > PK_INVENTORY_ITEMS) {
		pk_report(read->diags, PK_INVENTORY_LIMIT, list->span,
			"'stages' has more than %d entries", PK_INVENTORY_ITEMS);
		return false;
	}
	bool good = true;
	for (size_t i = 0; i < list->items.len; i++)
		good = read_stage(read, list->items.items[i]) && good;
	return good && check_last(read, list);
}

/* --- the whole --- */

static void set_defaults(struct pk_rollout_wish *out)
{
	*out = (struct pk_rollout_wish){
		.wave_budget = {.percent = true, .most = 10 * 1000},
		.total_budget = {.percent = true, .most = 5 * 1000},
	};
	for (int i = 0; i < PK_FAILURE_CLASSES; i++)
		out->class_budget[i].most = PK_BUDGET_ANY;
	out->class_budget[PK_FAILURE_HOST_KEY].most = 0;
	for (size_t i = 0; i < PK_COUNT(numbers); i++)
		*AT(out, uint32_t, numbers[i].offset) = numbers[i].value;
	for (size_t i = 0; i < PK_COUNT(durations); i++)
		*AT(out, uint64_t, durations[i].offset) = durations[i].value;
}

static void add_default_stages(struct pk_arena *arena, struct pk_rollout_wish *out)
{
	static const struct pk_stage stages[] = {
		{.name = "canary", .unit = PK_STAGE_COUNT, .amount = 1},
		{.name = "early", .unit = PK_STAGE_PERCENT, .amount = 10 * 1000},
		{.name = "rest", .unit = PK_STAGE_REST},
	};
	for (size_t i = 0; i < PK_COUNT(stages); i++)
		*pk_list_push(arena, &out->stages) = stages[i];
}

static bool report_key(struct rollout_read *read, const struct pk_node *key)
{
	const char *known[PK_COUNT(numbers) + PK_COUNT(durations) + 2] = {"stages", "budget"};
	size_t count = 2;
	for (size_t i = 0; i < PK_COUNT(numbers); i++)
		known[count++] = numbers[i].key;
	for (size_t i = 0; i < PK_COUNT(durations); i++)
		known[count++] = durations[i].key;
	struct pk_diag *diag = pk_report(read->diags, PK_INVENTORY_KEY, key->span,
		"key '%s' is not known in 'rollout'", key->text);
	const char *near = pk_text_nearest(key->text, known, count);
	if (near != NULL)
		pk_diag_hint(read->diags, diag, "write '%s'", near);
	return false;
}

static bool read_key(struct rollout_read *read, const struct pk_node_pair *pair)
{
	const char *key = pair->key->text;
	if (pk_text_equal(key, "stages"))
		return read_stages(read, pair->value);
	if (pk_text_equal(key, "budget"))
		return read_budgets(read, pair->value);
	for (size_t i = 0; i < PK_COUNT(numbers); i++) {
		if (pk_text_equal(key, numbers[i].key))
			return read_number(read, &numbers[i], pair->value);
	}
	for (size_t i = 0; i < PK_COUNT(durations); i++) {
		if (pk_text_equal(key, durations[i].key))
			return read_duration(read, AT(read->out, uint64_t, durations[i].offset),
				key, pair->value, durations[i].zero);
	}
	return report_key(read, pair->key);
}

static void put_budget(struct pk_buf *out, struct pk_failure_budget budget)
{
	pk_buf_printf(out, "%u%s ", (unsigned)budget.most, budget.percent ? "%" : "");
}

static void put_canon(struct pk_buf *out, const struct pk_rollout_wish *wish)
{
	for (size_t i = 0; i < wish->stages.len; i++) {
		const struct pk_stage *stage = &wish->stages.items[i];
		pk_buf_printf(out, "stage %s %d %u %llu %s\n", stage->name, (int)stage->unit,
			(unsigned)stage->amount, (unsigned long long)stage->soak_ms,
			stage->selector == NULL ? "" : stage->selector);
	}
	put_budget(out, wish->wave_budget);
	put_budget(out, wish->total_budget);
	for (int i = 0; i < PK_FAILURE_CLASSES; i++)
		put_budget(out, wish->class_budget[i]);
	for (size_t i = 0; i < PK_COUNT(numbers); i++)
		pk_buf_printf(out, "%u ", (unsigned)*AT(wish, const uint32_t, numbers[i].offset));
	for (size_t i = 0; i < PK_COUNT(durations); i++)
		pk_buf_printf(out, "%llu ",
			(unsigned long long)*AT(wish, const uint64_t, durations[i].offset));
}

bool pk_rollout_wish_read(struct pk_rollout_wish *out, struct pk_buf *canon,
	struct pk_inventory_build *build, const struct pk_node *node)
{
	struct rollout_read read = {.out = out, .build = build, .diags = build->diags};
	set_defaults(out);
	bool good = true;
	if (node != NULL && !pk_node_expect(node, PK_NODE_MAP, "rollout", build->diags))
		return false;
	for (size_t i = 0; node != NULL && i < node->pair_count; i++)
		good = read_key(&read, &node->pairs[i]) && good;
	if (out->stages.len == 0)
		add_default_stages(build->arena, out);
	put_canon(canon, out);
	return good;
}

/* What stages select is judged at once, and not when the rollout has begun. */
bool pk_rollout_wish_check(const struct pk_inventory *inventory, struct pk_diags *diags)
{
	bool good = true;
	for (size_t i = 0; i < inventory->rollout.stages.len; i++) {
		const struct pk_stage *stage = &inventory->rollout.stages.items[i];
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		struct pk_diags quiet = {.arena = arena};
		struct pk_selection selection;
		if (stage->selector == NULL ||
			pk_select(&selection, arena, inventory, &stage->selector, 1, &quiet))
			continue;
		const struct pk_diag *first = &quiet.all.items[0];
		struct pk_diag *diag = pk_report(diags, PK_INVENTORY_STAGES, stage->span,
			"stage '%s' has no hosts: %s", stage->name, first->message);
		if (first->hint != NULL)
			pk_diag_hint(diags, diag, "%s", first->hint);
		good = false;
	}
	return good;
}
