/*
 * Stand-in for Windows' wevtutil.exe on test endpoints: gl, sl and gli on channels in the registry,
 * where Windows keeps them, and qe on what the stand-in for Sysmon has noted. While the sensor runs
 * the newest event is always of this moment. Wine's own prints nothing and says that it went well.
 *
 * Faults: `nolog` (there is no channel), `fixedlog` (sl says it went well, and changes nothing),
 * `noevents` (the sensor writes none any more), `errors` (that many events 255).
 */
#include "common.h"

#include <stdlib.h>
#include <string.h>

#define CHANNELS L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\"

enum {
	CHANNEL_UNKNOWN = 15007, /* ERROR_EVT_CHANNEL_NOT_FOUND */
	SIZE_STEP = 65536,
	SIZE_LEAST = 1052672,
};

static const char default_access[] =
	"O:BAG:SYD:(A;;0xf0007;;;SY)(A;;0x7;;;BA)(A;;0x1;;;BO)(A;;0x1;;;SO)(A;;0x1;;;S-1-5-32-573)";

/* Channels that every Windows has; the sensor's are made when it is installed. */
static const struct {
	const wchar_t *name;
	DWORD bytes;
} always[] = {
	{L"Application", 20971520},
	{L"Security", 20971520},
	{L"System", 20971520},
	{L"Windows PowerShell", 15728640},
	{L"Microsoft-Windows-PowerShell/Operational", 15728640},
};

/* The key of a channel, or NULL. */
static HKEY open_channel(const wchar_t *name)
{
	wchar_t path[512];
	HKEY key = NULL;
	if (standin_fault(L"nolog", NULL) || wcslen(name) > 255)
		return NULL;
	swprintf(path, 512, CHANNELS L"%ls", name);
	if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_ALL_ACCESS, &key) == ERROR_SUCCESS)
		return key;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		if (_wcsicmp(name, always[i].name) != 0)
			continue;
		RegCreateKeyW(HKEY_LOCAL_MACHINE, path, &key);
		RegSetValueExW(key, L"MaxSize", 0, REG_DWORD, (const BYTE *)&always[i].bytes, 4);
		return key;
	}
	return NULL;
}

static int miss_channel(const wchar_t *name)
{
	fprintf(stderr,
		"Failed to read configuration for log %ls.\n"
		"The specified channel could not be found.\n",
		name);
	return CHANNEL_UNKNOWN;
}

static DWORD get_number(HKEY key, const wchar_t *name, DWORD otherwise)
{
	DWORD value = otherwise;
	DWORD size = sizeof(value);
	RegQueryValueExW(key, name, NULL, NULL, (BYTE *)&value, &size);
	return value;
}

static const char *truth(DWORD value)
{
	return value != 0 ? "true" : "false";
}

/* gl: the settings of a channel. */
static int show_channel(const wchar_t *name)
{
	wchar_t access[1024] = L"";
	DWORD size = sizeof(access) - sizeof(access[0]);
	HKEY key = open_channel(name);
	if (key == NULL)
		return miss_channel(name);
	if (RegQueryValueExW(key, L"ChannelAccess", NULL, NULL, (BYTE *)access, &size) !=
		ERROR_SUCCESS)
		swprintf(access, 1024, L"%hs", default_access);
	printf("name: %ls\nenabled: %s\ntype: Operational\nowningPublisher: \nisolation: Custom\n"
	       "channelAccess: %ls\nlogging:\n  logFileName: "
	       "%%SystemRoot%%\\System32\\Winevt\\Logs\\%ls.evtx\n  retention: %s\n  autoBackup: "
	       "%s\n"
	       "  maxSize: %lu\npublishing:\n  fileMax: 1\n",
		name, truth(get_number(key, L"Enabled", 1)), access, name,
		truth(get_number(key, L"Retention", 0)),
		truth(get_number(key, L"AutoBackupLogFiles", 0)),
		get_number(key, L"MaxSize", 67108864));
	return 0;
}

