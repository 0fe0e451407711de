/*
 * Records of the Monster agent: every column filled, the same bytes for the same seed and number.
 * In the texts below '#' stands for a hexadecimal digit and '@' for a decimal one.
 */
#include <string.h>

#include "base/json.h"
#include "templates/sample/sample_part.h"

enum {
	CHOICES_MAX = 4,
	TICKS_PER_MS = 10000,
	NUMBER_MOST = 100000,
};

struct text {
	const char *name; /* of the column */
	const char *choices[CHOICES_MAX];
};

#define GUID "{########-####-####-####-############}"
#define SHA256 "################################################################"
#define PROGRAM                                                                                    \
	"C:\\Lab\\alpha.exe", "C:\\Lab\\tools\\beta.exe", "C:\\Lab\\gamma.exe",                    \
		"C:\\Lab\\\xec\x98\x88\xec\x8b\x9c\\delta.exe"
#define DOCUMENT                                                                                   \
	"C:\\Lab\\docs\\plan.docx", "C:\\Lab\\docs\\list.xlsx", "C:\\Lab\\run.ps1", "C:\\Lab\\notes"
#define NT_DOCUMENT "\\Device\\HarddiskVolume2\\Lab\\docs\\plan.docx"
#define KEY_NAME                                                                                   \
	"\\REGISTRY\\MACHINE\\SOFTWARE\\Lab\\Run", "\\REGISTRY\\MACHINE\\SOFTWARE\\Lab\\Services", \
		"\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001\\Lab"
#define SIGNERS "Lab Code Signing|Lab Root", "Example Corporation|Example Root"
#define USERS "LAB\\anna", "LAB\\bert", "NT AUTHORITY\\SYSTEM"

