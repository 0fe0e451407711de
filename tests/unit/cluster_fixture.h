/*
 * A cluster whose answers are made up, in the place of templates/http, and assets for it.
 */
#ifndef TESTS_UNIT_CLUSTER_FIXTURE_H
#define TESTS_UNIT_CLUSTER_FIXTURE_H

#include "tests/unit/test.h"

#include "base/json.h"
#include "base/text.h"
#include "templates/assets/mark.h"
#include "templates/cluster/cluster.h"

/* What the server answers to a request; the path must begin so. */
struct answer {
	const char *request; /* "GET /_template/" */
	long status;
	const char *body;
};

struct pk_http {
	const struct answer *answers; /* the first that fits; {0} behind the last */
	struct pk_buf log;	      /* requests, one a line */
	struct pk_arena *arena;
};

/* These take the place of templates/http. */

const struct pk_node *pk_http_json(struct pk_http *http, const char *method, const char *path,
	const char *body, long *status_out, struct pk_diags *diags)
{
	const char *request = pk_arena_printf(http->arena, "%s %s", method, path);
	const char *text = "{}";
	(void)body;
	pk_buf_printf(&http->log, "%s\n", request);
	*status_out = strcmp(method, "GET") == 0 ? 404 : 200;
	for (const struct answer *answer = http->answers; answer->request != NULL; answer++) {
		if (!pk_text_starts(request, answer->request))
			continue;
		*status_out = answer->status;
		text = answer->body;
		break;
	}
	return pk_json_read(pk_source_make(http->arena, "answer", text, strlen(text)), diags);
}

void pk_http_refused(struct pk_http *http, const char *method, const char *path, long status,
	const struct pk_node *answer, struct pk_diags *diags)
{
	(void)http;
	(void)answer;
	pk_report(diags, PK_HTTP_REFUSED, PK_NO_SPAN, "%s %s: %ld", method, path, status);
}

const char *pk_http_url(const struct pk_http *http)
{
	(void)http;
	return "http://lab:9200";
}

/* --- fixture --- */

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	struct pk_http http;
	struct pk_cluster cluster;
	struct pk_assets assets;
	struct pk_cluster_plan plan;
	struct pk_buf steps;
};

static inline int setup(void **state)
{
	struct pk_arena *arena = pk_arena_create();
	struct fixture *f = PK_NEW(arena, struct fixture);
	f->arena = arena;
	f->diags.arena = arena;
	f->http.arena = arena;
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;
	pk_buf_finish(&f->http.log);
	pk_buf_finish(&f->steps);
	pk_arena_destroy(f->arena);
	return 0;
}

#define PLAIN_COMPONENT "{\"template\":{\"settings\":{\"index\":{\"number_of_replicas\":\"0\"}}}}"
#define EDITED_COMPONENT "{\"template\":{\"settings\":{\"index\":{\"number_of_replicas\":\"9\"}}}}"
#define PLAIN_TEMPLATE                                                                             \
	"{\"index_patterns\":[\"logs-x-lab\"],\"composed_of\":[\"picket@a\",\"picket@custom\"]}"

/* The body with our mark; with the digest of `of`, if that is not NULL. */
static inline const char *marked(struct fixture *f, const char *body, const char *of)
{
	PK_BUF_AUTO buf = {0};
	PK_BUF_AUTO other = {0};
	char digest[PK_DIGEST_TEXT];
	char other_digest[PK_DIGEST_TEXT];
	pk_mark_put(&buf, body, false, digest);
	char *text = pk_arena_strndup(f->arena, buf.data, buf.len);
	if (of == NULL)
		return text;
	pk_mark_put(&other, of, false, other_digest);
	memcpy(strstr(text, digest), other_digest, strlen(other_digest));
	return text;
}

static inline void add_asset(struct fixture *f, enum pk_asset_kind kind, const char *id,
	const char *path, const char *plain)
{
	PK_BUF_AUTO buf = {0};
	struct pk_asset *asset = pk_list_push(f->arena, &f->assets);
	*asset = (struct pk_asset){.kind = kind, .id = id, .path = path};
	pk_mark_put(&buf, plain, false, asset->digest);
	asset->body = pk_arena_strndup(f->arena, buf.data, buf.len);
}

/* A component, one of the user, and a template of both. */
static inline void add_assets(struct fixture *f)
{
	add_asset(f, PK_ASSET_COMPONENT, "picket@a", "/_component_template/picket@a",
		PLAIN_COMPONENT);
	add_asset(f, PK_ASSET_CUSTOM, "picket@custom", "/_component_template/picket@custom",
		"{\"template\":{}}");
	add_asset(f, PK_ASSET_INDEX_TEMPLATE, "picket-x", "/_index_template/picket-x",
		PLAIN_TEMPLATE);
}

/* An answer that lists the component with this body. */
static inline const char *component(struct fixture *f, const char *id, const char *body)
{
	return pk_arena_printf(f->arena,
		"{\"component_templates\":[{\"name\":\"%s\",\"component_template\":%s}]}", id,
		body);
}

static inline const char *index_template(struct fixture *f, const char *id, const char *body)
{
	return pk_arena_printf(f->arena,
		"{\"index_templates\":[{\"name\":\"%s\",\"index_template\":%s}]}", id, body);
}

static inline void plan(struct fixture *f, const struct answer *answers)
{
	f->http.answers = answers;
	f->cluster = (struct pk_cluster){.http = &f->http, .arena = f->arena};
	pk_elk_set(&f->cluster.elk, PK_ELK_COMPOSABLE | PK_ELK_DATA_STREAMS | PK_ELK_ISM, true);
	assert_true(pk_cluster_plan_make(&f->plan, &f->cluster, &f->assets, &f->diags));
	f->http.log.len = 0;
}

static inline void assert_log(const struct fixture *f, const char *want)
{
	assert_string_equal(f->http.log.len == 0 ? "" : f->http.log.data, want);
}

static inline size_t count_code(const struct fixture *f, enum pk_code code)
{
	size_t count = 0;
	for (size_t i = 0; i < f->diags.all.len; i++)
		count += f->diags.all.items[i].code == code;
	return count;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
