/* The servers of a lab: waiting for them, and the users that they need. */
#include <string.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cli/progress.h"
#include "cli/stack/lab.h"

enum {
	ROUND_SECONDS = 3, /* between two looks at whether the program still runs */
	LOG_LINES_MOST = 600,
};

static struct pk_secret *first_password(struct pk_lab_run *run, struct pk_diags *diags)
{
	return pk_secret_read(pk_lab_path(run, "secrets/elastic"), diags);
}

struct pk_http *pk_lab_open(struct pk_lab_run *run, const char *url, const char *header,
	unsigned seconds, struct pk_diags *diags)
{
	PK_AUTO(pk_secret) *made = NULL;
	struct pk_http_options options = {
		.url = url,
		.header = header,
		.tries = seconds == 0 ? 1 : 1000,
		.seconds_request = 10,
		.seconds_max = seconds == 0 ? 10 : seconds,
	};
	const struct pk_access *access = &run->options->access;
	if (run->lab.security) {
		made = first_password(run, diags);
		if (made == NULL)
			return NULL;
		options.ca = pk_lab_path(run, "certs/ca.crt");
		options.user = "elastic";
		options.secret = made;
	} else if (run->lab.kind == PK_LAB_URL) {
		options.ca = access->ca;
		options.fingerprint = access->fingerprint;
		options.insecure = access->insecure;
		options.user = access->user;
		options.secret = run->secret;
	}
	return pk_http_open(&options, diags);
}

bool pk_lab_take_secret(struct pk_lab_run *run)
{
	const struct pk_access *access = &run->options->access;
	run->variable = pk_access_variable(access);
	/* What is typed is not asked for by each command again. */
	if (run->variable == NULL && access->user != NULL && access->password_file == NULL)
		run->variable = PK_ACCESS_PASSWORD;
	return pk_access_secret(&run->secret, run->cli, access, &run->diags);
}

/* --- waiting --- */

/* Reports that a program ended, with the end of its log. */
static bool report_ended(struct pk_lab_run *run, enum pk_lab_program program)
{
	const char *name = pk_lab_program_name(program);
	const char *path = pk_lab_path(run, pk_arena_printf(run->cli->arena, "logs/%s.log", name));
	struct pk_diags quiet = {.arena = run->cli->arena};
	struct pk_source *log = pk_file_read(run->cli->arena, path, 0, &quiet);
	const char *end = "nothing";
	if (log != NULL && log->len > 0)
		end = log->text + (log->len > LOG_LINES_MOST ? log->len - LOG_LINES_MOST : 0);
	struct pk_diag *diag = pk_report(&run->diags, PK_LAB_ENDED, PK_NO_SPAN,
		"the %s has ended; its log says: %s", name, end);
	pk_diag_hint(&run->diags, diag, "read '%s'", path);
	return false;
}

static bool has_ended(const struct pk_lab_run *run, enum pk_lab_program program)
{
	const struct pk_daemon *daemon = &run->lab.programs[program];
	return run->lab.kind == PK_LAB_ARCHIVES && daemon->pid > 0 && !pk_daemon_runs(daemon);
}

/* Does it not help to ask again? Who asks with a wrong password too often is locked out. */
static bool is_final(const struct pk_lab_run *run, const struct pk_diags *diags)
{
	for (size_t i = 0; i < diags->all.len; i++) {
		switch ((int)diags->all.items[i].code) {
		case PK_HTTP_URL:
		case PK_HTTP_PLAIN:
		case PK_HTTP_CHANGEME:
		case PK_HTTP_TRUST:
		case PK_HTTP_SECRET:
		case PK_HTTP_CERTIFICATE:
		case PK_HTTP_LIBRARY:
			return true;
		case PK_HTTP_LOGIN:
		case PK_HTTP_FORBIDDEN:
		case PK_HTTP_REDIRECT:
			return run->lab.kind == PK_LAB_URL;
		}
	}
	return false;
}

