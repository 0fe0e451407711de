/*
 * Edge: a stand-in for the HTTP side of a stack, which answers what a script says, wrongly where it
 * says so. It is no Elasticsearch, and what is shown with it is how picket takes answers, not that
 * a stack gives them.
 *
 *   edge SCRIPT RECORD [--tls CERTIFICATES KEY] [--tls-max 1.1]
 *
 * It listens on a free port of 127.0.0.1, prints that, and ends with its parent. The script has
 * rules; the first that fits a request and is not used up answers:
 *
 *   GET /_cat*                method ('*': any) and path with query, as fnmatch(3) has it
 *     times 2                 for so many requests only
 *     status 503              200 without
 *     header Retry-After: 1   as often as wanted
 *     body {"a":1}            one line; lines of several `body` are joined with line ends
 *     file PATH               body from a file
 *     big 1000000             body: a JSON string of so many bytes
 *     long 1000000            a header line of so many bytes
 *     delay 300               milliseconds before the answer
 *     drip 20                 milliseconds between single bytes of the body
 *     cut 10                  closes behind so many bytes of the body
 *     close                   closes without an answer
 *     garbage                 answers what is no HTTP
 *     chunked                 body in chunks of 7 bytes
 *     old                     HTTP/1.0, without a length
 *     continue                says 100 first
 *     forward 9200            asks the server at this port of 127.0.0.1, and answers what it does
 *
 * RECORD gets every request: "GET /path", its headers behind two blanks, its body behind "| ".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	RULES = 256,
	HEAD_MAX = 1 << 16,
	BODY_MAX = 64 << 20,
	LINE_MAX_BYTES = 1 << 20,
	PIECE = 1 << 14,
	CHUNK = 7,
	SECONDS_MAX = 120, /* of one connection */
};

enum flag {
	DOES_CLOSE = 1 << 0,
	DOES_GARBAGE = 1 << 1,
	DOES_CHUNKS = 1 << 2,
	IS_OLD = 1 << 3,
	DOES_CONTINUE = 1 << 4,
};

struct rule {
	char *method;
	char *path;
	long times; /* 0: always */
	long status;
	long delay;
	long drip;
	long cut; /* -1: not */
	long longer;
	long forward;
	unsigned flags;
	struct pk_buf headers;
	struct pk_buf body;
};

struct edge {
	struct rule rules[RULES];
	size_t len;
	unsigned *used; /* of each rule; shared by all connections */
	int record;
	SSL_CTX *tls;
};

struct wire {
	int fd;
	SSL *ssl;
};

struct request {
	char method[16];
	char path[4096];
	struct pk_buf head;
	struct pk_buf body;
};

static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "edge: %s: %s\n", what, detail);
	_exit(2);
}

/* --- The script --- */

static long number(const char *text)
{
	return strtol(text, NULL, 10);
}

static void put_file(struct pk_buf *buf, const char *path)
{
	char piece[PIECE];
	FILE *file = fopen(path, "re");
	size_t got;
	if (file == NULL)
		fail(path, strerror(errno));
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		pk_buf_put(buf, piece, got);
	fclose(file);
}

static void put_big(struct pk_buf *buf, long size)
{
	size_t at = pk_buf_zeros(buf, (size_t)size);
	memset(buf->data + at, 'x', (size_t)size);
	buf->data[at] = '"';
	buf->data[at + (size_t)size - 1] = '"';
}

static bool take_number(struct rule *rule, const char *word, const char *rest)
{
	const struct {
		const char *word;
		long *value;
	} rows[] = {
		{"times", &rule->times},
		{"status", &rule->status},
		{"delay", &rule->delay},
		{"drip", &rule->drip},
		{"cut", &rule->cut},
		{"long", &rule->longer},
		{"forward", &rule->forward},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, word) == 0) {
			*rows[i].value = number(rest);
			return true;
		}
	}
	return false;
}

static bool take_flag(struct rule *rule, const char *word)
{
	static const struct {
		const char *word;
		enum flag flag;
	} rows[] = {
		{"close", DOES_CLOSE},
		{"garbage", DOES_GARBAGE},
		{"chunked", DOES_CHUNKS},
		{"old", IS_OLD},
		{"continue", DOES_CONTINUE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].word, word) == 0) {
			rule->flags |= rows[i].flag;
			return true;
		}
	}
	return false;
}

