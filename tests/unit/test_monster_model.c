/* The table of Monster's events: in order, without doubles, and of one mind with the fields of the
 * index. */
#include "tests/unit/test.h"

#include "templates/model/fields.h"
#include "templates/model/monster.h"
#include "templates/model/piece.h"

static void events_are_found_by_generation_and_id(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	assert_int_equal(count, 23 + 29);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(
			pk_monster_event_find(events[i].generation, events[i].id), &events[i]);
	assert_null(pk_monster_event_find(PK_MONSTER_GEN1, 1504));
	assert_null(pk_monster_event_find(PK_MONSTER_GEN2, 2012));
}

/* Stack facts, docs/stack-facts.md section 4: how many columns the specification and the filter
 * have. */
static void events_have_as_many_columns_as_published(void **state)
{
	static const struct {
		enum pk_monster_generation generation;
		unsigned id;
		size_t columns;
	} wanted[] = {{PK_MONSTER_GEN1, 1500, 23}, {PK_MONSTER_GEN1, 1501, 9},
		{PK_MONSTER_GEN1, 1502, 22}, {PK_MONSTER_GEN1, 1503, 14},
		{PK_MONSTER_GEN1, 2012, 11}, {PK_MONSTER_GEN1, 2014, 8}, {PK_MONSTER_GEN1, 2027, 9},
		{PK_MONSTER_GEN1, 2030, 9}, {PK_MONSTER_GEN1, 2500, 20},
		{PK_MONSTER_GEN1, 3500, 17}, {PK_MONSTER_GEN1, 3501, 17},
		{PK_MONSTER_GEN1, 4001, 9}, {PK_MONSTER_GEN1, 4002, 9}, {PK_MONSTER_GEN1, 4003, 8},
		{PK_MONSTER_GEN1, 4005, 11}, {PK_MONSTER_GEN1, 4006, 9}, {PK_MONSTER_GEN1, 4013, 8},
		{PK_MONSTER_GEN1, 4500, 8}, {PK_MONSTER_GEN1, 6500, 10}, {PK_MONSTER_GEN1, 7500, 9},
		{PK_MONSTER_GEN1, 8500, 11}, {PK_MONSTER_GEN1, 9001, 23},
		{PK_MONSTER_GEN1, 9002, 23}, {PK_MONSTER_GEN2, 1500, 27},
		{PK_MONSTER_GEN2, 2500, 29}, {PK_MONSTER_GEN2, 3500, 17},
		{PK_MONSTER_GEN2, 3503, 13}, {PK_MONSTER_GEN2, 9500, 15},
		{PK_MONSTER_GEN2, 9503, 7}};
	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_int_equal(
			pk_monster_event_find(wanted[i].generation, wanted[i].id)->column_count,
			wanted[i].columns);
}

static void every_event_begins_with_the_header(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t header_count;
		const struct pk_monster_column *header =
			pk_monster_header(&header_count, events[i].generation);
		assert_int_equal(header_count, events[i].generation == PK_MONSTER_GEN1 ? 5 : 7);
		assert_true(events[i].column_count >= header_count);
		for (size_t j = 0; j < header_count; j++)
			assert_string_equal(events[i].columns[j].name, header[j].name);
	}
}

static void wrong_names_of_2017_are_not_repeated(void **state)
{
	static const struct {
		unsigned id;
		const char *constant;
	} wanted[] = {{2014, "CloseFile"}, {4002, "OpenKey"}, {4003, "DeleteKey"}};
	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_string_equal(pk_monster_event_find(PK_MONSTER_GEN1, wanted[i].id)->constant,
			wanted[i].constant);
	assert_string_equal(
		pk_monster_event_find(PK_MONSTER_GEN2, 9508)->name, "ServiceStartFailed");
	assert_string_equal(pk_monster_event_find(PK_MONSTER_GEN2, 9509)->name, "ServiceInstall");
}

static void the_order_of_2017_differs_where_it_did(void **state)
{
	(void)state;
	assert_string_equal(pk_monster_event_find_2017(1500)->columns[7].name, "TerminalSessionId");
	assert_string_equal(pk_monster_event_find_2017(1501)->columns[4].name, "Flag");
	assert_int_equal(pk_monster_event_find_2017(8500)->column_count, 10);
	assert_ptr_equal(
		pk_monster_event_find_2017(2500), pk_monster_event_find(PK_MONSTER_GEN1, 2500));
}

static void names_are_given_once_an_event(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < events[i].column_count; j++) {
			for (size_t k = 0; k < j; k++)
				assert_string_not_equal(
					events[i].columns[j].name, events[i].columns[k].name);
		}
	}
}

static bool fits(enum pk_column_type type, enum pk_field_type field)
{
	switch (type) {
	case PK_COLUMN_LONG:
	case PK_COLUMN_FILETIME:
	case PK_COLUMN_UNIX:
		return field == PK_FIELD_LONG;
	case PK_COLUMN_IP:
	case PK_COLUMN_IPS:
		return field == PK_FIELD_IP || field == PK_FIELD_KEYWORD;
	case PK_COLUMN_TEXT:
	case PK_COLUMN_LIST:
		return field == PK_FIELD_KEYWORD || field == PK_FIELD_LINE;
	case PK_COLUMN_GROUPS:
	case PK_COLUMN_PRIVILEGES:
	case PK_COLUMN_ACCOUNTS:
	case PK_COLUMN_PROGRAMS:
		return field == PK_FIELD_OBJECT;
	}
	return false;
}

