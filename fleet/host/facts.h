/*
 * Facts: what a host said of itself when it was asked, and what shall be there instead.
 *
 * Facts are what was really read, never what we believe: what a host did not say, or what came
 * back empty although the command went well, is unknown (NULL, PK_FACT_UNKNOWN), not absent. All
 * texts come from the host and may be hostile: they are cut at PK_FACT_TEXT_MAX, and whoever prints
 * them escapes them. Facts live in an arena of the host's job.
 */
#ifndef FLEET_HOST_FACTS_H
#define FLEET_HOST_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/list.h"
#include "fleet/bundle/bundle.h"
#include "fleet/inventory/inventory.h"

enum {
	PK_FACT_TEXT_MAX = 1024,	      /* bytes of a text from a host */
	PK_FACT_CONFIG_MAX = 4 * 1024 * 1024, /* bytes of a configuration read from a host */
	PK_FACT_RULES_MAX = 16 * 1024 * 1024, /* bytes of live rules */
};

enum pk_fact {
	PK_FACT_UNKNOWN,
	PK_FACT_NO,
	PK_FACT_YES,
};

/* What a host's log is like. */
struct pk_log_facts {
	const char *name;
	enum pk_fact enabled;
	uint64_t bytes; /* largest size; 0: unknown */
	enum pk_retention retention;
	const char *access; /* NULL: unknown */
};

/*
 * What we wrote on the host when we changed it last: the file `record` in its state folder, lines
 * of "key value". A host without one was never changed by us.
 */
struct pk_host_record {
	bool present;
	bool open;		  /* the change was begun and is not known to have ended */
	const char *rollout;	  /* id of the rollout that wrote it */
	uint64_t sequence;	  /* of that rollout: a lower one never changes this host again */
	const char *config;	  /* digest of the configuration put into force; NULL: none */
	const char *rules;	  /* digest of the live rules read back then; NULL: unknown */
	const char *previous;	  /* digest of the configuration before; NULL: none or unknown */
	const char *rules_before; /* open: digest of the live rules before; NULL: unknown */
	const char *bundle;	  /* "NAME@VERSION"; NULL: not from us */
	uint64_t applied;	  /* times that we put something into force on this host */
	int64_t time_ms;	  /* by the host's clock */
};

struct pk_facts {
	enum pk_host_platform platform;
	const char *system;    /* "Debian GNU/Linux 12", "10.0.20348"; NULL: unknown */
	const char *arch;      /* "x64", "x86", "arm64"; NULL: unknown */
	const char *shell;     /* "sh", "cmd", "powershell" */
	enum pk_fact elevated; /* may change the sensor */
	bool unpacks;	       /* has gzip */
	enum pk_sensor sensor; /* that was asked about */
	enum pk_fact present;
	enum pk_fact running;
	const char *version;	  /* "15.15"; NULL: unknown */
	const char *service;	  /* name it runs under */
	const char *driver;	  /* name of its driver, found by its parameters */
	const char *image;	  /* path of its program */
	const char *command;	  /* what its service is started with; not kept in JSON */
	const char *config_hash;  /* as the sensor reports it: "SHA256=6F...": NULL: unknown */
	const char *config_file;  /* path that the sensor was given */
	const char *config;	  /* "sha256:..." of the configuration in force; NULL: unknown */
	const char *rules;	  /* "sha256:..." of the live rules; NULL: unknown */
	const void *config_bytes; /* the configuration in force, if it was asked for and readable */
	size_t config_len;
	const void *rules_bytes; /* the live rules, if they were asked for and readable */
	size_t rules_len;
	PK_LIST(struct pk_log_facts) logs; /* those that were asked for and exist */
	struct pk_host_record record;
	uint64_t events;      /* health: number of the newest event; 0: unknown */
	int64_t event_age_ms; /* health: age of the newest event by the host's clock; -1: unknown */
	uint64_t errors;      /* health: errors the sensor logged since the last change */
	const char *error;    /* the newest of them; NULL: none */
	PK_LIST(const char *) staged; /* digests of desired files that lie ready on the host */
	const char *trouble;	      /* why facts are missing, for people; NULL: they are not */
};

/* What shall be there. Borrowed by jobs; one may serve many hosts. */
struct pk_desired {
	enum pk_sensor sensor;
	bool absent;
	bool feature;
	const struct pk_bundle *bundle;	  /* NULL: the sensor that is there is kept */
	const char *version;		  /* of the bundle; NULL: any */
	const char *service;		  /* NULL: the sensor's own */
	const char *driver;		  /* NULL: the sensor's own */
	const struct pk_content *content; /* configuration; NULL: not looked after */
	const struct pk_log_wish *logs;
	size_t log_count;
	const char *state_dir;
	const char *install_dir;
	enum pk_become become;
};

/* A configuration, shared by all hosts that get it. */
struct pk_content {
	const void *bytes;
	size_t len;
	char digest[PK_DIGEST_TEXT];
	char sha1[41]; /* capital letters, as Sysmon writes a ConfigHash */
	char md5[33];
	char sha256[65];
	const char *name;  /* for people: "workstation of policy" */
	const char *rules; /* "sha256:..." of the live rules it becomes; NULL: unknown */
	const void
		*packed; /* the bytes as gzip packs them, for hosts that can unpack; NULL: none */
	size_t packed_len;
};

/* Fills in the digests of `len` bytes, which are borrowed. */
void pk_content_init(struct pk_content *out, const void *bytes, size_t len, const char *name);

/* Packs the content, if that makes it smaller; once, for all hosts that get it. */
void pk_content_pack(struct pk_content *content, struct pk_arena *arena);

/*
 * Does the sensor report this very configuration? ConfigHash is "ALGORITHM=hex", the hash of the
 * file it was given by the algorithm then active (Sysmon facts, section 10).
 */
enum pk_fact pk_facts_run(const struct pk_facts *facts, const struct pk_content *content);

/*
 * One digest of all that a plan rests on: sensor, version, names, whether it runs, configuration,
 * rules, logs. Equal facts have equal digests; what was not asked for does not count.
 */
void pk_facts_print(char out[PK_DIGEST_TEXT], const struct pk_facts *facts);

/* Appends the facts as a JSON object; bytes of configuration and rules are left out. */
void pk_facts_put_json(struct pk_buf *out, const struct pk_facts *facts);
/* Facts from such an object; false after a report. */
bool pk_facts_read_json(struct pk_facts *out, struct pk_arena *arena, const struct pk_node *node,
	struct pk_diags *diags);

/* Appends what is desired as a JSON object: bundle and content by their digests. */
void pk_desired_put_json(struct pk_buf *out, const struct pk_desired *desired);

/* Where contents and bundles are found again by their names in JSON; NULL where there is none. */
struct pk_desired_finder {
	void *data;
	const struct pk_content *(*content)(void *data, const char *digest);
	const struct pk_bundle *(*bundle)(void *data, const char *id, const char *digest);
};

/* What is desired from such an object; false after a report. */
bool pk_desired_read_json(struct pk_desired *out, struct pk_arena *arena,
	const struct pk_node *node, const struct pk_desired_finder *finder, struct pk_diags *diags);

/* A copy of `len` bytes of what a host said: cut, without control characters; NULL if empty. */
const char *pk_facts_text(struct pk_arena *arena, const char *text, size_t len);

#endif
