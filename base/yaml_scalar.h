/*
 * What a plain YAML scalar means, for yaml.c, which reads, and yaml_write.c, which must know how
 * its text would be read back.
 */
#ifndef BASE_YAML_SCALAR_H
#define BASE_YAML_SCALAR_H

#include "base/node.h"

/*
 * Sets kind and value of `node`, whose text was written plain, by the core schema (YAML 1.2.2,
 * section 10.3.2). A whole number that does not fit int64_t becomes a PK_NODE_FLOAT; a
 * number that no double can hold stays text.
 */
void pk_yaml_resolve(struct pk_node *node);

#endif
