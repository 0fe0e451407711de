/* Binary rules: encoding, decoding, the traces of lost elements, and hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "generators/blob/blob_read.h"
#include "generators/sysmon/sysmon_read.h"
#include "generators/sysmon/sysmon_write.h"

#define HEAD "<Sysmon schemaversion=\"4.90\"><EventFiltering>"
#define TAIL "</EventFiltering></Sysmon>"

/* What one test works with. */
struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
};

static void start(struct fixture *fixture)
{
	fixture->arena = pk_arena_create();
	fixture->diags = (struct pk_diags){.arena = fixture->arena};
}

static void stop(struct fixture *fixture)
{
	pk_arena_destroy(fixture->arena);
}

static struct pk_source *source_of(struct fixture *fixture, const void *bytes, size_t len)
{
	const char *copy = pk_arena_strndup(fixture->arena, bytes, len);
	return pk_source_make(fixture->arena, "input", copy, len);
}

/* The binary rules of `xml`; findings go to a list of their own. */
static void encode(struct fixture *fixture, struct pk_buf *out, const char *xml, size_t len)
{
	struct pk_diags diags = {.arena = fixture->arena};
	struct pk_sysmon_options options = {0};
	struct pk_sysmon *sysmon = pk_sysmon_read(source_of(fixture, xml, len), &options, &diags);
	assert_true(pk_blob_encode(out, sysmon, &diags));
}

/* Decodes `blob`, writes the configuration as XML and encodes that. */
static void assert_same_again(struct fixture *fixture, const struct pk_buf *blob)
{
	struct pk_sysmon *sysmon =
		pk_blob_decode(source_of(fixture, blob->data, blob->len), &fixture->diags);
	assert_non_null(sysmon);
	PK_BUF_AUTO xml = {0};
	PK_BUF_AUTO again = {0};
	pk_sysmon_write(&xml, sysmon);
	encode(fixture, &again, xml.data, xml.len);
	assert_int_equal(again.len, blob->len);
	assert_memory_equal(again.data, blob->data, blob->len);
}

static void set32(struct pk_buf *blob, size_t offset, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		blob->data[offset + i] = (char)(value >> (8 * i));
}

/* --- encoding --- */

static void records_have_the_documented_layout(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	const char xml[] =
		HEAD "<RuleGroup groupRelation=\"and\"><ProcessCreate onmatch=\"exclude\">"
		     "<Rule name=\"R\" groupRelation=\"and\">"
		     "<Image condition=\"end with\">ab</Image></Rule>"
		     "</ProcessCreate></RuleGroup>" TAIL;
	PK_BUF_AUTO blob = {0};
	encode(&fixture, &blob, xml, strlen(xml));

	static const struct {
		size_t offset;
		uint32_t word;
	} wanted[] = {
		{0, PK_VERSION(18, 0)}, {4, 1}, {8, 24}, {12, PK_VERSION(4, 90)}, {16, 24},
		{20, 48}, {24, 1}, {28, 0}, {32, 1}, {36, 0}, {40, 1}, {44, 344}, /* the event */
		{48, 'R'}, {48 + 264, 1}, {48 + 268, 344}, {48 + 272, 0}, {48 + 276, 1},
		{48 + 280, 1}, {344, 4}, {348, 'R'}, {344 + 516, PK_OP_END_WITH}, {344 + 520, 0},
		{344 + 524, 6}, {344 + 528, 1}, {344 + 532, 48},
		{344 + 536, 'a' | 'b' << 16}, /* the filter */
	};
	assert_int_equal(blob.len, 344 + 544);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_int_equal(pk_blob_word(blob.data, wanted[i].offset), wanted[i].word);
	assert_same_again(&fixture, &blob);
	assert_int_equal(fixture.diags.all.len, 0);
	stop(&fixture);
}

/* --- both ways --- */

