/*
 * Stand-in for Sysmon64.exe on test endpoints. It takes Sysmon's switches, installs itself as a
 * real service with a real driver and keeps its configuration in the registry where and as Sysmon
 * does, but it watches nothing. What it refuses, and the binary rules, are picket's own work
 * (Sysmon facts, docs/sysmon-facts.md sections 10 and 11). config.c has the configuration.
 *
 * Faults: `refuse` (every configuration), `refuse-once`, `hang`, `crash`, `slow`, `keep` (says
 * that it went well and does nothing), `stopped` (the service is not started), `notelevated`,
 * `noremove` (-u fails).
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CHANNEL                                                                                    \
	L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\"                        \
	L"Microsoft-Windows-Sysmon/Operational"
#define SYSTEM_FOLDER L"C:\\windows\\system32\\"
#define PUBLISHER                                                                                  \
	L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Publishers\\"                      \
	L"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"
#define EULA_KEY L"Software\\Sysinternals\\System Monitor"

enum {
	MISUSE = ERROR_INVALID_PARAMETER, /* 87 */
	NOT_ELEVATED = 740,
	FAILED = 1,
};

struct wish {
	wchar_t verb;	     /* i, c, u, m, s, ?; 0 for none */
	const wchar_t *file; /* or "force", "--", a schema version; NULL */
	bool eula;
	bool nologo;
	bool wrong;
	struct settings settings;
};

/* The version is that of the program's resource, which is all that differs between versions. */
static void print_banner(const wchar_t *self)
{
	VS_FIXEDFILEINFO *info;
	UINT size;
	BYTE *block = calloc(1, 4096);
	unsigned major = 0;
	unsigned minor = 0;
	if (GetFileVersionInfoW(self, 0, 4096, block) &&
		VerQueryValueW(block, L"\\", (void **)&info, &size)) {
		major = HIWORD(info->dwFileVersionMS);
		minor = LOWORD(info->dwFileVersionMS);
	}
	free(block);
	printf("\n\nSystem Monitor v%u.%u - System activity monitor (stand-in for tests)\n"
	       "Sysinternals - www.sysinternals.com\n\n",
		major, minor);
}

static int print_usage(void)
{
	printf("Usage:\n"
	       "Install:                 Sysmon64.exe -i [<configfile>]\n"
	       "Update configuration:    Sysmon64.exe -c [<configfile>]\n"
	       "Install event manifest:  Sysmon64.exe -m\n"
	       "Print schema:            Sysmon64.exe -s\n"
	       "Uninstall:               Sysmon64.exe -u [force]\n");
	return MISUSE;
}

/* Takes a switch that has a value, or NULL. */
static const wchar_t *take_value(int *at, int argc, wchar_t **argv)
{
	if (*at + 1 >= argc)
		return NULL;
	const wchar_t *next = argv[*at + 1];
	if ((next[0] == L'-' || next[0] == L'/') && wcscmp(next, L"--") != 0)
		return NULL;
	++*at;
	return next;
}

static void read_switch(struct wish *out, int *at, int argc, wchar_t **argv)
{
	const wchar_t *name = argv[*at] + 1;
	if (argv[*at][0] != L'-' && argv[*at][0] != L'/') {
		out->wrong = true;
	} else if (_wcsicmp(name, L"accepteula") == 0) {
		out->eula = true;
	} else if (_wcsicmp(name, L"nologo") == 0) {
		out->nologo = true;
	} else if (wcslen(name) == 1 && wcschr(L"icumsICUMS?", name[0]) != NULL) {
		out->wrong = out->wrong || out->verb != 0;
		out->verb = (wchar_t)towlower(name[0]);
		out->file = take_value(at, argc, argv);
	} else if (_wcsicmp(name, L"h") == 0) {
		out->settings.hashes = take_value(at, argc, argv);
		out->wrong = out->wrong || out->settings.hashes == NULL;
	} else if (_wcsicmp(name, L"d") == 0) {
		out->settings.driver = take_value(at, argc, argv);
		out->wrong = out->wrong || out->settings.driver == NULL;
	} else if (_wcsicmp(name, L"n") == 0) {
		out->settings.network = true;
	} else if (_wcsicmp(name, L"l") == 0) {
		out->settings.image = true;
	} else if (_wcsicmp(name, L"r") == 0) {
		out->settings.revocation = true;
	} else {
		out->wrong = true;
	}
}

