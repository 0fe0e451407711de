#include "tests/unit/test.h"

#include "base/text.h"
#include "templates/model/fields.h"
#include "templates/model/monster.h"
#include "templates/model/sysmon.h"

static const struct pk_field *field(const char *name)
{
	const struct pk_field *found = pk_field_find(name);
	if (found == NULL)
		fail_msg("there is no field '%s'", name);
	return found;
}

/* Is there a field below the object? */
static bool is_object(const char *name)
{
	size_t count = 0;
	const struct pk_field *fields = pk_field_list(&count);
	for (size_t i = 0; i < count; i++)
		if (pk_text_starts(fields[i].name, name) && fields[i].name[strlen(name)] == '.')
			return true;
	return false;
}

static void fields_stand_in_order_and_once(void **state)
{
	(void)state;
	size_t count = 0;
	const struct pk_field *fields = pk_field_list(&count);
	assert_true(count > 400);
	for (size_t i = 1; i < count; i++) {
		if (fields[i].group == fields[i - 1].group &&
			strcmp(fields[i - 1].name, fields[i].name) >= 0)
			fail_msg("'%s' stands after '%s'", fields[i].name, fields[i - 1].name);
		assert_true(fields[i].group >= fields[i - 1].group);
	}
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(pk_field_find(fields[i].name), &fields[i]);
}

static void what_has_members_is_an_object(void **state)
{
	(void)state;
	size_t count = 0;
	const struct pk_field *fields = pk_field_list(&count);
	for (size_t i = 0; i < count; i++) {
		char above[128];
		assert_true(strlen(fields[i].name) < sizeof(above));
		memcpy(above, fields[i].name, strlen(fields[i].name) + 1);
		for (char *dot; (dot = strrchr(above, '.')) != NULL;) {
			*dot = '\0';
			const struct pk_field *object = pk_field_find(above);
			if (object != NULL && object->type != PK_FIELD_OBJECT)
				fail_msg("'%s' is no object", above);
		}
	}
}

static void names_of_no_field_are_not_found(void **state)
{
	(void)state;
	assert_null(pk_field_find(""));
	assert_null(pk_field_find("process"));
	assert_null(pk_field_find("process.pi"));
	assert_null(pk_field_find("process.pids"));
	assert_null(pk_field_find("zzz"));
	assert_null(pk_field_find("PROCESS.PID"));
}

static void aliases_stand_for_fields_that_can_be_counted(void **state)
{
	(void)state;
	size_t count = 0;
	size_t aliases = 0;
	const struct pk_field *fields = pk_field_list(&count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(fields[i].type == PK_FIELD_ALIAS, fields[i].alias != NULL);
		if (fields[i].alias == NULL)
			continue;
		assert_int_not_equal(field(fields[i].alias)->type, PK_FIELD_ALIAS);
		assert_true(pk_field_is_aggregatable(&fields[i]));
		aliases++;
	}
	assert_true(aliases >= 2);
	assert_string_equal(field("IP")->alias, "HostIP");
	assert_string_equal(field("DriveLetter")->alias, "DriveLatterr");
}

static void full_text_and_objects_cannot_be_counted(void **state)
{
	(void)state;
	assert_false(pk_field_is_aggregatable(field("message")));
	assert_false(pk_field_is_aggregatable(field("winlog.event_data")));
	assert_false(pk_field_is_aggregatable(field("event.original")));
	assert_true(pk_field_is_aggregatable(field("process.command_line")));
	assert_true(pk_field_is_aggregatable(field("destination.geo.location")));
	assert_true(pk_field_is_aggregatable(field("@timestamp")));
}

static void types_are_those_that_were_published(void **state)
{
	(void)state;
	assert_int_equal(field("EventBlockKey")->type, PK_FIELD_LONG);
	assert_int_equal(field("CollectTimestamp(UTC)")->type, PK_FIELD_LONG);
	assert_int_equal(field("DestinationIp")->type, PK_FIELD_IP);
	assert_int_equal(field("EventID")->type, PK_FIELD_KEYWORD);
	assert_int_equal(field("DestinationGeoip.location")->type, PK_FIELD_GEO_POINT);
	assert_int_equal(field("Group.attributes")->type, PK_FIELD_LONG);
}

/* The type of field that holds what is in a column. */
static bool column_fits(enum pk_column_type column, enum pk_field_type type)
{
	switch (column) {
	case PK_COLUMN_TEXT:
	case PK_COLUMN_LIST:
		return type == PK_FIELD_KEYWORD || type == PK_FIELD_LINE;
	case PK_COLUMN_LONG:
	case PK_COLUMN_FILETIME:
	case PK_COLUMN_UNIX:
		return type == PK_FIELD_LONG;
	case PK_COLUMN_IP:
	case PK_COLUMN_IPS:
		return type == PK_FIELD_IP || type == PK_FIELD_KEYWORD;
	case PK_COLUMN_GROUPS:
	case PK_COLUMN_PRIVILEGES:
	case PK_COLUMN_ACCOUNTS:
	case PK_COLUMN_PROGRAMS:
		return type == PK_FIELD_OBJECT;
	}
	return false;
}

static void every_column_of_monster_has_a_field_of_its_type(void **state)
{
	(void)state;
	size_t count = 0;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < events[i].column_count; k++) {
			const struct pk_monster_column *column = &events[i].columns[k];
			const struct pk_column_object *object = pk_column_object_find(column->type);
			const char *name = object != NULL && object->field != NULL ? object->field
										   : column->name;
			if (!column_fits(column->type, field(name)->type))
				fail_msg("'%s' of %u has another type", name, events[i].id);
			if (column->derived != NULL)
				field(column->derived);
		}
	}
}

static void every_place_of_monster_in_ecs_has_a_field(void **state)
{
	(void)state;
	size_t count = 0;
	const struct pk_monster_event *events = pk_monster_event_list(&count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < events[i].column_count; k++) {
			const char *ecs = events[i].columns[k].ecs;
			if (ecs != NULL && !is_object(ecs))
				field(ecs);
		}
	}
}

static void every_place_of_sysmon_in_ecs_has_a_field(void **state)
{
	(void)state;
	size_t count = 0;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		const char *target = rows[i].target;
		if (*target != '\0' && !pk_text_starts(target, "winlog.event_data.") &&
			!is_object(target))
			field(target);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_stand_in_order_and_once),
		cmocka_unit_test(what_has_members_is_an_object),
		cmocka_unit_test(names_of_no_field_are_not_found),
		cmocka_unit_test(aliases_stand_for_fields_that_can_be_counted),
		cmocka_unit_test(full_text_and_objects_cannot_be_counted),
		cmocka_unit_test(types_are_those_that_were_published),
		cmocka_unit_test(every_column_of_monster_has_a_field_of_its_type),
		cmocka_unit_test(every_place_of_monster_in_ecs_has_a_field),
		cmocka_unit_test(every_place_of_sysmon_in_ecs_has_a_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