/* In the order of their names. */
static const struct text texts[] = {
	{"Accounts",
		{"S-1-5-21-1-2-3-1001`anna`1`512`logon.cmd`1513580400`@@|"
		 "S-1-5-21-1-2-3-1002`bert`2`512`none`1513580500`@"}},
	{"Adapters", {"lab-nic-0|lab-nic-1"}},
	{"Attributes", {"0x00000020", "0x00000080"}},
	{"ChannelName", {"Security", "System"}},
	{"ClientIP", {"192.0.2.1@", "192.0.2.2@", "2001:db8::#"}},
	{"ClientName", {"anna.lab.example", "bert.lab.example"}},
	{"ClientPort", {"49@@1", "50@@2"}},
	{"CommandLine",
		{"\"C:\\Lab\\alpha.exe\" --list \"a b\"", "beta.exe /c `type C:\\Lab\\notes`",
			"C:\\Lab\\gamma.exe -n @@", "delta.exe \"say \"\"hello\"\"\""}},
	{"DesiredAccess", {"0x0012019f", "0x00120089"}},
	{"DestinationIp", {"198.51.100.@", "203.0.113.@", "192.0.2.3@", "2001:db8::1:#"}},
	{"DestinationPort", {"443", "80", "53", "445"}},
	{"Details", {"1", "4", "11"}},
	{"DeviceName", {"\\Device\\Lab@"}},
	{"Disposition", {"1", "5"}},
	{"DomainName", {"LAB"}},
	{"DriveLatter", {"E:", "F:"}},
	{"DriveLatterr", {"E:", "F:"}},
	{"DriverName", {"\\Driver\\LabFilter"}},
	{"ErrorCode", {"2", "1053"}},
	{"ExitCode", {"0", "1", "259"}},
	{"FailureReason", {"unknown user name or wrong password", "account is locked"}},
	{"FileObject", {"0xffffe00########0"}},
	{"FileOwner", {USERS}},
	{"FileType", {"1", "2"}},
	{"FinalFileName(DOS)", {DOCUMENT}},
	{"FinalFileName(NT)", {NT_DOCUMENT}},
	{"FinalStatus", {"0x00000000"}},
	{"FinalTargetFilePath(DOS)", {DOCUMENT}},
	{"FinalTargetFilePath(NT)", {NT_DOCUMENT}},
	{"Flag", {"0x00000000", "0x00000004"}},
	{"GrantAccess", {"0x00001000", "0x001fffff", "0x00000410"}},
	{"GrantedAccess", {"0x00001000", "0x001fffff", "0x00000410"}},
	{"Groups",
		{"LAB\\Domain Users`S-1-5-21-1-2-3-513`7|BUILTIN\\Users`S-1-5-32-545`7",
			"BUILTIN\\Administrators\"S-1-5-32-544\"15|Everyone\"S-1-1-0\"7"}},
	{"HostAddresses", {"192.0.2.1@|2001:db8::#"}},
	{"HostGUID",
		{"{5aa0b1c2-0001-4000-8000-00000000000a}",
			"{5aa0b1c2-0002-4000-8000-00000000000b}"}},
	{"HostIP", {"192.0.2.1", "192.0.2.2", "192.0.2.3"}},
	{"HostMAC", {"00-00-5E-00-53-##"}},
	{"HostName", {"lab-host-1", "lab-host-2"}},
	{"Image", {PROGRAM}},
	{"ImageBase", {"0x00007ff###000000"}},
	{"ImageCheckSum", {"0x000#####"}},
	{"ImageDefaultBase", {"0x0000000180000000"}},
	{"ImageFileSID", {"S-1-5-32-544", "S-1-5-18"}},
	{"ImagePath", {PROGRAM}},
	{"ImageTimestamp(UTC)", {"15135804@@"}},
	{"Information", {"1", "2"}},
	{"Inject", {"1", "0"}},
	{"InstalledPrograms",
		{"{########-0000-0000-0000-000000000001}`Lab Viewer`Lab Corp`1.0.@|"
		 "lab-tools`Lab Tools`Lab Corp`2.@"}},
	{"LogonID", {"0x3e7", "0x5####"}},
	{"LogonStatus", {"0xc000006d"}},
	{"LogonType", {"2", "3", "10"}},
	{"MD5", {"################################"}},
	{"NTCreateFileAttributes", {"0x80", "0x20"}},
	{"NTCreateFileOptions", {"0x05000060", "0x01000020"}},
	{"Options", {"0x00000044", "0x00000060"}},
	{"Owner", {USERS}},
	{"ParentProcessGUID", {GUID}},
	{"Privileges",
		{"SeChangeNotifyPrivilege`3|SeShutdownPrivilege`0",
			"SeDebugPrivilege\"2|SeChangeNotifyPrivilege\"3"}},
	{"ProcessGUID", {GUID}},
	{"ProductName", {"Lab Flash Drive"}},
	{"RegObject", {"0xffffc00########0"}},
	{"RegOpenKeyStatus", {"0x00000000", "0xc0000034"}},
	{"Removed", {"0", "1"}},
	{"SHA2", {SHA256}},
	{"SerialNumber", {"LAB00@@@@"}},
	{"ServerIP", {"198.51.100.@", "203.0.113.@", "2001:db8::1:#"}},
	{"ServerName", {"www.example.com", "files.example.net"}},
	{"ServerPort", {"443", "80", "53", "445"}},
	{"ServiceName", {"LabService", "LabUpdate"}},
	{"ServiceType", {"16", "1"}},
	{"SessionID", {"1", "2"}},
	{"ShareAccess", {"0x00000007", "0x00000001"}},
	{"Signer", {SIGNERS}},
	{"SourceIP", {"192.0.2.1@", "192.0.2.2@", "2001:db8::#"}},
	{"SourceImage", {PROGRAM}},
	{"SourcePort", {"49@@1", "50@@2"}},
	{"SourceProcessGUID", {GUID}},
	{"SourceProcessMD5", {"################################"}},
	{"SourceProcessSHA2", {SHA256}},
	{"SourceProcessUser", {USERS}},
	{"SourceProcessVerifiedSigner", {SIGNERS}},
	{"SourceProcessVerifyResult", {"0", "1"}},
	{"TargetDomainName", {"LAB"}},
	{"TargetFileAttribute", {"0x20"}},
	{"TargetFileAttributes", {"0x20"}},
	{"TargetFileName", {DOCUMENT}},
	{"TargetFileOwner", {USERS}},
	{"TargetFilePath", {DOCUMENT}},
	{"TargetFileSID", {"S-1-5-21-1-2-3-1001"}},
	{"TargetFileVersion", {"1.0.@.@", "10.0.@@"}},
	{"TargetImage", {PROGRAM}},
	{"TargetLogonID", {"0x3e7", "0x5####"}},
	{"TargetObject", {KEY_NAME}},
	{"TargetObject(base)", {KEY_NAME}},
	{"TargetObject(key)", {KEY_NAME}},
	{"TargetObject(relative)", {"Settings", "Settings\\Startup"}},
	{"TargetObject(value)", {"Start", "Path"}},
	{"TargetProcessGUID", {GUID}},
	{"TargetProcessMD5", {"################################"}},
	{"TargetProcessSHA2", {SHA256}},
	{"TargetProcessUser", {USERS}},
	{"TargetProcessVerifiedSigner", {SIGNERS}},
	{"TargetProcessVerifyResult", {"0", "1"}},
	{"TargetUserName", {"anna", "bert"}},
	{"TargetUserSID", {"S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"}},
	{"Type", {"1", "4"}},
	{"UserName", {"anna", "bert"}},
	{"VerifiedResult", {"0", "1"}},
	{"Version", {"1.0.@.@", "10.0.@@"}},
};

