/*
 * Field: what is asked of the text of one field by several questions at once. Says that no text can
 * do it, or finds one that does. Only for the files beside it.
 */
#ifndef GENERATORS_MEANING_FIELD_H
#define GENERATORS_MEANING_FIELD_H

#include "generators/meaning/clause.h"

struct pk_field_wish {
	const char *name;			     /* of the field; NULL: any */
	PK_LIST(const struct pk_question *) answers; /* each of them is answered */
	PK_LIST(const struct pk_question *) avoids;  /* none of them is answered */
};

/* True: no text fulfils the wish. False: not proven. */
bool pk_field_impossible(struct pk_arena *arena, const struct pk_field_wish *wish);
/* A text that fulfils the wish and looks like what Sysmon writes there; NULL if none was found. */
const char *pk_field_text(struct pk_arena *arena, const struct pk_field_wish *wish);

#endif
