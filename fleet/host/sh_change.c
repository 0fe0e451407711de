/*
 * Changes on Linux hosts: calls of the functions of sh_change.sh, in order, the script itself, and
 * the files that the calls name; and what the host says when one of them fails.
 */
#include <string.h>

#include "base/text.h"
#include "fleet/host/sh_part.h"

enum { KINDS = PK_CHANGE_REMOVE + 1 };

/* A file that goes along, unless it lies ready on the host. */
struct payload {
	const char *name; /* in the state folder: "configs/DIGEST" */
	const void *bytes;
	size_t len;
	bool packed;
	bool staged;
};

struct changes {
	struct pk_arena *arena;
	const struct pk_job_wish *wish;
	const struct pk_facts *facts;
	const struct pk_host_plan *plan;
	struct pk_failure *failure;
	bool has[KINDS]; /* kinds of changes in the plan */
	PK_LIST(struct payload) payloads;
	const char *program; /* call that installs; NULL: none */
};

static const char *hex_of(const char *digest)
{
	return digest != NULL ? digest + strlen(PK_DIGEST_PREFIX) : "";
}

static bool is_staged(const struct pk_facts *facts, const char *digest)
{
	for (size_t i = 0; i < facts->staged.len; i++)
		if (pk_text_equal(facts->staged.items[i], digest))
			return true;
	return false;
}

