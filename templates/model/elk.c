#include "templates/model/elk.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "templates/model/answer.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define VERSION(major, minor) ((major)*1000U + (minor))

/* The lines of releases; `minor` is the last that is known of each. */
struct line {
	enum pk_elk_product product;
	unsigned major;
	unsigned minor;
	const char *name;
};

/* Oldest first, one product after the other. */
static const struct line lines[] = {
	{PK_ELK_ELASTICSEARCH, 6, 8, "es6"},
	{PK_ELK_ELASTICSEARCH, 7, 17, "es7"},
	{PK_ELK_ELASTICSEARCH, 8, 19, "es8"},
	{PK_ELK_ELASTICSEARCH, 9, 5, "es9"},
	{PK_ELK_OPENSEARCH, 1, 3, "os1"},
	{PK_ELK_OPENSEARCH, 2, 19, "os2"},
	{PK_ELK_OPENSEARCH, 3, 8, "os3"},
};

/* Last version with builds without x-pack, and the oldest that `if` in pipelines works well with.
 */
static const unsigned oss_last = VERSION(7, 10);
static const unsigned elasticsearch_first = VERSION(6, 6);

/* Since when a product has a feature, and until before when. Stack facts, docs/stack-facts.md
 * section 1. */
struct feature_row {
	enum pk_elk_feature feature;
	enum pk_elk_product product;
	bool xpack; /* not in builds without x-pack */
	unsigned since;
	unsigned until; /* 0: still */
};

static const struct feature_row feature_rows[] = {
	{PK_ELK_MAPPING_TYPE, PK_ELK_ELASTICSEARCH, false, 0, VERSION(7, 0)},
	{PK_ELK_ALIAS, PK_ELK_ELASTICSEARCH, false, VERSION(6, 4), 0},
	{PK_ELK_ILM, PK_ELK_ELASTICSEARCH, true, VERSION(6, 6), 0},
	{PK_ELK_GEOIP, PK_ELK_ELASTICSEARCH, false, VERSION(6, 7), 0},
	{PK_ELK_COMPOSABLE, PK_ELK_ELASTICSEARCH, false, VERSION(7, 8), 0},
	{PK_ELK_DATA_STREAMS, PK_ELK_ELASTICSEARCH, true, VERSION(7, 9), 0},
	{PK_ELK_WILDCARD, PK_ELK_ELASTICSEARCH, true, VERSION(7, 9), 0},
	{PK_ELK_COMMUNITY_ID, PK_ELK_ELASTICSEARCH, false, VERSION(7, 13), 0},
	{PK_ELK_REGISTERED_DOMAIN, PK_ELK_ELASTICSEARCH, false, VERSION(7, 13), 0},
	{PK_ELK_SHARD_SIZE, PK_ELK_ELASTICSEARCH, false, VERSION(7, 13), 0},
	{PK_ELK_LIFECYCLE_META, PK_ELK_ELASTICSEARCH, false, VERSION(7, 14), 0},
	{PK_ELK_MATCH_ONLY_TEXT, PK_ELK_ELASTICSEARCH, false, VERSION(7, 14), 0},
	{PK_ELK_PIPELINE_META, PK_ELK_ELASTICSEARCH, false, VERSION(7, 15), 0},
	{PK_ELK_LENS, PK_ELK_ELASTICSEARCH, false, VERSION(8, 9), 0},
	{PK_ELK_ALIAS, PK_ELK_OPENSEARCH, false, 0, 0},
	{PK_ELK_ISM, PK_ELK_OPENSEARCH, false, 0, 0},
	{PK_ELK_GEOIP, PK_ELK_OPENSEARCH, false, 0, 0},
	{PK_ELK_COMPOSABLE, PK_ELK_OPENSEARCH, false, 0, 0},
	{PK_ELK_DATA_STREAMS, PK_ELK_OPENSEARCH, false, 0, 0},
	{PK_ELK_MATCH_ONLY_TEXT, PK_ELK_OPENSEARCH, false, VERSION(2, 12), 0},
	{PK_ELK_COMMUNITY_ID_OS, PK_ELK_OPENSEARCH, false, VERSION(2, 13), 0},
};

static const struct line *line_find(enum pk_elk_product product, unsigned major)
{
	for (size_t i = 0; i < COUNT(lines); i++)
		if (lines[i].product == product && lines[i].major == major)
			return &lines[i];
	return NULL;
}