/* One round of asking; what went wrong is kept in `diags`. */
static bool ask(struct pk_lab_run *run, const char *url, const char *path, struct pk_diags *diags)
{
	PK_HTTP_ANSWER_AUTO answer = {0};
	PK_AUTO(pk_http) *http = pk_lab_open(run, url, NULL, ROUND_SECONDS, diags);
	const struct pk_http_request request = {.method = "GET", .path = path};
	if (http == NULL || !pk_http_send(&answer, http, &request, diags))
		return false;
	if (answer.status == 200)
		return true;
	pk_report(diags, PK_LAB_STEP, PK_NO_SPAN, "'%s%s' answers with status %ld", url, path,
		answer.status);
	return false;
}

bool pk_lab_wait(struct pk_lab_run *run, const char *what, const char *url, const char *path,
	enum pk_lab_program program)
{
	struct pk_progress progress;
	size_t rounds = (size_t)(run->options->wait + ROUND_SECONDS - 1) / ROUND_SECONDS;
	if (run->cli->common.format == PK_FORMAT_TEXT && !run->cli->common.quiet)
		pk_cli_complain(run->cli, "waiting for %s at %s", what, url);
	pk_progress_begin(&progress, run->cli, what);
	bool good = false;
	for (size_t round = 0; !good; round++) {
		struct pk_diags diags = {.arena = run->cli->arena};
		pk_progress_step(&progress, round, 0);
		good = ask(run, url, path, &diags);
		if (good)
			break;
		if (has_ended(run, program)) {
			report_ended(run, program);
			break;
		}
		if (round + 1 >= rounds || is_final(run, &diags)) {
			pk_diags_append(&run->diags, &diags, PK_NOTE);
			break;
		}
	}
	pk_progress_end(&progress);
	return good;
}

/* --- users --- */

/* Sends a secret within a body that is wiped afterwards. */
static bool send_secret(struct pk_lab_run *run, struct pk_http *http, const char *method,
	const char *path, const struct pk_buf *body)
{
	PK_HTTP_ANSWER_AUTO answer = {0};
	const struct pk_http_request request = {
		.method = method,
		.path = path,
		.body = body->data,
		.body_len = body->len,
		.again = true,
	};
	if (!pk_http_send(&answer, http, &request, &run->diags))
		return false;
	if (answer.status == 200)
		return true;
	pk_http_refused(http, method, path, answer.status, NULL, &run->diags);
	return false;
}

static bool set_password(struct pk_lab_run *run, struct pk_http *http, const char *path,
	const char *file, const char *roles)
{
	PK_BUF_AUTO body = {0};
	PK_AUTO(pk_secret) *secret = pk_secret_read(pk_lab_path(run, file), &run->diags);
	if (secret == NULL)
		return false;
	struct pk_json_out json = {.buf = &body};
	pk_json_out_open_object(&json, NULL);
	pk_json_out_text(&json, "password", pk_secret_text(secret));
	if (roles != NULL)
		pk_json_out_raw(&json, "roles", roles);
	pk_json_out_close_object(&json);
	bool good = send_secret(run, http, "POST", path, &body);
	explicit_bzero(body.data, body.len);
	return good;
}

/* What Logstash and agents may do: write events, nothing else. */
static const char role[] =
	"{\"cluster\":[\"monitor\"],\"indices\":[{\"names\":[\"logs-windows.sysmon_operational-*\","
	"\"logs-monster.events-*\"],\"privileges\":[\"auto_configure\",\"create_doc\"]}]}";

bool pk_lab_make_users(struct pk_lab_run *run)
{
	PK_BUF_AUTO body = {0};
	PK_AUTO(pk_http) *http = pk_lab_open(run, run->lab.url, NULL, 30, &run->diags);
	pk_buf_puts(&body, role);
	return http != NULL &&
		set_password(run, http, "/_security/user/kibana_system/_password",
			"secrets/kibana_system", NULL) &&
		send_secret(run, http, "POST", "/_security/role/picket_lab", &body) &&
		set_password(run, http, "/_security/user/picket_lab", "secrets/picket_lab",
			"[\"picket_lab\"]");
}
