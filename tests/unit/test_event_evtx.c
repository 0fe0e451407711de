/*
 * Event log files: two events in a file that is made here, as the format of [MS-EVEN6] and of
 * libevtx's documentation has it: a header, one chunk, records of binary XML without templates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "generators/engine/event_reader.h"
#include "tests/unit/test.h"

enum {
	FILE_HEADER = 4096,
	CHUNK = 65536,
	CHUNK_HEADER = 512,
	CHECKED = 120, /* bytes of a header before its flags and checksum */
};

static uint32_t crc32_of(uint32_t crc, const char *bytes, size_t len)
{
	crc = ~crc;
	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static void set_number(struct pk_buf *buf, size_t at, size_t bytes, uint64_t number)
{
	for (size_t i = 0; i < bytes; i++)
		buf->data[at + i] = (char)(number >> 8 * i);
}

static void put_number(struct pk_buf *buf, size_t bytes, uint64_t number)
{
	set_number(buf, pk_buf_zeros(buf, bytes), bytes, number);
}

static void put_utf16(struct pk_buf *buf, const char *text)
{
	for (; *text != '\0'; text++)
		put_number(buf, 2, (unsigned char)*text);
}

/* A name stands where it is used: its offset in the chunk, then the name itself. */
static void put_name(struct pk_buf *chunk, const char *name)
{
	uint32_t hash = 0;
	for (const char *c = name; *c != '\0'; c++)
		hash = hash * 65599 + (unsigned char)*c;
	put_number(chunk, 4, chunk->len + 4);
	put_number(chunk, 4, 0);
	put_number(chunk, 2, hash & 0xffff);
	put_number(chunk, 2, strlen(name));
	put_utf16(chunk, name);
	put_number(chunk, 2, 0);
}

static void put_value(struct pk_buf *chunk, const char *text)
{
	put_number(chunk, 1, 0x05);
	put_number(chunk, 1, 0x01);
	put_number(chunk, 2, strlen(text));
	put_utf16(chunk, text);
}

/* Opens an element, with an attribute unless `attribute` is NULL; returns where its size stands. */
static size_t open_element(
	struct pk_buf *chunk, const char *name, const char *attribute, const char *value)
{
	put_number(chunk, 1, attribute == NULL ? 0x01 : 0x41);
	put_number(chunk, 2, 0xffff);
	size_t size_at = pk_buf_zeros(chunk, 4);
	put_name(chunk, name);
	if (attribute != NULL) {
		size_t list_at = pk_buf_zeros(chunk, 4);
		put_number(chunk, 1, 0x06);
		put_name(chunk, attribute);
		put_value(chunk, value);
		set_number(chunk, list_at, 4, chunk->len - list_at - 4);
	}
	put_number(chunk, 1, 0x02);
	return size_at;
}

static void close_element(struct pk_buf *chunk, size_t size_at)
{
	put_number(chunk, 1, 0x04);
	set_number(chunk, size_at, 4, chunk->len - size_at - 4);
}

static void put_element(struct pk_buf *chunk, const char *name, const char *attribute,
	const char *value, const char *text)
{
	size_t size_at = open_element(chunk, name, attribute, value);
	if (text != NULL)
		put_value(chunk, text);
	close_element(chunk, size_at);
}

static void put_record(struct pk_buf *chunk, uint64_t id, const char *provider, const char *image)
{
	size_t begin = chunk->len;
	put_number(chunk, 4, 0x2a2a);
	size_t size_at = pk_buf_zeros(chunk, 4);
	put_number(chunk, 8, id);
	put_number(chunk, 8, UINT64_C(132000000000000000));
	pk_buf_put(chunk, "\x0f\x01\x01\x00", 4);

	size_t event = open_element(chunk, "Event", NULL, NULL);
	size_t part = open_element(chunk, "System", NULL, NULL);
	put_element(chunk, "Provider", "Name", provider, NULL);
	put_element(chunk, "EventID", NULL, NULL, "5");
	put_element(chunk, "TimeCreated", "SystemTime", "2026-03-04T10:00:00Z", NULL);
	put_element(chunk, "Computer", NULL, NULL, "ws1");
	close_element(chunk, part);
	part = open_element(chunk, "EventData", NULL, NULL);
	put_element(chunk, "Data", "Name", "Image", image);
	close_element(chunk, part);
	close_element(chunk, event);

	put_number(chunk, 1, 0);
	put_number(chunk, 4, chunk->len - begin + 4);
	set_number(chunk, size_at, 4, chunk->len - begin);
	set_number(chunk, 44, 4, begin);
}

static void make_chunk(struct pk_buf *chunk, uint64_t records)
{
	pk_buf_zeros(chunk, CHUNK_HEADER);
	memcpy(chunk->data, "ElfChnk", 8);
	for (uint64_t id = 1; id <= records; id++)
		put_record(chunk, id, id == 2 ? "Another-Provider" : "Microsoft-Windows-Sysmon",
			"C:\\a & b.exe");
	set_number(chunk, 8, 8, 1);
	set_number(chunk, 16, 8, records);
	set_number(chunk, 24, 8, 1);
	set_number(chunk, 32, 8, records);
	set_number(chunk, 40, 4, 128);
	set_number(chunk, 48, 4, chunk->len);
}

static void seal_chunk(struct pk_buf *chunk)
{
	set_number(
		chunk, 52, 4, crc32_of(0, chunk->data + CHUNK_HEADER, chunk->len - CHUNK_HEADER));
	uint32_t crc = crc32_of(0, chunk->data, CHECKED);
	crc = crc32_of(crc, chunk->data + 128, CHUNK_HEADER - 128);
	set_number(chunk, 124, 4, crc);
	pk_buf_zeros(chunk, CHUNK - chunk->len);
}

static void put_file_header(struct pk_buf *file, uint64_t records)
{
	pk_buf_zeros(file, FILE_HEADER);
	memcpy(file->data, "ElfFile", 8);
	set_number(file, 24, 8, records + 1);
	set_number(file, 32, 4, 128);
	set_number(file, 36, 2, 1);
	set_number(file, 38, 2, 3);
	set_number(file, 40, 2, FILE_HEADER);
	set_number(file, 42, 2, 1);
	set_number(file, 124, 4, crc32_of(0, file->data, CHECKED));
}

struct fixture {
	struct pk_arena *arena;
	struct pk_diags diags;
	const struct pk_schema *schema;
	struct pk_buf chunk; /* of three records; the second is of another provider */
	char path[32];
};

static int set_up(void **state)
{
	static const char name[] = "/tmp/picket-evtx.XXXXXX";
	struct pk_arena *arena = pk_arena_create();
	struct fixture *fixture = PK_NEW(arena, struct fixture);
	fixture->arena = arena;
	fixture->diags.arena = arena;
	fixture->schema = pk_schema_make(arena, PK_WINDOWS, pk_schema_newest(PK_WINDOWS));
	memcpy(fixture->path, name, sizeof(name));
	int fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	close(fd);
	make_chunk(&fixture->chunk, 3);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	unlink(fixture->path);
	pk_buf_finish(&fixture->chunk);
	pk_arena_destroy(fixture->arena);
	return 0;
}

static struct pk_event_reader *open_file(struct fixture *fixture)
{
	PK_BUF_AUTO file = {0};
	seal_chunk(&fixture->chunk);
	put_file_header(&file, 3);
	pk_buf_put(&file, fixture->chunk.data, fixture->chunk.len);
	FILE *stream = fopen(fixture->path, "wb");
	assert_non_null(stream);
	assert_int_equal(fwrite(file.data, 1, file.len, stream), file.len);
	assert_int_equal(fclose(stream), 0);
	return pk_event_reader_open(fixture->path, fixture->schema, &fixture->diags);
}

static void records_are_read_as_xml(void **state)
{
	struct fixture *fixture = *state;
	PK_AUTO(pk_event_reader) *reader = open_file(fixture);
	assert_non_null(reader);
	int image = pk_event_field(pk_schema_find_id(fixture->schema, 5), "Image");
	struct pk_record record;
	for (size_t i = 0; i < 2; i++) {
		assert_true(pk_event_reader_next(reader, &record));
		assert_int_equal(record.index, i);
		assert_int_equal(record.event.id, 5);
		assert_string_equal(record.computer, "ws1");
		assert_string_equal(record.event.values[image], "C:\\a & b.exe");
		assert_string_equal(record.time, "2026-03-04T10:00:00Z");
	}
	assert_false(pk_event_reader_next(reader, &record));
	assert_int_equal(pk_event_reader_counts(reader).foreign, 1);
	assert_int_equal(fixture->diags.all.len, 0);
}

static void a_damaged_record_is_passed_over(void **state)
{
	struct fixture *fixture = *state;
	/* The first token behind the header of the fragment is none that there is. */
	fixture->chunk.data[CHUNK_HEADER + 24 + 4] = 0x7f;
	PK_AUTO(pk_event_reader) *reader = open_file(fixture);
	assert_non_null(reader);
	struct pk_record record;
	assert_true(pk_event_reader_next(reader, &record));
	assert_int_equal(record.index, 0);
	assert_false(pk_event_reader_next(reader, &record));
	assert_int_equal(pk_event_reader_counts(reader).broken, 1);
	assert_int_equal(fixture->diags.all.items[0].code, PK_EVENT_RECORD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_read_as_xml),
		TEST(a_damaged_record_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
