/*
 * The server itself: version, licence, who may come in, health, clock, room. Stack facts,
 * docs/stack-facts.md section 2.
 */
#include <string.h>

#include "base/text.h"
#include "templates/cluster/doctor_inner.h"

enum {
	CLOCK_NOTE = 5, /* seconds */
	CLOCK_WARNING = 60,
	LICENCE_DAYS = 30,
	DAY = 24 * 60 * 60,
	MS = 1000,
	PERCENT = 100,
	WATERMARK_LOW = 85, /* percent used; what servers have if nothing else is set */
	WATERMARK_HIGH = 90,
	WATERMARK_FLOOD = 95,
	SHARDS_PER_NODE = 1000,
	SHARDS_NEAR = 90, /* percent */
};

/* Lines that get no more mends. Stack facts, docs/stack-facts.md section 2. */
static const struct {
	enum pk_elk_product product;
	unsigned major;
	enum pk_doctor_level level;
	const char *advice;
} lines[] = {
	{PK_ELK_ELASTICSEARCH, 6, PK_DOCTOR_WARNING,
		"this line is not maintained any more: go to 8 or 9, by way of 7.17"},
	{PK_ELK_ELASTICSEARCH, 7, PK_DOCTOR_WARNING,
		"this line is not maintained any more: go to 8.19, then to 9"},
	{PK_ELK_ELASTICSEARCH, 8, PK_DOCTOR_NOTE,
		"see https://www.elastic.co/support/eol how long this line is maintained"},
	{PK_ELK_OPENSEARCH, 1, PK_DOCTOR_WARNING,
		"this line is not maintained any more: go to 2.19, then to 3"},
	{PK_ELK_OPENSEARCH, 2, PK_DOCTOR_NOTE,
		"see https://opensearch.org/releases how long this line is maintained"},
};

void pk_doctor_look_version(struct pk_doctor_look *look)
{
	const struct pk_elk *elk = &look->cluster->elk;
	const char *found = pk_elk_print(look->arena, elk);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].product == elk->product && lines[i].major == elk->major) {
			pk_doctor_add(look, "version", lines[i].level, found, lines[i].advice);
			return;
		}
	}
	pk_doctor_add(look, "version", PK_DOCTOR_OK, found, NULL);
}

void pk_doctor_look_licence(struct pk_doctor_look *look)
{
	const struct pk_elk *elk = &look->cluster->elk;
	if (elk->product != PK_ELK_ELASTICSEARCH || elk->oss)
		return;
	const struct pk_node *answer = pk_doctor_ask(
		look, "licence", elk->major < 7 ? "/_xpack/license" : "/_license", NULL);
	const struct pk_node *licence = pk_answer_find(answer, "license");
	if (licence == NULL)
		return;
	const char *type = pk_answer_text(licence, "type");
	const char *status = pk_answer_text(licence, "status");
	double end = pk_answer_number(licence, "expiry_date_in_millis") / MS;
	int64_t left = end > 0 ? (int64_t)end - look->now : 0;
	if (!pk_text_equal(status, "active"))
		pk_doctor_add(look, "licence", PK_DOCTOR_WRONG,
			pk_arena_printf(look->arena, "%s, %s", type, status),
			"start a basic one, which does not end: POST "
			"_license/start_basic?acknowledge=true");
	else if (end > 0 && left < (int64_t)LICENCE_DAYS * DAY)
		pk_doctor_add(look, "licence", PK_DOCTOR_NOTE,
			pk_arena_printf(look->arena, "%s, ends in %s", type,
				pk_doctor_span(look->arena, left < 0 ? 0 : left)),
			"all that picket installs works with a basic one: POST "
			"_license/start_basic");
	else
		pk_doctor_add(look, "licence", PK_DOCTOR_OK, type, NULL);
}

