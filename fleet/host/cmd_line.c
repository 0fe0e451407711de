/*
 * Lines for cmd.exe. OpenSSH for Windows runs `cmd.exe /c "LINE"` without changing LINE; where its
 * DefaultShell is PowerShell, the line goes as an encoded command whose script starts cmd.exe with
 * the very same text (transport facts, docs/fleet-facts.md). The first is tried against Wine's cmd
 * by our tests, the second only by taking the encoded command apart again: Wine has no PowerShell.
 *
 * Not used: `&&` and `||`, of which Wine's cmd does both sides; the status of cmd's own commands
 * (move, mkdir, type), which leave an old error standing when they go well; brackets in brackets,
 * and a redirection behind a bracket, which Wine's cmd takes for the end of the line's grammar.
 */
#include "fleet/host/cmd_part.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The status is read by a second expansion: the first happens before the line is run at all. */
#define STATUS "call echo %s status %%^errorlevel%%&"

void pk_cmd_line_init(struct pk_cmd_line *line, const char *nonce)
{
	*line = (struct pk_cmd_line){.nonce = nonce};
	pk_buf_puts(&line->text, "");
}

void pk_cmd_line_frame(struct pk_cmd_line *line, const char *key, const char *value)
{
	pk_buf_printf(&line->text, "echo %s %s%s%s&", line->nonce, key, value != NULL ? " " : "",
		value != NULL ? value : "");
}

static void put(struct pk_cmd_line *line, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void put(struct pk_cmd_line *line, const char *format, va_list args)
{
	PK_AUTO(pk_arena) *arena = pk_arena_create();
	pk_buf_puts(&line->text, pk_arena_vprintf(arena, format, args));
	pk_buf_putc(&line->text, '&');
}

void pk_cmd_line_run(struct pk_cmd_line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put(line, format, args);
	va_end(args);
	pk_buf_printf(&line->text, STATUS, line->nonce);
}

/* Below 0 is how a program ends that crashes. */
void pk_cmd_line_try(struct pk_cmd_line *line, int also, const char *format, ...)
{
	pk_buf_puts(&line->text, "set PKBAD=1&");
	va_list args;
	va_start(args, format);
	put(line, format, args);
	va_end(args);
	pk_buf_puts(&line->text, "(if errorlevel 0 if not errorlevel 1 set PKBAD=)&");
	if (also != 0)
		pk_buf_printf(&line->text, "(if errorlevel %d if not errorlevel %d set PKBAD=)&",
			also, also + 1);
	pk_buf_printf(&line->text, STATUS, line->nonce);
}

void pk_cmd_line_bail(struct pk_cmd_line *line)
{
	pk_buf_printf(&line->text, "(if defined PKBAD echo %s end)&(if defined PKBAD exit)&",
		line->nonce);
}

void pk_cmd_line_put(struct pk_cmd_line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put(line, format, args);
	va_end(args);
}

size_t pk_cmd_line_left(const struct pk_cmd_line *line)
{
	return line->text.len >= PK_CMD_LINE_MAX ? 0 : PK_CMD_LINE_MAX - line->text.len;
}

static void put_base64(struct pk_buf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16;
		if (i + 1 < len)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < len)
			group |= bytes[i + 2];
		pk_buf_putc(out, digits[group >> 18]);
		pk_buf_putc(out, digits[group >> 12 & 63]);
		pk_buf_putc(out, i + 1 < len ? digits[group >> 6 & 63] : '=');
		pk_buf_putc(out, i + 2 < len ? digits[group & 63] : '=');
	}
}

/* UTF-8 to UTF-16LE; what is no UTF-8 cannot be in a line (pk_cmd_text_safe). */
static void put_utf16(struct pk_buf *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		uint32_t c = '?';
		size_t used = pk_utf8_decode(&c, text + at, len - at);
		at += used > 0 ? used : 1;
		uint32_t units[2] = {c, 0};
		size_t count = 1;
		if (c > 0xffff) {
			units[0] = 0xd800 + ((c - 0x10000) >> 10);
			units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
			count = 2;
		}
		for (size_t i = 0; i < count; i++) {
			pk_buf_putc(out, (char)(units[i] & 0xff));
			pk_buf_putc(out, (char)(units[i] >> 8));
		}
	}
}

/*
 * PowerShell gives a program its arguments anew quoted, differently in each version; only
 * ProcessStartInfo passes a command line on as it is.
 */
static void wrap(struct pk_buf *out, const struct pk_buf *line)
{
	static const char before[] = "$i=New-Object Diagnostics.ProcessStartInfo $env:ComSpec;"
				     "$i.UseShellExecute=$false;$i.Arguments='/d /s /c \"";
	static const char after[] = "\"';$p=[Diagnostics.Process]::Start($i);$p.WaitForExit();"
				    "exit $p.ExitCode";
	PK_BUF_AUTO script = {0};
	pk_buf_puts(&script, before);
	for (size_t i = 0; i < line->len; i++) {
		if (line->data[i] == '\'')
			pk_buf_putc(&script, '\'');
		pk_buf_putc(&script, line->data[i]);
	}
	pk_buf_puts(&script, after);
	PK_BUF_AUTO wide = {0};
	put_utf16(&wide, script.data, script.len);
	pk_buf_puts(out, "powershell -NoProfile -NonInteractive -EncodedCommand ");
	put_base64(out, (const unsigned char *)wide.data, wide.len);
}

bool pk_cmd_line_ask(struct pk_ask *out, struct pk_arena *arena, struct pk_cmd_line *line,
	const char *shell, struct pk_failure *failure)
{
	pk_buf_printf(&line->text, "echo %s end", line->nonce);
	size_t len = line->text.len;
	if (len > PK_CMD_LINE_MAX) {
		pk_buf_finish(&line->text);
		pk_failure_set(failure, PK_FAILURE_APPLY, PK_WINDOWS_LINE, false,
			"the question has %zu characters, and cmd.exe takes %d", len,
			PK_CMD_LINE_MAX);
		return false;
	}
	PK_BUF_AUTO command = {0};
	if (shell != NULL && pk_text_equal(shell, "powershell"))
		wrap(&command, &line->text);
	else
		pk_buf_put(&command, line->text.data, len);
	pk_buf_finish(&line->text);
	*out = (struct pk_ask){.kind = PK_ASK_RUN,
		.command = pk_arena_strndup(arena, command.data, command.len),
		.output_max = 1024 * 1024};
	return true;
}

bool pk_cmd_name_safe(const char *name)
{
	size_t len = name != NULL ? strlen(name) : 0;
	if (len == 0 || len > PK_CMD_NAME_MAX || name[0] == '-' || name[0] == '.')
		return false;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
		len;
}

/*
 * Between double quotes only these mean something to cmd.exe: the quote itself, '%' (variables),
 * and '!' and '^' where delayed expansion is on. The others are refused because a quote that a tool
 * takes away must not set them free. A backslash before the closing quote would escape it.
 */
bool pk_cmd_text_safe(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;
	if (len == 0 || len > PK_CMD_PATH_MAX * 4 || !pk_utf8_valid(text, len, NULL))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || strchr("%!^&|<>\"*?`\x7f", text[i]) != NULL)
			return false;
	return text[len - 1] != '\\';
}

const char *pk_cmd_sftp_path(struct pk_arena *arena, const char *path)
{
	char *out = pk_arena_printf(arena, "/%s", path);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '\\')
			*c = '/';
	return out;
}

const char *pk_cmd_state_dir(const struct pk_desired *desired)
{
	return desired != NULL && desired->state_dir != NULL ? desired->state_dir
							     : "C:\\ProgramData\\picket";
}
