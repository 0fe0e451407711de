/*
 * What is wrong with a configuration: values of the scalar keys, and the order of the checks. No
 * reference of the agent is published; the rules follow from the published samples, from the
 * vendor's manual and from librdkafka, which receives the kafka values.
 */
#include "generators/monster/monster_check.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

enum {
	SHOWN_LIMIT = 80,  /* bytes of a value in a message */
	TOPIC_LIMIT = 249, /* characters of a Kafka topic's name */
	ACKS_LIMIT = 1000, /* librdkafka's request.required.acks */
};

static const char *const codecs[] = {"none", "gzip", "snappy", "lz4", "zstd"};
/* zstd is the last: it came to librdkafka after the published agents. */
enum { CODEC_COUNT = sizeof(codecs) / sizeof(codecs[0]) };

const char *pk_monster_shown(struct pk_arena *arena, const char *text, size_t len)
{
	if (len <= SHOWN_LIMIT)
		return pk_arena_strndup(arena, text, len);

	size_t cut = SHOWN_LIMIT;
	while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
		cut--;
	return pk_arena_printf(arena, "%.*s...", (int)cut, text);
}

bool pk_monster_check_nul(struct pk_monster_checker *checker, enum pk_monster_key key,
	const char *text, size_t len, struct pk_span span)
{
	if (memchr(text, '\0', len) == NULL)
		return true;

	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_NUL, span,
		"text in '%s' has a NUL character in it",
		pk_monster_key_path(checker->diags->arena, key));
	pk_diag_hint(checker->diags, diag, "take out the \\u0000");
	return false;
}

static const struct pk_monster_slot *slot_of(
	const struct pk_monster_checker *checker, enum pk_monster_key key)
{
	return &checker->config->slots[key];
}

static const char *path_of(const struct pk_monster_checker *checker, enum pk_monster_key key)
{
	return pk_monster_key_path(checker->diags->arena, key);
}

static bool has_value(const struct pk_monster_slot *slot)
{
	return slot->present && slot->odd == NULL;
}

static bool is_on(const struct pk_monster_checker *checker, enum pk_monster_key key)
{
	return has_value(slot_of(checker, key)) && slot_of(checker, key)->number != 0;
}

/* The number is within the limits of its row. */
static void check_range(struct pk_monster_checker *checker, enum pk_monster_key key)
{
	const struct pk_monster_slot *slot = slot_of(checker, key);
	const struct pk_monster_row *row = pk_monster_row(key);

	if (slot->number >= row->low && slot->number <= row->high)
		return;
	struct pk_diag *diag = pk_report(checker->diags, row->code, slot->span,
		"'%s' is %" PRId64 ", not in %" PRId64 "..%" PRId64, path_of(checker, key),
		slot->number, row->low, row->high);
	if (row->type == PK_MONSTER_TYPE_FLAG)
		pk_diag_hint(checker->diags, diag, "write 1 for on or 0 for off");
	else
		pk_diag_hint(checker->diags, diag,
			"write a number in that range; samples have %" PRId64, row->sample_number);
}

/* The text is there while `enabled` is on; false after a report, and if there is none to judge. */
static bool check_given(struct pk_monster_checker *checker, enum pk_monster_key key,
	enum pk_monster_key enabled, enum pk_code code)
{
	const struct pk_monster_slot *slot = slot_of(checker, key);

	if (slot->odd != NULL)
		return false;
	if (slot->present && slot->len > 0)
		return true;
	if (!is_on(checker, enabled))
		return false;

	const struct pk_span at = slot_of(checker, enabled)->span;
	struct pk_diag *diag = pk_report(checker->diags, code, slot->present ? slot->span : at,
		"'%s' is %s while '%s' is 1", path_of(checker, key),
		slot->present ? "empty" : "missing", path_of(checker, enabled));
	pk_diag_relate(checker->diags, diag, at, "switched on here");
	pk_diag_hint(checker->diags, diag, "give '%s' a value, or set '%s' to 0",
		pk_monster_row(key)->name, path_of(checker, enabled));
	return false;
}