static void take_setting(struct rule *rule, char *line)
{
	char *rest = strchr(line, ' ');
	if (rest != NULL)
		*rest++ = '\0';
	if (take_flag(rule, line) || (rest != NULL && take_number(rule, line, rest)))
		return;
	if (rest != NULL && strcmp(line, "header") == 0) {
		pk_buf_printf(&rule->headers, "%s\r\n", rest);
	} else if (rest != NULL && strcmp(line, "body") == 0) {
		pk_buf_printf(&rule->body, "%s%s", rule->body.len > 0 ? "\n" : "", rest);
	} else if (rest != NULL && strcmp(line, "file") == 0) {
		put_file(&rule->body, rest);
	} else if (rest != NULL && strcmp(line, "big") == 0) {
		put_big(&rule->body, number(rest));
	} else {
		fail("not known in a script", line);
	}
}

static struct rule *take_rule(struct edge *edge, char *line)
{
	char *path = strchr(line, ' ');
	if (path == NULL || edge->len == RULES)
		fail("no rule", line);
	*path++ = '\0';
	struct rule *rule = &edge->rules[edge->len++];
	*rule = (struct rule){.status = 200, .cut = -1};
	rule->method = strdup(line);
	rule->path = strdup(path);
	return rule;
}

static void read_script(struct edge *edge, const char *path)
{
	static char line[LINE_MAX_BYTES];
	struct rule *rule = NULL;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		fail(path, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		char *text = line + strspn(line, " \t");
		if (*text == '\0' || *text == '#')
			continue;
		if (text == line)
			rule = take_rule(edge, line);
		else if (rule != NULL)
			take_setting(rule, text);
	}
	fclose(file);
}

/* --- The wire --- */

