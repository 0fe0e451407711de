/* The folder of a lab: state, passwords, certificates. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/stack/lab.h"
#include "templates/lab/certs.h"
#include "templates/logstash/logstash.h"

static const char *const folders[] = {
	"", "certs", "secrets", "logstash", "logstash-scripts", "logs", "data", "programs"};

/* Whose password is in which file. */
static const char *const passwords[] = {
	"secrets/elastic", "secrets/kibana_system", "secrets/picket_lab", "secrets/kibana_key"};

const char *pk_lab_path(const struct pk_lab_run *run, const char *name)
{
	return pk_arena_printf(run->cli->arena, "%s/%s", run->dir, name);
}

bool pk_lab_make_dirs(struct pk_lab_run *run)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (!pk_file_make_dirs(pk_lab_path(run, folders[i]), &run->diags))
			return false;
	}
	/* Keys and passwords below are for the user alone. */
	return chmod(pk_lab_path(run, "certs"), S_IRWXU) == 0 &&
		chmod(pk_lab_path(run, "secrets"), S_IRWXU) == 0;
}

void pk_lab_drop_dirs(const struct pk_lab_run *run)
{
	if (pk_file_exists(pk_lab_path(run, "lab.json")))
		return;
	for (size_t i = sizeof(folders) / sizeof(*folders); i-- > 1;)
		rmdir(pk_lab_path(run, folders[i]));
}

bool pk_lab_write_secret(struct pk_lab_run *run, const char *name, const char *bytes, size_t len)
{
	const char *path = pk_lab_path(run, name);
	/* pk_file_write keeps the mode of a file that is there. */
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0) {
		pk_report(&run->diags, PK_FILE_WRITE, PK_NO_SPAN, "'%s' cannot be written: %s",
			path, strerror(errno));
		return false;
	}
	close(fd);
	return pk_file_write(path, bytes, len, &run->diags);
}

bool pk_lab_load(struct pk_lab_run *run, bool *found)
{
	const char *path = pk_lab_path(run, "lab.json");
	*found = pk_file_exists(path);
	if (!*found)
		return true;
	struct pk_source *source = pk_file_read(run->cli->arena, path, 0, &run->diags);
	return source != NULL && pk_lab_read_state(&run->lab, source, &run->diags);
}

bool pk_lab_save(struct pk_lab_run *run)
{
	PK_BUF_AUTO buf = {0};
	pk_lab_put_state(&buf, &run->lab);
	return pk_file_write(pk_lab_path(run, "lab.json"), buf.data, buf.len, &run->diags);
}

const char *pk_lab_read_secret(struct pk_lab_run *run, const char *name)
{
	struct pk_source *source =
		pk_file_read(run->cli->arena, pk_lab_path(run, name), 0, &run->diags);
	return source == NULL ? NULL : source->text;
}

static bool make_passwords(struct pk_lab_run *run)
{
	for (size_t i = 0; i < sizeof(passwords) / sizeof(*passwords); i++) {
		PK_BUF_AUTO buf = {0};
		if (pk_file_exists(pk_lab_path(run, passwords[i])))
			continue;
		pk_lab_put_password(&buf);
		if (strstr(passwords[i], "key") != NULL)
			pk_lab_put_password(&buf); /* Kibana wants 32 letters at least */
		bool good = pk_lab_write_secret(run, passwords[i], buf.data, buf.len);
		explicit_bzero(buf.data, buf.len);
		if (!good)
			return false;
	}
	return true;
}

/* A key can be read by whoever can enter the folder: containers run as other users. */
static bool make_server(struct pk_lab_run *run, struct pk_lab_ca *ca, const char *name)
{
	PK_BUF_AUTO certificate = {0};
	PK_BUF_AUTO key = {0};
	const char *names[] = {name, "localhost", "127.0.0.1", "::1", NULL, NULL};
	if (strcmp(run->lab.address, "127.0.0.1") != 0 && strcmp(run->lab.address, "0.0.0.0") != 0)
		names[4] = run->lab.address;
	if (!pk_lab_ca_issue(&certificate, &key, ca, names, &run->diags))
		return false;
	const char *path = pk_lab_path(run, pk_arena_printf(run->cli->arena, "certs/%s", name));
	bool good = pk_file_write(pk_arena_printf(run->cli->arena, "%s.crt", path),
			    certificate.data, certificate.len, &run->diags) &&
		pk_file_write(pk_arena_printf(run->cli->arena, "%s.key", path), key.data, key.len,
			&run->diags);
	explicit_bzero(key.data, key.len);
	return good;
}

static bool make_certificates(struct pk_lab_run *run)
{
	PK_BUF_AUTO root = {0};
	const char *path = pk_lab_path(run, "certs/ca.crt");
	if (pk_file_exists(path))
		return true;
	PK_AUTO(pk_lab_ca) *ca = pk_lab_ca_create("picket lab", &run->diags);
	if (ca == NULL || !make_server(run, ca, "elasticsearch") || !make_server(run, ca, "kibana"))
		return false;
	pk_lab_ca_put(&root, ca);
	/* Last: where it is, the others are, too. */
	return pk_file_write(path, root.data, root.len, &run->diags);
}

bool pk_lab_make_secrets(struct pk_lab_run *run)
{
	return make_passwords(run) && make_certificates(run);
}

bool pk_lab_read_elk(
	struct pk_elk *out, struct pk_lab_run *run, enum pk_elk_product product, bool oss)
{
	const char *version = run->lab.version;
	/* A build may stand behind it, "9.5.1-SNAPSHOT". */
	size_t len = strspn(version, "0123456789.");
	if (version[len] != '-')
		len = strlen(version);
	const char *name = pk_arena_printf(run->cli->arena, "%s%.*s%s",
		product == PK_ELK_OPENSEARCH ? "os" : "es", (int)len, version, oss ? "-oss" : "");
	return pk_elk_parse(out, name, &run->diags);
}

bool pk_lab_write_logstash(struct pk_lab_run *run, const struct pk_elk *elk, const char *url,
	const char *ca, const char *scripts)
{
	struct pk_arena *arena = run->cli->arena;
	struct pk_streams streams;
	pk_streams_make(&streams, arena, elk, &(struct pk_asset_options){0});
	const struct pk_logstash_options options = {
		.url = url,
		.ca = ca,
		.port = run->lab.ports.monster,
		.folder = scripts,
		.password = true,
		.streams = &streams,
	};
	const struct pk_logstash_file *file;
	for (size_t i = 0; (file = pk_logstash_file_at(i)) != NULL; i++) {
		PK_BUF_AUTO buf = {0};
		file->put(&buf, elk, &options);
		/* Logstash reads every file in the folder of its pipeline as one. */
		const char *name = pk_arena_printf(arena, "%s/%s",
			pk_text_ends(file->name, ".rb") ? "logstash-scripts" : "logstash",
			file->name);
		if (!pk_file_write(pk_lab_path(run, name), buf.data, buf.len, &run->diags))
			return false;
	}
	return true;
}