/* Whether the server asks who comes: its plugin or feature for that, and TLS. */
void pk_doctor_look_security(struct pk_doctor_look *look)
{
	const struct pk_elk *elk = &look->cluster->elk;
	bool is_secure = false;
	if (elk->product == PK_ELK_OPENSEARCH) {
		is_secure = pk_doctor_ask(look, "security", "/_plugins/_security/authinfo", NULL) !=
			NULL;
	} else if (!elk->oss) {
		const struct pk_node *answer =
			pk_doctor_ask(look, "security", "/_xpack?categories=features", NULL);
		if (answer == NULL)
			return;
		is_secure =
			pk_text_equal(pk_answer_text(answer, "features/security/enabled"), "true");
	}
	if (look->broken)
		return;
	if (is_secure)
		pk_doctor_add(look, "security", PK_DOCTOR_OK, "users are asked who they are", NULL);
	else
		pk_doctor_add(look, "security", PK_DOCTOR_WARNING,
			"nobody is asked who he is: everybody who reaches the server reads and "
			"removes all",
			elk->oss ? "this build has no security: let it listen on a loopback "
				   "address only"
				 : "turn security on, or let it listen on a loopback address only");
}

/* --- health --- */

/* The first shard that is nowhere, and why. */
static const char *explain(struct pk_doctor_look *look)
{
	const struct pk_node *answer =
		pk_doctor_ask(look, "health", "/_cluster/allocation/explain", NULL);
	if (answer == NULL)
		return NULL;
	const char *why = pk_answer_text(answer, "allocate_explanation");
	return pk_arena_printf(look->arena, "shard %s of '%s': %s", pk_answer_text(answer, "shard"),
		pk_answer_text(answer, "index"),
		why[0] != '\0' ? why : pk_answer_text(answer, "unassigned_info/reason"));
}

static void judge_health(
	struct pk_doctor_look *look, const char *status, double nodes, double unassigned)
{
	bool is_red = pk_text_equal(status, "red");
	const char *why = explain(look);
	const char *found = pk_arena_printf(look->arena, "%s: %.0f shards are nowhere%s%s", status,
		unassigned, why == NULL ? "" : "; ", why == NULL ? "" : why);
	if (is_red)
		pk_doctor_add(look, "health", PK_DOCTOR_WRONG, found,
			"events of these shards are not found: bring the missing node back, or "
			"free its disk");
	else if (nodes < 2)
		pk_doctor_add(look, "health", PK_DOCTOR_NOTE, found,
			"a single node cannot hold replicas: set index.number_of_replicas to 0");
	else
		pk_doctor_add(look, "health", PK_DOCTOR_WARNING, found,
			"find out why replicas have no place: GET _cluster/allocation/explain");
}

static double most_shards(struct pk_doctor_look *look)
{
	static const char *const kinds[] = {"transient", "persistent", "defaults"};
	const struct pk_node *answer = pk_doctor_ask(look, "shards",
		"/_cluster/settings?include_defaults=true&flat_settings=true"
		"&filter_path=*.cluster.max_shards_per_node",
		NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct pk_node *settings = pk_answer_find(answer, kinds[i]);
		uint64_t most = 0;
		if (pk_text_parse_u64(
			    &most, pk_answer_text(settings, "cluster.max_shards_per_node")))
			return (double)most;
	}
	return SHARDS_PER_NODE;
}

static void judge_shards(struct pk_doctor_look *look, double shards, double nodes)
{
	double most = most_shards(look) * nodes;
	if (look->broken)
		return;
	bool is_near = shards * PERCENT > most * SHARDS_NEAR;
	pk_doctor_add(look, "shards", is_near ? PK_DOCTOR_WARNING : PK_DOCTOR_OK,
		pk_arena_printf(look->arena, "%.0f of at most %.0f", shards, most),
		is_near ? "when there are no more, no index can be made and events are refused: "
			  "delete old "
			  "indices, or raise cluster.max_shards_per_node"
			: NULL);
}

void pk_doctor_look_health(struct pk_doctor_look *look)
{
	const struct pk_node *answer = pk_doctor_ask(look, "health", "/_cluster/health", NULL);
	if (answer == NULL)
		return;
	const char *status = pk_answer_text(answer, "status");
	double nodes = pk_answer_number(answer, "number_of_data_nodes");
	double unassigned = pk_answer_number(answer, "unassigned_shards");
	double active = pk_answer_number(answer, "active_shards");
	if (pk_text_equal(status, "green"))
		pk_doctor_add(look, "health", PK_DOCTOR_OK, "green", NULL);
	else
		judge_health(look, status, nodes, unassigned);
	if (!look->broken)
		judge_shards(look, active + unassigned, nodes < 1 ? 1 : nodes);
}

/* --- room --- */

