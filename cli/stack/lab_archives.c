/* A lab from archives as vendors give them out: unpacked by tar, started as processes of our own.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/stack/lab.h"

enum {
	UNPACK_SECONDS = 1800,
	STOP_SECONDS = 60,
	KEYSTORE_SECONDS = 120,
};

/* Whose archive begins how. Longer names stand before those that they begin with. */
struct kind {
	const char *prefix;
	enum pk_lab_program program;
	bool opensearch;
};

static const struct kind kinds[] = {
	{"opensearch-dashboards-", PK_LAB_KIBANA, true},
	{"opensearch-min-", PK_LAB_ENGINE, true},
	{"opensearch-", PK_LAB_ENGINE, true},
	{"elasticsearch-oss-", PK_LAB_ENGINE, false},
	{"elasticsearch-", PK_LAB_ENGINE, false},
	{"kibana-oss-", PK_LAB_KIBANA, false},
	{"kibana-", PK_LAB_KIBANA, false},
	{"logstash-oss-with-opensearch-output-plugin-", PK_LAB_LOGSTASH, true},
	{"logstash-oss-", PK_LAB_LOGSTASH, false},
	{"logstash-", PK_LAB_LOGSTASH, false},
};

struct archive {
	const char *path; /* NULL: none */
	const char *version;
	bool opensearch;
	bool oss; /* without users and TLS of its own */
};

struct archives {
	struct archive items[PK_LAB_PROGRAMS];
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (pk_text_starts(name, kinds[i].prefix))
			return &kinds[i];
	}
	return NULL;
}

static void take_archive(struct pk_lab_run *run, struct archives *archives, const char *name)
{
	struct pk_arena *arena = run->cli->arena;
	const struct kind *kind = kind_of(name);
	if (kind == NULL || !pk_text_ends(name, ".tar.gz"))
		return;
	const char *version = name + strlen(kind->prefix);
	size_t len = strspn(version, "0123456789.");
	while (len > 0 && version[len - 1] == '.')
		len--;
	struct archive *archive = &archives->items[kind->program];
	const char *number = pk_arena_strndup(arena, version, len);
	if (len == 0 || (archive->path != NULL && strverscmp(archive->version, number) > 0))
		return;
	*archive = (struct archive){
		.path = pk_arena_printf(arena, "%s/%s", run->options->archives, name),
		.version = number,
		.opensearch = kind->opensearch,
		.oss = strstr(kind->prefix, "-oss-") != NULL,
	};
}

static bool find_archives(struct pk_lab_run *run, struct archives *archives)
{
	DIR *folder = opendir(run->options->archives);
	if (folder == NULL) {
		pk_file_report_read(run->options->archives, strerror(errno), &run->diags);
		return false;
	}
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		take_archive(run, archives, entry->d_name);
	closedir(folder);
	if (archives->items[PK_LAB_ENGINE].path != NULL)
		return true;
	pk_report(&run->diags, PK_LAB_ARCHIVE, PK_NO_SPAN,
		"'%s' holds no archive of Elasticsearch or OpenSearch", run->options->archives);
	return false;
}

/* --- unpacking --- */

/* Where a program is unpacked: a folder for each version, made whole or not at all. */
static const char *home_of(
	struct pk_lab_run *run, enum pk_lab_program program, const struct archive *archive)
{
	return pk_lab_path(run,
		pk_arena_printf(run->cli->arena, "programs/%s-%s", pk_lab_program_name(program),
			archive->version));
}

static bool unpack(
	struct pk_lab_run *run, enum pk_lab_program program, const struct archive *archive)
{
	const char *home = home_of(run, program, archive);
	const char *half = pk_arena_printf(run->cli->arena, "%s.new", home);
	const char *const clear[] = {"rm", "-rf", "--", half, NULL};
	const char *const argv[] = {"tar", "--extract", "--gzip", "--no-same-owner",
		"--strip-components=1", "--directory", half, "--file", archive->path, NULL};
	const char *const *env = pk_lab_environment(run, NULL);
	if (pk_file_is_dir(home))
		return true;
	if (!pk_lab_run_program(run, clear, env, NULL, UNPACK_SECONDS) ||
		!pk_file_make_dirs(half, &run->diags) ||
		!pk_lab_run_program(run, argv, env, NULL, UNPACK_SECONDS))
		return false;
	if (rename(half, home) == 0)
		return true;
	pk_report(&run->diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' cannot be written: %s", home,
		strerror(errno));
	return false;
}

/* --- settings --- */

static bool write_in(
	struct pk_lab_run *run, const char *home, const char *name, const struct pk_buf *buf)
{
	const char *path = pk_arena_printf(run->cli->arena, "%s/config/%s", home, name);
	return pk_file_write(path, buf->data, buf->len, &run->diags);
}

