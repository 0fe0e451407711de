/*
 * Events of Sysmon as Winlogbeat 7 and later send them: every field filled, the same bytes for the
 * same seed and number. In the texts below '#' stands for a hexadecimal digit and '@' for a decimal
 * one. Texts of one event that stand in the same place of their rows belong together.
 */
#include <assert.h>
#include <string.h>
#include <time.h>

#include "base/json_out.h"
#include "base/text.h"
#include "templates/model/sysmon.h"
#include "templates/sample/sample_part.h"

enum {
	CHOICES_MAX = 4,
	SECOND_MS = 1000,
	FIELDS_MAX = 32,
	TIME_SIZE = 32,
};

struct text {
	uint32_t events; /* as in struct pk_sysmon_ecs_field */
	const char *field;
	const char *choices[CHOICES_MAX];
};

#define ON(n) (UINT32_C(1) << (n))
#define ANY UINT32_MAX
#define GUID "{########-####-####-####-############}"
#define HASHES                                                                                     \
	"SHA1=########################################,MD5=################################,"      \
	"SHA256=################################################################,"                 \
	"IMPHASH=################################"
#define PROGRAMS                                                                                   \
	"C:\\Lab\\powershell.exe", "C:\\Lab\\tools\\rundll32.exe", "C:\\Lab\\v1.2\\alpha.exe",     \
		"C:\\Lab\\\xec\x98\x88\xec\x8b\x9c\\delta.exe"
#define PARENTS                                                                                    \
	"C:\\Lab\\explorer.exe", "C:\\Lab\\cmd.exe", "C:\\Lab\\services.exe",                      \
		"C:\\Lab\\tools\\gamma.exe"
#define USERS "LAB\\anna", "LAB\\bert", "NT AUTHORITY\\SYSTEM", "LAB\\carla"