static const struct text *find_text(const char *name)
{
	size_t low = 0;
	for (size_t high = sizeof(texts) / sizeof(*texts); low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, texts[middle].name);
		if (order == 0)
			return &texts[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void put_text(struct pk_buf *buf, const struct text *text, uint64_t *state)
{
	size_t count = 0;
	while (count < CHOICES_MAX && text->choices[count] != NULL)
		count++;
	pk_sample_put_text(buf, text->choices[pk_sample_roll(state) % count], "0123456789abcdef",
		"0123456789", state);
}

/* Other times of a record lie up to an hour before it. */
static void put_filetime(
	struct pk_buf *buf, const struct pk_monster_column *column, int64_t ms, uint64_t *state)
{
	if (column->how != PK_COLUMN_TIME)
		ms -= (int64_t)(pk_sample_roll(state) % PK_SAMPLE_HOUR_MS);
	int64_t ticks = (int64_t)(pk_sample_roll(state) % TICKS_PER_MS);
	pk_buf_printf(buf, "%lld", (long long)(PK_FILETIME_1970 + ms * TICKS_PER_MS + ticks));
}

void pk_sample_put_monster(struct pk_buf *buf, const struct pk_sample_options *options,
	uint64_t index, const struct pk_monster_event *event)
{
	uint64_t state = pk_sample_state(options, index);
	int64_t ms = pk_sample_time(options, &state);
	for (size_t i = 0; i < event->column_count; i++) {
		const struct pk_monster_column *column = &event->columns[i];
		const struct text *text = find_text(column->name);
		if (i > 0)
			pk_buf_putc(buf, '\t');
		if (strcmp(column->name, "EventID") == 0)
			pk_buf_printf(buf, "%u", event->id);
		else if (column->type == PK_COLUMN_FILETIME)
			put_filetime(buf, column, ms, &state);
		else if (text != NULL)
			put_text(buf, text, &state);
		else
			pk_buf_printf(
				buf, "%u", (unsigned)(pk_sample_roll(&state) % NUMBER_MOST) + 1);
	}
}

void pk_sample_put_monster_document(struct pk_buf *buf, const struct pk_sample_options *options,
	uint64_t index, const struct pk_monster_event *event)
{
	PK_BUF_AUTO line = {0};
	pk_sample_put_monster(&line, options, index, event);
	pk_buf_puts(buf, "{\"message\":");
	pk_json_put_string_len(buf, line.data, line.len);
	pk_buf_puts(buf, ",\"tags\":[\"" PK_SAMPLE_TAG "\"]}");
}
