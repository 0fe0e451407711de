#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { JUDGE_TIMEOUT_MS = 60000 };

/* Text of the entry <TAG>TEXT</TAG>, cut to `size`; false if there is none. */
static bool find_entry(char *out, size_t size, const char *text, const char *tag)
{
	char open[64];
	snprintf(open, sizeof(open), "<%s>", tag);
	const char *at = strstr(text, open);
	if (at == NULL)
		return false;
	at += strlen(open);
	at += strspn(at, " \t\r\n");
	size_t len = strcspn(at, "<\r\n");
	snprintf(out, size, "%.*s", (int)len, at);
	return true;
}

static bool has_tag(const char *text, const char *tag)
{
	char open[64];
	snprintf(open, sizeof(open), "<%s", tag);
	for (const char *at = text; (at = strstr(at, open)) != NULL; at++) {
		if (strchr(" \t\r\n/>", at[strlen(open)]) != NULL)
			return true;
	}
	return false;
}

/* Lets judge.sh, a Linux program, look at the configuration; what it says is the result. */
static char *judge(const char *text, size_t len, char **rules_out, size_t *rules_len_out)
{
	wchar_t path[MAX_PATH];
	wchar_t line[MAX_PATH];
	const unsigned long job = GetCurrentProcessId();
	STARTUPINFOW start = {.cb = sizeof(start)};
	PROCESS_INFORMATION process;
	char *result = NULL;

	CreateDirectoryW(STANDIN_FOLDER L"job", NULL);
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"job\\%lu.xml", job);
	FILE *file = _wfopen(path, L"wb");
	if (file == NULL)
		return NULL;
	fwrite(text, 1, len, file);
	fclose(file);
	swprintf(line, MAX_PATH, L"S:\\judge.sh %lu", job);
	if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process))
		return NULL;
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"job\\%lu.result", job);
	for (int waited = 0; result == NULL && waited < JUDGE_TIMEOUT_MS; waited += 10) {
		Sleep(10);
		result = standin_read(path, NULL);
	}
	DeleteFileW(path);
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"job\\%lu.rules", job);
	*rules_out = standin_read(path, rules_len_out);
	DeleteFileW(path);
	swprintf(path, MAX_PATH, STANDIN_FOLDER L"job\\%lu.xml", job);
	DeleteFileW(path);
	return result;
}

bool config_read(struct config *out, const wchar_t *file, const struct settings *settings)
{
	static const char nothing[] = "<Sysmon schemaversion=\"4.90\"></Sysmon>";
	memset(out, 0, sizeof(*out));
	if (file == NULL) {
		out->text = _strdup(nothing);
		out->len = sizeof(nothing) - 1;
	} else {
		GetFullPathNameW(file, MAX_PATH, out->path, NULL);
		out->text = standin_read(file, &out->len);
	}
	if (out->text == NULL) {
		fprintf(stderr, "Error: Failed to open xml configuration: %ls\n", file);
		return false;
	}
	printf("Loading configuration file with schema version 4.90\n");
	char *verdict = judge(out->text, out->len, &out->rules, &out->rules_len);
	bool refused = verdict == NULL || strncmp(verdict, "REJECT", 6) == 0;
	if (file != NULL && standin_fault(L"refuse", NULL))
		refused = true;
	if (file != NULL && standin_fault(L"refuse-once", NULL)) {
		DeleteFileW(STANDIN_FOLDER L"faults\\refuse-once");
		refused = true;
	}
	if (refused) {
		fprintf(stderr, "Error: Incorrect XML configuration: %ls\n%s\n", file,
			verdict != NULL ? verdict : "");
	} else {
		printf("Configuration file validated.\n");
	}
	free(verdict);
	char name[64] = "";
	if (find_entry(name, sizeof(name), out->text, "DriverName"))
		swprintf(out->driver, MAX_PATH, L"%hs", name);
	if (settings->driver != NULL)
		lstrcpynW(out->driver, settings->driver, MAX_PATH);
	return !refused;
}

/* Algorithms as HashingAlgorithm has them: one is its number, several are bits. */
static DWORD hashing(const char *names)
{
	static const char *const algorithms[] = {"SHA1", "MD5", "SHA256", "IMPHASH"};
	char upper[256];
	DWORD bits = 0;
	DWORD one = 0;
	int count = 0;
	snprintf(upper, sizeof(upper), "%s", names);
	_strupr(upper);
	for (DWORD i = 0; i < 4; i++) {
		if (strstr(upper, algorithms[i]) == NULL && strchr(upper, '*') == NULL)
			continue;
		bits |= 1U << i;
		one = i + 1;
		count++;
	}
	return count > 1 ? 0x80000000U | bits : one;
}

/*
 * "SHA256=...": by the strongest of the algorithms in force. The fault `manyhashes` lists them all.
 */
