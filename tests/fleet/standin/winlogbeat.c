/*
 * Stand-in for winlogbeat.exe on test endpoints: `version`, `test config`, and a real service that
 * is started with the configuration behind -c, notes that in C:\standin\applied.log, and ships
 * nothing. Like Winlogbeat, it refuses a configuration with two outputs. Which version it is stands
 * in version.txt beside it.
 */
#include "common.h"

#include <stdlib.h>
#include <string.h>

static int fail(const char *why)
{
	fprintf(stderr, "Exiting: %s (stand-in for tests)\n", why);
	return 1;
}

static int say_version(const wchar_t *self)
{
	wchar_t path[MAX_PATH];
	lstrcpynW(path, self, MAX_PATH);
	lstrcpynW(wcsrchr(path, L'\\'), L"\\version.txt", 13);
	char *text = standin_read(path, NULL);
	printf("winlogbeat version %.20s (amd64), libbeat, a stand-in for tests\n",
		text != NULL ? strtok(text, "\r\n") : "9.1.0");
	free(text);
	return 0;
}

/* What follows the word `name`; NULL: nothing. */
static const wchar_t *behind(int argc, wchar_t **argv, const wchar_t *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (wcscmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

/* Why the configuration is refused; NULL: it is not. Its hash goes to `hash`. */
static const char *judge(char hash[65], const wchar_t *path)
{
	size_t len;
	size_t outputs = 0;
	char *text = path != NULL ? standin_read(path, &len) : NULL;
	if (text == NULL)
		return "error loading config file: it cannot be read";
	standin_hash(hash, HASH_SHA256, text, len);
	for (const char *at = text; (at = strstr(at, "\noutput.")) != NULL; at++) {
		size_t name = strcspn(at + 8, ".:\r\n");
		outputs += at[8 + name] == ':';
	}
	free(text);
	return outputs > 1 ? "error unpacking config data: more than one namespace configured "
			     "accessing 'output'"
			   : NULL;
}

int wmain(int argc, wchar_t **argv)
{
	wchar_t path[MAX_PATH];
	wchar_t name[MAX_PATH];
	char hash[65] = "none";
	standin_self(path, name);
	standin_suffer();
	if (argc > 1 && wcscmp(argv[1], L"version") == 0)
		return say_version(path);
	const wchar_t *file = behind(argc, argv, L"-c");
	const char *why = judge(hash, file);
	if (why != NULL)
		return fail(why);
	if (argc > 2 && wcscmp(argv[1], L"test") == 0 && wcscmp(argv[2], L"config") == 0) {
		puts("Config OK");
		return 0;
	}
	if (standin_fault(L"nostart", NULL))
		return fail("it does not start");
	standin_note(L"applied.log", "start %s %ls", _strlwr(hash), file);
	return standin_service_serve() ? 0 : fail("this is no service");
}
