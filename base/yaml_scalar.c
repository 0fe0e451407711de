#include "base/yaml_scalar.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

struct word {
	const char *text;
	enum pk_node_kind kind;
	bool boolean;
	double number;
};

static const struct word words[] = {
	{"", PK_NODE_NULL, false, 0},
	{"~", PK_NODE_NULL, false, 0},
	{"null", PK_NODE_NULL, false, 0},
	{"Null", PK_NODE_NULL, false, 0},
	{"NULL", PK_NODE_NULL, false, 0},
	{"true", PK_NODE_BOOL, true, 0},
	{"True", PK_NODE_BOOL, true, 0},
	{"TRUE", PK_NODE_BOOL, true, 0},
	{"false", PK_NODE_BOOL, false, 0},
	{"False", PK_NODE_BOOL, false, 0},
	{"FALSE", PK_NODE_BOOL, false, 0},
	{".inf", PK_NODE_FLOAT, false, (double)INFINITY},
	{".Inf", PK_NODE_FLOAT, false, (double)INFINITY},
	{".INF", PK_NODE_FLOAT, false, (double)INFINITY},
	{"+.inf", PK_NODE_FLOAT, false, (double)INFINITY},
	{"+.Inf", PK_NODE_FLOAT, false, (double)INFINITY},
	{"+.INF", PK_NODE_FLOAT, false, (double)INFINITY},
	{"-.inf", PK_NODE_FLOAT, false, (double)-INFINITY},
	{"-.Inf", PK_NODE_FLOAT, false, (double)-INFINITY},
	{"-.INF", PK_NODE_FLOAT, false, (double)-INFINITY},
	{".nan", PK_NODE_FLOAT, false, (double)NAN},
	{".NaN", PK_NODE_FLOAT, false, (double)NAN},
	{".NAN", PK_NODE_FLOAT, false, (double)NAN},
};

static const char decimal_digits[] = "0123456789";
static const char octal_digits[] = "01234567";
static const char hex_digits[] = "0123456789abcdefABCDEF";

static bool resolve_word(struct pk_node *node)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!pk_text_equal(node->text, words[i].text))
			continue;
		node->kind = words[i].kind;
		if (node->kind == PK_NODE_BOOL)
			node->boolean = words[i].boolean;
		if (node->kind == PK_NODE_FLOAT)
			node->number = words[i].number;
		return true;
	}
	return false;
}

/* Is `text` one or more of `digits` and nothing else? */
static bool is_all(const char *text, const char *digits)
{
	size_t len = strspn(text, digits);
	return len > 0 && text[len] == '\0';
}

/* Digits of a base that is a power of two; those beyond int64_t make a double. */
static void set_shifted(struct pk_node *node, const char *digits, unsigned bits)
{
	uint64_t integer = 0;
	double number = 0;
	bool fits = true;
	for (const char *c = digits; *c != '\0'; c++) {
		char lower = pk_text_lower(*c);
		unsigned digit = (unsigned)(lower >= 'a' ? lower - 'a' + 10 : lower - '0');
		fits = fits && integer <= (uint64_t)INT64_MAX >> bits;
		integer = integer << bits | digit;
		number = number * (double)(1u << bits) + (double)digit;
	}
	node->kind = fits ? PK_NODE_INT : PK_NODE_FLOAT;
	if (fits)
		node->integer = (int64_t)integer;
	else
		node->number = number;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *text)
{
	text += text[0] == '-' || text[0] == '+';
	size_t before = strspn(text, decimal_digits);
	text += before;
	size_t behind = 0;
	if (*text == '.') {
		behind = strspn(text + 1, decimal_digits);
		text += 1 + behind;
	}
	if (before + behind == 0)
		return false;
	if (*text == '\0')
		return true;
	if (pk_text_lower(*text) != 'e')
		return false;
	text++;
	text += text[0] == '-' || text[0] == '+';
	return is_all(text, decimal_digits);
}

void pk_yaml_resolve(struct pk_node *node)
{
	node->kind = PK_NODE_STRING;
	/* Nearly all scalars are text, and their first character tells. */
	if (node->text_len > 0 && strchr("+-.0123456789~FNTfnt", node->text[0]) == NULL)
		return;
	if (strlen(node->text) != node->text_len || resolve_word(node))
		return;

	size_t used;
	const char *unsigned_text = node->text + (node->text[0] == '+');
	if (pk_text_starts(node->text, "0x") && is_all(node->text + 2, hex_digits))
		set_shifted(node, node->text + 2, 4);
	else if (pk_text_starts(node->text, "0o") && is_all(node->text + 2, octal_digits))
		set_shifted(node, node->text + 2, 3);
	else if (is_float(node->text) && pk_text_parse_i64(&node->integer, unsigned_text))
		node->kind = PK_NODE_INT;
	else if (is_float(node->text) && pk_text_parse_double(&node->number, &used, node->text))
		node->kind = PK_NODE_FLOAT;
}
