/* One file by SFTP (draft-ietf-secsh-filexfer-02): for hosts whose shell takes no bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/transport/ssh_session.h"

enum {
	/* libssh2 queues a whole buffer as packets: slices bound the memory. */
	SLICE = 1024 * 1024,
	MODE = 0600,
	PATH_SHOWN = 160,
};

static const char suffix[] = ".picket-new";

static LIBSSH2_SESSION *session_of(struct pk_ssh_link *link)
{
	return pk_ssh_last(link)->session;
}

/* "C:\a\b" is "/C:/a/b" there; other paths are as they are. */
static char *make_path(const char *path, bool no_slash, const char *end)
{
	PK_BUF_AUTO out = {0};
	bool drive = ((path[0] | 32) >= 'a' && (path[0] | 32) <= 'z') && path[1] == ':';
	if (drive && !no_slash)
		pk_buf_putc(&out, '/');
	for (const char *c = path; *c != '\0'; c++)
		pk_buf_putc(&out, drive && *c == '\\' ? '/' : *c);
	pk_buf_puts(&out, end);
	char *made = out.data;
	out.data = NULL;
	return made;
}

static void set_paths(struct pk_ssh_link *link, const char *path)
{
	free(link->path);
	free(link->temp);
	link->path = make_path(path, link->no_slash, "");
	link->temp = make_path(path, link->no_slash, suffix);
}

static const char *status_text(unsigned long status)
{
	switch (status) {
	case LIBSSH2_FX_NO_SUCH_FILE:
	case LIBSSH2_FX_NO_SUCH_PATH:
		return "there is no such folder";
	case LIBSSH2_FX_PERMISSION_DENIED:
		return "no right to write there";
	case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM:
	case LIBSSH2_FX_QUOTA_EXCEEDED:
		return "the disk is full";
	case LIBSSH2_FX_WRITE_PROTECT:
		return "it is write-protected";
	}
	return "the server does not say why";
}

enum pk_code pk_ssh_sftp_code(unsigned long status)
{
	bool full =
		status == LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM || status == LIBSSH2_FX_QUOTA_EXCEEDED;
	return full ? PK_SFTP_FULL : PK_SFTP_FAILED;
}

/* `what` was refused: "open", "write". */
static enum pk_io fail_file(struct pk_ssh_link *link, int rc, const char *what)
{
	if (rc != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return pk_ssh_fail_call(link, pk_ssh_last(link), rc, "SFTP");
	unsigned long status = libssh2_sftp_last_error(link->sftp);
	char shown[PATH_SHOWN];
	pk_ssh_clean(shown, sizeof(shown), link->path, strlen(link->path));
	return pk_ssh_fail(link, PK_FAILURE_TRANSFER, pk_ssh_sftp_code(status), false,
		"'%s' does not %s '%s': %s (SFTP status %lu)", link->host->name, what, shown,
		status_text(status), status);
}

static enum pk_io open_sftp(struct pk_ssh_link *link)
{
	if (link->sftp == NULL)
		link->sftp = libssh2_sftp_init(session_of(link));
	if (link->sftp != NULL) {
		link->op = PK_OP_SFTP_OPEN;
		return PK_IO_DONE;
	}
	int rc = libssh2_session_last_errno(session_of(link));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc == LIBSSH2_ERROR_SOCKET_DISCONNECT || rc == LIBSSH2_ERROR_SOCKET_SEND ||
		rc == LIBSSH2_ERROR_SOCKET_RECV || pk_ssh_last(link)->ended)
		return pk_ssh_fail_call(link, pk_ssh_last(link), rc, "SFTP");
	return pk_ssh_fail(link, PK_FAILURE_TRANSFER, PK_SFTP_MISSING, false,
		"'%s' has no SFTP, by which files are sent to it", link->host->name);
}

