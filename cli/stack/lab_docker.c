/* A lab by Docker: compose does the work, picket makes the files and asks. */
#include <string.h>

#include "base/file.h"
#include "base/run.h"
#include "cli/stack/lab.h"

enum {
	QUICK_SECONDS = 60,
	PULL_SECONDS = 3600, /* images are gigabytes */
};

/* The first line of compose, with the file of this lab. */
#define COMPOSE(run)                                                                               \
	"docker", "compose", "--project-directory", (run)->dir, "--file",                          \
		pk_lab_path((run), "compose.yaml")

static bool has_docker(struct pk_lab_run *run)
{
	static const char *const asked[][4] = {
		{"docker", "info", NULL},
		{"docker", "compose", "version", NULL},
	};
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct pk_lab_run quiet = *run;
		quiet.diags = (struct pk_diags){.arena = run->cli->arena};
		if (pk_lab_run_program(
			    &quiet, asked[i], pk_lab_environment(run, NULL), NULL, QUICK_SECONDS))
			continue;
		struct pk_diag *diag = pk_report(&run->diags, PK_LAB_NO_ENGINE, PK_NO_SPAN,
			"Docker cannot be used: %s", quiet.diags.all.items[0].message);
		pk_diag_hint(&run->diags, diag,
			"start Docker, name a stack that runs by --url, or a folder of archives "
			"by --archives");
		return false;
	}
	return true;
}

/* .env: what compose puts into the environment of the containers. */
static bool write_env(struct pk_lab_run *run)
{
	static const char *const rows[][2] = {
		{"ELASTIC_PASSWORD", "secrets/elastic"},
		{"KIBANA_PASSWORD", "secrets/kibana_system"},
		{"LOGSTASH_PASSWORD", "secrets/picket_lab"},
		{"KIBANA_KEY", "secrets/kibana_key"},
	};
	PK_BUF_AUTO buf = {0};
	bool good = true;
	for (size_t i = 0; good && i < sizeof(rows) / sizeof(*rows); i++) {
		const char *text = pk_lab_read_secret(run, rows[i][1]);
		good = text != NULL;
		if (good)
			pk_buf_printf(&buf, "%s=%s\n", rows[i][0], text);
	}
	good = good && pk_lab_write_secret(run, ".env", buf.data, buf.len);
	if (buf.data != NULL)
		explicit_bzero(buf.data, buf.len);
	return good;
}

static bool write_files(struct pk_lab_run *run)
{
	PK_BUF_AUTO compose = {0};
	struct pk_elk elk;
	pk_lab_put_compose(&compose, &run->lab);
	return pk_lab_read_elk(&elk, run, PK_ELK_ELASTICSEARCH, false) &&
		pk_lab_make_secrets(run) && write_env(run) &&
		pk_lab_write_logstash(run, &elk, "https://elasticsearch:9200",
			"/usr/share/logstash/config/certs/ca.crt", "/usr/share/logstash/scripts") &&
		pk_file_write(
			pk_lab_path(run, "compose.yaml"), compose.data, compose.len, &run->diags);
}

/* Starts a service, or all of them. */
static bool start(struct pk_lab_run *run, const char *service)
{
	const char *const argv[] = {COMPOSE(run), "up", "--detach", "--quiet-pull", service, NULL};
	return pk_lab_run_program(run, argv, pk_lab_environment(run, NULL), NULL, PULL_SECONDS);
}

bool pk_lab_docker_up(struct pk_lab_run *run)
{
	struct pk_lab *lab = &run->lab;
	struct pk_arena *arena = run->cli->arena;
	lab->security = true;
	lab->url = pk_arena_printf(arena, "https://localhost:%u", (unsigned)lab->ports.engine);
	lab->kibana = pk_arena_printf(arena, "https://localhost:%u", (unsigned)lab->ports.kibana);
	if (lab->version == NULL)
		lab->version = PK_LAB_ELASTIC;
	return has_docker(run) && write_files(run) && pk_lab_save(run) &&
		start(run, "elasticsearch") &&
		pk_lab_wait(run, "Elasticsearch", lab->url, "/", PK_LAB_ENGINE) &&
		pk_lab_make_users(run) && start(run, NULL) &&
		pk_lab_wait(run, "Kibana", lab->kibana, "/api/status", PK_LAB_KIBANA);
}

bool pk_lab_docker_down(struct pk_lab_run *run)
{
	const char *const argv[] = {COMPOSE(run), "down", "--remove-orphans",
		run->options->data ? "--volumes" : NULL, NULL};
	return pk_lab_run_program(run, argv, pk_lab_environment(run, NULL), NULL, PULL_SECONDS);
}

bool pk_lab_docker_running(unsigned *out, struct pk_lab_run *run)
{
	static const char *const services[PK_LAB_PROGRAMS] = {
		[PK_LAB_ENGINE] = "elasticsearch",
		[PK_LAB_KIBANA] = "kibana",
		[PK_LAB_LOGSTASH] = "logstash",
	};
	PK_RUN_AUTO result = {0};
	const char *const argv[] = {COMPOSE(run), "ps", "--services", "--status", "running", NULL};
	pk_run(&result,
		&(struct pk_run){.argv = argv,
			.env = pk_lab_environment(run, NULL),
			.output_max = 65536,
			.seconds_max = QUICK_SECONDS});
	if (result.end != PK_RUN_EXITED || result.status != 0) {
		pk_report(&run->diags, PK_LAB_NO_ENGINE, PK_NO_SPAN,
			"'docker compose ps' tells nothing of the lab");
		return false;
	}
	*out = 0;
	for (unsigned i = 0; i < PK_LAB_PROGRAMS; i++) {
		if (strstr(result.out.data, services[i]) != NULL)
			*out |= 1U << i;
	}
	return true;
}