static bool refuse(struct changes *changes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool refuse(struct changes *changes, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = pk_arena_vprintf(changes->arena, format, args);
	va_end(args);
	pk_failure_set(changes->failure, PK_FAILURE_APPLY, PK_HOST_UNSUPPORTED, false, "%s", text);
	return false;
}

static void add_content(struct changes *changes)
{
	const struct pk_content *content = changes->wish->desired->content;
	if (content == NULL)
		return;
	bool packed = changes->facts->unpacks && content->packed != NULL;
	*pk_list_push(changes->arena, &changes->payloads) = (struct payload){
		.name = pk_arena_printf(changes->arena, "configs/%s", hex_of(content->digest)),
		.bytes = packed ? content->packed : content->bytes,
		.len = packed ? content->packed_len : content->len,
		.packed = packed,
		.staged = is_staged(changes->facts, content->digest),
	};
}

static bool add_file(struct changes *changes, const struct pk_bundle_file *file)
{
	struct payload payload = {
		.name = pk_arena_printf(changes->arena, "stage/%s", hex_of(file->digest)),
		.staged = is_staged(changes->facts, file->digest),
	};
	if (!payload.staged) {
		struct pk_diags diags = {.arena = changes->arena};
		const struct pk_source *source =
			pk_bundle_keep_file(changes->wish->desired->bundle, file, &diags);
		if (source == NULL) {
			pk_failure_set(changes->failure, PK_FAILURE_TRANSFER,
				diags.all.items[0].code, false, "%s", diags.all.items[0].message);
			return false;
		}
		payload.bytes = source->text;
		payload.len = source->len;
	}
	*pk_list_push(changes->arena, &changes->payloads) = payload;
	return true;
}

/* The program of the bundle, or all of its packages for the host. */
static bool add_bundle(struct changes *changes)
{
	const struct pk_bundle *bundle = changes->wish->desired->bundle;
	const char *arch = changes->facts->arch;
	const struct pk_bundle_file *first =
		bundle != NULL && arch != NULL ? pk_bundle_find_program(bundle, arch) : NULL;
	if (first == NULL)
		return refuse(changes, "there is no program to install for '%s'",
			arch != NULL ? arch : "this host");
	if (first->role != PK_BUNDLE_PACKAGE) {
		changes->program = pk_arena_printf(
			changes->arena, "install_program %s", hex_of(first->digest));
		return add_file(changes, first);
	}
	const char *kind = pk_text_ends(first->path, ".rpm") ? ".rpm" : ".deb";
	const char *call = "install_packages";
	for (size_t i = 0; i < bundle->files.len; i++) {
		const struct pk_bundle_file *file = &bundle->files.items[i];
		if (file->role != PK_BUNDLE_PACKAGE || !pk_text_ends(file->path, kind) ||
			(file->arch != NULL && !pk_text_equal(file->arch, arch)))
			continue;
		if (!add_file(changes, file))
			return false;
		call = pk_arena_printf(changes->arena, "%s %s%s", call, hex_of(file->digest), kind);
	}
	changes->program = call;
	return true;
}

/* Notes what the plan has, and what is needed for it. */
static bool collect(struct changes *changes)
{
	enum pk_sensor sensor = changes->wish->desired->sensor;
	if (sensor != PK_SENSOR_NONE && sensor != PK_SENSOR_SYSMON_LINUX)
		return refuse(changes, "%s does not run on Linux", pk_sensor_name(sensor));
	for (size_t i = 0; i < changes->plan->changes.len; i++) {
		const struct pk_host_change *change = &changes->plan->changes.items[i];
		changes->has[change->kind] = true;
		if (change->kind == PK_CHANGE_LOG &&
			(!pk_text_equal(change->log, "journal") ||
				!pk_text_equal(change->what, "size")))
			return refuse(changes,
				"of the log '%s', Linux has nothing to change but the journal's "
				"size",
				change->log);
	}
	bool installs = changes->has[PK_CHANGE_INSTALL] || changes->has[PK_CHANGE_REPLACE];
	if (installs || changes->has[PK_CHANGE_CONFIG])
		add_content(changes);
	return !installs || add_bundle(changes);
}

/* The digest of the configuration in force after the change; "" if there is none. */
static const char *target_of(const struct changes *changes)
{
	const struct pk_desired *desired = changes->wish->desired;
	if (desired->absent && desired->sensor != PK_SENSOR_NONE)
		return "";
	if (desired->content != NULL)
		return hex_of(desired->content->digest);
	return hex_of(desired->sensor != PK_SENSOR_NONE ? changes->facts->config
							: changes->facts->record.config);
}

/* What a manifest may say of words goes without quotes (see struct pk_bundle_steps). */
static bool put_words(struct pk_buf *out, struct changes *changes, const char *name,
	const char *const *words, size_t count, const char *otherwise)
{
	pk_buf_printf(out, "%s='%s", name, count > 0 ? "" : otherwise);
	for (size_t i = 0; i < count; i++) {
		bool config = pk_text_equal(words[i], "{config}");
		for (const char *c = words[i]; !config && *c != '\0'; c++)
			if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
				!(*c >= '0' && *c <= '9') && strchr("_./=,:-", *c) == NULL)
				return refuse(changes,
					"the bundle's word '%.100s' cannot be given to a host",
					words[i]);
		pk_buf_printf(out, "%s%s", i > 0 ? " " : "", words[i]);
	}
	pk_buf_puts(out, "'\n");
	return true;
}

static bool put_settings(struct pk_buf *out, struct changes *changes)
{
	static const struct pk_bundle_steps none;
	const struct pk_job_wish *wish = changes->wish;
	const struct pk_bundle *bundle = wish->desired->bundle;
	const struct pk_bundle_steps *steps = bundle != NULL ? &bundle->steps : &none;
	const char *source = bundle != NULL && !wish->desired->absent
		? bundle->id
		: changes->facts->record.bundle;
	pk_buf_printf(out, "rollout=%s sequence=%llu target=%s was=%s bundle=", wish->rollout,
		(unsigned long long)wish->sequence, target_of(changes),
		hex_of(changes->facts->config));
	/* What an earlier record says has come from the host. */
	pk_sh_put_word(out, source != NULL && !wish->desired->absent ? source : "");
	pk_buf_putc(out, '\n');
	return put_words(out, changes, "i_words", steps->install.items, steps->install.len,
		       "-accepteula -i {config}") &&
		put_words(out, changes, "c_words", steps->update.items, steps->update.len,
			"-c {config}") &&
		put_words(out, changes, "u_words", steps->remove.items, steps->remove.len, "-u");
}