static enum pk_io open_file(struct pk_ssh_link *link, const char *path)
{
	link->file = libssh2_sftp_open_ex(link->sftp, link->temp, (unsigned int)strlen(link->temp),
		LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC, MODE,
		LIBSSH2_SFTP_OPENFILE);
	if (link->file != NULL) {
		link->op = PK_OP_SFTP_WRITE;
		return PK_IO_DONE;
	}
	int rc = libssh2_session_last_errno(session_of(link));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	unsigned long status =
		rc == LIBSSH2_ERROR_SFTP_PROTOCOL ? libssh2_sftp_last_error(link->sftp) : 0;
	bool missing = status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH;
	if (missing && !link->no_slash && link->path[0] == '/' && path[0] != '/') {
		link->no_slash = true;
		set_paths(link, path);
		return PK_IO_DONE;
	}
	return fail_file(link, rc, "open");
}

static enum pk_io write_file(struct pk_ssh_link *link, const char *bytes, size_t len)
{
	while (link->put_sent < len) {
		if (link->put_sent == link->slice_end) {
			size_t left = len - link->put_sent;
			link->slice_end = link->put_sent + (left < SLICE ? left : SLICE);
		}
		ssize_t put = libssh2_sftp_write(
			link->file, bytes + link->put_sent, link->slice_end - link->put_sent);
		if (put == LIBSSH2_ERROR_EAGAIN || put == 0)
			return PK_IO_WAIT;
		if (put < 0)
			return fail_file(link, (int)put, "write");
		link->put_sent += (size_t)put;
	}
	link->op = PK_OP_SFTP_CLOSE;
	return PK_IO_DONE;
}

static enum pk_io close_file(struct pk_ssh_link *link)
{
	int rc = libssh2_sftp_close_handle(link->file);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	link->file = NULL;
	if (rc != 0)
		return fail_file(link, rc, "write");
	link->op = PK_OP_SFTP_UNLINK;
	return PK_IO_DONE;
}

/* A rename does not replace a file (Fleet facts, docs/fleet-facts.md): what is there goes first. */
static enum pk_io remove_old(struct pk_ssh_link *link)
{
	int rc = libssh2_sftp_unlink_ex(link->sftp, link->path, (unsigned int)strlen(link->path));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != 0 && rc != LIBSSH2_ERROR_SFTP_PROTOCOL)
		return fail_file(link, rc, "replace");
	link->op = PK_OP_SFTP_RENAME;
	return PK_IO_DONE;
}

static enum pk_io rename_new(struct pk_ssh_link *link)
{
	int rc = libssh2_sftp_rename_ex(link->sftp, link->temp, (unsigned int)strlen(link->temp),
		link->path, (unsigned int)strlen(link->path), 0);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return PK_IO_WAIT;
	if (rc != 0)
		return fail_file(link, rc, "replace");
	link->op = PK_OP_NONE;
	return PK_IO_DONE;
}

enum pk_io pk_ssh_put(struct pk_link *base, const char *path, const void *bytes, size_t len)
{
	struct pk_ssh_link *link = (struct pk_ssh_link *)base;
	if (link->op == PK_OP_NONE) {
		link->op = PK_OP_SFTP;
		base->phase = PK_LINK_TRANSFER;
		set_paths(link, path);
		link->put_sent = link->slice_end = 0;
	}
	for (;;) {
		enum pk_io got;
		if (link->op == PK_OP_SFTP)
			got = open_sftp(link);
		else if (link->op == PK_OP_SFTP_OPEN)
			got = open_file(link, path);
		else if (link->op == PK_OP_SFTP_WRITE)
			got = write_file(link, bytes, len);
		else if (link->op == PK_OP_SFTP_CLOSE)
			got = close_file(link);
		else if (link->op == PK_OP_SFTP_UNLINK)
			got = remove_old(link);
		else
			got = rename_new(link);
		if (got != PK_IO_DONE)
			return got;
		if (link->op == PK_OP_NONE) {
			base->phase = PK_LINK_IDLE;
			return PK_IO_DONE;
		}
	}
}
