/*
 * What the stand-ins for Windows programs share. They are built with MinGW, run under Wine on test
 * endpoints only, and keep what tests look at in C:\standin: applied.log, a line for each
 * configuration put into force; events, what the stand-in for wevtutil gives out; service, the name
 * that the sensor runs under; and the folder faults, whose files make them fail.
 */
#ifndef TESTS_FLEET_STANDIN_COMMON_H
#define TESTS_FLEET_STANDIN_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define STANDIN_FOLDER L"C:\\standin\\"
#define SERVICES_KEY L"SYSTEM\\CurrentControlSet\\Services\\"

enum standin_hash { HASH_SHA1, HASH_MD5, HASH_SHA256 };

/* Is the fault of that name set? Its number goes to *value_out, if that is not NULL. */
bool standin_fault(const wchar_t *name, unsigned *value_out);
/* The faults `slow`, `hang` and `crash`, which all stand-ins for sensors know. */
void standin_suffer(void);

/* The content of a file, with a NUL after it, or NULL; the caller frees it. */
char *standin_read(const wchar_t *path, size_t *len_out);
/* Appends a line to a file of C:\standin. */
void standin_note(const wchar_t *name, const char *format, ...)
	__attribute__((format(gnu_printf, 2, 3)));
/* "2026-03-04T10:00:00.1234567Z", now. */
void standin_now(char out[40]);

/* Hash of some bytes in capital letters; false if there is none of that kind. */
bool standin_hash(char out[65], enum standin_hash kind, const void *bytes, size_t len);

/* Path, and name without folder and ".exe", of the running program. */
void standin_self(wchar_t path[MAX_PATH], wchar_t name[MAX_PATH]);

/* Creates a service that starts by itself. `kernel`: a driver. */
bool standin_service_create(const wchar_t *name, const wchar_t *path, bool kernel);
bool standin_service_exists(const wchar_t *name);
bool standin_service_running(const wchar_t *name);
bool standin_service_start(const wchar_t *name);
/* Stops it, and waits until it has. */
void standin_service_stop(const wchar_t *name);
/* Stops and deletes it, with all of its key. */
void standin_service_remove(const wchar_t *name);
/* Is this program started as a service, it runs until that is stopped; false: it is not. */
bool standin_service_serve(void);

#endif
