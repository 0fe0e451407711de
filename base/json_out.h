/*
 * Json_out: writes JSON of any depth into a buffer, commas included.
 *
 * Names and texts are escaped so that the result is safe on a terminal, too (see escape.h).
 * Members are given by name, items of an array by the name NULL. The buffer is the caller's.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct pk_json_out {
	struct pk_buf *buf;
	bool comma; /* something stands before the next member or item */
};

void pk_json_out_open_object(struct pk_json_out *json, const char *name);
void pk_json_out_close_object(struct pk_json_out *json);
void pk_json_out_open_array(struct pk_json_out *json, const char *name);
void pk_json_out_close_array(struct pk_json_out *json);
void pk_json_out_text(struct pk_json_out *json, const char *name, const char *text);
void pk_json_out_number(struct pk_json_out *json, const char *name, uint64_t number);
/* With three digits behind the point. */
void pk_json_out_decimal(struct pk_json_out *json, const char *name, double number);
/* JSON that is there already. */
void pk_json_out_raw(struct pk_json_out *json, const char *name, const char *text);
void pk_json_out_bool(struct pk_json_out *json, const char *name, bool value);

#endif