static void check_kafka_servers(struct pk_monster_checker *checker)
{
	check_given(checker, PK_MONSTER_KEY_KAFKA_SERVERS, PK_MONSTER_KEY_KAFKA_ENABLED,
		PK_MONSTER_KAFKA_SERVERS);
}

static bool is_topic_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '.' || c == '_' || c == '-';
}

/* Kafka's own rule for names of topics. */
static void check_kafka_topic(struct pk_monster_checker *checker)
{
	const struct pk_monster_slot *slot = slot_of(checker, PK_MONSTER_KEY_KAFKA_TOPIC);
	size_t good = 0;

	if (!check_given(checker, PK_MONSTER_KEY_KAFKA_TOPIC, PK_MONSTER_KEY_KAFKA_ENABLED,
		    PK_MONSTER_KAFKA_TOPIC))
		return;
	while (good < slot->len && is_topic_char(slot->text[good]))
		good++;
	if (good == slot->len && slot->len <= TOPIC_LIMIT && !pk_text_equal(slot->text, ".") &&
		!pk_text_equal(slot->text, ".."))
		return;

	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_KAFKA_TOPIC, slot->span,
		"'%s' cannot be the name of a Kafka topic",
		pk_monster_shown(checker->diags->arena, slot->text, slot->len));
	pk_diag_hint(checker->diags, diag,
		"use at most %d letters, digits, dots, '_' and '-', and not '.' or '..' alone",
		TOPIC_LIMIT);
}

static void check_kafka_acks(struct pk_monster_checker *checker)
{
	const struct pk_monster_slot *slot = slot_of(checker, PK_MONSTER_KEY_KAFKA_ACKS);
	int64_t acks;

	if (!has_value(slot) || pk_text_equal(slot->text, "all"))
		return;
	if (pk_text_parse_i64(&acks, slot->text) && acks >= -1 && acks <= ACKS_LIMIT)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_KAFKA_ACKS, slot->span,
		"'%s' is no number of acknowledgements",
		pk_monster_shown(checker->diags->arena, slot->text, slot->len));
	pk_diag_hint(
		checker->diags, diag, "write \"all\", \"-1\", \"0\", \"1\" or a higher number");
}

static void check_kafka_codec(struct pk_monster_checker *checker)
{
	const struct pk_monster_slot *slot = slot_of(checker, PK_MONSTER_KEY_KAFKA_CODEC);
	const size_t count = checker->options.zstd ? CODEC_COUNT : CODEC_COUNT - 1;

	if (!has_value(slot))
		return;
	for (size_t i = 0; i < count; i++) {
		if (pk_text_equal(slot->text, codecs[i]))
			return;
	}
	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_KAFKA_CODEC, slot->span,
		"the agent has no codec '%s'",
		pk_monster_shown(checker->diags->arena, slot->text, slot->len));
	const char *near = pk_text_nearest(slot->text, codecs, count);
	if (near != NULL)
		pk_diag_hint(checker->diags, diag, "write \"%s\"", near);
	else
		pk_diag_hint(checker->diags, diag, "use none, gzip, snappy or lz4");
}

/* "logstash_ip" stands in the vendor's manual where the reader's own address belongs. */
static void check_syslog_server(struct pk_monster_checker *checker)
{
	const struct pk_monster_slot *slot = slot_of(checker, PK_MONSTER_KEY_SYSLOG_SERVER);

	if (!check_given(checker, PK_MONSTER_KEY_SYSLOG_SERVER, PK_MONSTER_KEY_SYSLOG_ENABLED,
		    PK_MONSTER_SYSLOG_SERVER))
		return;
	if (!is_on(checker, PK_MONSTER_KEY_SYSLOG_ENABLED) ||
		!pk_text_equal_nocase(slot->text, "logstash_ip"))
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_SYSLOG_SERVER, slot->span,
		"'%s' is the placeholder of the manual, not a server", slot->text);
	pk_diag_hint(checker->diags, diag, "write the address of the Logstash host");
}

