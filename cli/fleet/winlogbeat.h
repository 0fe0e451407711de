/*
 * Winlogbeat's configuration, which goes to hosts as the file it is: `picket stack agent-config`
 * writes it, or people do.
 */
#ifndef CLI_FLEET_WINLOGBEAT_H
#define CLI_FLEET_WINLOGBEAT_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/source.h"

/*
 * Is the source YAML that says which logs are read and where events go to? Else reports why not.
 * Everything else is judged on the host, by Winlogbeat itself.
 */
bool pk_winlogbeat_check(struct pk_source *source, struct pk_diags *diags);

#endif