/* The licence has to be accepted once for each user. */
static bool accept_eula(const struct wish *wish)
{
	DWORD accepted = 0;
	DWORD size = sizeof(accepted);
	if (wish->eula) {
		accepted = 1;
		RegSetKeyValueW(HKEY_CURRENT_USER, EULA_KEY, L"EulaAccepted", REG_DWORD, &accepted,
			sizeof(accepted));
	} else {
		RegGetValueW(HKEY_CURRENT_USER, EULA_KEY, L"EulaAccepted", RRF_RT_REG_DWORD, NULL,
			&accepted, &size);
	}
	if (accepted == 0)
		fprintf(stderr,
			"This is the first run of this program. You must accept EULA to "
			"continue.\nUse -accepteula to accept EULA.\n");
	return accepted != 0;
}

/* Puts a configuration into force, and notes that. */
static void apply(const struct config *config, const struct wish *wish, const wchar_t *driver)
{
	char hash[256];
	char digest[65] = "none";
	char now[40];
	config_store(config, &wish->settings, driver, hash);
	if (config->path[0] != L'\0')
		standin_hash(digest, HASH_SHA256, config->text, config->len);
	standin_now(now);
	standin_note(L"applied.log", "-%lc %s %ls", wish->verb, _strlwr(digest),
		config->path[0] != L'\0' ? config->path : L"none");
	standin_note(L"events",
		"16 %s <Data Name='Configuration'>%ls</Data><Data "
		"Name='ConfigurationFileHash'>%s</Data>",
		now, config->path, hash);
}

/* Files, services and event channel. */
static int install_parts(const wchar_t *service, const wchar_t *driver)
{
	wchar_t self[MAX_PATH];
	wchar_t name[MAX_PATH];
	wchar_t path[MAX_PATH];
	const DWORD bytes = 67108864;
	standin_self(self, name);
	swprintf(path, MAX_PATH, L"C:\\Windows\\%ls.sys", driver);
	CopyFileW(STANDIN_FOLDER L"driver.sys", path, FALSE);
	if (!standin_service_create(driver, path, true)) {
		fprintf(stderr, "Failed to create driver %ls\n", driver);
		return FAILED;
	}
	/* Windows' own Sysmon stays where it is, in System32. */
	swprintf(path, MAX_PATH, L"C:\\Windows\\%ls.exe", service);
	if (_wcsnicmp(self, SYSTEM_FOLDER, wcslen(SYSTEM_FOLDER)) == 0) {
		lstrcpynW(path, self, MAX_PATH);
	} else if (_wcsicmp(self, path) != 0 && !CopyFileW(self, path, FALSE)) {
		fprintf(stderr, "Failed to copy to %ls\n", path);
		return FAILED;
	}
	if (!standin_service_create(service, path, false)) {
		fprintf(stderr, "Failed to create service %ls\n", service);
		return FAILED;
	}
	RegSetKeyValueW(HKEY_LOCAL_MACHINE, CHANNEL, L"MaxSize", REG_DWORD, &bytes, sizeof(bytes));
	RegSetKeyValueW(HKEY_LOCAL_MACHINE, PUBLISHER, L"MessageFileName", REG_EXPAND_SZ, path,
		(DWORD)((wcslen(path) + 1) * sizeof(*path)));
	DeleteFileW(STANDIN_FOLDER L"service");
	standin_note(L"service", "%ls", service);
	return 0;
}

