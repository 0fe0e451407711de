/*
 * Shapes: what texts of a field look like, so that made-up events read like recorded ones. The
 * names in them are invented, but for those of Windows itself. Only for the files beside it.
 */
#ifndef GENERATORS_MEANING_FIELD_SHAPES_H
#define GENERATORS_MEANING_FIELD_SHAPES_H

enum { PK_SHAPE_TEXTS = 6 };

struct pk_shape {
	const char *fields;		   /* names, each with a blank before and behind */
	const char *whole[PK_SHAPE_TEXTS]; /* whole texts, the likeliest first; ends with NULL */
	const char *root;		   /* what may stand before a part */
	const char *leaf; /* what may stand behind a part that ends with a backslash */
	const char *tail; /* what may stand behind another part */
	const char *glue; /* what may stand between two parts */
};

/* The shape of the field; one for any text if the name is NULL or not known. */
const struct pk_shape *pk_shape_find(const char *field);

#endif