static const char *const same_again[] = {
	/* Values and names that XML must not change. */
	HEAD
	"<FileCreate onmatch=\"include\"><Image name=\"a&#9;&lt;&quot;b\"> \t x&#13;&#10; </Image>"
	"<TargetFilename condition=\"is\"></TargetFilename><User>&#x1F600;\xc3\xa9</User>"
	"</FileCreate>" TAIL,
	/* A name longer than the record of a Rule keeps; a filter without a name inside. */
	HEAD "<ProcessCreate onmatch=\"include\"><Rule name=\""
	     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
	     "56789012345678901234567890123456789012345678901234567890\">"
	     "<Image>a</Image><Image name=\"\">b</Image><Image name=\"own\">c</Image></Rule>"
	     "</ProcessCreate>" TAIL,
	/* A pair that does not fit into the last unit of the record is left out there. */
	HEAD "<ProcessCreate onmatch=\"include\"><Rule name=\""
	     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
	     "56789012345678901234567890123456789012345&#x1F600;x\"><Image>a</Image></Rule>"
	     "</ProcessCreate>" TAIL,
	/* Rules without filters, between filters and last. */
	HEAD
	"<ProcessCreate onmatch=\"include\"><Rule> </Rule><Image>a</Image><Rule name=\"e\"> </Rule>"
	"</ProcessCreate><FileCreate onmatch=\"exclude\"/>" TAIL,
	/* Found on the third event id; ids jump, and the header knows no first Rule. */
	HEAD "<RegistryEvent onmatch=\"include\"><Rule><Image>a</Image></Rule><Rule>"
	     "<NewName>n</NewName></Rule></RegistryEvent>"
	     "<FileCreateStreamHash onmatch=\"include\"><Rule><Image>a</Image></Rule>"
	     "</FileCreateStreamHash>" TAIL,
	/* The default relation of the schema, and an event of a name that means several. */
	"<Sysmon schemaversion=\"4.00\"><EventFiltering><PipeEvent onmatch=\"exclude\"/>"
	"<ProcessCreate default=\"include\"><Image>a</Image></ProcessCreate>" TAIL,
};

static void decoded_configurations_encode_to_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(same_again) / sizeof(*same_again); i++) {
		struct fixture fixture;
		start(&fixture);
		PK_BUF_AUTO blob = {0};
		encode(&fixture, &blob, same_again[i], strlen(same_again[i]));
		assert_same_again(&fixture, &blob);
		assert_int_equal(fixture.diags.all.len, 0);
		stop(&fixture);
	}
}

#define FOREIGN "<Rule><TargetFilename>x</TargetFilename></Rule>"
#define RULE "<Rule><Image>a</Image></Rule>"

/* Elements that Sysmon takes back, each at another place and with other traces. */
static const char *const lossy[] = {
	/* At the end without Rules: the link of the last event. */
	HEAD "<RegistryEvent onmatch=\"exclude\"><Image>k</Image></RegistryEvent>"
	     "<RegistryEvent onmatch=\"include\"><NewName>n</NewName><Details>d</Details>"
	     "</RegistryEvent>" TAIL,
	HEAD "<FileCreate onmatch=\"exclude\"/><WmiEvent onmatch=\"include\"><Query>q</Query>"
	     "<Consumer>c</Consumer></WmiEvent>" TAIL,
	/* At the end with a Rule behind filters. */
	HEAD "<ProcessCreate onmatch=\"exclude\">" RULE "</ProcessCreate>"
	     "<DriverLoad onmatch=\"include\"><Hashes>12345678</Hashes>" FOREIGN
	     "</DriverLoad>" TAIL,
	/* The first of all: the header loses its first Rule. */
	HEAD "<ProcessCreate onmatch=\"exclude\">" FOREIGN "</ProcessCreate>"
	     "<DnsQuery onmatch=\"include\">" RULE "</DnsQuery>" TAIL,
	/* Between two events, tried on three ids. */
	HEAD "<ProcessCreate onmatch=\"exclude\">" RULE "</ProcessCreate>"
	     "<RegistryEvent onmatch=\"include\">" RULE
	     "<Rule><DestinationIp>i</DestinationIp></Rule>"
	     "</RegistryEvent><DnsQuery onmatch=\"include\">" RULE "</DnsQuery>" TAIL,
	/* The link of the last lost Rule is written into a filter that stands there by then. */
	HEAD "<ProcessCreate onmatch=\"exclude\">" RULE "</ProcessCreate>"
	     "<FileCreateTime onmatch=\"include\">" RULE
	     "<Rule><DestinationIp>i</DestinationIp></Rule>"
	     "</FileCreateTime><NetworkConnect onmatch=\"include\"><Image>a</Image><Image>b</Image>"
	     "<Image>c</Image>" RULE "</NetworkConnect>" TAIL,
};

static void lost_elements_are_put_in_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lossy) / sizeof(*lossy); i++) {
		struct fixture fixture;
		start(&fixture);
		PK_BUF_AUTO blob = {0};
		encode(&fixture, &blob, lossy[i], strlen(lossy[i]));
		assert_same_again(&fixture, &blob);
		assert_int_equal(fixture.diags.all.len, 1);
		assert_int_equal(fixture.diags.all.items[0].code, PK_BLOB_LOST_ELEMENT);
		stop(&fixture);
	}
}

/* --- hostile bytes --- */