/* Logs come last: they are the least to be taken back. */
static void put_logs(struct pk_buf *out, const struct changes *changes)
{
	const struct pk_desired *desired = changes->wish->desired;
	for (size_t i = 0; i < desired->log_count; i++)
		if (changes->has[PK_CHANGE_LOG] && desired->logs[i].bytes > 0 &&
			pk_text_equal(desired->logs[i].name, "journal"))
			pk_buf_printf(out, "limit_journal %llu\n",
				(unsigned long long)desired->logs[i].bytes);
}

static void put_calls(struct pk_buf *out, const struct changes *changes)
{
	const bool *has = changes->has;
	pk_buf_puts(out, "steps() {\nbegin\n");
	for (size_t i = 0; i < changes->payloads.len; i++) {
		const struct payload *payload = &changes->payloads.items[i];
		if (!payload->staged)
			pk_buf_printf(out, "take%s %s %zu\n", payload->packed ? "_packed" : "",
				payload->name, payload->len);
	}
	pk_buf_puts(out, "check");
	for (size_t i = 0; i < changes->payloads.len; i++)
		pk_buf_printf(out, " %s", changes->payloads.items[i].name);
	pk_buf_puts(out, changes->plan->changes.len > 0 ? "\nchange\n" : "\ngo_on\n");
	if (has[PK_CHANGE_REPLACE])
		pk_buf_puts(out, "put_aside\n");
	if (has[PK_CHANGE_REPLACE] || has[PK_CHANGE_REMOVE])
		pk_buf_puts(out, "uninstall\n");
	if (changes->program != NULL)
		pk_buf_printf(out, "%s\n", changes->program);
	else if (has[PK_CHANGE_CONFIG])
		/* The same configuration: its rules were changed by somebody. */
		pk_buf_printf(out, "configure %s\n",
			pk_text_equal(target_of(changes), hex_of(changes->facts->config)) ? "again"
											  : "");
	if (has[PK_CHANGE_START])
		pk_buf_puts(out, "start\n");
	put_logs(out, changes);
	pk_buf_puts(out, "finish\n}\n");
}

bool pk_sh_put_changes(struct pk_buf *out, struct pk_input_parts *files_out, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_facts *facts,
	const struct pk_host_plan *plan, struct pk_failure *failure)
{
	struct changes changes = {
		.arena = arena,
		.wish = wish,
		.facts = facts,
		.plan = plan,
		.failure = failure,
	};
	PK_BUF_AUTO text = {0};
	if (!pk_sh_check_wish(wish, failure) || !collect(&changes) ||
		!put_settings(&text, &changes))
		return false;
	put_calls(&text, &changes);
	/* The shell that takes it cuts the line end behind the script. */
	size_t script_len = strlen(pk_sh_change_text) - 1;
	pk_buf_printf(out, "%zu\n", text.len + script_len);
	pk_buf_put(out, text.data, text.len);
	*pk_list_push(arena, files_out) = (struct pk_input_part){pk_sh_change_text, script_len};
	for (size_t i = 0; i < changes.payloads.len; i++)
		if (!changes.payloads.items[i].staged)
			*pk_list_push(arena, files_out) = (struct pk_input_part){
				changes.payloads.items[i].bytes, changes.payloads.items[i].len};
	return true;
}

