#include "generators/meaning/field_parts.h"

#include <string.h>

#include "base/text.h"

/* --- gathering --- */

static void keep_longer(const char **kept, const char *text)
{
	if (*kept == NULL || strlen(text) > strlen(*kept))
		*kept = text;
}

static bool is_inside(const char *text, const char *part)
{
	return text != NULL && pk_text_find_nocase(text, part) != NULL;
}

/* Adds an inner part that is not inside another; those inside it go. */
static void add_inner(struct pk_arena *arena, struct pk_parts *parts, const char *text)
{
	size_t kept = 0;
	for (size_t i = 0; i < parts->inner.len; i++) {
		if (is_inside(parts->inner.items[i], text))
			return;
		if (!is_inside(text, parts->inner.items[i]))
			parts->inner.items[kept++] = parts->inner.items[i];
	}
	parts->inner.len = kept;
	*pk_list_push(arena, &parts->inner) = text;
}

void pk_parts_gather(
	struct pk_arena *arena, struct pk_parts *out, const struct pk_answer *answers, size_t count)
{
	*out = (struct pk_parts){0};
	for (size_t i = 0; i < count; i++) {
		if (answers[i].negated)
			continue;
		switch (answers[i].kind) {
		case PK_ANSWER_IS:
			out->is = answers[i].written;
			break;
		case PK_ANSWER_BEGINS:
			keep_longer(&out->prefix, answers[i].written);
			break;
		case PK_ANSWER_ENDS:
			keep_longer(&out->suffix, answers[i].written);
			break;
		case PK_ANSWER_IMAGE:
			out->image = answers[i].written;
			break;
		case PK_ANSWER_LESS:
			out->less = answers[i].written;
			break;
		case PK_ANSWER_MORE:
			out->more = answers[i].written;
			break;
		case PK_ANSWER_CONTAINS:
			if (answers[i].text[0] != '\0')
				add_inner(arena, out, answers[i].written);
			break;
		}
	}
	if (out->image != NULL)
		keep_longer(&out->suffix, pk_arena_printf(arena, "\\%s", out->image));
}

/* --- putting together --- */

enum seam {
	SEAM_SHARED,  /* a backslash or blank on both sides of a seam is one */
	SEAM_OVERLAP, /* as much as possible is shared */
	SEAM_PLAIN,
};

/* One manner of putting parts together. NULL: as the shape of the field has it. */
struct manner {
	const char *root;
	const char *tail;
	const char *glue;
	enum seam seam;
	bool reversed;
};

static const struct manner manners[] = {
	{NULL, NULL, NULL, SEAM_SHARED, false},
	{"", NULL, NULL, SEAM_SHARED, false},
	{NULL, "", NULL, SEAM_SHARED, false},
	{"", "", NULL, SEAM_SHARED, false},
	{"", "", "", SEAM_OVERLAP, false},
	{"", "", "", SEAM_OVERLAP, true},
	{NULL, NULL, "", SEAM_OVERLAP, false},
	{NULL, NULL, "", SEAM_OVERLAP, true},
	{NULL, NULL, "q7", SEAM_PLAIN, false},
	{NULL, NULL, "q7", SEAM_PLAIN, true},
	{"D:\\q7\\", "-q7", "-", SEAM_PLAIN, false},
	{"D:\\q7\\", "\\q7", "\\", SEAM_PLAIN, true},
	{"q7", "q7", "_", SEAM_PLAIN, false},
	{"_", "_", " ", SEAM_PLAIN, false},
	{"_", "_", " ", SEAM_PLAIN, true},
	{"", "", "", SEAM_PLAIN, false},
	{"", "", "", SEAM_PLAIN, true},
	{"~", "~", "~", SEAM_PLAIN, false},
	{"5", "5", "5", SEAM_PLAIN, false},
	{"\\", "\\", "\\", SEAM_PLAIN, false},
	{" ", " ", " ", SEAM_PLAIN, false},
};

enum { MANNERS = sizeof(manners) / sizeof(manners[0]) };

struct text {
	char *bytes;
	size_t len;
};

static size_t shared_len(const struct text *text, const char *next, enum seam seam)
{
	size_t most = strlen(next) < text->len ? strlen(next) : text->len;
	if (seam == SEAM_PLAIN)
		return 0;
	if (seam == SEAM_SHARED) {
		bool shared = most > 0 && strchr("\\ ", next[0]) != NULL &&
			text->bytes[text->len - 1] == next[0];
		return shared ? 1 : 0;
	}
	for (size_t len = most; len > 0; len--) {
		size_t same = 0;
		while (same < len &&
			pk_text_lower(text->bytes[text->len - len + same]) ==
				pk_text_lower(next[same]))
			same++;
		if (same == len)
			return len;
	}
	return 0;
}