/* The first row that fits is taken. */
static const struct text texts[] = {
	{ON(5), "RuleName", {"Programs of the lab"}},
	{ANY, "RuleName",
		{"technique_id=T1059.001,technique_name=PowerShell",
			"technique_id=T1547.001,technique_name=Registry Run Keys / Startup Folder",
			"technique_id=T1105,technique_name=Ingress Tool Transfer,severity=high",
			"T1003"}},
	{ON(12), "EventType", {"CreateKey", "DeleteKey", "DeleteValue", "CreateKey"}},
	{ON(13), "EventType", {"SetValue"}},
	{ON(14), "EventType", {"RenameKey", "RenameValue"}},
	{ON(17), "EventType", {"CreatePipe"}},
	{ON(18), "EventType", {"ConnectPipe"}},
	{ON(19), "EventType", {"WmiFilterEvent"}},
	{ON(20), "EventType", {"WmiConsumerEvent"}},
	{ON(21), "EventType", {"WmiBindingEvent"}},
	{ANY, "Image", {PROGRAMS}},
	{ANY, "SourceImage", {PROGRAMS}},
	{ANY, "TargetImage", {PARENTS}},
	{ANY, "ParentImage", {PARENTS}},
	{ANY, "StartAddress", {"0x00007FF###@@####"}},
	{ANY, "StartModule", {"C:\\Lab\\ntdll.dll"}},
	{ANY, "StartFunction", {"LabStart"}},
	{ANY, "GrantedAccess", {"0x1fffff", "0x1410", "0x1000", "0x40"}},
	{ANY, "CallTrace", {"C:\\Lab\\ntdll.dll+9#@@|C:\\Lab\\kernel.dll+2#@@|UNKNOWN(0000@@@@)"}},
	{ON(6), "ImageLoaded", {"C:\\Lab\\drivers\\lab.sys", "C:\\Lab\\drivers\\filter.sys"}},
	{ANY, "ImageLoaded", {"C:\\Lab\\alpha.dll", "C:\\Lab\\v1.2\\beta.dll"}},
	{ANY, "FileVersion", {"10.0.@@@@.1 (Lab.160101.0800)", "1.2.@"}},
	{ON(0), "Description",
		{"Failed to open the lab's service - Last error: Access is denied."}},
	{ANY, "Description", {"Lab Shell", "Lab Loader", "Lab Program", "Lab Program"}},
	{ANY, "Product", {"Lab Operating System"}},
	{ANY, "Company", {"Lab Corporation", "Example Corporation"}},
	{ANY, "OriginalFileName", {"PowerShell.EXE", "RUNDLL32.EXE", "alpha.exe", "delta.exe"}},
	{ANY, "CommandLine",
		{"powershell.exe -NoProfile -Command \"Get-Date\"",
			"\"C:\\Lab\\tools\\rundll32.exe\" beta.dll,Start \"a b\"",
			"\"C:\\Lab\\v1.2\\alpha.exe\" --list \"C:\\Lab\\\\\"",
			"delta.exe \"say \\\"hello\\\"\" @@"}},
	{ANY, "CurrentDirectory", {"C:\\Lab\\", "C:\\Lab\\tools\\"}},
	{ANY, "LogonId", {"0x3e7", "0x5####"}},
	{ANY, "TerminalSessionId", {"1", "2"}},
	{ANY, "IntegrityLevel", {"High", "Medium", "System", "Low"}},
	{ANY, "ParentCommandLine",
		{"C:\\Lab\\explorer.exe", "cmd.exe /c \"start lab\"", "C:\\Lab\\services.exe",
			"gamma.exe -n @@"}},
	{ANY, "User", {USERS}},
	{ANY, "SourceUser", {USERS}},
	{ANY, "TargetUser", {"NT AUTHORITY\\SYSTEM", "LAB\\anna"}},
	{ANY, "ParentUser", {USERS}},
	{ON(15), "TargetFilename",
		{"C:\\Lab\\docs\\setup.exe:Zone.Identifier", "C:\\Lab\\docs\\list.xlsx:notes"}},
	{ON(27) | ON(29), "TargetFilename", {"C:\\Lab\\v1.2\\new.exe", "C:\\Lab\\tools\\new.dll"}},
	{ANY, "TargetFilename",
		{"C:\\Lab\\docs\\plan.docx", "C:\\Lab\\docs\\list.xlsx",
			"C:\\Lab\\Startup\\run.ps1", "C:\\Lab\\v1.2\\notes"}},
	{ANY, "Device", {"\\Device\\HarddiskVolume@"}},
	{ON(24), "Hashes",
		{"SHA256=################################################################,"
		 "SHA1=########################################,"
		 "MD5=################################,"
		 "IMPHASH=################################"}},
	{ANY, "Hashes", {HASHES}},
	{ANY, "Hash", {HASHES}},
	{ANY, "Contents",
		{"[ZoneTransfer]  ZoneId=3  ReferrerUrl=http://www.example.com/lab/  "
		 "HostUrl=http://files.example.net/setup.exe  ",
			"notes of the lab"}},
	{ANY, "Signed", {"true", "false"}},
	{ANY, "Signature", {"Lab Corporation", "Example Corporation"}},
	{ANY, "SignatureStatus", {"Valid", "Unavailable", "Expired", "Valid"}},
	{ANY, "IsExecutable", {"true", "false"}},
	{ANY, "Archived", {"true", "false"}},
	{ON(12), "TargetObject",
		{"HKLM\\SOFTWARE\\Lab\\Run", "HKU\\S-1-5-21-1-2-3-1001\\Lab",
			"HKLM\\SOFTWARE\\Lab\\Settings\\Path",
			"HKLM\\SYSTEM\\Lab\\Services\\LabService"}},
	{ON(14), "TargetObject", {"HKLM\\SOFTWARE\\Lab\\Run", "HKLM\\SOFTWARE\\Lab\\Run\\Start"}},
	{ANY, "TargetObject",
		{"HKLM\\SOFTWARE\\Lab\\CurrentVersion\\Run\\Start",
			"HKLM\\SOFTWARE\\Lab\\Settings\\Size",
			"HKU\\S-1-5-21-1-2-3-1001\\Lab\\(Default)", "HKLM\\SYSTEM\\Lab\\Data"}},
	{ANY, "Details",
		{"DWORD (0x0000000@)", "QWORD (0x0000000@-0xffffffff)", "C:\\Lab\\v1.2\\alpha.exe",
			"Binary Data"}},
	{ANY, "NewName", {"HKLM\\SOFTWARE\\Lab\\Run2", "HKLM\\SOFTWARE\\Lab\\Run\\Start2"}},
	{ANY, "PipeName", {"\\lab-pipe-@", "\\lab-server"}},
	{ANY, "Operation", {"Created", "Modified", "Deleted"}},
	{ANY, "EventNamespace", {" \"root\\\\cimv2\""}},
	{ON(19), "Name", {" \"LabFilter\""}},
	{ON(20), "Name", {" \"LabConsumer\""}},
	{ANY, "Query",
		{" \"SELECT * FROM __InstanceModificationEvent WITHIN 60 WHERE TargetInstance ISA "
		 "'Win32_PerfFormattedData_PerfOS_System'\""}},
	{ON(20), "Type", {"Command Line", "Script"}},
	{ON(25), "Type", {"Image is replaced", "Image is locked for access"}},
	{ANY, "Destination", {" \"C:\\\\Lab\\\\alpha.exe --list\""}},
	{ANY, "Consumer", {" \"CommandLineEventConsumer.Name=\\\"LabConsumer\\\"\""}},
	{ANY, "Filter", {" \"__EventFilter.Name=\\\"LabFilter\\\"\""}},
	{ANY, "Protocol", {"tcp", "udp"}},
	{ANY, "Initiated", {"true", "true", "false", "true"}},
	{ANY, "SourceIsIpv6", {"false", "false", "false", "true"}},
	{ANY, "SourceIp", {"192.0.2.1@", "192.0.2.2@", "198.51.100.@@", "2001:db8:0:0:0:0:0:@"}},
	{ANY, "SourceHostname", {"anna.lab.example", "bert.lab.example"}},
	{ANY, "SourcePort", {"49@@1", "50@@2"}},
	{ANY, "SourcePortName", {"-", "-", "ms-wbt-server", "-"}},
	{ANY, "DestinationIsIpv6", {"false", "false", "false", "true"}},
	{ANY, "DestinationIp",
		{"198.51.100.@", "203.0.113.@@", "192.0.2.1@", "2001:db8:0:0:0:0:1:@"}},
	{ANY, "DestinationHostname", {"www.example.com", "files.example.net"}},
	{ANY, "DestinationPort", {"443", "53", "3389", "80"}},
	{ANY, "DestinationPortName", {"https", "domain", "-", "http"}},
	{ANY, "QueryName", {"www.example.com", "files.example.net", "nowhere.example.org"}},
	{ANY, "QueryStatus", {"0", "0", "9003"}},
	{ANY, "QueryResults",
		{"type:  5 edge.example.net;::ffff:198.51.100.@;2001:db8::1:@;",
			"::ffff:203.0.113.@;::ffff:203.0.113.1@;", "type:  6 ns.example.org;"}},
	{ANY, "Session", {"1", "2"}},
	{ANY, "ClientInfo", {"user: LAB\\anna hostname: anna.lab.example"}},
	{ANY, "State", {"Started", "Stopped"}},
	{ANY, "Version", {"15.15"}},
	{ANY, "SchemaVersion", {"4.90"}},
	{ANY, "Configuration",
		{"C:\\ProgramData\\picket\\configs\\windows-base-1.2.0.xml",
			"C:\\ProgramData\\picket\\configs\\windows-base-1.3.0.xml"}},
	{ANY, "ConfigurationFileHash",
		{"SHA256=0B1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D8E9FA",
			"SHA256=1B1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D8E9FB"}},
	{ANY, "ID", {"ServiceEvent", "DriverCommunication"}},
};

