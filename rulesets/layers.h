/*
 * Layers: finds and reads the files of rulesets. A layer is one set: its main file and the parts
 * that it includes. Extending a set puts that set and what it extends below.
 */
#ifndef RULESETS_LAYERS_H
#define RULESETS_LAYERS_H

#include "rulesets/read.h"

enum {
	PK_LAYERS_MAX = 64,
	PK_PARTS_MAX = 4096,	 /* included files of all layers */
	PK_INCLUDE_DEPTH = 32,	 /* parts in parts */
	PK_LANGUAGE_VERSION = 1, /* of `picket:` */
};

struct pk_layer {
	struct pk_ruleset *set;
	const char *name; /* "windows-base 1.0.0" */
	const char *path;
	bool loading;	     /* its own layers are being read */
	struct pk_map parts; /* by path: the struct pk_node that included it first */
};

struct pk_layers {
	PK_LIST(struct pk_layer *) items; /* lowest first */
	struct pk_map by_path;		  /* struct pk_layer * */
	struct pk_map by_id;		  /* struct pk_layer * */
	size_t begun;			  /* layers found so far */
	size_t parts;			  /* parts read so far */
};

/* Adds the set whose main file is `root` and the layers below it. False after a report. */
bool pk_layers_add_root(struct pk_read *read, struct pk_layers *layers, const struct pk_node *root);
/* Adds the sets that the list `refs` names; paths are relative to the file that it stands in. */
void pk_layers_add_list(struct pk_read *read, struct pk_layers *layers, const struct pk_node *refs);

/* The YAML of the file at `path`; NULL after a report, at `span` if the file does not exist. */
const struct pk_node *pk_layers_read_file(
	struct pk_read *read, const char *path, struct pk_span span);
/* Does the file say that it is in this version of the language? Else reports. */
bool pk_layers_check_language(struct pk_read *read, const struct pk_node *root);

/* Reads what the mapping `ruleset` of a main file says; what is wrong is reported and left out. */
struct pk_ruleset *pk_ruleset_read(struct pk_read *read, const struct pk_node *root);
/* Checks the keys of a main file or of a part. */
void pk_ruleset_check_keys(struct pk_read *read, const struct pk_node *root, bool is_part);

#endif
