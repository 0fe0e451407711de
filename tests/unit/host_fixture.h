/*
 * A Linux host in a folder: a state folder, a folder that the sensor installs itself in, and a PATH
 * that begins with stand-ins for sysmon and systemctl. A job is done on it with the real sh.
 */
#ifndef TESTS_UNIT_HOST_FIXTURE_H
#define TESTS_UNIT_HOST_FIXTURE_H

#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "fleet/host/frame.h"
#include "fleet/host/job.h"

struct host {
	char root[64];
	struct pk_arena *arena;
	const char *shell; /* the user's; the scripts are run by sh */
	struct pk_host host;
	struct pk_desired desired;
	struct pk_content content;
	struct pk_job_wish wish;
	struct pk_job *job; /* the last one; NULL: none */
	const struct pk_job_result *result;
	size_t input_cut;		      /* bytes of the input that do not arrive */
	void (*meanwhile)(struct host *host); /* between facts and changes; may be NULL */
};

static inline const char *path_in(const struct host *host, const char *name)
{
	return pk_arena_printf(host->arena, "%s/%s", host->root, name);
}

static inline void write_text(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* The text of a file; NULL if there is none. */
static inline const char *read_text(const struct host *host, const char *name)
{
	FILE *file = fopen(path_in(host, name), "re");
	if (file == NULL)
		return NULL;
	char *text = pk_arena_alloc(host->arena, 100000);
	text[fread(text, 1, 99999, file)] = '\0';
	fclose(file);
	return text;
}

/* Runs a line of shell in the host's folder; its status. */
static inline int run_line(const struct host *host, const char *line)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(host->root) != 0)
			_exit(99);
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(99);
	}
	int status;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * What the stand-in does: -i installs itself and a configuration, -c replaces the configuration,
 * -u removes everything; a configuration that has the word "bad" is refused with 87, one with
 * "torn" is taken and refused. Every one taken is a line of `taken`.
 */
static const char sysmon_text[] = "#!/bin/sh\n"
				  "root=@ROOT@ version=1.3.3\n"
				  "[ ! -e $root/trip ] || $root/trip\n"
				  "echo \"Sysmon v$version - Monitors system events\"\n"
				  "take() {\n"
				  "	grep -q bad \"$1\" && { echo refused >&2; exit 87; }\n"
				  "	cat \"$1\" >$root/opt/config.xml.x\n"
				  "	/bin/mv $root/opt/config.xml.x $root/opt/config.xml\n"
				  "	echo \"rules of $(cat \"$1\")\" >$root/opt/rules.bin\n"
				  "	cat \"$1\" >>$root/taken\n"
				  "	grep -q torn \"$1\" && exit 1\n"
				  "	:\n"
				  "}\n"
				  "while [ $# -gt 0 ]; do\n"
				  "	case $1 in\n"
				  "	-i)\n"
				  "		[ ! -e $root/broken-$version ] || exit 5\n"
				  "		mkdir -p $root/opt\n"
				  "		/bin/cp \"$0\" $root/opt/sysmon\n"
				  "		echo active >$root/active\n"
				  "		[ -z \"$2\" ] || take \"$2\"\n"
				  "		(sleep 3 >/dev/null 2>&1 &)\n"
				  "		;;\n"
				  "	-c) take \"$2\" ;;\n"
				  "	-u) /bin/rm -rf $root/opt $root/active ;;\n"
				  "	esac\n"
				  "	shift\n"
				  "done\n"
				  "[ ! -e $root/trip ] || $root/trip\n";

static const char systemctl_text[] = "#!/bin/sh\n"
				     "cd @ROOT@ || exit 1\n"
				     "case $1 in\n"
				     "is-active) [ -e active ] && echo active || echo inactive ;;\n"
				     "start) [ ! -e dead ] || exit 1; echo active >active ;;\n"
				     "restart) echo restarted >>restarted ;;\n"
				     "esac\n";

/* The text with @ROOT@ replaced. */
static inline const char *rooted(const struct host *host, const char *text)
{
	PK_BUF_AUTO out = {0};
	for (const char *at; (at = strstr(text, "@ROOT@")) != NULL; text = at + 6) {
		pk_buf_put(&out, text, (size_t)(at - text));
		pk_buf_puts(&out, host->root);
	}
	pk_buf_puts(&out, text);
	return pk_arena_strndup(host->arena, out.data, out.len);
}

static inline void want_config(struct host *host, const char *text)
{
	pk_content_init(&host->content, text, strlen(text), "test");
	host->desired.content = &host->content;
}