/* What an event is made of. */
struct maker {
	uint64_t state; /* of the numbers */
	uint64_t scene; /* which of the texts */
	int64_t ms;	/* when it happened */
};

static const struct text *find_text(const char *field, uint32_t event)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if ((texts[i].events & event) != 0 && strcmp(texts[i].field, field) == 0)
			return &texts[i];
	return NULL;
}

static void put_text(struct pk_buf *buf, const char *const *choices, struct maker *maker)
{
	size_t count = 0;
	while (count < CHOICES_MAX && choices[count] != NULL)
		count++;
	pk_sample_put_text(
		buf, choices[maker->scene % count], "0123456789ABCDEF", "123456789", &maker->state);
}

/* "2026-03-04 10:00:01.001" or "2026-03-04T10:00:01.001Z". */
static void put_time(struct pk_buf *buf, int64_t ms, bool iso)
{
	time_t seconds = (time_t)(ms / SECOND_MS);
	struct tm parts = {0};
	gmtime_r(&seconds, &parts);
	char text[TIME_SIZE];
	strftime(text, sizeof(text), iso ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &parts);
	pk_buf_printf(buf, "%s.%03u%s", text, (unsigned)(ms % SECOND_MS), iso ? "Z" : "");
}

/* Fields without texts are times, GUIDs and numbers, as their names say. */
static void put_value(struct pk_buf *buf, const char *field, uint32_t event, struct maker *maker)
{
	static const char *const guid[CHOICES_MAX] = {GUID};
	const struct text *text = find_text(field, event);
	if (text != NULL)
		put_text(buf, text->choices, maker);
	else if (strcmp(field, "UtcTime") == 0)
		put_time(buf, maker->ms, false);
	else if (pk_text_ends(field, "UtcTime"))
		put_time(buf,
			maker->ms - (int64_t)(pk_sample_roll(&maker->state) % PK_SAMPLE_HOUR_MS),
			false);
	else if (pk_text_ends(field, "Guid") || pk_text_ends(field, "GUID"))
		put_text(buf, guid, maker);
	else
		pk_buf_printf(buf, "%u", (unsigned)(pk_sample_roll(&maker->state) % 9999 + 1) * 4);
}