static void pause_ms(long milliseconds)
{
	struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static ssize_t wire_read(struct wire *wire, void *bytes, size_t len)
{
	return wire->ssl == NULL ? read(wire->fd, bytes, len)
				 : SSL_read(wire->ssl, bytes, (int)len);
}

static bool wire_write(struct wire *wire, const void *bytes, size_t len)
{
	const char *at = bytes;
	while (len > 0) {
		ssize_t put = wire->ssl == NULL ? send(wire->fd, at, len, MSG_NOSIGNAL)
						: SSL_write(wire->ssl, at, (int)len);
		if (put <= 0)
			return false;
		at += put;
		len -= (size_t)put;
	}
	return true;
}

static bool wire_puts(struct wire *wire, const char *text)
{
	return wire_write(wire, text, strlen(text));
}

/* --- Requests --- */

/* Value of a header of the request, 0 if there is none. */
static size_t length_of(const struct request *request)
{
	const char *at = strcasestr(request->head.data, "\r\nContent-Length:");
	long value = at == NULL ? 0 : number(at + sizeof("\r\nContent-Length:") - 1);
	return value < 0 || value > BODY_MAX ? 0 : (size_t)value;
}

static bool read_request(struct request *out, struct wire *wire)
{
	char piece[PIECE];
	const char *end = NULL;
	while (end == NULL && out->head.len < HEAD_MAX) {
		ssize_t got = wire_read(wire, piece, sizeof(piece));
		if (got <= 0)
			return false;
		pk_buf_put(&out->head, piece, (size_t)got);
		if (out->head.data[0] < 'A' || out->head.data[0] > 'Z') {
			wire_puts(wire, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
			return false;
		}
		end = memmem(out->head.data, out->head.len, "\r\n\r\n", 4);
	}
	if (end == NULL || sscanf(out->head.data, "%15s %4095s", out->method, out->path) != 2)
		return false;
	size_t head_len = (size_t)(end - out->head.data) + 2;
	pk_buf_put(&out->body, end + 4, out->head.len - head_len - 2);
	out->head.len = head_len;
	out->head.data[head_len] = '\0';
	size_t want = length_of(out);
	while (out->body.len < want) {
		ssize_t got = wire_read(wire, piece, sizeof(piece));
		if (got <= 0)
			return false;
		pk_buf_put(&out->body, piece, (size_t)got);
	}
	return true;
}

static void put_lines(struct pk_buf *buf, const char *before, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		const char *end = memchr(text + i, '\n', len - i);
		size_t line = end == NULL ? len - i : (size_t)(end - text) - i;
		size_t shown = line > 0 && text[i + line - 1] == '\r' ? line - 1 : line;
		pk_buf_puts(buf, before);
		pk_buf_put(buf, text + i, shown);
		pk_buf_putc(buf, '\n');
		i += line + 1;
	}
}

static void record(const struct edge *edge, const struct request *request)
{
	PK_BUF_AUTO buf = {0};
	const char *headers = strstr(request->head.data, "\r\n");
	pk_buf_printf(&buf, "%s %s\n", request->method, request->path);
	if (headers != NULL)
		put_lines(&buf, "  ", headers + 2, strlen(headers + 2));
	put_lines(&buf, "| ", request->body.data, request->body.len);
	if (write(edge->record, buf.data, buf.len) < 0)
		fail("record", strerror(errno));
}

static const struct rule *find_rule(struct edge *edge, const struct request *request)
{
	for (size_t i = 0; i < edge->len; i++) {
		const struct rule *rule = &edge->rules[i];
		if (strcmp(rule->method, "*") != 0 && strcmp(rule->method, request->method) != 0)
			continue;
		if (fnmatch(rule->path, request->path, 0) != 0)
			continue;
		unsigned used = __atomic_fetch_add(&edge->used[i], 1, __ATOMIC_SEQ_CST);
		if (rule->times == 0 || used < (unsigned long)rule->times)
			return rule;
	}
	return NULL;
}

/* --- Answers --- */

static bool put_body(struct wire *wire, const struct rule *rule)
{
	size_t len = rule->body.len;
	if (rule->cut >= 0 && (size_t)rule->cut < len)
		len = (size_t)rule->cut;
	size_t step = rule->drip > 0 ? 1 : rule->flags & DOES_CHUNKS ? CHUNK : len;
	for (size_t i = 0; i < len; i += step) {
		size_t part = len - i < step ? len - i : step;
		char size[32];
		snprintf(size, sizeof(size), "%zx\r\n", part);
		pause_ms(rule->drip);
		if (((rule->flags & DOES_CHUNKS) && !wire_puts(wire, size)) ||
			!wire_write(wire, rule->body.data + i, part) ||
			((rule->flags & DOES_CHUNKS) && !wire_puts(wire, "\r\n")))
			return false;
	}
	if (rule->cut >= 0)
		return false;
	return !(rule->flags & DOES_CHUNKS) || wire_puts(wire, "0\r\n\r\n");
}

static void put_head(struct pk_buf *buf, const struct rule *rule)
{
	bool old = (rule->flags & IS_OLD) != 0;
	pk_buf_printf(buf, "HTTP/1.%d %ld Scripted\r\n", old ? 0 : 1, rule->status);
	if (rule->longer > 0) {
		pk_buf_puts(buf, "X-Long: ");
		size_t at = pk_buf_zeros(buf, (size_t)rule->longer);
		memset(buf->data + at, 'y', (size_t)rule->longer);
		pk_buf_puts(buf, "\r\n");
	}
	pk_buf_put(buf, rule->headers.data, rule->headers.len);
	if (strcasestr(buf->data, "\r\nContent-Type:") == NULL)
		pk_buf_puts(buf, "Content-Type: application/json\r\n");
	if (rule->flags & DOES_CHUNKS)
		pk_buf_puts(buf, "Transfer-Encoding: chunked\r\n");
	else if (!old)
		pk_buf_printf(buf, "Content-Length: %zu\r\n", rule->body.len);
	pk_buf_puts(buf, "\r\n");
}

/* What another server answers, byte by byte, and the end. */
static bool forward(struct wire *wire, const struct rule *rule, const struct request *request)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)rule->forward),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct wire there = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	PK_BUF_AUTO head = {0};
	char piece[PIECE];
	ssize_t got;
	if (connect(there.fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		return false;
	pk_buf_put(&head, request->head.data, request->head.len);
	pk_buf_puts(&head, "Connection: close\r\n\r\n");
	wire_write(&there, head.data, head.len);
	wire_write(&there, request->body.data, request->body.len);
	while ((got = wire_read(&there, piece, sizeof(piece))) > 0) {
		if (!wire_write(wire, piece, (size_t)got))
			break;
	}
	close(there.fd);
	return false;
}

/* False: the connection ends. */
static bool answer(struct wire *wire, const struct rule *rule, const struct request *request)
{
	static const char unknown[] = "{\"error\":\"the script of the edge has no rule for this\"}";
	struct rule none = {.status = 404, .cut = -1};
	if (rule == NULL) {
		pk_buf_puts(&none.body, unknown);
		rule = &none;
	}
	pause_ms(rule->delay);
	if (rule->flags & DOES_CLOSE)
		return false;
	if (rule->flags & DOES_GARBAGE) {
		wire_puts(wire, "this is no answer that HTTP knows\r\n\r\n");
		return false;
	}
	if (rule->forward > 0)
		return forward(wire, rule, request);
	if ((rule->flags & DOES_CONTINUE) && !wire_puts(wire, "HTTP/1.1 100 Continue\r\n\r\n"))
		return false;
	PK_BUF_AUTO head = {0};
	put_head(&head, rule);
	bool good = wire_write(wire, head.data, head.len);
	if (strcmp(request->method, "HEAD") != 0)
		good = good && put_body(wire, rule);
	pk_buf_finish(&none.body);
	return good && !(rule->flags & IS_OLD);
}

static void serve(struct edge *edge, int fd)
{
	struct wire wire = {.fd = fd};
	bool more = true;
	if (edge->tls != NULL) {
		wire.ssl = SSL_new(edge->tls);
		SSL_set_fd(wire.ssl, fd);
		if (SSL_accept(wire.ssl) != 1)
			return;
	}
	while (more) {
		struct request request = {0};
		more = read_request(&request, &wire);
		if (more) {
			record(edge, &request);
			more = answer(&wire, find_rule(edge, &request), &request);
		}
		pk_buf_finish(&request.head);
		pk_buf_finish(&request.body);
	}
	if (wire.ssl != NULL)
		SSL_shutdown(wire.ssl);
}

/* --- The program --- */

static int listen_on(uint16_t *port_out)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 64) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		fail("listen", strerror(errno));
	*port_out = ntohs(at.sin_port);
	return fd;
}