/* Another rollout; its number is its sequence, too. */
static inline void begin_rollout(struct host *host, unsigned number)
{
	host->wish.rollout = pk_arena_printf(host->arena, "rollout-%u", number);
	host->wish.sequence = number;
}

static inline void host_init(struct host *host)
{
	*host = (struct host){.arena = pk_arena_create(), .shell = "/bin/sh"};
	snprintf(host->root, sizeof(host->root), "/tmp/picket-host-XXXXXX");
	assert_non_null(mkdtemp(host->root));
	signal(SIGPIPE, SIG_IGN);
	mkdir(path_in(host, "bin"), 0755);
	mkdir(path_in(host, "opt"), 0755);
	const char *sysmon = rooted(host, sysmon_text);
	write_text(path_in(host, "opt/sysmon"), sysmon, 0755);
	write_text(path_in(host, "opt/config.xml"), "old", 0644);
	write_text(path_in(host, "active"), "active\n", 0644);
	write_text(path_in(host, "bin/systemctl"), rooted(host, systemctl_text), 0755);
	host->host = (struct pk_host){.name = "web1", .platform = PK_HOST_LINUX};
	host->desired = (struct pk_desired){
		.sensor = PK_SENSOR_SYSMON_LINUX,
		.state_dir = path_in(host, "state"),
		.install_dir = path_in(host, "opt"),
		.become = PK_BECOME_NONE,
	};
	host->wish = (struct pk_job_wish){
		.host = &host->host,
		.desired = &host->desired,
		.nonce = "0123456789abcdef0123456789abcdef",
	};
	begin_rollout(host, 1);
	want_config(host, "new");
}

static inline void host_finish(struct host *host)
{
	pk_job_destroy(host->job);
	run_line(host, "rm -rf \"$PWD\"");
	pk_arena_destroy(host->arena);
}

/* A bundle whose program is the stand-in with another version. */
static inline void want_version(struct host *host, const char *version)
{
	struct pk_bundle *bundle = PK_NEW(host->arena, struct pk_bundle);
	struct pk_bundle_file *file = pk_list_push(host->arena, &bundle->files);
	bundle->arena = host->arena;
	bundle->kept = PK_NEW_ARRAY(host->arena, const struct pk_source *, bundle->files.len);
	char *text = pk_arena_strdup(host->arena, rooted(host, sysmon_text));
	memcpy(strstr(text, "1.3.3"), version, strlen("1.3.3"));
	mkdir(path_in(host, "bundle"), 0755);
	write_text(path_in(host, "bundle/sysmon"), text, 0644);
	bundle->name = "sysmon";
	bundle->version = version;
	bundle->id = pk_arena_printf(host->arena, "sysmon@%s", version);
	bundle->sensor = PK_SENSOR_SYSMON_LINUX;
	bundle->platform = PK_HOST_LINUX;
	bundle->folder = path_in(host, "bundle");
	*file = (struct pk_bundle_file){
		.path = "sysmon", .role = PK_BUNDLE_PROGRAM, .bytes = strlen(text)};
	pk_digest_print(file->digest, text, strlen(text));
	host->desired.bundle = bundle;
	host->desired.version = version;
}

static inline void assert_code(
	const struct host *host, enum pk_job_result_kind kind, enum pk_code code)
{
	if (host->result->failure.code != code)
		print_message("%s\n", host->result->failure.message);
	assert_int_equal(host->result->failure.code, code);
	assert_int_equal(host->result->kind, kind);
}

static inline void assert_ok(const struct host *host, enum pk_host_action action)
{
	if (host->result->kind != PK_RESULT_OK)
		print_message("%s\n", host->result->failure.message);
	assert_int_equal(host->result->kind, PK_RESULT_OK);
	assert_int_equal(host->result->action, action);
}

/* NULL as text: there is no such file. */
static inline void assert_file(const struct host *host, const char *name, const char *want)
{
	const char *text = read_text(host, name);
	if (want == NULL)
		assert_null(text);
	else
		assert_string_equal(text != NULL ? text : "(none)", want);
}

/* Nothing that was begun lies about. */
static inline void assert_tidy(const struct host *host)
{
	assert_int_equal(run_line(host, "! find . -name '*.part' | grep ."), 0);
	assert_int_equal(run_line(host, "[ ! -e opt.new ] && [ ! -e opt.old ]"), 0);
}

/* A command that runs, in a group of processes of its own. */
struct talk {
	pid_t pid;
	int input;
	int output;
};

