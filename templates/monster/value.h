/*
 * Value: the columns of Monster's records as numbers, addresses and dates. Pure, without memory.
 * The filter for Logstash and the script of the ingest pipeline judge values by the same rules.
 */
#ifndef TEMPLATES_MONSTER_VALUE_H
#define TEMPLATES_MONSTER_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal number or 0x and hexadecimal digits, that 64 bits with a sign can hold. */
bool pk_monster_parse_long(int64_t *out, const char *text, size_t len);
/* An address of IPv4 or IPv6 as search engines take it: no zone, no leading zeros in octets. */
bool pk_monster_is_ip(const char *text, size_t len);

enum pk_monster_date {
	PK_MONSTER_DATE_EXACT, /* "2017-12-18T01:02:03.1234567Z" */
	PK_MONSTER_DATE_MS,    /* "2017-12-18T01:02:03.123Z" */
	PK_MONSTER_DATE_KST,   /* "2017-12-18 10:02:03.123", nine hours ahead of UTC */
};

enum { PK_MONSTER_DATE_TEXT = 32 };

/* False for what is no date: 0, before 1970, after 2261. */
bool pk_monster_is_date(int64_t filetime);
/* Writes the date, without NUL; returns its length. `filetime` is a date. */
size_t pk_monster_print_date(
	char out[PK_MONSTER_DATE_TEXT], int64_t filetime, enum pk_monster_date how);

#endif