static void check_syslog_port(struct pk_monster_checker *checker)
{
	const struct pk_monster_slot *slot = slot_of(checker, PK_MONSTER_KEY_SYSLOG_PORT);
	const struct pk_monster_row *row = pk_monster_row(PK_MONSTER_KEY_SYSLOG_PORT);
	const unsigned expected = checker->options.expected_syslog_port;

	if (expected == 0 || !has_value(slot) || !is_on(checker, PK_MONSTER_KEY_SYSLOG_ENABLED))
		return;
	if (slot->number == (int64_t)expected || slot->number < row->low ||
		slot->number > row->high)
		return;
	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_PORT_DIFFERS, slot->span,
		"records go to port %" PRId64 ", but the project's pipeline listens on %u",
		slot->number, expected);
	pk_diag_hint(checker->diags, diag, "write %u, or change the pipeline's port too", expected);
}

/* The vendor's manual has one of kafka and syslog chosen; tsv may run beside either. */
static void check_exports(struct pk_monster_checker *checker)
{
	static const enum pk_monster_key flags[] = {PK_MONSTER_KEY_TSV_ENABLED,
		PK_MONSTER_KEY_KAFKA_ENABLED, PK_MONSTER_KEY_SYSLOG_ENABLED};
	const struct pk_monster_slot *exports = slot_of(checker, PK_MONSTER_KEY_EXPORT);

	if (is_on(checker, PK_MONSTER_KEY_KAFKA_ENABLED) &&
		is_on(checker, PK_MONSTER_KEY_SYSLOG_ENABLED)) {
		struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_TWO_EXPORTS,
			slot_of(checker, PK_MONSTER_KEY_SYSLOG_ENABLED)->span,
			"both kafka and syslog are enabled");
		pk_diag_relate(checker->diags, diag,
			slot_of(checker, PK_MONSTER_KEY_KAFKA_ENABLED)->span, "kafka enabled here");
		pk_diag_hint(checker->diags, diag, "choose one and set the other to 0");
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		/* What has the wrong type may have been meant to be on. */
		if (is_on(checker, flags[i]) || slot_of(checker, flags[i])->odd != NULL)
			return;
	}
	struct pk_diag *diag = pk_report(checker->diags, PK_MONSTER_NO_EXPORT,
		exports->present ? exports->key_span : slot_of(checker, PK_MONSTER_KEY_ROOT)->span,
		"no export is enabled, so nothing that is collected is kept");
	pk_diag_hint(checker->diags, diag, "set 'enabled' of tsv, kafka or syslog to 1");
}

static void check_scalars(struct pk_monster_checker *checker)
{
	for (enum pk_monster_key key = 0; key < PK_MONSTER_KEY_COUNT; key++) {
		const struct pk_monster_slot *slot = slot_of(checker, key);
		if (!has_value(slot))
			continue;
		switch (pk_monster_row(key)->type) {
		case PK_MONSTER_TYPE_FLAG:
		case PK_MONSTER_TYPE_NUMBER:
			check_range(checker, key);
			break;
		case PK_MONSTER_TYPE_TEXT:
			pk_monster_check_nul(checker, key, slot->text, slot->len, slot->span);
			break;
		case PK_MONSTER_TYPE_OBJECT:
		case PK_MONSTER_TYPE_LIST:
			break;
		}
	}
}

bool pk_monster_check(const struct pk_monster_config *config,
	const struct pk_monster_check_options *options, struct pk_diags *diags)
{
	static void (*const checks[])(struct pk_monster_checker * checker) = {
		pk_monster_check_keys,
		check_scalars,
		pk_monster_check_lists,
		check_kafka_servers,
		check_kafka_topic,
		check_kafka_acks,
		check_kafka_codec,
		check_syslog_server,
		check_syslog_port,
		check_exports,
	};
	struct pk_monster_checker checker = {.config = config, .diags = diags};
	const size_t errors = diags->errors;

	if (options != NULL)
		checker.options = *options;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](&checker);
	return diags->errors == errors;
}
