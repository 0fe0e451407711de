/*
 * What the parts of the cmd dialect (cmd*.c) share. Lines for cmd.exe, and the words of Windows'
 * tools taken apart. Nothing in the output of a tool is relied on but numbers, keys that are not
 * translated, and places: the text around them is in the language of the host.
 */
#ifndef FLEET_HOST_CMD_PART_H
#define FLEET_HOST_CMD_PART_H

#include "fleet/host/dialect.h"
#include "fleet/host/frame.h"

enum {
	PK_CMD_LINE_MAX = 8191 - 128, /* characters; the shell adds its own name and quotes */
	PK_CMD_NAME_MAX = 80,	      /* of a service or driver */
	PK_CMD_PATH_MAX = 240,
	PK_CMD_RUNS = 1056,    /* sc: the service runs already */
	PK_CMD_RESTART = 3010, /* DISM: went well, and is complete after a restart */
};

#define PK_CMD_SERVICES "HKLM\\SYSTEM\\CurrentControlSet\\Services"

/* A line that is being written; finished with pk_cmd_line_ask. */
struct pk_cmd_line {
	struct pk_buf text;
	const char *nonce;
};

/* Starts with `nonce`, for frames. */
void pk_cmd_line_init(struct pk_cmd_line *line, const char *nonce);
/* "echo NONCE KEY VALUE": what the next command says is its body. VALUE may be NULL. */
void pk_cmd_line_frame(struct pk_cmd_line *line, const char *key, const char *value);
/* A command, and a frame "status" with what it ended with. */
void pk_cmd_line_run(struct pk_cmd_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * A command that the rest of the line depends on: pk_cmd_line_run, then PKBAD is set unless it
 * ended with 0, or with `also`.
 */
void pk_cmd_line_try(struct pk_cmd_line *line, int also, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends the line here if PKBAD is set. */
void pk_cmd_line_bail(struct pk_cmd_line *line);
/* A command whose status does not matter. */
void pk_cmd_line_put(struct pk_cmd_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
size_t pk_cmd_line_left(const struct pk_cmd_line *line);
/*
 * Ends the line and makes it a command for the shell of the host. False if it is longer than
 * cmd.exe takes (WINDOWS_LINE). The line is finished in any case.
 */
bool pk_cmd_line_ask(struct pk_ask *out, struct pk_arena *arena, struct pk_cmd_line *line,
	const char *shell, struct pk_failure *failure);

/* May `name` be that of a service or driver in a line? Letters, digits, '_', '.', '-'. */
bool pk_cmd_name_safe(const char *name);
/* May `text` stand in a line between double quotes: a path, a log, an SDDL? */
bool pk_cmd_text_safe(const char *text);
/* A path of Windows as SFTP of Windows takes it: "/C:/dir/file". */
const char *pk_cmd_sftp_path(struct pk_arena *arena, const char *path);
/* The state folder of the host, "C:\ProgramData\picket" if it is not set. */
const char *pk_cmd_state_dir(const struct pk_desired *desired);

/* A piece of what a tool said. */
struct pk_cmd_text {
	const char *at;
	size_t len;
};

/* Takes the next line (without its end) from `rest`; false if there is none. */
bool pk_cmd_next_line(struct pk_cmd_text *line, struct pk_cmd_text *rest);
/* The frame's body. */
struct pk_cmd_text pk_cmd_body(const struct pk_frame *frame);
/* The status that stands right behind the frame, or -1. */
int64_t pk_cmd_frame_status(const struct pk_frames *frames, const struct pk_frame *frame);

/* The data of a value in what `reg query` says; false if it is not there. */
bool pk_cmd_reg_value(struct pk_cmd_text *out, struct pk_cmd_text said, const char *name);
/* As text in the arena, or NULL. */
const char *pk_cmd_reg_text(struct pk_arena *arena, struct pk_cmd_text said, const char *name);
/* The bytes of a REG_BINARY; false if it is no such value, or longer than `most`. */
bool pk_cmd_reg_bytes(struct pk_buf *out, struct pk_cmd_text said, const char *name, size_t most);
/* The program in an ImagePath: without quotes, arguments and variables. NULL: none. */
const char *pk_cmd_image(struct pk_arena *arena, const char *path, const char *root);
/* The number of the state in what `sc query` says, 1 to 7; 0: it says none. */
unsigned pk_cmd_sc_state(struct pk_cmd_text said);
/* "10.0.20348.2700" in what `ver` says, or NULL. */
const char *pk_cmd_ver(struct pk_arena *arena, struct pk_cmd_text said);
/* The version in a banner ("System Monitor v15.15 - ...", "... version 9.1.0 ..."), or NULL. */
const char *pk_cmd_banner(struct pk_arena *arena, struct pk_cmd_text said);
/* The digest that `certutil -hashfile` says; false if it says none. */
bool pk_cmd_certutil(char out[PK_DIGEST_TEXT], struct pk_cmd_text said);
/* What `wevtutil gl` says. */
void pk_cmd_log(struct pk_log_facts *out, struct pk_arena *arena, struct pk_cmd_text said);

struct pk_cmd_event {
	uint64_t id;
	uint64_t record;
	int64_t time_ms;	/* since 1970, UTC; -1: unknown */
	struct pk_cmd_text xml; /* the whole event */
};

/* The next event in what `wevtutil qe /f:xml` says; false if there is none any more. */
bool pk_cmd_next_event(struct pk_cmd_event *out, struct pk_cmd_text *rest);
/* The text of <Data Name='NAME'> in an event, or NULL. */
const char *pk_cmd_event_data(
	struct pk_arena *arena, const struct pk_cmd_event *event, const char *name);
/* "2026-11-22T08:06:20.1234567Z" in milliseconds since 1970; -1 if it is no such time. */
int64_t pk_cmd_system_time(struct pk_cmd_text text);
/*
 * The host's clock in UTC, from %date% in the form `pattern` ("M/d/yyyy"), %time%, and the minutes
 * that UTC is ahead; -1 if that gives no time.
 */
int64_t pk_cmd_clock(const char *date, const char *pattern, const char *time, int64_t bias_minutes);

/* What is in the sensor's key: ConfigHash, ConfigFile, Rules. */
void pk_cmd_hear_params(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, struct pk_cmd_text said);

bool pk_cmd_hear_facts(struct pk_facts *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_host_answer *answer, struct pk_failure *failure);
bool pk_cmd_hear_more(struct pk_facts *facts, struct pk_arena *arena,
	const struct pk_job_wish *wish, const struct pk_host_answer *answer,
	struct pk_failure *failure);
bool pk_cmd_ask_change(struct pk_ask *out, struct pk_arena *arena, const struct pk_job_wish *wish,
	const struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	struct pk_failure *failure);
bool pk_cmd_hear_change(struct pk_arena *arena, const struct pk_job_wish *wish,
	struct pk_facts *facts, const struct pk_host_plan *plan, size_t step,
	const struct pk_host_answer *answer, struct pk_failure *failure);

#endif