static const char victim[] =
	HEAD "<ProcessCreate onmatch=\"include\"><Image>a</Image><Rule><Image>b</Image></Rule>"
	     "</ProcessCreate><FileCreate onmatch=\"include\"/>" TAIL;

enum { /* offsets of records in the binary rules of `victim` */
	PROCESS = 24,
	PLAIN_FILTER = 48,
	RULE_AT = PLAIN_FILTER + 544,
	RULE_FILTER = RULE_AT + 296,
	FILE_CREATE = RULE_FILTER + 544,
};

/* One word changed and the finding it gives. */
static const struct {
	size_t offset;
	uint32_t word;
	enum pk_code code;
	uint32_t place;
} changes[] = {
	{0, PK_VERSION(9, 0), PK_BLOB_OLD, 0},
	{8, 16, PK_BLOB_OLD, 0},
	{0, PK_VERSION(19, 0), PK_BLOB_VERSION, 0},
	{8, 32, PK_BLOB_HEADER, 8},
	{16, 32, PK_BLOB_HEADER, 8},
	{12, PK_VERSION(3, 40), PK_BLOB_SCHEMA, 12},
	{12, PK_VERSION(4, 200), PK_BLOB_SCHEMA, 12},
	{4, 3, PK_BLOB_COUNT, 4},
	{PROCESS, 4, PK_BLOB_EVENT, PROCESS},
	{PROCESS, 77, PK_BLOB_EVENT, PROCESS},
	{PROCESS + 4, 2, PK_BLOB_FLAG, PROCESS + 4},
	{PROCESS + 8, 2, PK_BLOB_FLAG, PROCESS + 8},
	{PROCESS + 12, PROCESS, PK_BLOB_OFFSET, PROCESS + 12}, /* a cycle */
	{PROCESS + 12, FILE_CREATE + 4, PK_BLOB_OFFSET, PROCESS + 12},
	{PROCESS + 12, 0xfffffff8, PK_BLOB_OFFSET, PROCESS + 12},
	{PROCESS + 16, 1, PK_BLOB_COUNT, PROCESS + 16},
	{PROCESS + 20, PROCESS, PK_BLOB_OFFSET, PROCESS + 20},
	{PROCESS + 20, PLAIN_FILTER + 4, PK_BLOB_OFFSET, PROCESS + 20},
	{PLAIN_FILTER, 23, PK_BLOB_FIELD, PLAIN_FILTER},
	{PLAIN_FILTER + 4, 0xd800, PK_BLOB_TEXT, PLAIN_FILTER + 4},
	{PLAIN_FILTER + 516, PK_OP_COUNT, PK_BLOB_CONDITION, PLAIN_FILTER + 516},
	{PLAIN_FILTER + 520, PLAIN_FILTER, PK_BLOB_OFFSET, PLAIN_FILTER + 520},
	{PLAIN_FILTER + 524, 3, PK_BLOB_TEXT, PLAIN_FILTER + 536},
	{PLAIN_FILTER + 524, 0xffffffff, PK_BLOB_TRUNCATED, PLAIN_FILTER},
	{PLAIN_FILTER + 536, 7, PK_BLOB_TEXT, PLAIN_FILTER + 536},
	{RULE_AT + 268, PLAIN_FILTER, PK_BLOB_OFFSET, RULE_AT + 268},
	{RULE_AT + 276, 2, PK_BLOB_COUNT, RULE_AT + 276},
	{RULE_AT + 280, 5, PK_BLOB_FLAG, RULE_AT + 280},
	{RULE_FILTER + 528, 9, PK_BLOB_RULE, RULE_FILTER + 528},
	{RULE_FILTER + 520, FILE_CREATE, PK_BLOB_OFFSET, RULE_FILTER + 520},
};

static void every_wrong_word_is_reported_at_its_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct fixture fixture;
		start(&fixture);
		PK_BUF_AUTO blob = {0};
		encode(&fixture, &blob, victim, strlen(victim));
		assert_int_equal(blob.len, FILE_CREATE + 24);
		set32(&blob, changes[i].offset, changes[i].word);
		assert_null(
			pk_blob_decode(source_of(&fixture, blob.data, blob.len), &fixture.diags));
		const struct pk_diag *first = &fixture.diags.all.items[0];
		assert_int_equal(first->code, changes[i].code);
		assert_int_equal(first->span.begin, changes[i].place);
		stop(&fixture);
	}
}

static void every_shorter_file_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	encode(&fixture, &blob, victim, strlen(victim));
	for (size_t len = 0; len < blob.len; len++) {
		struct pk_diags diags = {.arena = fixture.arena};
		assert_null(pk_blob_decode(source_of(&fixture, blob.data, len), &diags));
		enum pk_code code = diags.all.items[0].code;
		if (len == 0)
			assert_int_equal(code, PK_BLOB_EMPTY);
		else if (len < PROCESS + 24)
			assert_int_equal(code, len == 24 ? PK_BLOB_COUNT : PK_BLOB_TRUNCATED);
		assert_true(diags.errors > 0);
	}
	stop(&fixture);
}

