/*
 * The conditions of Sysmon: numbers, words, and the schema whose manifest first documents each
 * (Sysmon facts, docs/sysmon-facts.md section 6). A parser takes every one of them in any schema.
 */
#include <assert.h>

#include "base/text.h"
#include "rulesets/model.h"

/* In order of enum pk_operator. */
static const struct pk_operator_info operators[] = {
	{PK_OP_IS, "is", false, false, "2.00", "is any"},
	{PK_OP_IS_NOT, "is not", false, true, "2.00", NULL},
	{PK_OP_CONTAINS, "contains", false, false, "2.00", "contains any"},
	{PK_OP_CONTAINS_ANY, "contains any", true, false, "4.22", NULL},
	{PK_OP_IS_ANY, "is any", true, false, "4.31", NULL},
	{PK_OP_CONTAINS_ALL, "contains all", true, false, "4.22", NULL},
	{PK_OP_EXCLUDES, "excludes", false, true, "2.00", "excludes any"},
	{PK_OP_EXCLUDES_ANY, "excludes any", true, true, "4.23", NULL},
	{PK_OP_EXCLUDES_ALL, "excludes all", true, true, "4.23", NULL},
	{PK_OP_BEGIN_WITH, "begin with", false, false, "2.00", NULL},
	{PK_OP_END_WITH, "end with", false, false, "2.00", NULL},
	{PK_OP_LESS_THAN, "less than", false, false, "2.00", NULL},
	{PK_OP_MORE_THAN, "more than", false, false, "2.00", NULL},
	{PK_OP_IMAGE, "image", false, false, "2.00", NULL},
	{PK_OP_NOT_BEGIN_WITH, "not begin with", false, true, "4.70", NULL},
	{PK_OP_NOT_END_WITH, "not end with", false, true, "4.70", NULL},
};

static const char *const names[PK_OP_COUNT] = {
	[PK_OP_IS] = "is",
	[PK_OP_IS_NOT] = "is not",
	[PK_OP_CONTAINS] = "contains",
	[PK_OP_CONTAINS_ANY] = "contains any",
	[PK_OP_IS_ANY] = "is any",
	[PK_OP_CONTAINS_ALL] = "contains all",
	[PK_OP_EXCLUDES] = "excludes",
	[PK_OP_EXCLUDES_ANY] = "excludes any",
	[PK_OP_EXCLUDES_ALL] = "excludes all",
	[PK_OP_BEGIN_WITH] = "begin with",
	[PK_OP_END_WITH] = "end with",
	[PK_OP_LESS_THAN] = "less than",
	[PK_OP_MORE_THAN] = "more than",
	[PK_OP_IMAGE] = "image",
	[PK_OP_NOT_BEGIN_WITH] = "not begin with",
	[PK_OP_NOT_END_WITH] = "not end with",
};

_Static_assert(sizeof(operators) / sizeof(operators[0]) == PK_OP_COUNT, "a row for each operator");

const struct pk_operator_info *pk_operator_info(enum pk_operator op)
{
	assert(op < PK_OP_COUNT);
	return &operators[op];
}

const struct pk_operator_info *pk_operator_find(const char *name)
{
	char first = pk_text_lower(name[0]);
	for (size_t i = 0; i < PK_OP_COUNT; i++) {
		if (operators[i].name[0] == first && pk_text_equal_nocase(operators[i].name, name))
			return &operators[i];
	}
	return NULL;
}

const char *const *pk_operator_names(void)
{
	return names;
}
