/* Kibana and OpenSearch Dashboards. Stack facts, docs/stack-facts.md section 2. */
#include "base/text.h"
#include "templates/cluster/doctor_inner.h"

static const char *name_of(const struct pk_elk *elk)
{
	return elk->product == PK_ELK_OPENSEARCH ? "OpenSearch Dashboards" : "Kibana";
}

/* Kibana 8 and later have a level, those before and OpenSearch Dashboards a state. */
static void judge_status(struct pk_doctor_look *look, const struct pk_node *answer)
{
	const struct pk_node *overall = pk_answer_find(answer, "status/overall");
	const char *level = pk_answer_text(overall, "level");
	const char *state = pk_answer_text(overall, "state");
	const char *said = level[0] != '\0' ? level : state;
	const char *summary = pk_answer_text(overall, "summary");
	if (summary[0] == '\0')
		summary = pk_answer_text(overall, "title");
	const char *found = pk_arena_printf(look->arena, "%s%s%s",
		said[0] == '\0' ? "it does not say how it is" : said,
		summary[0] == '\0' ? "" : ": ", summary);
	if (pk_text_equal(said, "available") || pk_text_equal(said, "green"))
		pk_doctor_add(look, "kibana", PK_DOCTOR_OK, said, NULL);
	else if (pk_text_equal(said, "degraded") || pk_text_equal(said, "yellow"))
		pk_doctor_add(look, "kibana", PK_DOCTOR_WARNING, found,
			"its page Status, or its log, names the part that is ill");
	else
		pk_doctor_add(look, "kibana", PK_DOCTOR_WRONG, found,
			"its log says why; mostly it cannot log in to the search engine: check the "
			"password of "
			"kibana_system in kibana.yml");
}

static bool parse_version(unsigned *major, unsigned *minor, const char *text)
{
	int32_t first = pk_text_leading_int(text);
	while (*text >= '0' && *text <= '9')
		text++;
	if (first <= 0 || *text != '.')
		return false;
	int32_t second = pk_text_leading_int(text + 1);
	*major = (unsigned)first;
	*minor = second < 0 ? 0 : (unsigned)second;
	return true;
}

/* It has to be of the same line, and not newer than the search engine. */
static void judge_version(
	struct pk_doctor_look *look, const struct pk_elk *elk, const struct pk_node *answer)
{
	const char *version = pk_answer_text(answer, "version/number");
	unsigned major = 0;
	unsigned minor = 0;
	if (!parse_version(&major, &minor, version))
		return;
	const char *found = pk_arena_printf(look->arena, "%s %s with %s", name_of(elk), version,
		pk_elk_print(look->arena, elk));
	if (major != elk->major || minor > elk->minor)
		pk_doctor_add(look, "kibana version", PK_DOCTOR_WRONG, found,
			"they have to be of the same major version, and this one not newer: let "
			"both have the same");
	else if (minor < elk->minor)
		pk_doctor_add(look, "kibana version", PK_DOCTOR_NOTE, found,
			"that works, but is tested least: let both have the same version");
	else
		pk_doctor_add(look, "kibana version", PK_DOCTOR_OK, found, NULL);
}

/* Data views are called index-pattern in all versions. */
static void look_views(struct pk_doctor_look *look)
{
	const struct pk_node *answer = pk_doctor_ask(look, "data views",
		"/api/saved_objects/_find?type=index-pattern&per_page=1000&fields=title", NULL);
	const struct pk_node *list = pk_answer_list(answer, "saved_objects");
	size_t count = 0;
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->items.len; i++) {
		const char *id = pk_answer_text(list->items.items[i], "id");
		count += pk_text_starts(id, "picket-") ? 1 : 0;
	}
	if (count == 0)
		pk_doctor_add(look, "data views", PK_DOCTOR_WARNING,
			"none of picket's is installed, and so no dashboard",
			"install them: 'picket stack up' with the address of Kibana");
	else
		pk_doctor_add(look, "data views", PK_DOCTOR_OK,
			pk_arena_printf(look->arena, "%zu of picket's", count), NULL);
}

/* A Kibana that cannot answer is ill, and that is what is asked here. */
static bool take_failure(struct pk_doctor_look *look, const struct pk_diags *failure)
{
	const struct pk_diag *diag = &failure->all.items[0];
	if (diag->code != PK_HTTP_NOT_NOW) {
		pk_diags_append(look->diags, failure, PK_NOTE);
		return false;
	}
	pk_doctor_add(look, "kibana", PK_DOCTOR_WRONG, diag->message, diag->hint);
	return true;
}

bool pk_doctor_kibana(struct pk_doctor *out, struct pk_arena *arena, struct pk_http *kibana,
	const struct pk_elk *elk, struct pk_diags *diags)
{
	long status = 0;
	struct pk_diags failure = {.arena = arena};
	struct pk_doctor_look look = {.out = out, .arena = arena, .http = kibana, .diags = diags};
	const struct pk_node *answer =
		pk_http_json(kibana, "GET", "/api/status", NULL, &status, &failure);
	if (answer == NULL)
		return take_failure(&look, &failure);
	if (status != 200 || pk_answer_find(answer, "status") == NULL) {
		struct pk_diag *diag = pk_report(diags, PK_HTTP_ANSWER, PK_NO_SPAN,
			"GET %s/api/status: this does not answer as %s (status %ld)",
			pk_http_url(kibana), name_of(elk), status);
		pk_diag_hint(diags, diag, "check the address: it mostly has the port 5601");
		return false;
	}
	judge_status(&look, answer);
	judge_version(&look, elk, answer);
	look_views(&look);
	return !look.broken;
}
