/* Ranges in names of hosts: [1:20], [001:200], [a:f], [0:100:10], as Ansible writes them. */
#include <string.h>

#include "base/text.h"
#include "fleet/inventory/inventory_parts.h"

enum { NUMBER_DIGITS = 9 };

static bool report_range(struct pk_span span, struct pk_diags *diags, const char *fault)
{
	struct pk_diag *diag = pk_report(diags, PK_INVENTORY_RANGE, span, "%s", fault);
	pk_diag_hint(diags, diag, "write a range as in ws[001:200], db[a:f] or rack[0:40:10]");
	return false;
}

static struct pk_span part_of(struct pk_span span, size_t begin, size_t end, size_t len)
{
	if (span.source == NULL || span.end - span.begin != len)
		return span; /* quoted or continued: the text is not what stands in the file */
	return pk_span_make(span.source, span.begin + begin, span.begin + end);
}

static bool is_letter(const char *text, size_t len)
{
	return len == 1 && ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'));
}

/* A number of at most NUMBER_DIGITS digits. */
static bool parse_number(uint64_t *out, const char *text, size_t len)
{
	char digits[NUMBER_DIGITS + 1] = "";
	if (len == 0 || len > NUMBER_DIGITS)
		return false;
	memcpy(digits, text, len);
	for (size_t i = 0; i < len; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	}
	return pk_text_parse_u64(out, digits);
}

/* What is wrong with the words FIRST:LAST[:STEP] of a range; NULL if nothing is. */
static const char *read_words(
	struct pk_range_part *out, const char *words[3], const size_t lens[3], size_t count)
{
	uint64_t last;
	out->step = 1;
	if (count == 3 && (!parse_number(&out->step, words[2], lens[2]) || out->step == 0))
		return "the step of the range is no number from 1 on";
	if (is_letter(words[0], lens[0]) && is_letter(words[1], lens[1])) {
		out->letters = true;
		out->first = (unsigned char)*words[0];
		last = (unsigned char)*words[1];
		if ((out->first < 'a') != (last < 'a'))
			return "the range goes from capital to small letters";
	} else {
		if (lens[0] > 0 && !parse_number(&out->first, words[0], lens[0]))
			return "the range begins with neither a number nor a letter";
		if (!parse_number(&last, words[1], lens[1]))
			return "the range ends with neither a number nor a letter";
		if (lens[0] > 1 && words[0][0] == '0') {
			out->width = (int)lens[0];
			if (lens[1] != lens[0])
				return "the two ends of the range have different lengths";
		}
	}
	if (last < out->first)
		return "the range ends before it begins";
	out->count = (last - out->first) / out->step + 1;
	return NULL;
}

/* The range between the brackets. */
static const char *read_brackets(struct pk_range_part *out, const char *text, size_t len)
{
	const char *words[3] = {text};
	size_t lens[3] = {0};
	size_t count = 0;
	const char *end = text + len;
	for (const char *c = text; c < end; c++) {
		if (*c != ':') {
			lens[count]++;
			continue;
		}
		if (++count == 3)
			return "the range has more than two ':'";
		words[count] = c + 1;
	}
	if (count == 0)
		return "the range has no ':'";
	return read_words(out, words, lens, count + 1);
}

static struct pk_range_part *add_part(struct pk_range *range)
{
	if (range->len == PK_RANGE_PARTS)
		return NULL;
	struct pk_range_part *part = &range->parts[range->len++];
	*part = (struct pk_range_part){.count = 1};
	return part;
}

bool pk_range_parse(
	struct pk_range *out, const char *text, struct pk_span span, struct pk_diags *diags)
{
	struct pk_range range = {.count = 1};
	size_t whole = strlen(text);
	for (const char *c = text; *c != '\0';) {
		size_t literal = strcspn(c, "[]");
		struct pk_range_part *part = add_part(&range);
		if (part == NULL)
			return report_range(span, diags, "the name has too many ranges");
		if (literal > 0) {
			part->text = c;
			part->len = literal;
			c += literal;
			continue;
		}
		const char *close = strchr(c, ']');
		size_t begin = (size_t)(c - text);
		if (*c == ']' || close == NULL)
			return report_range(part_of(span, begin, begin + 1, whole), diags,
				*c == ']' ? "']' without '['" : "'[' without ']'");
		struct pk_span place = part_of(span, begin, (size_t)(close - text) + 1, whole);
		const char *fault = read_brackets(part, c + 1, (size_t)(close - c) - 1);
		if (fault != NULL)
			return report_range(place, diags, fault);
		if (part->count > PK_INVENTORY_HOSTS / range.count) {
			pk_report(diags, PK_INVENTORY_LIMIT, place,
				"the range makes more than %d hosts", PK_INVENTORY_HOSTS);
			return false;
		}
		range.count *= part->count;
		c = close + 1;
	}
	*out = range;
	return true;
}

/* Writes `value` in decimal digits, at least `width` of them; returns how many. */
static size_t print_number(char *out, uint64_t value, int width)
{
	char digits[20];
	size_t len = 0;
	while (value > 0 || len == 0 || len < (size_t)width) {
		digits[len++] = (char)('0' + value % 10);
		value /= 10;
	}
	for (size_t i = 0; i < len; i++)
		out[i] = digits[len - 1 - i];
	return len;
}

char *pk_range_name(struct pk_arena *arena, const struct pk_range *range, uint64_t index)
{
	uint64_t values[PK_RANGE_PARTS] = {0};
	size_t most = 1;
	for (size_t i = range->len; i-- > 0;) {
		const struct pk_range_part *part = &range->parts[i];
		values[i] = part->first + index % part->count * part->step;
		index /= part->count;
		most += part->text != NULL ? part->len : NUMBER_DIGITS;
	}
	char *name = pk_arena_alloc(arena, most);
	char *at = name;
	for (size_t i = 0; i < range->len; i++) {
		const struct pk_range_part *part = &range->parts[i];
		if (part->text != NULL) {
			memcpy(at, part->text, part->len);
			at += part->len;
		} else if (part->letters) {
			*at++ = (char)values[i];
		} else {
			at += print_number(at, values[i], part->width);
		}
	}
	return name;
}