static void judge_disk(struct pk_doctor_look *look, const struct pk_node *node, const char *name)
{
	double total = pk_answer_number(node, "fs/total/total_in_bytes");
	double free = pk_answer_number(node, "fs/total/available_in_bytes");
	if (total <= 0)
		return;
	double used = PERCENT - free * PERCENT / total;
	enum pk_doctor_level level = PK_DOCTOR_OK;
	const char *advice = NULL;
	if (used >= WATERMARK_FLOOD) {
		level = PK_DOCTOR_WRONG;
		advice = "indices are made read-only here: free space, or keep events for fewer "
			 "days";
	} else if (used >= WATERMARK_HIGH) {
		level = PK_DOCTOR_WRONG;
		advice = "shards are moved away from here: free space, or keep events for fewer "
			 "days";
	} else if (used >= WATERMARK_LOW) {
		level = PK_DOCTOR_WARNING;
		advice = "no new replicas are put here: free space, or keep events for fewer days";
	}
	pk_doctor_add(look, "disk", level,
		pk_arena_printf(look->arena, "node '%s' has used %.0f %% of its disk", name, used),
		advice);
}

/* Servers send no header Date; what time a node has stands in its statistics. */
static void judge_clock(struct pk_doctor_look *look, int64_t ahead)
{
	int64_t apart = ahead < 0 ? -ahead : ahead;
	const char *span = pk_doctor_span(look->arena, apart);
	if (apart <= CLOCK_NOTE) {
		pk_doctor_add(look, "clock", PK_DOCTOR_OK,
			"the clocks of the server and of this machine agree", NULL);
		return;
	}
	pk_doctor_add(look, "clock", apart > CLOCK_WARNING ? PK_DOCTOR_WARNING : PK_DOCTOR_NOTE,
		pk_arena_printf(look->arena, "the clock of the server is %s %s", span,
			ahead > 0 ? "ahead" : "behind"),
		"let all set their clocks by NTP: else events seem to be missing");
}

void pk_doctor_look_nodes(struct pk_doctor_look *look)
{
	const struct pk_node *answer = pk_doctor_ask(look, "disk",
		"/_nodes/stats/fs?filter_path=nodes.*.name,nodes.*.timestamp,nodes.*.fs.total",
		NULL);
	const struct pk_node *nodes = pk_answer_find(answer, "nodes");
	int64_t worst = 0;
	if (nodes == NULL || nodes->kind != PK_NODE_MAP || nodes->pair_count == 0)
		return;
	for (size_t i = 0; i < nodes->pair_count; i++) {
		const struct pk_node *node = nodes->pairs[i].value;
		double time = pk_answer_number(node, "timestamp") / MS;
		int64_t ahead = time > 0 ? (int64_t)time - look->now : 0;
		if ((ahead < 0 ? -ahead : ahead) > (worst < 0 ? -worst : worst))
			worst = ahead;
		judge_disk(look, node, pk_answer_text(node, "name"));
	}
	judge_clock(look, worst);
}

static bool is_blocked(const struct pk_node *settings)
{
	static const char *const blocks[] = {"index.blocks.read_only_allow_delete",
		"index.blocks.read_only", "index.blocks.write"};
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (pk_text_equal(pk_answer_text(settings, blocks[i]), "true"))
			return true;
	}
	return false;
}

/* Old indices of a stream may be closed for writing on purpose; the flood stage is no purpose. */
void pk_doctor_look_blocks(struct pk_doctor_look *look)
{
	const char *path = pk_arena_printf(look->arena,
		"/%s,%s/_settings/index.blocks.*?flat_settings=true&ignore_unavailable=true",
		look->streams->sysmon_pattern, look->streams->monster_pattern);
	const struct pk_node *answer = pk_doctor_ask(look, "blocks", path, NULL);
	const char *first = NULL;
	size_t count = 0;
	if (answer == NULL || answer->kind != PK_NODE_MAP)
		return;
	for (size_t i = 0; i < answer->pair_count; i++) {
		if (!is_blocked(pk_answer_find(answer->pairs[i].value, "settings")))
			continue;
		first = first == NULL ? answer->pairs[i].key->text : first;
		count++;
	}
	if (count > 0)
		pk_doctor_add(look, "blocks", PK_DOCTOR_WRONG,
			pk_arena_printf(look->arena,
				"%zu indices take no events, the first is '%s'", count, first),
			"free space on the disk; then PUT INDEX/_settings "
			"{\"index.blocks.read_only_allow_delete\":null}");
}
