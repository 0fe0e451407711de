/*
 * Configuration of the stand-in for Sysmon64.exe: judged by picket, kept where Sysmon keeps it, in
 * the key of its driver (Sysmon facts, docs/sysmon-facts.md section 10).
 */
#ifndef TESTS_FLEET_STANDIN_CONFIG_H
#define TESTS_FLEET_STANDIN_CONFIG_H

#include "common.h"

/* Switches that a configuration is completed with. */
struct settings {
	const wchar_t *hashes; /* -h; NULL: the configuration's */
	const wchar_t *driver; /* -d; NULL: the configuration's */
	bool network;
	bool image;
	bool revocation;
};

struct config {
	wchar_t path[MAX_PATH]; /* as it was given, made absolute; "" if there is none */
	char *text;
	size_t len;
	char *rules;
	size_t rules_len;
	wchar_t driver[MAX_PATH]; /* name that it gives the driver; "" if it gives none */
};

/* Reads a configuration; false after saying why Sysmon would refuse it. `file` may be NULL. */
bool config_read(struct config *out, const wchar_t *file, const struct settings *settings);
/* Puts it into force: into the driver's key. The hash of the file goes to `hash_out`. */
void config_store(const struct config *config, const struct settings *settings,
	const wchar_t *driver, char hash_out[256]);
/* The installed driver, found as the service whose Parameters have Rules. */
bool config_find_driver(wchar_t out[MAX_PATH]);
/* -c without anything: prints what is in force. */
void config_print(const wchar_t *service, const wchar_t *driver);

#endif