/* A field may have several rows; it is one all the same. */
static size_t list_fields(const char *out[FIELDS_MAX], uint32_t event)
{
	size_t row_count;
	const struct pk_sysmon_ecs_field *rows = pk_sysmon_ecs_fields(&row_count);
	size_t count = 0;
	for (size_t i = 0; i < row_count && count < FIELDS_MAX; i++) {
		bool known = (rows[i].events & event) == 0;
		for (size_t j = 0; j < count; j++)
			known = known || strcmp(out[j], rows[i].field) == 0;
		if (!known)
			out[count++] = rows[i].field;
	}
	return count;
}

static void put_head(struct pk_json_out *json, const struct maker *maker, const char *host)
{
	PK_BUF_AUTO time = {0};
	/* It is written to the log a little later than it happens. */
	put_time(&time, maker->ms + 2, true);
	pk_json_out_text(json, "@timestamp", time.data);
	pk_json_out_raw(json, "tags", "[\"" PK_SAMPLE_TAG "\"]");
	pk_json_out_raw(json, "ecs", "{\"version\":\"8.0.0\"}");
	pk_json_out_open_object(json, "agent");
	pk_json_out_text(json, "type", "winlogbeat");
	pk_json_out_text(json, "version", "8.19.0");
	pk_json_out_text(json, "name", host);
	pk_json_out_close_object(json);
	pk_json_out_open_object(json, "host");
	pk_json_out_text(json, "name", host);
	pk_json_out_close_object(json);
	pk_json_out_raw(json, "log", "{\"level\":\"information\"}");
}