/* "/ms:1048576": is `option` the one of that short or long name? Its value in *value_out. */
static bool is_option(
	const wchar_t **value_out, const wchar_t *option, const wchar_t *brief, const wchar_t *full)
{
	const wchar_t *colon = wcschr(option, L':');
	if ((option[0] != L'/' && option[0] != L'-') || colon == NULL)
		return false;
	size_t len = (size_t)(colon - option) - 1;
	*value_out = colon + 1;
	return (len == wcslen(brief) && _wcsnicmp(option + 1, brief, len) == 0) ||
		(len == wcslen(full) && _wcsnicmp(option + 1, full, len) == 0);
}

static void set_number(HKEY key, const wchar_t *name, DWORD value)
{
	RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&value, sizeof(value));
}

/* sl: changes the settings of a channel. */
static int change_channel(const wchar_t *name, int count, wchar_t **options)
{
	static const struct {
		const wchar_t *brief, *full, *value;
	} switches[] = {
		{L"e", L"enabled", L"Enabled"},
		{L"rt", L"retention", L"Retention"},
		{L"ab", L"autobackup", L"AutoBackupLogFiles"},
	};
	HKEY key = open_channel(name);
	if (key == NULL)
		return miss_channel(name);
	if (standin_fault(L"refuse-log", NULL)) {
		fprintf(stderr,
			"Failed to save configuration or activate log %ls.\nAccess is denied.\n",
			name);
		return ERROR_ACCESS_DENIED;
	}
	for (int i = 0; i < count && !standin_fault(L"fixedlog", NULL); i++) {
		const wchar_t *value;
		bool known = false;
		for (size_t k = 0; k < sizeof(switches) / sizeof(switches[0]); k++) {
			if (!is_option(&value, options[i], switches[k].brief, switches[k].full))
				continue;
			set_number(key, switches[k].value, _wcsicmp(value, L"true") == 0);
			known = true;
		}
		if (is_option(&value, options[i], L"ms", L"maxsize")) {
			DWORD bytes = wcstoul(value, NULL, 10);
			bytes = bytes < SIZE_LEAST ? SIZE_LEAST : bytes;
			set_number(
				key, L"MaxSize", (bytes + SIZE_STEP - 1) / SIZE_STEP * SIZE_STEP);
		} else if (is_option(&value, options[i], L"ca", L"channelaccess")) {
			RegSetValueExW(key, L"ChannelAccess", 0, REG_SZ, (const BYTE *)value,
				(DWORD)((wcslen(value) + 1) * sizeof(*value)));
		} else if (!known) {
			fprintf(stderr, "Invalid option %ls. Option name is not specified.\n",
				options[i]);
			return ERROR_INVALID_PARAMETER;
		}
	}
	return 0;
}

/* Does the sensor run that C:\standin\service names? */
static bool sensor_runs(void)
{
	wchar_t wide[MAX_PATH];
	char *name = standin_read(STANDIN_FOLDER L"service", NULL);
	if (name == NULL)
		return false;
	name[strcspn(name, "\r\n")] = '\0';
	swprintf(wide, MAX_PATH, L"%hs", name);
	free(name);
	return standin_service_running(wide);
}

/* What a query asks for, as far as this knows: events of some ids. */
static bool is_asked(const wchar_t *query, unsigned id)
{
	bool any = false;
	for (const wchar_t *at = query; at != NULL && (at = wcsstr(at, L"EventID")) != NULL; at++) {
		any = true;
		if (wcstoul(at + 7 + wcsspn(at + 7, L" ="), NULL, 10) == id)
			return true;
	}
	return !any;
}

/* Seconds from 2020 on: numbers of events grow with time. */
static unsigned long number_of(const char *time)
{
	unsigned part[6] = {0};
	sscanf(time, "%u-%u-%uT%u:%u:%u", &part[0], &part[1], &part[2], &part[3], &part[4],
		&part[5]);
	return ((((part[0] - 2020) * 372UL + part[1] * 31 + part[2]) * 24 + part[3]) * 60 +
		       part[4]) *
		60 +
		part[5];
}