static inline void talk_open(struct talk *out, const struct host *host, const char *command)
{
	int in[2];
	int back[2];
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(back, O_CLOEXEC), 0);
	/* Where the system's own folder of settings would be touched. */
	PK_BUF_AUTO text = {0};
	static const char from[] = "/etc/systemd/journald.conf.d";
	for (const char *at; (at = strstr(command, from)) != NULL; command = at + strlen(from)) {
		pk_buf_put(&text, command, (size_t)(at - command));
		pk_buf_puts(&text, host->root);
	}
	pk_buf_puts(&text, command);
	const char *path = pk_arena_printf(host->arena, "PATH=%s/bin:/usr/bin:/bin", host->root);
	out->pid = fork();
	assert_true(out->pid >= 0);
	if (out->pid == 0) {
		char *const env[] = {(char *)path, NULL};
		setpgid(0, 0);
		dup2(in[0], STDIN_FILENO);
		dup2(back[1], STDOUT_FILENO);
		signal(SIGPIPE, SIG_DFL);
		execle(host->shell, "sh", "-c", text.data, (char *)NULL, env);
		_exit(99);
	}
	close(in[0]);
	close(back[1]);
	out->input = in[1];
	out->output = back[0];
}

/* Reads until a line is `until`, or to the end. */
static inline void talk_read(struct talk *talk, struct pk_buf *out, const char *until)
{
	char bytes[65536];
	ssize_t count;
	while (until == NULL || out->data == NULL || strstr(out->data, until) == NULL) {
		count = read(talk->output, bytes, sizeof(bytes));
		if (count <= 0)
			return;
		pk_buf_put(out, bytes, (size_t)count);
	}
}

static inline void talk_put(struct talk *talk, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t count = write(talk->input, bytes, len);
		if (count <= 0)
			return;
		bytes += count;
		len -= (size_t)count;
	}
}

/* The bytes of the input with the path of settings replaced; its first line is its length. */
static inline void talk_put_changes(
	struct talk *talk, const struct host *host, const char *input, size_t len)
{
	char *text = pk_arena_strndup(host->arena, input, len);
	static const char from[] = "/etc/systemd/journald.conf.d";
	char *at = memmem(text, len, from, strlen(from));
	/* As long as the other: the length must stay right. */
	char to[sizeof(from)];
	memset(to, '/', sizeof(to));
	memcpy(to, host->root, strlen(host->root));
	if (at != NULL)
		memcpy(at, to, strlen(from));
	talk_put(talk, text, len > host->input_cut ? len - host->input_cut : 0);
}

/* Does the job, as a transport would. */
static inline void host_do(struct host *host, bool change)
{
	struct pk_ask ask;
	pk_job_destroy(host->job);
	host->job = pk_job_create(&host->wish, change);
	while (pk_job_next(host->job, &ask) == PK_JOB_ASKS) {
		struct talk talk;
		PK_BUF_AUTO out = {0};
		const void *input = ask.input;
		size_t len = ask.input_len;
		talk_open(&talk, host, ask.command);
		if (ask.kind == PK_ASK_TALK) {
			bool changes;
			talk_read(&talk, &out, ask.ready);
			if (out.data != NULL && strstr(out.data, ask.ready) != NULL)
				pk_job_reply(host->job, out.data, out.len, &input, &len, &changes);
			if (host->meanwhile != NULL)
				host->meanwhile(host);
		}
		PK_BUF_AUTO all = {0};
		pk_buf_put(&all, input, len);
		for (size_t i = 0; i < pk_job_files(host->job)->len; i++) {
			const struct pk_input_part *file = &pk_job_files(host->job)->items[i];
			pk_buf_put(&all, file->bytes, file->len);
		}
		if (all.len > 0)
			talk_put_changes(&talk, host, all.data, all.len);
		close(talk.input);
		talk_read(&talk, &out, NULL);
		close(talk.output);
		int status;
		waitpid(talk.pid, &status, 0);
		struct pk_host_answer answer = {.has_status = WIFEXITED(status),
			.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0,
			.out = out.data,
			.out_len = out.len};
		pk_job_answer(host->job, &answer);
	}
	host->result = pk_job_result(host->job);
	if (getenv("PICKET_TEST_SHOW") != NULL)
		fprintf(stderr, "%d %d PK%04d %s\n", (int)host->result->kind,
			(int)host->result->touched, (int)host->result->failure.code,
			host->result->failure.message);
}

#endif
