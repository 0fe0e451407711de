/*
 * Kind: what sort of file the user gave, told from its content.
 */
#ifndef CLI_KIND_H
#define CLI_KIND_H

#include "base/node.h"

enum pk_kind {
	PK_KIND_SYSMON,
	PK_KIND_MONSTER,
	PK_KIND_RULESET,
	PK_KIND_PROJECT,
	PK_KIND_INVENTORY,
	PK_KIND_UNKNOWN,
};

/* The choices of --as, in the order of enum pk_kind. */
#define PK_KIND_CHOICES "sysmon|monster|ruleset|project|inventory"

/*
 * The kind of `source`: XML is Sysmon's, a JSON object is the Monster agent's, YAML is a ruleset, a
 * project or an inventory of hosts, which may also be Ansible's, in INI, too. Only the first
 * characters are looked at, and which keys stand at the beginning of lines.
 */
enum pk_kind pk_kind_of(const struct pk_source *source);

#endif