static void print_hash(char out[256], DWORD algorithms, const char *text, size_t len)
{
	static const char *const names[] = {"SHA1", "MD5", "SHA256"};
	static const enum standin_hash order[] = {HASH_SHA256, HASH_SHA1, HASH_MD5};
	DWORD bits = algorithms & 0x80000000U ? algorithms & 0xFU : 1U << (algorithms - 1);
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		char hash[65];
		if ((bits >> order[i] & 1) == 0 || !standin_hash(hash, order[i], text, len))
			continue;
		at += (size_t)snprintf(
			out + at, 256 - at, "%s%s=%s", at > 0 ? "," : "", names[order[i]], hash);
		if (!standin_fault(L"manyhashes", NULL))
			return;
	}
}

static void set_value(HKEY key, const wchar_t *name, DWORD type, const void *bytes, size_t len)
{
	RegSetValueExW(key, name, 0, type, bytes, (DWORD)len);
}

static void set_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
	set_value(key, name, REG_SZ, text, (wcslen(text) + 1) * sizeof(*text));
}

void config_store(const struct config *config, const struct settings *settings,
	const wchar_t *driver, char hash_out[256])
{
	wchar_t path[MAX_PATH];
	char names[256] = "SHA256";
	char folder[MAX_PATH];
	HKEY key;
	find_entry(names, sizeof(names), config->text, "HashAlgorithms");
	if (settings->hashes != NULL)
		snprintf(names, sizeof(names), "%ls", settings->hashes);
	DWORD algorithms = hashing(names);
	DWORD options = (settings->network || has_tag(config->text, "NetworkConnect") ? 1 : 0) |
		(settings->image || has_tag(config->text, "ImageLoad") ? 2 : 0) |
		(has_tag(config->text, "DnsQuery") ? 4 : 0) |
		(has_tag(config->text, "CaptureClipboard") ? 8 : 0);
	BYTE revocation = settings->revocation || has_tag(config->text, "CheckRevocation");
	BYTE lookup = strstr(config->text, "<DnsLookup>False") == NULL;
	print_hash(hash_out, algorithms, config->text, config->len);

	swprintf(path, MAX_PATH, SERVICES_KEY L"%ls\\Parameters", driver);
	RegCreateKeyW(HKEY_LOCAL_MACHINE, path, &key);
	set_value(key, L"HashingAlgorithm", REG_DWORD, &algorithms, sizeof(algorithms));
	set_value(key, L"Options", REG_DWORD, &options, sizeof(options));
	set_value(key, L"CheckRevocation", REG_BINARY, &revocation, 1);
	set_value(key, L"DnsLookup", REG_BINARY, &lookup, 1);
	if (find_entry(folder, sizeof(folder), config->text, "ArchiveDirectory")) {
		swprintf(path, MAX_PATH, L"%hs", folder);
		set_text(key, L"ArchiveDirectory", path);
	}
	set_text(key, L"ConfigFile", config->path);
	swprintf(path, MAX_PATH, L"%hs", hash_out);
	set_text(key, L"ConfigHash", path);
	set_value(key, L"Rules", REG_BINARY, config->rules, config->rules_len);
	RegCloseKey(key);
}

bool config_find_driver(wchar_t out[MAX_PATH])
{
	HKEY services;
	wchar_t name[MAX_PATH];
	wchar_t path[MAX_PATH];
	bool found = false;
	RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICES_KEY, 0, KEY_READ, &services);
	for (DWORD i = 0; !found && RegEnumKeyW(services, i, name, MAX_PATH) == ERROR_SUCCESS;
		i++) {
		HKEY key;
		swprintf(path, MAX_PATH, L"%ls\\Parameters", name);
		if (RegOpenKeyExW(services, path, 0, KEY_READ, &key) != ERROR_SUCCESS)
			continue;
		found = RegQueryValueExW(key, L"Rules", NULL, NULL, NULL, NULL) == ERROR_SUCCESS;
		RegCloseKey(key);
	}
	RegCloseKey(services);
	if (found)
		lstrcpynW(out, name, MAX_PATH);
	return found;
}

void config_print(const wchar_t *service, const wchar_t *driver)
{
	static const struct {
		const wchar_t *value;
		const char *label;
	} lines[] = {
		{L"ConfigFile", " - Config file:"},
		{L"ConfigHash", " - Config hash:"},
	};
	wchar_t path[MAX_PATH];
	wchar_t text[MAX_PATH];
	DWORD size;
	swprintf(path, MAX_PATH, SERVICES_KEY L"%ls\\Parameters", driver);
	printf("Current configuration:\n%-34s%ls\n%-34s%ls\n", " - Service name:", service,
		" - Driver name:", driver);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size = sizeof(text);
		if (RegGetValueW(HKEY_LOCAL_MACHINE, path, lines[i].value, RRF_RT_REG_SZ, NULL,
			    text, &size) == ERROR_SUCCESS)
			printf("%-34s%ls\n", lines[i].label, text);
	}
	size = 0;
	RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Rules", RRF_RT_REG_BINARY, NULL, NULL, &size);
	printf("\nRule configuration (version 4.90): %lu bytes, not printed by this stand-in\n",
		size);
}
