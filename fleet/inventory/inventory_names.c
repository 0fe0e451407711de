/* What the values of the model are called. */
#include <stdlib.h>

#include "base/text.h"
#include "fleet/inventory/inventory.h"

const char *pk_host_platform_name(enum pk_host_platform platform)
{
	switch (platform) {
	case PK_HOST_ANY:
		return "any";
	case PK_HOST_LINUX:
		return "linux";
	case PK_HOST_WINDOWS:
		return "windows";
	}
	abort(); /* no value of the enum */
}

const char *pk_sensor_name(enum pk_sensor sensor)
{
	switch (sensor) {
	case PK_SENSOR_NONE:
		return "none";
	case PK_SENSOR_SYSMON:
		return "sysmon";
	case PK_SENSOR_SYSMON_LINUX:
		return "sysmon-linux";
	case PK_SENSOR_MONSTER:
		return "monster";
	case PK_SENSOR_WINLOGBEAT:
		return "winlogbeat";
	}
	abort(); /* no value of the enum */
}

bool pk_sensor_parse(enum pk_sensor *out, const char *name)
{
	for (int i = PK_SENSOR_NONE; i < PK_SENSORS; i++) {
		if (!pk_text_equal(pk_sensor_name((enum pk_sensor)i), name))
			continue;
		*out = (enum pk_sensor)i;
		return true;
	}
	return false;
}

const char *pk_failure_class_name(enum pk_failure_class class)
{
	switch (class) {
	case PK_FAILURE_NONE:
		return "none";
	case PK_FAILURE_UNREACHABLE:
		return "unreachable";
	case PK_FAILURE_AUTH:
		return "auth";
	case PK_FAILURE_HOST_KEY:
		return "host-key";
	case PK_FAILURE_TRANSFER:
		return "transfer";
	case PK_FAILURE_APPLY:
		return "apply";
	case PK_FAILURE_HEALTH:
		return "health";
	case PK_FAILURE_CLASSES:
		break;
	}
	abort(); /* no value of the enum */
}

const char *pk_retention_name(enum pk_retention retention)
{
	switch (retention) {
	case PK_RETENTION_UNSET:
		return "";
	case PK_RETENTION_OVERWRITE:
		return "overwrite";
	case PK_RETENTION_KEEP:
		return "keep";
	case PK_RETENTION_ARCHIVE:
		return "archive";
	}
	abort(); /* no value of the enum */
}
