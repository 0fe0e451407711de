/*
 * Stand-in for Monster.exe on test endpoints: takes its switches (/install /start /stop /remove),
 * is a real service called "monster", and watches nothing. It reads Monster.conf beside itself
 * when it is started, and notes that in C:\standin\applied.log.
 */
#include "common.h"

#include <stdlib.h>

static const wchar_t service[] = L"monster";

/* Notes the configuration that is in force from now on. */
static void note_config(const wchar_t *self)
{
	wchar_t path[MAX_PATH];
	char hash[65] = "none";
	size_t len;
	lstrcpynW(path, self, MAX_PATH);
	lstrcpynW(wcsrchr(path, L'\\'), L"\\Monster.conf", 14);
	char *bytes = standin_read(path, &len);
	if (bytes != NULL)
		standin_hash(hash, HASH_SHA256, bytes, len);
	free(bytes);
	standin_note(L"applied.log", "/start %s %ls", _strlwr(hash), path);
}

static int fail(const char *why, int code)
{
	fprintf(stderr, "Monster: %s\n", why);
	return code;
}

int wmain(int argc, wchar_t **argv)
{
	wchar_t path[MAX_PATH];
	wchar_t name[MAX_PATH];
	standin_self(path, name);
	if (argc < 2)
		return standin_service_serve() ? 0
					       : fail("use /install, /start, /stop, /remove", 1);
	const wchar_t *verb = argv[1] + 1;
	standin_suffer();
	if (_wcsicmp(verb, L"install") == 0) {
		if (standin_service_exists(service))
			return fail("the service exists already", ERROR_SERVICE_EXISTS);
		return standin_service_create(service, path, false) ? 0 : fail("not installed", 5);
	}
	if (!standin_service_exists(service))
		return fail("the service does not exist", ERROR_SERVICE_DOES_NOT_EXIST);
	if (_wcsicmp(verb, L"start") == 0) {
		if (standin_fault(L"refuse", NULL))
			return fail("the configuration is wrong", ERROR_INVALID_PARAMETER);
		if (standin_fault(L"nostart", NULL) || !standin_service_start(service))
			return fail("not started", ERROR_SERVICE_NOT_ACTIVE);
		note_config(path);
	} else if (_wcsicmp(verb, L"stop") == 0) {
		standin_service_stop(service);
	} else if (_wcsicmp(verb, L"remove") == 0) {
		standin_service_remove(service);
		standin_note(L"applied.log", "/remove none");
	} else {
		return fail("use /install, /start, /stop, /remove", 1);
	}
	return 0;
}
