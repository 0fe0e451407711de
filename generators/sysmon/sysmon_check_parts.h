/*
 * What the files of the Sysmon checks share: where the walk is, what a field holds, the tokens of
 * a value, and common mends. Used by sysmon_check*.c only.
 */
#ifndef GENERATORS_SYSMON_SYSMON_CHECK_PARTS_H
#define GENERATORS_SYSMON_SYSMON_CHECK_PARTS_H

#include "generators/sysmon/sysmon_convert.h"

/* What the values of a field look like. */
enum pk_field_kind {
	PK_KIND_TEXT,
	PK_KIND_COMMAND,  /* a command line: blanks and ';' are part of its language */
	PK_KIND_PROGRAM,  /* full path of an executable image */
	PK_KIND_FILE,	  /* full path of a file */
	PK_KIND_HOST,	  /* name of a host */
	PK_KIND_REGISTRY, /* path of a registry key or value */
	PK_KIND_FLAG,	  /* true or false */
	PK_KIND_GUID,	  /* {...} */
	PK_KIND_DECIMAL,
	PK_KIND_HEX,	  /* 0x... */
	PK_KIND_HASHES,	  /* ALGORITHM=hex, joined by commas */
	PK_KIND_PROTOCOL, /* tcp or udp */
};

/* Things that are told once for a file, as bits. */
enum pk_told {
	PK_TOLD_EXCLUDES_ANY = 1,
	PK_TOLD_EXCLUDES_ALL = 2,
	PK_TOLD_OLD_GROUP = 4,
};

struct pk_checker {
	struct pk_sysmon *sysmon;
	struct pk_diags *diags;
	struct pk_arena *arena;
	const uint32_t *element_ids;
	bool linux_product;
	unsigned told;	     /* bits of enum pk_told */
	unsigned conditions; /* conditions whose age was checked, a bit for each */
	unsigned hashes;     /* algorithms in force, bits of enum pk_hash; 0 if nothing is known */

	/* Where the walk is. */
	const struct pk_element *element;
	const struct pk_event *event; /* the one the element is bound to */
	const struct pk_term *term;
	const struct pk_filter *filter;
	const struct pk_operator_info *op;
	enum pk_field_kind kind;
	bool plain; /* pk_filter_is_plain of the filter */
};

enum pk_hash {
	PK_HASH_SHA1 = 1,
	PK_HASH_MD5 = 2,
	PK_HASH_SHA256 = 4,
	PK_HASH_IMPHASH = 8,
};

/* The kind of a field's values; PK_KIND_TEXT if nothing more is known. */
enum pk_field_kind pk_field_kind(const char *field);

/* Does the file spell the filter's value without references, so that tokens have places? */
bool pk_filter_is_plain(const struct pk_filter *filter);

/* A value of the present filter: the whole one, or a token of a list condition. */
struct pk_token {
	const char *text;
	struct pk_span span; /* the token itself where that is certain, else the whole value */
};

/* Gives the next token; `*at` is an offset in the value, 0 before the first. False at the end. */
bool pk_token_next(const struct pk_checker *checker, size_t *at, struct pk_token *out);

/* True if the condition compares the whole field: is, is not, is any. */
bool pk_op_is_exact(enum pk_operator op);
/* "never matches", and for a negative condition what follows from it. */
const char *pk_check_outcome(const struct pk_checker *checker);
/* The value cut for a message. */
const char *pk_check_shown(const struct pk_checker *checker, const char *text);
/* Place of the condition word, or of the start tag if there is no condition. */
struct pk_span pk_condition_span(const struct pk_filter *filter);
/* Adds the mend that sets the condition of the present filter to `word`. */
void pk_fix_condition(const struct pk_checker *checker, struct pk_diag *diag, const char *word);
/* Adds the mend that replaces what stands at `span` by the text `value`. */
void pk_fix_value(const struct pk_checker *checker, struct pk_diag *diag, struct pk_span span,
	const char *value, const char *title);
/*
 * True for a file with elements of one tag and no configuration entries: a part that is merged
 * with others before Sysmon sees it, so that nothing can be said of what it lacks.
 */
bool pk_check_is_fragment(const struct pk_sysmon *sysmon);
/* The bit of a hash algorithm named by the `len` bytes at `name`; 0 if it is none. */
unsigned pk_hash_bit(const char *name, size_t len);

/* sysmon_check_value.c: the text of the present filter */
void pk_check_separator(struct pk_checker *checker);
void pk_check_empty_value(struct pk_checker *checker);
void pk_check_empty_tokens(struct pk_checker *checker);
void pk_check_blanks(struct pk_checker *checker);
void pk_check_line_breaks(struct pk_checker *checker);
void pk_check_condition(struct pk_checker *checker);
void pk_check_split_value(struct pk_checker *checker);
void pk_check_environment(struct pk_checker *checker);

/* sysmon_check_facts.c: values that the field of the present filter cannot have */
void pk_check_registry_root(struct pk_checker *checker);
void pk_check_words(struct pk_checker *checker);
void pk_check_number(struct pk_checker *checker);
void pk_check_guid(struct pk_checker *checker);
void pk_check_hash(struct pk_checker *checker);
void pk_check_image(struct pk_checker *checker);
void pk_check_wildcard(struct pk_checker *checker);
void pk_check_family(struct pk_checker *checker);
void pk_check_volatile_field(struct pk_checker *checker);

/* sysmon_check_element.c: the present element, and the present term if it is a Rule */
void pk_check_rule(struct pk_checker *checker);
void pk_check_rule_contradiction(struct pk_checker *checker);
void pk_check_same_field(struct pk_checker *checker);
void pk_check_relation_default(struct pk_checker *checker);
void pk_check_group(struct pk_checker *checker);
void pk_check_element_event(struct pk_checker *checker);

/* sysmon_check_tag.c: the elements of a tag together */
void pk_check_tags(struct pk_checker *checker);
void pk_check_duplicates(struct pk_checker *checker);

/* sysmon_check_label.c: the names that events get */
void pk_check_labels(struct pk_checker *checker);
void pk_check_techniques(struct pk_checker *checker);

/* sysmon_check_config.c: schema version and configuration entries */
void pk_check_version(struct pk_checker *checker);
void pk_check_entry_order(struct pk_checker *checker);
void pk_check_hash_entry(struct pk_checker *checker);
void pk_check_entry_values(struct pk_checker *checker);
void pk_check_linux_entries(struct pk_checker *checker);

#endif
