/*
 * Answers of stacks: whatever a server says of itself and of its assets. What is read has a name
 * that means the same; a mark that is put is found again; each difference that is shown has a line.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "templates/assets/mark.h"
#include "templates/cluster/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 3 };

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static const struct pk_node *read(struct pk_arena *arena, const char *text, size_t len)
{
	struct pk_diags diags = {.arena = arena};
	return pk_json_read(pk_source_make(arena, "answer", text, len), &diags);
}

static void check_stack(struct pk_arena *arena, const struct pk_node *answer)
{
	struct pk_diags diags = {.arena = arena};
	struct pk_elk elk;
	struct pk_elk again;
	bool good = pk_elk_read(&elk, answer, &diags);
	demand(good == (diags.errors == 0));
	if (!good || diags.all.len > 0)
		return;
	demand(*pk_elk_print(arena, &elk) != '\0');
	/* Nobody has seen a later build without x-pack, whatever this one says of itself. */
	if (!pk_elk_parse(&again, elk.name, &diags))
		demand(elk.oss && elk.major >= 7);
	else
		demand(again.features == elk.features && again.product == elk.product);
}

static void check_mark(struct pk_arena *arena, const struct pk_node *answer)
{
	PK_BUF_AUTO plain = {0};
	PK_BUF_AUTO marked = {0};
	char digest[PK_DIGEST_TEXT];
	struct pk_mark mark;
	(void)pk_mark_find(&mark, arena, answer);
	if (answer->kind != PK_NODE_MAP || pk_node_find(answer, "_meta") != NULL)
		return;
	pk_json_put_node(&plain, answer, 0);
	pk_mark_put(&marked, plain.data, false, digest);
	const struct pk_node *node = read(arena, marked.data, marked.len);
	demand(node != NULL && pk_mark_find(&mark, arena, node));
	demand(strcmp(mark.digest, digest) == 0);
}

static void check_compare(const struct pk_node *answer, const struct pk_node *other)
{
	for (unsigned kind = 0; kind <= PK_ASSET_FIRST_INDEX; kind++) {
		PK_BUF_AUTO lines = {0};
		size_t count = 0;
		size_t found =
			pk_compare_bodies(&lines, (enum pk_asset_kind)kind, answer, other, LINES);
		for (size_t i = 0; i < lines.len; i++)
			count += lines.data[i] == '\n';
		demand(count == (found < LINES ? found : LINES));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char fixed[] =
		"{\"description\":\"a\",\"policy\":{\"phases\":{\"hot\":{}}},"
		"\"template\":{\"settings\":{\"index\":{\"a\":1}}},\"list\":[1]}";
	struct pk_arena *arena = pk_arena_create();
	char *text = pk_arena_strndup(arena, (const char *)data, size);
	const struct pk_node *answer = read(arena, text, size);
	if (answer != NULL) {
		check_stack(arena, answer);
		check_mark(arena, answer);
		check_compare(answer, read(arena, fixed, sizeof(fixed) - 1));
		check_compare(read(arena, fixed, sizeof(fixed) - 1), answer);
		check_compare(answer, answer);
	}
	pk_arena_destroy(arena);
	return 0;
}
