#include "templates/model/piece.h"

#include <string.h>

struct pk_piece pk_piece_of(const char *text)
{
	if (text == NULL)
		text = "";
	return (struct pk_piece){text, strlen(text)};
}

bool pk_piece_equal(struct pk_piece piece, const char *text)
{
	return strlen(text) == piece.len && memcmp(text, piece.text, piece.len) == 0;
}

/* What is before the first `mark` of `rest`, which is moved behind it. */
static struct pk_piece cut(struct pk_piece *rest, char mark)
{
	const char *at = memchr(rest->text, mark, rest->len);
	size_t len = at == NULL ? rest->len : (size_t)(at - rest->text);
	size_t used = at == NULL ? len : len + 1;
	struct pk_piece before = {rest->text, len};
	*rest = (struct pk_piece){rest->text + used, rest->len - used};
	return before;
}

bool pk_piece_next(struct pk_piece *out, struct pk_piece *list)
{
	while (list->len > 0) {
		struct pk_piece item = cut(list, '|');
		if (item.len > 0) {
			*out = item;
			return true;
		}
	}
	return false;
}

bool pk_piece_next_pair(
	struct pk_piece *name_out, struct pk_piece *value_out, struct pk_piece *list)
{
	struct pk_piece item;
	if (!pk_piece_next(&item, list))
		return false;
	*name_out = cut(&item, '=');
	*value_out = item;
	return true;
}
