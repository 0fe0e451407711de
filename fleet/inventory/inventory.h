/*
 * Inventory: the hosts of a fleet, how each is reached, and what shall run on it.
 *
 * Read from picket's own YAML, or from Ansible's INI and YAML inventories. What stands on a group
 * goes to its hosts; what stands nearer to the host wins: defaults, parents, groups (in the order
 * of the file), the host itself. Aliases of an ssh_config fill in what the inventory leaves open.
 * Every value has been merged and its variables replaced when the reader is done: nobody else
 * looks at groups. A model lives in the arena it was read into. Nothing is looked up or connected.
 */
#ifndef FLEET_INVENTORY_INVENTORY_H
#define FLEET_INVENTORY_INVENTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/list.h"
#include "base/map.h"

enum {
	PK_INVENTORY_HOSTS = 500000, /* most hosts of an inventory */
	PK_INVENTORY_GROUPS = 10000,
	PK_HOST_NAME_MAX = 253, /* bytes */
};

enum pk_host_platform {
	PK_HOST_ANY, /* not said: the host is asked */
	PK_HOST_LINUX,
	PK_HOST_WINDOWS,
};

enum pk_transport {
	PK_TRANSPORT_SSH,
	PK_TRANSPORT_LOCAL, /* this machine, without a network */
};

enum pk_sensor {
	PK_SENSOR_NONE, /* nothing is said about a sensor: only logs are looked after */
	PK_SENSOR_SYSMON,
	PK_SENSOR_SYSMON_LINUX,
	PK_SENSOR_MONSTER,
	PK_SENSOR_WINLOGBEAT, /* ships what the others record; its configuration is a file */
};

enum { PK_SENSORS = PK_SENSOR_WINLOGBEAT + 1 };

/* Those there are, for people. */
#define PK_SENSOR_CHOICES "sysmon, sysmon-linux, monster or winlogbeat"

enum pk_become {
	PK_BECOME_AUTO, /* sudo -n if the user is not root; nothing on Windows */
	PK_BECOME_SUDO,
	PK_BECOME_NONE,
};

/* What becomes of the oldest events when a log is full (wevtutil sl /rt /ab). */
enum pk_retention {
	PK_RETENTION_UNSET,
	PK_RETENTION_OVERWRITE,
	PK_RETENTION_KEEP,    /* new events are lost */
	PK_RETENTION_ARCHIVE, /* the full log is put aside */
};

/* How an event log shall be. */
struct pk_log_wish {
	const char *name; /* channel: "Microsoft-Windows-Sysmon/Operational"; "journal" */
	uint64_t bytes;	  /* largest size; 0: left as it is */
	enum pk_retention retention; /* UNSET: left as it is */
	const char *access;	     /* SDDL of who may read; NULL: left as it is */
	struct pk_span span;
};

/* How a host is reached with SSH. Paths are usable as they are; NULL means not set. */
struct pk_ssh_wish {
	const char *user;
	PK_LIST(const char *) identity_files;
	const char *certificate_file;
	PK_LIST(const char *) known_hosts; /* files; empty: the user's and the system's */
	const char *host_key_alias;	   /* name that known_hosts has */
	PK_LIST(const char *) jumps;	   /* [user@]host[:port], in the order they are passed */
	bool direct;			   /* no jump host, whatever an ssh_config says */
	const char *password_env;	   /* name of an environment variable */
	const char *password_file;
	const char *passphrase_file; /* for identity files */
	enum pk_become become;
};

/* What sensor shall run on a host. */
struct pk_sensor_wish {
	enum pk_sensor kind;
	bool absent;	     /* it shall be removed */
	bool feature;	     /* Windows' own Sysmon, switched on as a feature, not from a bundle */
	const char *bundle;  /* "NAME@VERSION"; NULL: the sensor that is there is kept as it is */
	const char *service; /* name to run under; NULL: the sensor's own */
	const char *driver;  /* name of the driver; NULL: the sensor's own */
	const char *config;  /* project, ruleset or configuration; NULL: not looked after */
	const char *profile; /* of the project; NULL: its own choice */
	const char *schema;  /* to compile for; NULL: the newest */
	struct pk_span config_span;
	struct pk_span bundle_span;
};

struct pk_host {
	const char *name;    /* as it is called in the inventory and in reports; unique */
	const char *address; /* name or IP address to connect to */
	uint16_t port;
	enum pk_transport transport;
	enum pk_host_platform platform;
	struct pk_ssh_wish ssh;
	struct pk_sensor_wish sensor;
	PK_LIST(struct pk_log_wish) logs;
	const char *state_dir;	 /* where the host keeps our record; NULL: its platform's own */
	const char *install_dir; /* where the sensor is installed on Linux */
	const char *zone;	 /* connections into it are limited together; "" if none */
	PK_LIST(const char *) groups; /* all that it is in, parents too, sorted */
	PK_LIST(const char *) tags;   /* sorted */
	struct pk_map vars;	      /* name to const char *, as merged */
	struct pk_span span;
};

