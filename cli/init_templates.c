#include "cli/init_templates.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

const char *pk_init_template_find(const char *name)
{
	const char *at = pk_init_templates;
	while (!pk_text_equal(at, name)) {
		assert(at[0] != '\0');
		at += strlen(at) + 1; /* the text */
		at += strlen(at) + 1; /* the next name */
	}
	return at + strlen(at) + 1;
}

/* The value whose "@NAME@" `at` begins with, or NULL. */
static const struct pk_init_value *find_value(
	const char *at, const struct pk_init_value *values, size_t value_count)
{
	for (size_t i = 0; i < value_count; i++) {
		size_t len = strlen(values[i].name);
		if (strncmp(at + 1, values[i].name, len) == 0 && at[1 + len] == '@')
			return &values[i];
	}
	return NULL;
}

void pk_init_template_fill(struct pk_buf *buf, const char *template,
	const struct pk_init_value *values, size_t value_count)
{
	for (const char *at = template; *at != '\0';) {
		const struct pk_init_value *value =
			*at == '@' ? find_value(at, values, value_count) : NULL;
		if (value == NULL) {
			pk_buf_putc(buf, *at++);
			continue;
		}
		pk_buf_puts(buf, value->text);
		at += strlen(value->name) + strlen("@@");
	}
}