/* The server reads certificates below its folder of settings only. */
static bool copy_certificates(struct pk_lab_run *run, const char *home)
{
	static const char *const names[] = {"ca.crt", "elasticsearch.crt", "elasticsearch.key"};
	struct pk_arena *arena = run->cli->arena;
	const char *folder = pk_arena_printf(arena, "%s/config/certs", home);
	if (!pk_file_make_dirs(folder, &run->diags) || chmod(folder, S_IRWXU) != 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *from = pk_lab_path(run, pk_arena_printf(arena, "certs/%s", names[i]));
		struct pk_source *source = pk_file_read(arena, from, 0, &run->diags);
		if (source == NULL ||
			!pk_file_write(pk_arena_printf(arena, "%s/%s", folder, names[i]),
				source->text, source->len, &run->diags))
			return false;
	}
	return true;
}

/* The password of the first user comes from the keystore, by way of standard input. */
static bool set_bootstrap(struct pk_lab_run *run, const char *home)
{
	struct pk_arena *arena = run->cli->arena;
	const char *tool = pk_arena_printf(arena, "%s/bin/elasticsearch-keystore", home);
	const char *const create[] = {tool, "create", "--silent", NULL};
	const char *const add[] = {
		tool, "add", "--silent", "--force", "--stdin", "bootstrap.password", NULL};
	const char *const *env = pk_lab_environment(run, NULL);
	const char *keystore = pk_arena_printf(arena, "%s/config/elasticsearch.keystore", home);
	const char *password = pk_lab_read_secret(run, "secrets/elastic");
	return password != NULL &&
		(pk_file_exists(keystore) ||
			pk_lab_run_program(run, create, env, NULL, KEYSTORE_SECONDS)) &&
		pk_lab_run_program(run, add, env, password, KEYSTORE_SECONDS);
}

/* Has what was unpacked users and TLS? The minimal builds have not. */
static bool has_security(struct pk_lab_run *run, const char *home, const struct pk_elk *elk)
{
	const char *part = elk->product == PK_ELK_OPENSEARCH ? "plugins/opensearch-security"
							     : "modules/x-pack-security";
	return pk_file_is_dir(pk_arena_printf(run->cli->arena, "%s/%s", home, part));
}

static bool configure_engine(struct pk_lab_run *run, const char *home, const struct pk_elk *elk)
{
	PK_BUF_AUTO yml = {0};
	bool opensearch = elk->product == PK_ELK_OPENSEARCH;
	bool security = has_security(run, home, elk);
	struct pk_lab *lab = &run->lab;
	lab->security = security && !opensearch && elk->major >= 7;
	lab->url = pk_arena_printf(run->cli->arena, "%s://localhost:%u",
		lab->security ? "https" : "http", (unsigned)lab->ports.engine);
	pk_lab_put_engine_yml(&yml, lab, elk, run->dir, opensearch ? security : lab->security);
	if (!write_in(run, home, opensearch ? "opensearch.yml" : "elasticsearch.yml", &yml))
		return false;
	return !lab->security || (copy_certificates(run, home) && set_bootstrap(run, home));
}

/* --- starting --- */

/* `arguments` has at most four words; NULL: none. */
static bool start(struct pk_lab_run *run, enum pk_lab_program program, const char *home,
	const char *tool, const char *const *arguments, const char *const *more)
{
	struct pk_arena *arena = run->cli->arena;
	struct pk_daemon *daemon = &run->lab.programs[program];
	const char *argv[6] = {pk_arena_printf(arena, "%s/bin/%s", home, tool)};
	for (size_t i = 0; arguments != NULL && arguments[i] != NULL && i < 4; i++)
		argv[i + 1] = arguments[i];
	const char *log = pk_lab_path(
		run, pk_arena_printf(arena, "logs/%s.log", pk_lab_program_name(program)));
	if (pk_daemon_runs(daemon))
		return true;
	return pk_daemon_start(daemon,
		       &(struct pk_daemon_start){.argv = argv,
			       .env = pk_lab_environment(run, more),
			       .folder = home,
			       .log = log},
		       &run->diags) &&
		pk_lab_save(run);
}

static bool start_engine(struct pk_lab_run *run, const char *home, const struct pk_elk *elk)
{
	struct pk_arena *arena = run->cli->arena;
	unsigned memory = run->lab.memory_mb == 0 ? 1024 : run->lab.memory_mb;
	bool opensearch = elk->product == PK_ELK_OPENSEARCH;
	const char *const more[] = {
		pk_arena_printf(arena, "%s_JAVA_OPTS=-Xms%um -Xmx%um",
			opensearch ? "OPENSEARCH" : "ES", memory, memory),
		NULL,
	};
	return start(run, PK_LAB_ENGINE, home, opensearch ? "opensearch" : "elasticsearch", NULL,
		       more) &&
		pk_lab_wait(run, "the engine", run->lab.url, "/", PK_LAB_ENGINE);
}