static void put(struct text *text, const char *next)
{
	size_t len = strlen(next);
	memcpy(text->bytes + text->len, next, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static void join(struct text *text, const char *next, const char *glue, enum seam seam)
{
	size_t shared = shared_len(text, next, seam);
	if (shared == 0 && text->len > 0)
		put(text, glue);
	put(text, next + shared);
}

/* The text so far is the start of a path or key that needs nothing before it. */
static bool is_rooted(const char *text)
{
	return strncmp(text, "HK", 2) == 0 || text[0] == '/' || text[0] == '"' ||
		(text[0] != '\0' && text[1] == ':') || strncmp(text, "\\\\", 2) == 0 ||
		strncmp(text, "\\Device", 7) == 0;
}

/* What the shape puts behind the text: nothing if it has an ending like ".exe" already. */
static const char *natural_tail(const struct text *text, const struct pk_shape *shape)
{
	if (text->len == 0 || text->bytes[text->len - 1] == '\\')
		return shape->leaf;
	const char *dot = strrchr(text->bytes, '.');
	bool has_ending =
		dot != NULL && dot[1] != '\0' && strlen(dot) <= 5 && strpbrk(dot, "\\ ") == NULL;
	return has_ending && shape->tail[0] == '.' ? "" : shape->tail;
}

/* Puts a name before an ending like ".exe" that would stand alone. */
static void put_stem(struct text *text, const struct pk_shape *shape, const char *ending)
{
	if (ending[0] != '.' || text->len == 0 || text->bytes[text->len - 1] != '\\')
		return;
	size_t len = strcspn(shape->leaf, ".");
	memcpy(text->bytes + text->len, shape->leaf, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static size_t room_for(
	const struct pk_parts *parts, const struct pk_shape *shape, const struct manner *manner)
{
	size_t glue = strlen(manner->glue != NULL ? manner->glue : shape->glue);
	size_t room = strlen(shape->root) + strlen(shape->leaf) + strlen(shape->tail) + 64;
	room += parts->prefix != NULL ? strlen(parts->prefix) : 0;
	room += parts->suffix != NULL ? strlen(parts->suffix) + glue : 0;
	for (size_t i = 0; i < parts->inner.len; i++)
		room += strlen(parts->inner.items[i]) + glue;
	return room + strlen(manner->root != NULL ? manner->root : "");
}

static const char *compose(struct pk_arena *arena, const struct pk_parts *parts,
	const struct pk_shape *shape, const struct manner *manner)
{
	struct text text = {.bytes = pk_arena_alloc(arena, room_for(parts, shape, manner))};
	const char *glue = manner->glue != NULL ? manner->glue : shape->glue;
	size_t count = parts->inner.len;
	const char *first = count > 0	? parts->inner.items[manner->reversed ? count - 1 : 0]
		: parts->suffix != NULL ? parts->suffix
					: "";

	if (parts->prefix != NULL)
		put(&text, parts->prefix);
	else if (manner->root != NULL)
		put(&text, manner->root);
	else if (!is_rooted(first))
		put(&text, shape->root);
	for (size_t i = 0; i < count; i++) {
		const char *part = parts->inner.items[manner->reversed ? count - 1 - i : i];
		join(&text, part, i == 0 && parts->prefix == NULL ? "" : glue, manner->seam);
	}
	if (parts->suffix != NULL && manner->tail == NULL)
		put_stem(&text, shape, parts->suffix);
	if (parts->suffix != NULL)
		join(&text, parts->suffix, count == 0 && parts->prefix == NULL ? "" : glue,
			manner->seam);
	else
		put(&text, manner->tail != NULL ? manner->tail : natural_tail(&text, shape));
	return text.bytes;
}

/* --- bounds of order --- */

/* A start for a text with bounds: number `index`, from 0; NULL when there are no more. */
static const char *bounded_start(struct pk_arena *arena, const struct pk_parts *parts, size_t index)
{
	static const char *const behind[] = {"0", "z", " ", "\x01", "~", ""};
	enum { BEHIND = sizeof(behind) / sizeof(behind[0]) };
	const char *base = parts->prefix != NULL ? parts->prefix
		: parts->more != NULL		 ? parts->more
						 : "";
	if (index < BEHIND)
		return pk_arena_printf(arena, "%s%s", base, behind[index]);
	index -= BEHIND;

	const char *bound = parts->less != NULL ? parts->less : parts->more;
	size_t len = strlen(bound);
	if (index >= 3 || len == 0)
		return NULL;
	char *near = pk_arena_strdup(arena, bound);
	if (index == 0)
		near[len - 1] = '\0';
	else if (index == 1 && near[len - 1] > '!')
		near[len - 1]--;
	else if (near[len - 1] < '}')
		near[len - 1]++;
	return near;
}

/* --- all candidates --- */

const char *pk_parts_text(struct pk_arena *arena, const struct pk_parts *parts,
	const struct pk_shape *shape, size_t index)
{
	if (parts->is != NULL)
		return index == 0 ? parts->is : NULL;
	if (index < MANNERS)
		return compose(arena, parts, shape, &manners[index]);
	index -= MANNERS;
	if (parts->image != NULL && index-- == 0)
		return parts->image;
	if (parts->less == NULL && parts->more == NULL)
		return NULL;

	struct pk_parts bounded = *parts;
	bounded.prefix = bounded_start(arena, parts, index / 2);
	static const struct manner bare[] = {
		{"", "", NULL, SEAM_SHARED, false}, {"", "", "", SEAM_OVERLAP, true}};
	return bounded.prefix != NULL ? compose(arena, &bounded, shape, &bare[index % 2]) : NULL;
}
