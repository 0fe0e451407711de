/*
 * Stack: what the verbs of `picket stack` share: options, the servers they talk to, and how they
 * end.
 */
#ifndef CLI_STACK_STACK_H
#define CLI_STACK_STACK_H

#include "cli/stack/access.h"
#include "templates/cluster/cluster.h"
#include "templates/objects/objects.h"

enum pk_stack_sensor {
	PK_STACK_SYSMON,
	PK_STACK_MONSTER,
	PK_STACK_MONSTER_1_0,
};

struct pk_stack_options {
	struct pk_access access;
	struct pk_access kibana; /* what is not given is as in `access` */
	const char *name_space;
	uint64_t retention; /* these three: 0 is what assets take */
	uint64_t rollover_days;
	uint64_t rollover_gb;
	uint64_t replicas;
	bool no_geoip;
	int dashboards; /* enum pk_object_flavour, -1: what suits the stack */
	bool dry_run;
	bool force;
	bool data;
	bool yes;
	const char *flavour;
	const char *output;
	int sensor; /* enum pk_stack_sensor, -1: not given */
	uint64_t count;
	uint64_t seed;
	bool remove;
	uint64_t days;
	bool layer;
	const char *agent_ca;
	const char *logstash;
	const char *monster_host;
	uint64_t monster_port;
};

struct pk_stack {
	struct pk_cli *cli;
	const struct pk_stack_options *options;
	struct pk_diags diags;
	struct pk_buf out;
	struct pk_secret *secret;
	struct pk_secret *kibana_secret;
	struct pk_http *http;
	struct pk_http *kibana; /* NULL: not asked for */
	struct pk_cluster cluster;
	struct pk_assets assets;
	struct pk_streams streams;
	struct pk_cluster_plan plan;
	struct pk_objects objects;
	struct pk_objects_plan objects_plan;
	uint64_t began_ms;
	unsigned seconds; /* for one answer; 0: what is usual */
};

/* The verbs: each returns an exit status. */
int pk_stack_plan(struct pk_stack *stack);
int pk_stack_up(struct pk_stack *stack);
int pk_stack_verify(struct pk_stack *stack);
int pk_stack_doctor(struct pk_stack *stack);
int pk_stack_down(struct pk_stack *stack);
int pk_stack_render(struct pk_stack *stack);
int pk_stack_sample(struct pk_stack *stack);
int pk_stack_prune(struct pk_stack *stack);
int pk_stack_agent_config(struct pk_stack *stack);

/* --- what they share --- */

/* What assets are made with. */
struct pk_asset_options pk_stack_asset_options(const struct pk_stack_options *options);
/* Asks the cluster what it is, makes the assets for it, and opens Kibana if it is named. */
bool pk_stack_open(struct pk_stack *stack);
/* As pk_stack_open, for the stack of --flavor, without asking anybody. False after a report, with
 * the exit status in cli->status. */
bool pk_stack_open_flavour(struct pk_stack *stack, struct pk_elk *elk);
/* Compares what the servers have with what they shall have. */
bool pk_stack_compare(struct pk_stack *stack);
/* Is there anything to write, or in the way? */
bool pk_stack_differs(const struct pk_stack *stack);
/* Appends what the comparison found. */
void pk_stack_put_plan(struct pk_stack *stack);
/* Appends "requests N, writes M, N.N s"; both servers together. */
void pk_stack_put_counts(struct pk_stack *stack);
/* Appends what --dry-run says of a file. */
void pk_stack_put_would_write(struct pk_stack *stack, const char *path);
/* Requests and writes so far, of both servers. */
struct pk_http_count pk_stack_count(const struct pk_stack *stack);
uint64_t pk_stack_now_ms(void); /* by a clock that is never set back */
/* Today as indices of a day are named: "2026.11.22". */
const char *pk_stack_today(struct pk_arena *arena);
bool pk_stack_wants_json(const struct pk_stack *stack);
/*
 * Asks at the terminal; true if the answer is yes, or --yes was given. False, after saying so,
 * where nobody can be asked.
 */
bool pk_stack_confirm(struct pk_stack *stack, const char *question);
/* Prints what there is to say; the exit status is `status`, or PK_EXIT_CANNOT if errors were
 * reported. */
int pk_stack_finish(struct pk_stack *stack, int status);

#endif
