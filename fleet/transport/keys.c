#include "fleet/transport/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/run.h"
#include "base/temp.h"
#include "base/text.h"

enum {
	START_MS = 10000,
	ADD_SECONDS = 60,
	OUTPUT_MAX = 64 * 1024,
	PID_TEXT = 32,
	SAID = 200,
};

struct pk_keys {
	struct pk_arena *arena;
	struct pk_temp *temp;
	const char *socket;
	const char *path; /* "PATH=..." for the programs we start */
	int life;	  /* the agent's command reads it until we are gone */
	pid_t command;
	pid_t agent;
	int fifo; /* both ends: what is written waits in it for one reader */
	size_t added;
	struct pk_map done; /* struct pk_agent_keys *, by path and certificate */
};

/* Asked for a passphrase: takes the token that says it was; gives what is in the pipe, if asked to.
 */
static const char ask_script[] =
	"#!/bin/sh\n"
	"rm \"${0%/*}/once\" 2>/dev/null || exit 1\n"
	"[ -e \"${0%/*}/give\" ] || exit 1\n"
	"IFS= read -r line <\"${0%/*}/pipe\" && printf '%s\\n' \"$line\"\n";

static bool report_start(const char *reason, struct pk_diags *diags)
{
	pk_report(diags, PK_SSH_AGENT, PK_NO_SPAN, "a private ssh-agent cannot be started: %s",
		reason);
	return false;
}

