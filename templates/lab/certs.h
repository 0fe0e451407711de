/*
 * Certs: a certificate authority for one lab and certificates of its servers, so that TLS is on
 * from the first request and nothing has to be left unchecked.
 */
#ifndef TEMPLATES_LAB_CERTS_H
#define TEMPLATES_LAB_CERTS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

struct pk_lab_ca;

/* A new authority (ECDSA P-256, ten years) called `name`. NULL after a report. The caller owns it.
 */
struct pk_lab_ca *pk_lab_ca_create(const char *name, struct pk_diags *diags);
void pk_lab_ca_destroy(struct pk_lab_ca *ca); /* wipes its key; NULL is fine */
PK_AUTO_DEFINE(pk_lab_ca, pk_lab_ca_destroy);
/* Appends its certificate as PEM. Its key is written nowhere. */
void pk_lab_ca_put(struct pk_buf *buf, const struct pk_lab_ca *ca);
/*
 * Appends a certificate (two years) for the DNS names and addresses in `names` (NULL at the end),
 * and its key (PKCS#8, not encrypted), as PEM. False after a report.
 */
bool pk_lab_ca_issue(struct pk_buf *certificate, struct pk_buf *key, struct pk_lab_ca *ca,
	const char *const *names, struct pk_diags *diags);
/* Appends a password of 24 letters and digits (more than 140 bits) from the system's random
 * numbers. */
void pk_lab_put_password(struct pk_buf *buf);

#endif