static void check_column(const struct pk_monster_column *column)
{
	const struct pk_column_object *object = pk_column_object_find(column->type);
	const char *name = object != NULL && object->field != NULL ? object->field : column->name;
	const struct pk_field *field = pk_field_find(name);
	if (field == NULL || !fits(column->type, field->type))
		fail_msg("the index has no field '%s' of that type", name);
	if (column->derived != NULL && pk_field_find(column->derived) == NULL)
		fail_msg("the index has no field '%s'", column->derived);
}

static void every_column_has_a_field_of_its_type(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < events[i].column_count; j++)
			check_column(&events[i].columns[j]);
	}
}

/* Below what stands in the table the code has names of its own. */
static void what_is_copied_goes_to_fields_of_the_index(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < events[i].column_count; j++) {
			const struct pk_monster_column *column = &events[i].columns[j];
			if (column->ecs == NULL || column->how == PK_COLUMN_FILE ||
				column->how == PK_COLUMN_USER || column->how == PK_COLUMN_KEY ||
				column->how == PK_COLUMN_KEY_PART || column->how == PK_COLUMN_VALUE)
				continue;
			if (pk_field_find(column->ecs) == NULL)
				fail_msg("the index has no field '%s'", column->ecs);
		}
	}
}

/* The decoder knows these targets by name. */
static void objects_are_those_that_the_decoder_knows(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < events[i].column_count; j++) {
			const struct pk_monster_column *column = &events[i].columns[j];
			if (column->how == PK_COLUMN_FILE)
				assert_string_equal(column->ecs, "file");
			if (column->how == PK_COLUMN_USER)
				assert_string_equal(column->ecs, "user");
			if (column->how == PK_COLUMN_KEY || column->how == PK_COLUMN_VALUE)
				assert_string_equal(column->ecs, "registry");
			if (column->how == PK_COLUMN_PATH)
				assert_true(strcmp(column->ecs, "process.executable") == 0 ||
					strcmp(column->ecs, "dll.path") == 0);
		}
	}
}

/* Those that the decoder knows by name. */
static void what_is_fixed_is_known_and_has_a_value(void **state)
{
	static const char *const known[] = {
		"event.outcome", "network.direction", "network.transport"};
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct pk_piece list = pk_piece_of(events[i].fixed);
		struct pk_piece name;
		struct pk_piece value;
		while (pk_piece_next_pair(&name, &value, &list)) {
			bool found = false;
			for (size_t j = 0; j < sizeof(known) / sizeof(*known); j++)
				found = found || pk_piece_equal(name, known[j]);
			assert_true(found);
			assert_true(value.len > 0);
		}
	}
}

static bool has_piece(const char *list, struct pk_piece wanted)
{
	struct pk_piece rest = pk_piece_of(list);
	struct pk_piece piece;
	while (pk_piece_next(&piece, &rest))
		if (piece.len == wanted.len && memcmp(piece.text, wanted.text, wanted.len) == 0)
			return true;
	return false;
}

/* As @elastic/ecs 9.4 lists them; only that an image is unloaded has no type there. */
static void types_go_with_their_category_in_ecs(void **state)
{
	static const struct {
		const char *category;
		const char *types;
	} allowed[] = {{"authentication", "start|end|info"},
		{"configuration", "access|change|creation|deletion|info"},
		{"driver", "change|end|info|start"},
		{"file", "access|change|creation|deletion|info"},
		{"host", "access|change|end|info|start"}, {"library", "start|end"},
		{"network", "access|allowed|connection|denied|end|info|protocol|start"},
		{"process", "access|change|end|info|start"},
		{"registry", "access|change|creation|deletion"}, {"session", "start|end|info"}};
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t known = 0;
		for (size_t j = 0; j < sizeof(allowed) / sizeof(*allowed); j++) {
			if (!has_piece(events[i].category, pk_piece_of(allowed[j].category)))
				continue;
			known++;
			struct pk_piece rest = pk_piece_of(events[i].type);
			struct pk_piece type;
			while (pk_piece_next(&type, &rest))
				if (!has_piece(allowed[j].types, type))
					fail_msg("event %u: type %.*s", events[i].id, (int)type.len,
						type.text);
		}
		if (known == 0)
			fail_msg("event %u: category %s", events[i].id, events[i].category);
	}
}

static void what_is_shown_are_columns(void **state)
{
	size_t count;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct pk_piece list = pk_piece_of(events[i].shown);
		struct pk_piece name;
		while (pk_piece_next(&name, &list)) {
			bool found = false;
			for (size_t j = 0; j < events[i].column_count && !found; j++)
				found = pk_piece_equal(name, events[i].columns[j].name);
			assert_true(found);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_found_by_generation_and_id),
		cmocka_unit_test(events_have_as_many_columns_as_published),
		cmocka_unit_test(every_event_begins_with_the_header),
		cmocka_unit_test(wrong_names_of_2017_are_not_repeated),
		cmocka_unit_test(the_order_of_2017_differs_where_it_did),
		cmocka_unit_test(names_are_given_once_an_event),
		cmocka_unit_test(every_column_has_a_field_of_its_type),
		cmocka_unit_test(what_is_copied_goes_to_fields_of_the_index),
		cmocka_unit_test(objects_are_those_that_the_decoder_knows),
		cmocka_unit_test(what_is_fixed_is_known_and_has_a_value),
		cmocka_unit_test(types_go_with_their_category_in_ecs),
		cmocka_unit_test(what_is_shown_are_columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