enum pk_stage_unit {
	PK_STAGE_COUNT,	  /* that many hosts */
	PK_STAGE_PERCENT, /* of all hosts, in thousandths of a percent */
	PK_STAGE_REST,
};

/* One wave as the inventory writes it. */
struct pk_stage {
	const char *name;
	enum pk_stage_unit unit;
	uint32_t amount;
	const char *selector; /* only hosts that it selects, before all others; NULL: any */
	uint64_t soak_ms;     /* time to wait before its health is asked */
	struct pk_span span;
};

/* Classes of failures; a budget is kept for each. */
enum pk_failure_class {
	PK_FAILURE_NONE,
	PK_FAILURE_UNREACHABLE,
	PK_FAILURE_AUTH,
	PK_FAILURE_HOST_KEY, /* always stops the rollout */
	PK_FAILURE_TRANSFER,
	PK_FAILURE_APPLY,
	PK_FAILURE_HEALTH,
	PK_FAILURE_CLASSES,
};

/* How many failures are borne; PK_BUDGET_ANY means any number. */
struct pk_failure_budget {
	bool percent; /* `most` is thousandths of a percent of the hosts */
	uint32_t most;
};

enum { PK_BUDGET_ANY = UINT32_MAX };

/* How a rollout goes: the inventory's `rollout`, with defaults filled in. */
struct pk_rollout_wish {
	PK_LIST(struct pk_stage) stages;       /* the last one takes the rest */
	struct pk_failure_budget wave_budget;  /* all classes together, of one wave */
	struct pk_failure_budget total_budget; /* all classes together, of the rollout */
	struct pk_failure_budget class_budget[PK_FAILURE_CLASSES];
	uint32_t sessions;	/* most hosts worked on at once */
	uint32_t connects;	/* most hosts being connected to at once */
	uint32_t zone_connects; /* as `connects`, into one zone; 0: no limit */
	uint32_t tries;		/* for what may pass: unreachable, transfer */
	uint64_t retry_ms;	/* first pause before another try; it doubles */
	uint64_t connect_ms;	/* deadlines of a phase */
	uint64_t login_ms;
	uint64_t command_ms;
	uint64_t stall_ms;     /* no byte moved in a transfer */
	uint64_t event_age_ms; /* health: the last event is not older; 0: not asked */
};

struct pk_inventory {
	const char *name;
	const char *path;   /* of the file */
	const char *digest; /* "sha256:..." of what it means: everything but comments and places */
	PK_LIST(struct pk_host) hosts; /* in the order of the file */
	struct pk_map by_name;	       /* to struct pk_host * */
	PK_LIST(const char *) groups;  /* names, sorted */
	struct pk_rollout_wish rollout;
	PK_LIST(struct pk_source *) sources; /* everything that was read */
};

/* What the reader needs besides the file. */
struct pk_inventory_options {
	const char *ssh_config; /* file of aliases; NULL: none */
	const char *home;	/* what "~" stands for; NULL: it is not replaced */
	const char *user;	/* who logs in if nobody is named; NULL: none */
};

/*
 * The inventory in the file at `path`: YAML of picket or Ansible, or INI of Ansible, told from the
 * content. NULL after a report. Two hosts with one address and port are reported (PK1710).
 */
const struct pk_inventory *pk_inventory_read(struct pk_arena *arena, const char *path,
	const struct pk_inventory_options *options, struct pk_diags *diags);
/* As pk_inventory_read for a source that has been read already; paths are meant beside it. */
const struct pk_inventory *pk_inventory_read_source(struct pk_arena *arena,
	struct pk_source *source, const struct pk_inventory_options *options,
	struct pk_diags *diags);
/* True if the source looks like one of the kinds of inventory that pk_inventory_read knows. */
bool pk_inventory_is(const struct pk_source *source);

/* The host called `name`, or NULL. */
const struct pk_host *pk_inventory_find(const struct pk_inventory *inventory, const char *name);

/* "windows", "linux", "any". */
const char *pk_host_platform_name(enum pk_host_platform platform);
/* "sysmon", "sysmon-linux", "monster", "winlogbeat", "none". */
const char *pk_sensor_name(enum pk_sensor sensor);
/* The sensor of that name; false if there is none. */
bool pk_sensor_parse(enum pk_sensor *out, const char *name);
/* "unreachable", "auth", "host-key", "transfer", "apply", "health"; "none". */
const char *pk_failure_class_name(enum pk_failure_class class);
/* "overwrite", "keep", "archive"; "" for UNSET. */
const char *pk_retention_name(enum pk_retention retention);

#endif