/* Fills in what follows from product, version and build. */
static void complete(struct pk_elk *elk, bool with_minor)
{
	unsigned version = VERSION(elk->major, elk->minor);
	elk->features = 0;
	for (size_t i = 0; i < COUNT(feature_rows); i++) {
		const struct feature_row *row = &feature_rows[i];
		if (row->product == elk->product && version >= row->since &&
			(row->until == 0 || version < row->until) && !(row->xpack && elk->oss))
			elk->features |= (unsigned)row->feature;
	}
	const char *product = elk->product == PK_ELK_OPENSEARCH ? "os" : "es";
	char minor[8] = "";
	if (with_minor)
		snprintf(minor, sizeof(minor), ".%u", elk->minor % 1000);
	snprintf(elk->name, sizeof(elk->name), "%s%u%s%s", product, elk->major % 1000, minor,
		elk->oss ? "-oss" : "");
}

/* --- names of flavours --- */

const char *pk_elk_flavour_at(size_t index)
{
	return index < COUNT(lines) ? lines[index].name : NULL;
}

/* At most three digits at *text, which is moved behind them; false if there are none, or more. */
static bool take_number(unsigned *out, const char **text)
{
	unsigned number = 0;
	size_t digits = 0;
	for (; **text >= '0' && **text <= '9'; ++*text, digits++) {
		if (digits == 3)
			return false;
		number = number * 10 + (unsigned)(**text - '0');
	}
	*out = number;
	return digits > 0;
}

/* "8", "8.19", "8.19.3" at *text; *parts gets how many numbers there were. */
static bool take_version(struct pk_elk *out, size_t *parts, const char **text)
{
	unsigned numbers[3] = {0};
	size_t count = 0;
	do {
		if (count == COUNT(numbers) || !take_number(&numbers[count], text))
			return false;
		count++;
	} while (**text == '.' && (*text)++);
	out->major = numbers[0];
	out->minor = numbers[1];
	out->patch = numbers[2];
	*parts = count;
	return true;
}

static bool refuse_flavour(const char *text, struct pk_diags *diags)
{
	struct pk_diag *diag =
		pk_report(diags, PK_STACK_FLAVOUR, PK_NO_SPAN, "no flavour is called '%s'", text);
	pk_diag_hint(diags, diag,
		"choose es6, es7, es8, es9, os1, os2 or os3, with a minor version if need be, or "
		"one without x-pack: es7.10-oss");
	return false;
}

static bool refuse_old(const char *version, struct pk_diags *diags)
{
	struct pk_diag *diag = pk_report(
		diags, PK_STACK_OLD, PK_NO_SPAN, "Elasticsearch %s is older than 6.6", version);
	pk_diag_hint(diags, diag, "use Elasticsearch 6.6 or later, or OpenSearch");
	return false;
}

bool pk_elk_parse(struct pk_elk *out, const char *text, struct pk_diags *diags)
{
	struct pk_elk elk = {0};
	const char *rest = text;
	size_t parts = 0;
	if (pk_text_starts(text, "os"))
		elk.product = PK_ELK_OPENSEARCH;
	else if (!pk_text_starts(text, "es"))
		return refuse_flavour(text, diags);
	rest += strlen("es");
	if (!take_version(&elk, &parts, &rest))
		return refuse_flavour(text, diags);
	elk.oss = pk_text_equal(rest, "-oss");
	if (*rest != '\0' && !elk.oss)
		return refuse_flavour(text, diags);
	if (elk.product == PK_ELK_ELASTICSEARCH && elk.major < 6)
		return refuse_old(text + strlen("es"), diags);
	const struct line *line = line_find(elk.product, elk.major);
	if (line == NULL)
		return refuse_flavour(text, diags);
	if (parts == 1)
		elk.minor = line->minor;
	if (elk.oss && parts == 1 && elk.major == oss_last / 1000)
		elk.minor = oss_last % 1000;
	if (elk.oss &&
		(elk.product != PK_ELK_ELASTICSEARCH || VERSION(elk.major, elk.minor) > oss_last))
		return refuse_flavour(text, diags);
	if (elk.product == PK_ELK_ELASTICSEARCH &&
		VERSION(elk.major, elk.minor) < elasticsearch_first)
		return refuse_old(text + strlen("es"), diags);
	complete(&elk, parts > 1);
	*out = elk;
	return true;
}