/* An errno, or 0: the program with `input` and `output` as its first descriptors. */
static int spawn(struct pk_keys *keys, const char *const *argv, int input, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	sigset_t all;
	const char *const env[] = {keys->path, NULL};
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	/* In a group of its own: signals of the terminal are for us, the agent outlives them. */
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	/* posix_spawn changes neither list; its type is from before const. */
	int error = posix_spawnp(&keys->command, argv[0], &actions, &attributes,
		(char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* The number that the agent's command says first is the agent's. */
static bool hear_agent(struct pk_keys *keys, int fd, struct pk_diags *diags)
{
	char text[PID_TEXT];
	size_t len = 0;
	uint64_t pid = 0;
	while (len + 1 < sizeof(text) && memchr(text, '\n', len) == NULL) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		int count = poll(&ready, 1, START_MS);
		if (count < 0 && errno == EINTR)
			continue;
		ssize_t got = count <= 0 ? 0 : read(fd, text + len, sizeof(text) - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!pk_text_parse_u64(&pid, text) || pid < 2 || pid > INT32_MAX)
		return report_start("it does not say that it runs", diags);
	keys->agent = (pid_t)pid;
	return true;
}

static bool start(struct pk_keys *keys, struct pk_diags *diags)
{
	static const char command[] = "echo \"$SSH_AGENT_PID\"; exec cat >/dev/null";
	int input[2];
	int output[2];
	if (pipe2(input, O_CLOEXEC) != 0)
		return report_start(strerror(errno), diags);
	if (pipe2(output, O_CLOEXEC) != 0) {
		close(input[0]);
		close(input[1]);
		return report_start(strerror(errno), diags);
	}
	const char *const argv[] = {"ssh-agent", "-a", keys->socket, "sh", "-c", command, NULL};
	int error = spawn(keys, argv, input[0], output[1]);
	close(input[0]);
	close(output[1]);
	keys->life = input[1];
	bool good = error == 0 && hear_agent(keys, output[0], diags);
	close(output[0]);
	if (error == ENOENT)
		pk_report(diags, PK_SSH_TOOL, PK_NO_SPAN,
			"'ssh-agent', which holds identity files, is not installed");
	else if (error != 0)
		report_start(strerror(error), diags);
	return good;
}

static bool prepare(struct pk_keys *keys, struct pk_diags *diags)
{
	const char *script = pk_temp_path(keys->temp, "ask");
	const char *pipe = pk_temp_path(keys->temp, "pipe");
	if (!pk_temp_write(keys->temp, "ask", ask_script, strlen(ask_script), diags))
		return false;
	if (chmod(script, S_IRWXU) != 0 || mkfifo(pipe, S_IRUSR | S_IWUSR) != 0)
		return report_start(strerror(errno), diags);
	keys->fifo = open(pipe, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return keys->fifo >= 0 || report_start(strerror(errno), diags);
}

struct pk_keys *pk_keys_open(struct pk_diags *diags)
{
	struct pk_arena *arena = pk_arena_create();
	struct pk_keys *made = PK_NEW(arena, struct pk_keys);
	const char *path = getenv("PATH");
	made->arena = arena;
	made->life = made->fifo = -1;
	made->path = pk_arena_printf(arena, "PATH=%s", path == NULL ? "/usr/bin:/bin" : path);
	PK_AUTO(pk_keys) *keys = made;
	keys->temp = pk_temp_open(diags);
	if (keys->temp == NULL)
		return NULL;
	keys->socket = pk_temp_path(keys->temp, "agent");
	return prepare(keys, diags) && start(keys, diags) ? pk_steal(&keys) : NULL;
}

void pk_keys_close(struct pk_keys *keys)
{
	if (keys == NULL)
		return;
	/* The agent would see the end of its command only some seconds later. */
	if (keys->agent > 0)
		kill(keys->agent, SIGTERM);
	if (keys->life >= 0)
		close(keys->life);
	if (keys->command > 0) {
		while (waitpid(keys->command, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (keys->fifo >= 0)
		close(keys->fifo);
	pk_temp_close(keys->temp);
	pk_arena_destroy(keys->arena);
}

/* What the program said last, made harmless. */
static const char *last_line(struct pk_keys *keys, const struct pk_buf *said)
{
	char clean[SAID];
	size_t len = said->len;
	while (len > 0 && (said->data[len - 1] == '\n' || said->data[len - 1] == '\r'))
		len--;
	size_t begin = len;
	while (begin > 0 && said->data[begin - 1] != '\n')
		begin--;
	pk_ssh_clean(clean, sizeof(clean), said->data + begin, len - begin);
	return clean[0] == '\0' ? "it does not say why" : pk_arena_strdup(keys->arena, clean);
}

/* Throws away what nobody took out of the pipe. */
static void empty_pipe(struct pk_keys *keys)
{
	char rest[PK_SECRET_MAX];
	while (read(keys->fifo, rest, sizeof(rest)) > 0)
		;
	explicit_bzero(rest, sizeof(rest));
}

enum added {
	ADDED,
	ADDED_NOT,    /* reported */
	WANTS_SECRET, /* it was asked for one */
	WRONG,	      /* *why_out */
};

/* Runs ssh-add once; `secret` is what it gets when it asks, NULL for nothing. */
static enum added add_once(struct pk_keys *keys, const char *path, const struct pk_secret *secret,
	const char **why_out, struct pk_diags *diags)
{
	const char *once = pk_temp_path(keys->temp, "once");
	const char *give = pk_temp_path(keys->temp, "give");
	const char *ask = pk_temp_path(keys->temp, "ask");
	const char *const argv[] = {"ssh-add", path, NULL};
	const char *const env[] = {keys->path,
		pk_arena_printf(keys->arena, "SSH_AUTH_SOCK=%s", keys->socket),
		pk_arena_printf(keys->arena, "SSH_ASKPASS=%s", ask), "SSH_ASKPASS_REQUIRE=force",
		"LC_ALL=C", NULL};
	struct pk_run run = {.argv = argv,
		.env = env,
		.input = "",
		.output_max = OUTPUT_MAX,
		.seconds_max = ADD_SECONDS};
	if (!pk_temp_write(keys->temp, "once", "", 0, diags))
		return ADDED_NOT;
	if (secret != NULL) {
		bool put = pk_temp_write(keys->temp, "give", "", 0, diags);
		size_t len = pk_secret_len(secret);
		if (!put || write(keys->fifo, pk_secret_text(secret), len) != (ssize_t)len ||
			write(keys->fifo, "\n", 1) != 1)
			return ADDED_NOT;
	}
	PK_RUN_AUTO result;
	pk_run(&result, &run);
	bool asked = !pk_file_exists(once);
	empty_pipe(keys);
	unlink(once);
	unlink(give);
	if (result.end == PK_RUN_NOT_FOUND) {
		pk_report(diags, PK_SSH_TOOL, PK_NO_SPAN,
			"'ssh-add', which reads identity files, is not installed");
		return ADDED_NOT;
	}
	if (result.end == PK_RUN_EXITED && result.status == 0)
		return ADDED;
	*why_out = result.end == PK_RUN_EXITED ? last_line(keys, &result.err)
					       : "ssh-add did not come to its end";
	return asked ? WANTS_SECRET : WRONG;
}

static struct pk_secret *secret_of(const struct pk_identity *identity, struct pk_diags *diags)
{
	if (identity->passphrase != NULL)
		return pk_secret_read(identity->passphrase, diags);
	if (identity->ask) {
		PK_AUTO(pk_arena) *arena = pk_arena_create();
		return pk_secret_ask(
			pk_arena_printf(arena, "passphrase of '%s': ", identity->path), diags);
	}
	struct pk_diag *diag = pk_report(diags, PK_SSH_PASSPHRASE, PK_NO_SPAN,
		"the identity file '%s' needs a passphrase", identity->path);
	pk_diag_hint(diags, diag,
		"name a file that holds it by passphrase_file, or add the key to "
		"your own ssh-agent");
	return NULL;
}

static bool add_file(struct pk_keys *keys, const char *path, const struct pk_identity *identity,
	struct pk_diags *diags)
{
	const char *why = "";
	enum added added = add_once(keys, path, NULL, &why, diags);
	if (added == WANTS_SECRET) {
		PK_AUTO(pk_secret) *secret = secret_of(identity, diags);
		if (secret == NULL)
			return false;
		added = add_once(keys, path, secret, &why, diags);
	}
	if (added == WANTS_SECRET)
		pk_report(diags, PK_SSH_PASSPHRASE, PK_NO_SPAN,
			"the passphrase does not open the identity file '%s'", identity->path);
	else if (added == WRONG)
		pk_report(diags, PK_SSH_IDENTITY, PK_NO_SPAN,
			"the identity file '%s' cannot be used: %s", identity->path, why);
	return added == ADDED;
}

/*
 * The name under which ssh-add finds the certificate beside the identity: links in our folder where
 * it is elsewhere.
 */
static const char *name_for(
	struct pk_keys *keys, const struct pk_identity *identity, struct pk_diags *diags)
{
	if (identity->certificate == NULL)
		return identity->path;
	const char *link =
		pk_temp_path(keys->temp, pk_arena_printf(keys->arena, "id%zu", keys->added++));
	const char *beside = pk_arena_printf(keys->arena, "%s-cert.pub", link);
	char *file = realpath(identity->path, NULL);
	char *certificate = realpath(identity->certificate, NULL);
	bool good = file != NULL && certificate != NULL && symlink(file, link) == 0 &&
		symlink(certificate, beside) == 0;
	if (!good)
		pk_report(diags, PK_SSH_IDENTITY, PK_NO_SPAN,
			"the identity file '%s' cannot be used with '%s': %s", identity->path,
			identity->certificate, strerror(errno));
	free(file);
	free(certificate);
	return good ? link : NULL;
}

static bool list(struct pk_keys *keys, struct pk_agent_keys *out, struct pk_diags *diags)
{
	const char *why = "";
	*out = (struct pk_agent_keys){0};
	return pk_agent_list(out, keys->arena, keys->socket, &why) || report_start(why, diags);
}

static bool has(const struct pk_agent_keys *keys, const struct pk_agent_key *key)
{
	for (size_t i = 0; i < keys->len; i++) {
		if (keys->items[i].blob_len == key->blob_len &&
			memcmp(keys->items[i].blob, key->blob, key->blob_len) == 0)
			return true;
	}
	return false;
}

/* Certificates first: who has one is known by it. */
static void order(struct pk_agent_keys *keys, struct pk_arena *arena, struct pk_agent_keys *out)
{
	for (int plain = 0; plain < 2; plain++) {
		for (size_t i = 0; i < keys->len; i++) {
			enum pk_key_type type = keys->items[i].type;
			bool certificate = type >= PK_KEY_ED25519_CERT && type <= PK_KEY_RSA_CERT;
			if (certificate == (plain == 0))
				*pk_list_push(arena, out) = keys->items[i];
		}
	}
}

bool pk_keys_add(struct pk_keys *keys, struct pk_agent_keys *out,
	const struct pk_identity *identity, struct pk_diags *diags)
{
	const char *name = pk_arena_printf(keys->arena, "%s\n%s", identity->path,
		identity->certificate == NULL ? "" : identity->certificate);
	struct pk_agent_keys *done = pk_map_find(&keys->done, name);
	if (done != NULL) {
		*out = *done;
		return true;
	}
	struct pk_agent_keys before;
	struct pk_agent_keys after;
	const char *path = name_for(keys, identity, diags);
	if (path == NULL || !list(keys, &before, diags) || !add_file(keys, path, identity, diags) ||
		!list(keys, &after, diags))
		return false;
	struct pk_agent_keys news = {0};
	for (size_t i = 0; i < after.len; i++) {
		if (!has(&before, &after.items[i]))
			*pk_list_push(keys->arena, &news) = after.items[i];
	}
	/* The same key under another name: it is one of those that are there. */
	if (news.len == 0)
		news = after;
	done = PK_NEW(keys->arena, struct pk_agent_keys);
	order(&news, keys->arena, done);
	pk_map_set(keys->arena, &keys->done, name, done);
	*out = *done;
	return true;
}