static bool start_kibana(
	struct pk_lab_run *run, const struct archive *archive, const struct pk_elk *elk)
{
	PK_BUF_AUTO yml = {0};
	struct pk_arena *arena = run->cli->arena;
	struct pk_lab *lab = &run->lab;
	const char *home = home_of(run, PK_LAB_KIBANA, archive);
	bool opensearch = archive->opensearch;
	if (!unpack(run, PK_LAB_KIBANA, archive))
		return false;
	lab->kibana = pk_arena_printf(arena, "%s://localhost:%u", lab->security ? "https" : "http",
		(unsigned)lab->ports.kibana);
	pk_lab_put_kibana_yml(&yml, lab, elk, run->dir, lab->security);
	const char *password =
		lab->security ? pk_lab_read_secret(run, "secrets/kibana_system") : "";
	if (password == NULL ||
		!write_in(run, home, opensearch ? "opensearch_dashboards.yml" : "kibana.yml", &yml))
		return false;
	/* In the environment, which only the user can read; never on the command line. */
	const char *const more[] = {pk_arena_printf(arena, "KIBANA_PASSWORD=%s", password), NULL};
	return (!lab->security || pk_lab_make_users(run)) &&
		start(run, PK_LAB_KIBANA, home, opensearch ? "opensearch-dashboards" : "kibana",
			NULL, more) &&
		pk_lab_wait(run, opensearch ? "OpenSearch Dashboards" : "Kibana", lab->kibana,
			"/api/status", PK_LAB_KIBANA);
}

static bool start_logstash(
	struct pk_lab_run *run, const struct archive *archive, const struct pk_elk *elk)
{
	struct pk_arena *arena = run->cli->arena;
	const char *home = home_of(run, PK_LAB_LOGSTASH, archive);
	const char *ca = run->lab.security ? pk_lab_path(run, "certs/ca.crt") : NULL;
	const char *password =
		run->lab.security ? pk_lab_read_secret(run, "secrets/picket_lab") : "";
	if (password == NULL || !unpack(run, PK_LAB_LOGSTASH, archive) ||
		!pk_lab_write_logstash(
			run, elk, run->lab.url, ca, pk_lab_path(run, "logstash-scripts")))
		return false;
	const char *const more[] = {
		"PICKET_USER=picket_lab",
		pk_arena_printf(arena, "PICKET_PASSWORD=%s", password),
		NULL,
	};
	const char *const arguments[] = {"--path.config", pk_lab_path(run, "logstash"),
		"--path.data", pk_lab_path(run, "data/logstash"), NULL};
	return start(run, PK_LAB_LOGSTASH, home, "logstash", arguments, more);
}

bool pk_lab_archives_up(struct pk_lab_run *run)
{
	struct archives archives = {0};
	struct pk_elk elk;
	if (geteuid() == 0) {
		struct pk_diag *diag = pk_report(
			&run->diags, PK_LAB_ROOT, PK_NO_SPAN, "the engine does not run as root");
		pk_diag_hint(&run->diags, diag, "run 'picket lab up' as another user");
		return false;
	}
	if (!find_archives(run, &archives))
		return false;
	const struct archive *engine = &archives.items[PK_LAB_ENGINE];
	const struct archive *kibana = &archives.items[PK_LAB_KIBANA];
	const struct archive *logstash = &archives.items[PK_LAB_LOGSTASH];
	const char *home = home_of(run, PK_LAB_ENGINE, engine);
	run->lab.version = engine->version;
	if (!pk_lab_read_elk(&elk, run,
		    engine->opensearch ? PK_ELK_OPENSEARCH : PK_ELK_ELASTICSEARCH, engine->oss) ||
		!pk_lab_make_secrets(run) || !pk_lab_save(run) ||
		!unpack(run, PK_LAB_ENGINE, engine))
		return false;
	/* Settings of a server that runs stay as they are. */
	if (!pk_daemon_runs(&run->lab.programs[PK_LAB_ENGINE]) &&
		!configure_engine(run, home, &elk))
		return false;
	return start_engine(run, home, &elk) &&
		(kibana->path == NULL || start_kibana(run, kibana, &elk)) &&
		(logstash->path == NULL || start_logstash(run, logstash, &elk));
}

bool pk_lab_archives_down(struct pk_lab_run *run)
{
	const char *const clear[] = {
		"rm", "-rf", "--", pk_lab_path(run, "data"), pk_lab_path(run, "kibana-data"), NULL};
	for (unsigned i = PK_LAB_PROGRAMS; i-- > 0;) {
		if (!pk_daemon_stop(&run->lab.programs[i], STOP_SECONDS, &run->diags))
			return false;
		run->lab.programs[i] = (struct pk_daemon){0};
	}
	return !run->options->data ||
		pk_lab_run_program(run, clear, pk_lab_environment(run, NULL), NULL, UNPACK_SECONDS);
}