static SSL_CTX *make_tls(const char *certificates, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
	if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, certificates) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		fail("certificate or key", certificates);
	return tls;
}

static void take_options(struct edge *edge, int argc, char **argv)
{
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "--tls") == 0 && i + 2 < argc) {
			edge->tls = make_tls(argv[i + 1], argv[i + 2]);
			i += 2;
		} else if (strcmp(argv[i], "--tls-max") == 0 && i + 1 < argc && edge->tls != NULL) {
			/* TLS 1.1 is all that is asked for. */
			SSL_CTX_set_security_level(edge->tls, 0);
			SSL_CTX_set_min_proto_version(edge->tls, TLS1_VERSION);
			SSL_CTX_set_max_proto_version(edge->tls, TLS1_1_VERSION);
			i++;
		} else {
			fail("not known", argv[i]);
		}
	}
}

int main(int argc, char **argv)
{
	static struct edge edge;
	uint16_t port;
	if (argc < 3)
		fail("usage", "edge SCRIPT RECORD [--tls CERTIFICATES KEY] [--tls-max 1.1]");
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	read_script(&edge, argv[1]);
	take_options(&edge, argc, argv);
	edge.used = mmap(NULL, RULES * sizeof(*edge.used), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	edge.record = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (edge.used == MAP_FAILED || edge.record < 0)
		fail(argv[2], strerror(errno));
	int listener = listen_on(&port);
	printf("%u\n", (unsigned)port);
	fflush(stdout);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 || fork() != 0) {
			close(fd);
			continue;
		}
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		alarm(SECONDS_MAX);
		serve(&edge, fd);
		close(fd);
		_exit(0);
	}
}