/* What the steps of sh_change.sh mean for people; `code` unless the system says more. */
static const struct {
	const char *step;
	enum pk_failure_class class;
	enum pk_code code;
	bool passing;
	const char *text;
} steps[] = {
	{"input", PK_FAILURE_TRANSFER, PK_HOST_CUT_OFF, true,
		"the host did not get all that was sent to it"},
	{"prepare", PK_FAILURE_TRANSFER, PK_HOST_NOT_WRITABLE, false,
		"the state folder cannot be used"},
	{"lock", PK_FAILURE_APPLY, PK_HOST_LOCKED, true, "the host is being changed right now"},
	{"quicker", PK_FAILURE_APPLY, PK_HOST_LOCKED, true,
		"the host was being changed when it was looked at"},
	{"newer", PK_FAILURE_APPLY, PK_HOST_NEWER, false, "the host was changed by rollout"},
	{"take", PK_FAILURE_TRANSFER, PK_HOST_NOT_WRITABLE, false, "a file cannot be written"},
	{"damaged", PK_FAILURE_TRANSFER, PK_HOST_DAMAGED_FILE, true,
		"a file arrived damaged and was thrown away"},
	{"moved", PK_FAILURE_APPLY, PK_HOST_MOVED, false,
		"the configuration in force changed in between; now it is"},
	{"stage", PK_FAILURE_TRANSFER, PK_HOST_NOT_WRITABLE, false, "a file cannot be renamed"},
	{"keep", PK_FAILURE_TRANSFER, PK_SENSOR_STEP, false,
		"the configuration in force cannot be kept"},
	{"record", PK_FAILURE_APPLY, PK_SENSOR_STEP, false, "the record cannot be written"},
	{"refused", PK_FAILURE_APPLY, PK_SENSOR_REFUSED, false,
		"the sensor did not take the configuration, status"},
	{"program", PK_FAILURE_APPLY, PK_SENSOR_STEP, false, "the program cannot be put in place"},
	{"install", PK_FAILURE_APPLY, PK_SENSOR_STEP, false,
		"the sensor did not install itself, status"},
	{"package", PK_FAILURE_APPLY, PK_SENSOR_STEP, false,
		"a package cannot be installed, status"},
	{"remove", PK_FAILURE_APPLY, PK_SENSOR_STEP, false,
		"the sensor did not remove itself, status"},
	{"start", PK_FAILURE_APPLY, PK_SENSOR_STEP, false, "the sensor did not start, status"},
	{"journal", PK_FAILURE_APPLY, PK_SENSOR_STEP, false,
		"the limit of the journal cannot be set"},
};

/* What the tools say (with LC_ALL=C) about the system, whatever the step is. */
static const struct {
	const char *said;
	enum pk_code code;
} reasons[] = {
	{"No space left on device", PK_HOST_FULL},
	{"Disk quota exceeded", PK_HOST_FULL},
	{"Read-only file system", PK_HOST_NOT_WRITABLE},
};

void pk_sh_fail(struct pk_failure *failure, struct pk_arena *arena, const struct pk_frame *frame,
	bool restored, bool touched)
{
	const char *value = frame->value != NULL ? frame->value : "";
	size_t name_len = strcspn(value, " ");
	const char *status = value[name_len] == ' ' ? value + name_len : "";
	const char *said = pk_facts_text(arena, frame->body, frame->body_len);
	size_t i = 0;
	while (i < sizeof(steps) / sizeof(steps[0]) &&
		(strlen(steps[i].step) != name_len || strncmp(steps[i].step, value, name_len) != 0))
		i++;
	if (i == sizeof(steps) / sizeof(steps[0])) {
		pk_failure_set(failure, PK_FAILURE_TRANSFER, PK_HOST_ANSWER, false,
			"the host says what it was not asked");
		return;
	}
	enum pk_code code = steps[i].code;
	enum pk_failure_class class = steps[i].class;
	for (size_t k = 0; said != NULL && k < sizeof(reasons) / sizeof(reasons[0]); k++) {
		if (strstr(said, reasons[k].said) == NULL)
			continue;
		code = reasons[k].code;
		class = PK_FAILURE_TRANSFER;
	}
	const char *end = "";
	if (touched && restored) {
		end = "; the host is as it was before";
	} else if (touched) {
		end = "; the host could not be brought back to what it was before";
		code = PK_SENSOR_NOT_RESTORED;
		class = PK_FAILURE_APPLY;
	}
	pk_failure_set(failure, class, code, steps[i].passing && !touched, "%s%.20s%s%.240s%s",
		steps[i].text, status, said != NULL ? ": " : "", said != NULL ? said : "", end);
}
