#include "fleet/host/change.h"

#include "base/text.h"
#include "fleet/host/change_part.h"

/* What is brought back, and what was made of it. */
struct undo {
	struct pk_desired *out;
	struct pk_arena *arena;
	const struct pk_facts *before;
	const struct pk_desired *was;
	const char *why;
};

static bool differs(const char *wanted, const char *is)
{
	return wanted != NULL && !(is != NULL && pk_text_equal_nocase(wanted, is));
}

/* Has making `was` true meant installing the sensor anew, or taking it away? */
static bool installed_anew(const struct undo *undo)
{
	const struct pk_desired *was = undo->was;
	const struct pk_facts *before = undo->before;
	bool version = was->bundle != NULL && was->version != NULL &&
		(before->version == NULL ||
			pk_bundle_compare_versions(was->version, before->version) != 0);
	return was->absent || version || differs(was->service, before->service) ||
		differs(was->driver, before->driver);
}

static bool cannot(struct undo *undo, const char *why)
{
	undo->why = why;
	return false;
}

/* The sensor of then: the same version, under the same names. */
static bool undo_sensor(struct undo *undo, const struct pk_bundle *bundle)
{
	struct pk_desired *out = undo->out;
	const struct pk_facts *before = undo->before;
	if (!installed_anew(undo))
		return true;
	/* The others run under their own names only. */
	if (before->sensor == PK_SENSOR_SYSMON) {
		out->service = before->service;
		out->driver = before->driver;
	}
	if (before->sensor == PK_SENSOR_SYSMON && pk_change_is_feature(before) == PK_FACT_YES) {
		out->feature = true;
		return true;
	}
	if (before->version == NULL)
		return cannot(undo, "the version of the sensor before is not known");
	if (bundle == NULL)
		return cannot(undo,
			pk_arena_printf(undo->arena,
				"there is no bundle of %s %s, the sensor before",
				pk_sensor_name(before->sensor), before->version));
	if (bundle->sensor != before->sensor ||
		pk_bundle_compare_versions(bundle->version, before->version) != 0)
		return cannot(undo,
			pk_arena_printf(undo->arena, "bundle %s is not %s %s, the sensor before",
				bundle->id, pk_sensor_name(before->sensor), before->version));
	out->bundle = bundle;
	out->version = bundle->version;
	return true;
}

/* The configuration of then. */
static bool undo_config(struct undo *undo, const struct pk_content *content)
{
	const struct pk_facts *before = undo->before;
	bool had = before->config_hash != NULL || before->config != NULL;
	if (undo->was->content == NULL && !installed_anew(undo))
		return true;
	/* Decoded from the live rules of then it is another file, with the same rules. */
	bool same_rules = content != NULL && content->rules != NULL && before->rules != NULL &&
		pk_text_equal(content->rules, before->rules);
	if (content != NULL && !same_rules && pk_facts_run(before, content) == PK_FACT_NO)
		return cannot(undo, "the configuration that is kept is not the one before");
	if (content == NULL && had)
		return cannot(undo, "the configuration before was not kept");
	if (content == NULL && undo->was->content != NULL && !undo->was->absent)
		return cannot(undo,
			"there was no configuration before, and a sensor cannot be "
			"left without one");
	undo->out->content = content;
	return true;
}

/* Logs: what was changed of each, to what it was; one that was not there is nobody's any more. */
static void undo_logs(struct undo *undo)
{
	const struct pk_desired *was = undo->was;
	struct pk_log_wish *logs = PK_NEW_ARRAY(undo->arena, struct pk_log_wish, was->log_count);
	size_t count = 0;
	for (size_t i = 0; i < was->log_count; i++) {
		const struct pk_log_wish *wish = &was->logs[i];
		const struct pk_log_facts *is = pk_log_find(undo->before, wish->name);
		if (is == NULL)
			continue;
		logs[count++] = (struct pk_log_wish){.name = wish->name,
			.bytes = wish->bytes != 0 ? is->bytes : 0,
			.retention = wish->retention != PK_RETENTION_UNSET ? is->retention
									   : PK_RETENTION_UNSET,
			.access = wish->access != NULL ? is->access : NULL,
			.span = wish->span};
	}
	undo->out->logs = logs;
	undo->out->log_count = count;
}

bool pk_change_undo(struct pk_desired *out, struct pk_arena *arena, const struct pk_facts *before,
	const struct pk_desired *was, const struct pk_content *content,
	const struct pk_bundle *bundle, const char **why_out)
{
	struct pk_desired back = {.sensor = was->sensor,
		.state_dir = was->state_dir,
		.install_dir = was->install_dir,
		.become = was->become};
	struct undo undo = {&back, arena, before, was, NULL};

	bool good = true;
	if (was->sensor != PK_SENSOR_NONE) {
		if (before->present == PK_FACT_UNKNOWN)
			good = cannot(&undo, "whether the sensor was there before is not known");
		else if (before->present == PK_FACT_NO)
			back.absent = true;
		else
			good = undo_sensor(&undo, bundle) && undo_config(&undo, content);
	}
	if (!good) {
		*why_out = undo.why;
		return false;
	}
	undo_logs(&undo);
	*out = back;
	return true;
}
