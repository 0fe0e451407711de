#include "templates/model/answer.h"

#include <string.h>

static const struct pk_node *find_member(const struct pk_node *node, const char *name, size_t len)
{
	for (size_t i = 0; node->kind == PK_NODE_MAP && i < node->pair_count; i++) {
		const struct pk_node *key = node->pairs[i].key;
		if (key->text_len == len && memcmp(key->text, name, len) == 0)
			return node->pairs[i].value;
	}
	return NULL;
}

const struct pk_node *pk_answer_find(const struct pk_node *answer, const char *path)
{
	while (answer != NULL && *path != '\0') {
		size_t len = strcspn(path, "/");
		answer = find_member(answer, path, len);
		path += len + (path[len] == '/' ? 1 : 0);
	}
	return answer;
}

const char *pk_answer_text(const struct pk_node *answer, const char *path)
{
	const struct pk_node *value = pk_answer_find(answer, path);
	bool is_text = value != NULL && value->kind != PK_NODE_NULL && value->text != NULL;
	return is_text ? value->text : "";
}

double pk_answer_number(const struct pk_node *answer, const char *path)
{
	const struct pk_node *value = pk_answer_find(answer, path);
	if (value != NULL && value->kind == PK_NODE_INT)
		return (double)value->integer;
	return value != NULL && value->kind == PK_NODE_FLOAT ? value->number : 0;
}

const struct pk_node *pk_answer_list(const struct pk_node *answer, const char *path)
{
	const struct pk_node *value = pk_answer_find(answer, path);
	return value != NULL && value->kind == PK_NODE_LIST ? value : NULL;
}
