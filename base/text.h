/*
 * Text: small pure functions on NUL-terminated UTF-8. The only file that may call strto*.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

bool pk_text_equal(const char *a, const char *b);
/* Equal apart from the case of A-Z. */
bool pk_text_equal_nocase(const char *a, const char *b);
bool pk_text_starts(const char *text, const char *prefix);
bool pk_text_ends(const char *text, const char *suffix);
/* `needle` in `text` apart from the case of A-Z; NULL if not. */
const char *pk_text_find_nocase(const char *text, const char *needle);
/* Lower case of A-Z; other bytes as they are. */
char pk_text_lower(char c);

/* Whole text is a decimal number in range; *out is set only then. */
bool pk_text_parse_u64(uint64_t *out, const char *text);
bool pk_text_parse_i64(int64_t *out, const char *text);
/* Whole text is a decimal or 0x number. */
bool pk_text_parse_u64_any(uint64_t *out, const char *text);
/*
 * What C's strtod makes of the start of `text`: *out the value, *used the bytes read (0 if no
 * number). False if the value is out of range (ERANGE). Always the C locale's decimal point.
 */
bool pk_text_parse_double(double *out, size_t *used, const char *text);

/* The integer at the start of `text` as atoi gives it for an int of 32 bits; 0 if there is none. */
int32_t pk_text_leading_int(const char *text);

/* Edits (insert, delete, replace, swap) between two texts, any case, at most `limit` + 1. */
size_t pk_text_distance(const char *a, const char *b, size_t limit);
/* Of `count` candidates the nearest to `text` if it is near enough for "did you mean", or NULL. */
const char *pk_text_nearest(const char *text, const char *const *candidates, size_t count);

/* Decodes one UTF-8 sequence: its length, or 0 if it is overlong, a surrogate or above 10FFFF. */
size_t pk_utf8_decode(uint32_t *out, const char *text, size_t len);
/* Encodes one character; returns 1..4 bytes written. */
size_t pk_utf8_encode(char out[4], uint32_t c);
/* True if the whole text is valid UTF-8; else *bad_out (may be NULL) is the first bad offset. */
bool pk_utf8_valid(const char *text, size_t len, size_t *bad_out);
/* UTF-16 code units that `text` needs, without a terminator; bad bytes count one each. */
size_t pk_utf8_utf16_len(const char *text);

#endif
