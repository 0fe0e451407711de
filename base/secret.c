#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { LOOK_MS = 200 }; /* between two looks at signals while somebody types */

/* Memory of its own, so that no other data shares its pages. */
struct pk_secret {
	size_t len;
	char text[PK_SECRET_MAX + 1];
};

static struct pk_secret *create(void)
{
	struct pk_secret *secret = mmap(
		NULL, sizeof(*secret), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret == MAP_FAILED)
		abort();
	/* Both may be refused to a user without rights; it is wiped all the same. */
	(void)mlock(secret, sizeof(*secret));
	(void)madvise(secret, sizeof(*secret), MADV_DONTDUMP);
	return secret;
}

void pk_secret_destroy(struct pk_secret *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero(secret, sizeof(*secret));
	munmap(secret, sizeof(*secret));
}

const char *pk_secret_text(const struct pk_secret *secret)
{
	return secret->text;
}

size_t pk_secret_len(const struct pk_secret *secret)
{
	return secret->len;
}

/* Cuts what was read behind its first line. */
static void cut_line(struct pk_secret *secret)
{
	secret->text[secret->len] = '\0';
	secret->len = strcspn(secret->text, "\r\n");
	explicit_bzero(secret->text + secret->len, sizeof(secret->text) - secret->len);
}

/* Reads until the end, a line end, or the most that a secret may have. */
static bool fill(struct pk_secret *secret, int fd)
{
	while (secret->len < PK_SECRET_MAX && memchr(secret->text, '\n', secret->len) == NULL) {
		ssize_t got = read(fd, secret->text + secret->len, PK_SECRET_MAX - secret->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		secret->len += (size_t)got;
	}
	cut_line(secret);
	return true;
}

static struct pk_secret *report(const char *reason, const char *path, struct pk_diags *diags)
{
	pk_report(diags, PK_SSH_PASSWORD, PK_NO_SPAN, "no secret can be read from '%s': %s", path,
		reason);
	return NULL;
}

struct pk_secret *pk_secret_read(const char *path, struct pk_diags *diags)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		const char *reason = fd < 0 ? strerror(errno) : "it is no regular file";
		if (fd >= 0)
			close(fd);
		return report(reason, path, diags);
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		close(fd);
		struct pk_diag *diag = pk_report(diags, PK_SSH_SECRET_MODE, PK_NO_SPAN,
			"the secret in '%s' can be read by others", path);
		pk_diag_hint(diags, diag, "take their rights away: chmod 600 '%s'", path);
		return NULL;
	}
	PK_AUTO(pk_secret) *secret = create();
	bool good = fill(secret, fd);
	close(fd);
	if (!good || secret->len == 0)
		return report(good ? "its first line is empty" : strerror(errno), path, diags);
	return pk_steal(&secret);
}

struct pk_secret *pk_secret_take_env(const char *name, struct pk_diags *diags)
{
	char *value = getenv(name);
	size_t len = value == NULL ? 0 : strlen(value);
	if (len == 0 || len > PK_SECRET_MAX) {
		struct pk_diag *diag = pk_report(diags, PK_SSH_PASSWORD, PK_NO_SPAN,
			len == 0 ? "the environment has no password in '%s'"
				 : "the password in '%s' is too long",
			name);
		if (len == 0)
			pk_diag_hint(diags, diag, "set %s, or name a file by password_file", name);
		return NULL;
	}
	struct pk_secret *secret = create();
	memcpy(secret->text, value, len);
	secret->len = len;
	cut_line(secret);
	/* So that it is neither in /proc nor in the environment of programs that we start. */
	explicit_bzero(value, len);
	unsetenv(name);
	return secret;
}

/* Does a signal wait that would end the process? It is blocked as long as a folder is open. */
static bool is_ending(void)
{
	static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t waiting;
	sigpending(&waiting);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		if (sigismember(&waiting, ending[i]) == 1)
			return true;
	}
	return false;
}

static bool type_in(struct pk_secret *secret, int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	for (;;) {
		int count = poll(&ready, 1, LOOK_MS);
		if (is_ending())
			return false;
		if (count > 0)
			return fill(secret, fd) && secret->len > 0;
		if (count < 0 && errno != EINTR)
			return false;
	}
}

struct pk_secret *pk_secret_ask(const char *prompt, struct pk_diags *diags)
{
	struct termios before;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &before) != 0) {
		if (fd >= 0)
			close(fd);
		return report("there is no terminal to ask at", "/dev/tty", diags);
	}
	PK_AUTO(pk_secret) *secret = create();
	struct termios silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ICANON;
	tcsetattr(fd, TCSAFLUSH, &silent);
	bool good = write(fd, prompt, strlen(prompt)) >= 0 && type_in(secret, fd);
	good = write(fd, "\n", 1) == 1 && good;
	tcsetattr(fd, TCSAFLUSH, &before);
	close(fd);
	return good ? pk_steal(&secret) : report("nothing was typed", "/dev/tty", diags);
}