static int install(const struct wish *wish, const wchar_t *service)
{
	wchar_t driver[MAX_PATH];
	struct config config;
	if (standin_service_exists(service) || config_find_driver(driver)) {
		printf("The service %ls is already registered. Uninstall Sysmon before "
		       "reinstalling.\n",
			service);
		return FAILED;
	}
	if (!config_read(&config, wish->file, &wish->settings))
		return MISUSE;
	if (standin_fault(L"keep", NULL))
		return 0;
	lstrcpynW(driver, config.driver[0] != L'\0' ? config.driver : L"SysmonDrv", MAX_PATH);
	int status = install_parts(service, driver);
	if (status != 0)
		return status;
	apply(&config, wish, driver);
	printf("%ls installed.\n%ls installed.\nStarting %ls.\n", service, driver, driver);
	standin_service_start(driver);
	if (standin_fault(L"stopped", NULL))
		return 0;
	printf("%ls started.\nStarting %ls..\n", driver, service);
	if (!standin_service_start(service)) {
		fprintf(stderr, "Failed to start %ls\n", service);
		return FAILED;
	}
	printf("%ls started.\n", service);
	return 0;
}

static int configure(const struct wish *wish, const wchar_t *service)
{
	wchar_t driver[MAX_PATH];
	struct config config;
	const wchar_t *file = wish->file;
	if (!config_find_driver(driver)) {
		fprintf(stderr, "Error: %ls is not installed\n", service);
		return FAILED;
	}
	if (file == NULL && wish->settings.hashes == NULL) {
		config_print(service, driver);
		return 0;
	}
	if (file != NULL && wcscmp(file, L"--") == 0)
		file = NULL;
	if (!config_read(&config, file, &wish->settings))
		return MISUSE;
	if (!standin_fault(L"keep", NULL))
		apply(&config, wish, driver);
	printf("Configuration updated.\n");
	return 0;
}

static int uninstall(const wchar_t *service)
{
	wchar_t driver[MAX_PATH] = L"";
	wchar_t path[MAX_PATH];
	if (!config_find_driver(driver) || !standin_service_exists(service)) {
		fprintf(stderr, "Error: %ls is not installed\n", service);
		return FAILED;
	}
	if (standin_fault(L"noremove", NULL)) {
		fprintf(stderr, "Failed to stop %ls\n", service);
		return FAILED;
	}
	printf("Stopping %ls.\n", service);
	standin_service_remove(service);
	printf("%ls stopped.\n%ls removed.\nStopping %ls.\n", service, service, driver);
	standin_service_remove(driver);
	printf("%ls stopped.\n%ls removed.\nRemoving service files\n", driver, driver);
	swprintf(path, MAX_PATH, L"C:\\Windows\\%ls.sys", driver);
	DeleteFileW(path);
	swprintf(path, MAX_PATH, L"C:\\Windows\\%ls.exe", service);
	DeleteFileW(path);
	DeleteFileW(STANDIN_FOLDER L"service");
	RegDeleteTreeW(HKEY_LOCAL_MACHINE, CHANNEL);
	RegDeleteTreeW(HKEY_LOCAL_MACHINE, PUBLISHER);
	standin_note(L"applied.log", "-u none");
	return 0;
}

int wmain(int argc, wchar_t **argv)
{
	struct wish wish = {0};
	wchar_t self[MAX_PATH];
	wchar_t service[MAX_PATH];
	standin_self(self, service);
	if (argc == 1 && standin_service_serve())
		return 0;
	for (int i = 1; i < argc; i++)
		read_switch(&wish, &i, argc, argv);
	if (!wish.nologo)
		print_banner(self);
	if (wish.wrong || wish.verb == 0 || wish.verb == L'?')
		return print_usage();
	if (standin_fault(L"notelevated", NULL)) {
		fprintf(stderr, "You need to launch Sysmon as an Administrator.\n");
		return NOT_ELEVATED;
	}
	standin_suffer();
	switch (wish.verb) {
	case L'i':
		return accept_eula(&wish) ? install(&wish, service) : FAILED;
	case L'c':
		return accept_eula(&wish) ? configure(&wish, service) : FAILED;
	case L'u':
		return uninstall(service);
	case L's':
		printf("<manifest schemaversion=\"4.90\" binaryversion=\"18.0\">\n</manifest>\n");
		return 0;
	default:
		return 0;
	}
}
