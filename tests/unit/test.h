/*
 * What unit tests share: cmocka with what it needs first, sources from text, places.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/diag.h"
#include "base/source.h"

/* A source called "test" over a NUL-terminated text. */
static inline struct pk_source *source_from_text(struct pk_arena *arena, const char *text)
{
	return pk_source_make(arena, "test", text, strlen(text));
}

/* Where a span begins. */
#define assert_place(span, want_line, want_column)                                                 \
	do {                                                                                       \
		struct pk_place place_ = pk_source_place((span).source, (span).begin);             \
		assert_int_equal(place_.line, want_line);                                          \
		assert_int_equal(place_.column, want_column);                                      \
	} while (0)

/* The very bytes of a span. */
#define assert_span_text(span, want)                                                               \
	do {                                                                                       \
		assert_int_equal((span).end - (span).begin, strlen(want));                         \
		assert_memory_equal((span).source->text + (span).begin, want, strlen(want));       \
	} while (0)

/* There is exactly one finding, with this code at this place. */
#define assert_one_finding(diags, want_code, want_line, want_column)                               \
	do {                                                                                       \
		assert_int_equal((diags)->all.len, 1);                                             \
		assert_int_equal((diags)->all.items[0].code, want_code);                           \
		assert_place((diags)->all.items[0].span, want_line, want_column);                  \
	} while (0)

#endif