static void print_event(const wchar_t *log, unsigned id, const char *time, const char *data)
{
	wchar_t computer[64] = L"";
	DWORD size = 64;
	GetComputerNameW(computer, &size);
	printf("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
	       "<Provider Name='Microsoft-Windows-Sysmon' "
	       "Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>%u</EventID>"
	       "<Version>3</Version><Level>%u</Level><Task>%u</Task><Opcode>0</Opcode>"
	       "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='%s'/>"
	       "<EventRecordID>%lu</EventRecordID><Correlation/>"
	       "<Execution ProcessID='2284' ThreadID='3012'/><Channel>%ls</Channel>"
	       "<Computer>%ls</Computer><Security UserID='S-1-5-18'/></System>"
	       "<EventData>%s</EventData></Event>\n",
		id, id == 255 ? 2 : 4, id, time, number_of(time), log, computer, data);
}

/* Events of C:\standin\events, newest first: "ID TIME DATA" a line. */
static void print_noted(const wchar_t *log, const wchar_t *query, unsigned long most)
{
	size_t len;
	char *events = standin_read(STANDIN_FOLDER L"events", &len);
	while (events != NULL && len > 0 && most > 0) {
		char time[40];
		unsigned id;
		int at = 0;
		while (len > 0 && (events[len - 1] == '\n' || events[len - 1] == '\r'))
			events[--len] = '\0';
		while (len > 0 && events[len - 1] != '\n')
			len--;
		if (sscanf(events + len, "%u %39s %n", &id, time, &at) == 2 &&
			is_asked(query, id)) {
			print_event(log, id, time, events + len + at);
			most--;
		}
	}
	free(events);
}

/* qe: events, newest first whatever is asked for. */
static int query_events(const wchar_t *log, int count, wchar_t **options)
{
	const wchar_t *query = NULL;
	const wchar_t *value;
	unsigned long most = 1000;
	unsigned errors = 0;
	char now[40];
	HKEY key = open_channel(log);
	if (key == NULL)
		return miss_channel(log);
	for (int i = 0; i < count; i++) {
		if (is_option(&value, options[i], L"c", L"count"))
			most = wcstoul(value, NULL, 10);
		else if (is_option(&value, options[i], L"q", L"query"))
			query = value;
	}
	if (_wcsicmp(log, L"Microsoft-Windows-Sysmon/Operational") != 0)
		return 0;
	standin_now(now);
	standin_fault(L"errors", &errors);
	for (; is_asked(query, 255) && errors > 0 && most > 0; errors--, most--)
		print_event(log, 255, now,
			"<Data Name='UtcTime'>-</Data><Data Name='ID'>DriverCommunication</Data>"
			"<Data Name='Description'>stand-in for an error</Data>");
	if (is_asked(query, 1) && most > 0 && sensor_runs() && !standin_fault(L"noevents", NULL)) {
		print_event(log, 1, now,
			"<Data Name='RuleName'>-</Data><Data Name='Image'>C:\\standin.exe</Data>");
		most--;
	}
	print_noted(log, query, most);
	return 0;
}

/* gli: how many events there are. */
static int show_status(const wchar_t *log)
{
	char now[40];
	if (open_channel(log) == NULL)
		return miss_channel(log);
	standin_now(now);
	printf("creationTime: 2026-01-01T00:00:00.000Z\nlastAccessTime: %s\nlastWriteTime: %s\n"
	       "fileSize: 1118208\nattributes: 32\nnumberOfLogRecords: %lu\noldestRecordNumber: "
	       "1\n",
		now, now, number_of(now));
	return 0;
}

int wmain(int argc, wchar_t **argv)
{
	if (argc >= 3 && _wcsicmp(argv[1], L"gl") == 0)
		return show_channel(argv[2]);
	if (argc >= 3 && _wcsicmp(argv[1], L"sl") == 0)
		return change_channel(argv[2], argc - 3, argv + 3);
	if (argc >= 3 && _wcsicmp(argv[1], L"qe") == 0)
		return query_events(argv[2], argc - 3, argv + 3);
	if (argc >= 3 && _wcsicmp(argv[1], L"gli") == 0)
		return show_status(argv[2]);
	fprintf(stderr, "The stand-in for wevtutil knows gl, sl, gli and qe only.\n");
	return ERROR_INVALID_PARAMETER;
}
