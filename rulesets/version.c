#include "rulesets/version.h"

enum {
	VERSION_PARTS = 3,
	VERSION_DIGITS = 9, /* most digits of one number; fits an unsigned */
};

/* Reads numbers separated by dots; returns how many, or 0 if the text is anything else. */
static size_t parse_parts(unsigned parts[VERSION_PARTS], const char *text)
{
	for (size_t count = 0; count < VERSION_PARTS; count++) {
		size_t digits = 0;
		unsigned value = 0;
		for (; text[digits] >= '0' && text[digits] <= '9' && digits < VERSION_DIGITS;
			digits++)
			value = value * 10 + (unsigned)(text[digits] - '0');
		if (digits == 0 || (digits > 1 && text[0] == '0'))
			return 0;
		parts[count] = value;
		text += digits;
		if (*text == '\0')
			return count + 1;
		if (*text++ != '.')
			return 0;
	}
	return 0;
}

static struct pk_version version_of(const unsigned parts[VERSION_PARTS], const char *text)
{
	return (struct pk_version){
		.major = parts[0], .minor = parts[1], .patch = parts[2], .text = text};
}

bool pk_version_parse(struct pk_version *out, const char *text)
{
	unsigned parts[VERSION_PARTS] = {0};
	if (parse_parts(parts, text) != VERSION_PARTS)
		return false;
	*out = version_of(parts, text);
	return true;
}

bool pk_version_parse_need(struct pk_version *out, const char *text)
{
	unsigned parts[VERSION_PARTS] = {0};
	if (parse_parts(parts, text) == 0)
		return false;
	*out = version_of(parts, text);
	return true;
}

bool pk_version_meets(const struct pk_version *version, const struct pk_version *need)
{
	if (version->major != need->major)
		return false;
	if (version->minor != need->minor)
		return version->minor > need->minor;
	return version->patch >= need->patch;
}