static void put_winlog(struct pk_json_out *json, struct maker *maker,
	const struct pk_sysmon_ecs_event *event, const char *host, uint64_t index)
{
	PK_BUF_AUTO task = {0};
	PK_BUF_AUTO record = {0};
	pk_buf_printf(&task, "%s (rule: %s)", event->task, event->name);
	pk_buf_printf(&record, "%llu", (unsigned long long)index + 1);
	pk_json_out_text(json, "api", "wineventlog");
	pk_json_out_text(json, "channel", "Microsoft-Windows-Sysmon/Operational");
	pk_json_out_text(json, "computer_name", host);
	PK_BUF_AUTO id = {0};
	pk_buf_printf(&id, "%u", event->id);
	pk_json_out_text(json, "event_id", id.data);
	pk_json_out_text(json, "opcode", "Info");
	pk_json_out_text(json, "provider_guid", "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}");
	pk_json_out_text(json, "provider_name", "Microsoft-Windows-Sysmon");
	pk_json_out_text(json, "record_id", record.data);
	pk_json_out_text(json, "task", task.data);
	pk_json_out_raw(json, "user",
		"{\"identifier\":\"S-1-5-18\",\"name\":\"SYSTEM\",\"domain\":\"NT AUTHORITY\","
		"\"type\":\"User\"}");
	pk_json_out_open_object(json, "process");
	pk_json_out_number(json, "pid", pk_sample_roll(&maker->state) % 999 * 4 + 4);
	pk_json_out_open_object(json, "thread");
	pk_json_out_number(json, "id", pk_sample_roll(&maker->state) % 999 * 4 + 4);
	pk_json_out_close_object(json);
	pk_json_out_close_object(json);
}

static void put_document(struct pk_buf *buf, const struct pk_sample_options *options,
	uint64_t index, const struct pk_sysmon_ecs_event *event)
{
	struct maker maker = {.state = pk_sample_state(options, index)};
	maker.ms = pk_sample_time(options, &maker.state);
	maker.scene = pk_sample_roll(&maker.state);
	PK_BUF_AUTO host = {0};
	pk_buf_printf(
		&host, "lab-host-%u.lab.example", (unsigned)(pk_sample_roll(&maker.state) % 5 + 1));
	PK_BUF_AUTO message = {0};
	pk_buf_printf(&message, "%s:", event->task);
	struct pk_json_out json = {.buf = buf};
	pk_json_out_open_object(&json, NULL);
	put_head(&json, &maker, host.data);
	pk_json_out_open_object(&json, "winlog");
	put_winlog(&json, &maker, event, host.data, index);
	pk_json_out_open_object(&json, "event_data");
	const char *fields[FIELDS_MAX];
	size_t count = list_fields(fields, pk_sysmon_ecs_bit(event->id));
	for (size_t i = 0; i < count; i++) {
		PK_BUF_AUTO value = {0};
		put_value(&value, fields[i], pk_sysmon_ecs_bit(event->id), &maker);
		pk_json_out_text(&json, fields[i], value.data);
		pk_buf_printf(&message, "\n%s: %s", fields[i], value.data);
	}
	pk_json_out_close_object(&json);
	pk_json_out_close_object(&json);
	pk_json_out_text(&json, "message", message.data);
	pk_json_out_close_object(&json);
}

void pk_sample_put_sysmon(
	struct pk_buf *buf, const struct pk_sample_options *options, uint64_t index)
{
	size_t count;
	const struct pk_sysmon_ecs_event *events = pk_sysmon_ecs_events(&count);
	put_document(buf, options, index, &events[index % count]);
}

void pk_sample_put_sysmon_id(
	struct pk_buf *buf, const struct pk_sample_options *options, uint64_t index, unsigned id)
{
	const struct pk_sysmon_ecs_event *event = pk_sysmon_ecs_find_event(id);
	assert(event != NULL);
	put_document(buf, options, index, event);
}