/* --- answers of servers --- */

static bool is_opensearch(const struct pk_node *answer, const struct pk_node *version)
{
	return pk_text_equal(pk_answer_text(version, "distribution"), "opensearch") ||
		pk_text_starts(pk_answer_text(answer, "tagline"), "The OpenSearch Project");
}

/*
 * With compatibility.override_main_response_version OpenSearch 1 and 2 say that they are 7.10.2.
 * Which of them it is can be seen at whom it talks to: 1 to 6.8 and later, 2 to 7.10 and later.
 * Their first minor version is assumed; whoever can ask a node knows better.
 */
static void see_through(struct pk_elk *elk, const struct pk_node *version)
{
	const char *wire = pk_answer_text(version, "minimum_wire_compatibility_version");
	if (elk->product != PK_ELK_OPENSEARCH || elk->major < 6)
		return;
	elk->major = pk_text_starts(wire, "6.") ? 1 : 2;
	elk->minor = 0;
	elk->patch = 0;
}

static bool refuse_unknown(const char *what, struct pk_diags *diags)
{
	struct pk_diag *diag =
		pk_report(diags, PK_STACK_UNKNOWN, PK_NO_SPAN, "the server is %s", what);
	pk_diag_hint(diags, diag, "give the URL of Elasticsearch or OpenSearch, usually port 9200");
	return false;
}

/* Is the line of releases one that is known? A later one is taken for the last that is. */
static bool judge(const struct pk_elk *elk, const char *number, struct pk_diags *diags)
{
	if (elk->product == PK_ELK_ELASTICSEARCH &&
		VERSION(elk->major, elk->minor) < elasticsearch_first)
		return refuse_old(number, diags);
	if (line_find(elk->product, elk->major) != NULL)
		return true;
	if (elk->major == 0)
		return refuse_unknown("of no known version", diags);
	pk_report(diags, PK_STACK_NEW, PK_NO_SPAN,
		"%s %u is newer than what is known here; what is made for it may be refused",
		elk->product == PK_ELK_OPENSEARCH ? "OpenSearch" : "Elasticsearch", elk->major);
	return true;
}

bool pk_elk_read(struct pk_elk *out, const struct pk_node *answer, struct pk_diags *diags)
{
	struct pk_elk elk = {0};
	size_t parts = 0;
	const struct pk_node *version = pk_answer_find(answer, "version");
	const char *number = pk_answer_text(version, "number");
	const char *build = pk_answer_text(version, "build_flavor");
	if (is_opensearch(answer, version))
		elk.product = PK_ELK_OPENSEARCH;
	else if (!pk_text_equal(pk_answer_text(answer, "tagline"), "You Know, for Search"))
		return refuse_unknown("neither Elasticsearch nor OpenSearch", diags);
	if (pk_text_equal(build, "serverless"))
		return refuse_unknown(
			"a serverless project, whose indices cannot be set up", diags);
	const char *rest = number;
	if (!take_version(&elk, &parts, &rest))
		return refuse_unknown("of no known version", diags);
	elk.oss = elk.product == PK_ELK_ELASTICSEARCH && pk_text_equal(build, "oss");
	see_through(&elk, version);
	if (!judge(&elk, number, diags))
		return false;
	complete(&elk, true);
	*out = elk;
	return true;
}

/* --- asking --- */

void pk_elk_set(struct pk_elk *elk, unsigned features, bool on)
{
	elk->features = on ? elk->features | features : elk->features & ~features;
}

bool pk_elk_has(const struct pk_elk *elk, enum pk_elk_feature feature)
{
	return (elk->features & (unsigned)feature) != 0;
}

const char *pk_elk_print(struct pk_arena *arena, const struct pk_elk *elk)
{
	const char *product = elk->product == PK_ELK_OPENSEARCH ? "OpenSearch" : "Elasticsearch";
	const char *build = elk->oss ? " (OSS)" : "";
	if (elk->patch == 0)
		return pk_arena_printf(arena, "%s %u.%u%s", product, elk->major, elk->minor, build);
	return pk_arena_printf(
		arena, "%s %u.%u.%u%s", product, elk->major, elk->minor, elk->patch, build);
}