static void a_name_that_sysmon_would_refuse_is_refused(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	encode(&fixture, &blob, victim, strlen(victim));
	for (size_t i = 0; i < 128; i++) /* U+0416: one unit, two bytes in UTF-8 */
		memcpy(blob.data + PLAIN_FILTER + 4 + i * 2, "\x16\x04", 2);
	assert_null(pk_blob_decode(source_of(&fixture, blob.data, blob.len), &fixture.diags));
	assert_int_equal(fixture.diags.all.items[0].code, PK_BLOB_NAME);
	assert_int_equal(fixture.diags.all.items[0].span.begin, PLAIN_FILTER + 4);
	stop(&fixture);
}

static void bytes_that_no_configuration_gives_are_warned_of(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	encode(&fixture, &blob, victim, strlen(victim));
	set32(&blob, RULE_AT + 256, 1); /* the message id, which is always zero */
	assert_non_null(pk_blob_decode(source_of(&fixture, blob.data, blob.len), &fixture.diags));
	assert_int_equal(fixture.diags.all.len, 1);
	assert_int_equal(fixture.diags.all.items[0].code, PK_BLOB_NOT_SAME);
	assert_int_equal(fixture.diags.all.items[0].span.begin, RULE_AT + 256);
	stop(&fixture);
}

/* 65535 empty elements are more than Sysmon takes of one tag. */
static void too_many_elements_are_refused(void **state)
{
	(void)state;
	enum { COUNT = 65535 };
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	struct pk_blob_writer writer;
	pk_blob_writer_init(&writer, &blob, PK_VERSION(18, 0), PK_VERSION(4, 90));
	for (size_t i = 0; i < COUNT; i++)
		pk_blob_add_event(&writer, 11, true, true);
	assert_null(pk_blob_decode(source_of(&fixture, blob.data, blob.len), &fixture.diags));
	assert_int_equal(fixture.diags.all.items[0].code, PK_BLOB_REFUSED);
	stop(&fixture);
}

/* Linux has an event of its own, with fields that Windows does not know. */
static void the_linux_event_is_known(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	struct pk_blob_writer writer;
	pk_blob_writer_init(&writer, &blob, PK_VERSION(18, 0), PK_VERSION(4, 90));
	pk_blob_add_event(&writer, 100, true, false);
	pk_blob_add_filter(&writer, 6, PK_OP_IS, NULL, "5", 0);
	struct pk_sysmon *sysmon =
		pk_blob_decode(source_of(&fixture, blob.data, blob.len), &fixture.diags);
	assert_non_null(sysmon);
	assert_int_equal(sysmon->parser->platform, PK_LINUX);
	assert_string_equal(sysmon->elements.items[0].tag, "eBPFEvent");
	assert_string_equal(sysmon->elements.items[0].terms.items[0].filter.field, "BpfCommand");
	assert_int_equal(fixture.diags.all.len, 0);
	stop(&fixture);
}

static void the_listing_names_every_record(void **state)
{
	(void)state;
	struct fixture fixture;
	start(&fixture);
	PK_BUF_AUTO blob = {0};
	encode(&fixture, &blob, victim, strlen(victim));
	struct pk_blob *records =
		pk_blob_read(source_of(&fixture, blob.data, blob.len), &fixture.diags);
	assert_non_null(records);
	PK_BUF_AUTO out = {0};
	pk_blob_show(&out, records);
	assert_non_null(strstr(out.data,
		"      24  ProcessCreate (1) include and\n"
		"      48    Image is \"a\"\n"
		"     592    Rule 1 or\n"
		"     888      Image is \"b\"\n"
		"    1432  FileCreate (11) include and\n"));
	stop(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_have_the_documented_layout),
		cmocka_unit_test(decoded_configurations_encode_to_the_same_bytes),
		cmocka_unit_test(lost_elements_are_put_in_again),
		cmocka_unit_test(every_wrong_word_is_reported_at_its_byte),
		cmocka_unit_test(every_shorter_file_is_refused),
		cmocka_unit_test(a_name_that_sysmon_would_refuse_is_refused),
		cmocka_unit_test(bytes_that_no_configuration_gives_are_warned_of),
		cmocka_unit_test(too_many_elements_are_refused),
		cmocka_unit_test(the_linux_event_is_known),
		cmocka_unit_test(the_listing_names_every_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
