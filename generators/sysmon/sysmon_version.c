/* schemaversion as Sysmon's parser reads it. */
#include <stdio.h>

#include "base/text.h"
#include "generators/sysmon/sysmon_read.h"

enum { PRINTED = 40 }; /* the parser's buffer: longer numbers are cut, which makes them too large */

enum pk_version_reading pk_sysmon_read_version(uint32_t *out, const char *text)
{
	double number;
	size_t used;
	if (!pk_text_parse_double(&number, &used, text) || used == 0)
		return PK_VERSION_NO_NUMBER;

	char printed[PRINTED];
	snprintf(printed, sizeof(printed), "%.2f", number);

	uint32_t parts[2] = {0, 0};
	size_t part = 0;
	for (const char *c = printed; *c != '\0'; c++) {
		if (*c == '.') {
			if (++part > 1)
				return PK_VERSION_BAD;
			continue;
		}
		if (*c < '0' || *c > '9' || (*c == '0' && part == 0 && parts[0] == 0))
			return PK_VERSION_BAD;
		parts[part] = parts[part] * 10 + (uint32_t)(*c - '0');
		if (parts[part] > 0xffff)
			return PK_VERSION_BAD;
	}
	*out = PK_VERSION(parts[0], parts[1]);
	return PK_VERSION_GOOD;
}
