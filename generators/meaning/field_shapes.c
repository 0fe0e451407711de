#include "generators/meaning/field_shapes.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PROGRAM                                                                                    \
	{                                                                                          \
		"C:\\Windows\\System32\\svchost.exe", "C:\\Program Files\\Contoso\\agent.exe",     \
			"C:\\Users\\alice\\Downloads\\setup.exe", "D:\\Tools\\run.exe",            \
			"/usr/local/bin/agent"                                                     \
	}

/* The last row is for all other fields. */
static const struct pk_shape shapes[] = {
	{" Image SourceImage TargetImage ParentImage ", PROGRAM, "C:\\Data\\", "run.exe", ".exe",
		""},
	{" CommandLine ParentCommandLine ",
		{"C:\\Windows\\System32\\svchost.exe -k netsvcs -p",
			"\"C:\\Program Files\\Contoso\\agent.exe\" --run", "setup.exe /quiet",
			"D:\\Tools\\run.exe"},
		"run.exe ", "", "", " "},
	{" TargetFilename Path Configuration ",
		{"C:\\Users\\alice\\Documents\\report.docx", "C:\\ProgramData\\Contoso\\agent.log",
			"D:\\Data\\table.csv", "C:\\Windows\\Temp\\q7.tmp"},
		"C:\\Data\\", "file.dat", ".dat", ""},
	{" ImageLoaded StartModule ",
		{"C:\\Windows\\System32\\kernel32.dll", "C:\\Program Files\\Contoso\\agent.dll",
			"C:\\Users\\alice\\Downloads\\helper.dll", "D:\\Tools\\q7.dll"},
		"C:\\Data\\", "module.dll", ".dll", ""},
	{" TargetObject NewName ",
		{"HKLM\\SOFTWARE\\Contoso\\Agent\\Settings",
			"HKU\\S-1-5-21-1004336348-1177238915-682003330-1001\\Software\\Contoso\\q7",
			"HKLM\\System\\CurrentControlSet\\Services\\Contoso\\Start"},
		"HKLM\\SOFTWARE\\", "Value", "", ""},
	{" CurrentDirectory ", {"C:\\Windows\\system32\\", "C:\\Users\\alice\\", "D:\\Tools\\"},
		"C:\\Data\\", "", "\\", ""},
	{" PipeName ", {"\\contoso-agent", "\\q7", "<Anonymous Pipe>"}, "\\", "pipe", "", ""},
	{" User ParentUser SourceUser TargetUser ",
		{"CONTOSO\\alice", "NT AUTHORITY\\SYSTEM", "NT AUTHORITY\\LOCAL SERVICE",
			"HOST1\\bob"},
		"CONTOSO\\", "alice", "", ""},
	{" SourceIp DestinationIp ",
		{"203.0.113.25", "10.1.2.3", "192.0.2.77", "2001:db8:0:0:0:0:0:25"}, "", "", "7",
		""},
	{" SourcePort DestinationPort ", {"49731", "443", "8080", "53", "3389"}, "", "", "", ""},
	{" SourceHostname DestinationHostname QueryName ",
		{"host1.contoso.example", "www.example.org", "q7.example.net"}, "www.", "",
		".example.org", "."},
	{" QueryResults ", {"203.0.113.25;", "type: 5 q7.example.net;203.0.113.26;", "-"}, "", "",
		";", ";"},
	{" ProcessGuid ParentProcessGuid SourceProcessGuid SourceProcessGUID TargetProcessGuid "
	 "TargetProcessGUID LogonGuid ",
		{"{8d1f6f2a-1c3b-65f1-0a00-000000001a00}",
			"{2b6c0d14-77e0-65f2-9b03-000000002c00}"},
		"{", "", "}", "-"},
	{" ProcessId ParentProcessId SourceProcessId TargetProcessId SourceThreadId NewThreadId "
	 "BpfProgramId ",
		{"4712", "8152", "620", "13904"}, "", "", "", ""},
	{" TerminalSessionId Session ", {"1", "0", "2"}, "", "", "", ""},
	{" LogonId ", {"0x3e7", "0x4f2a1"}, "0x", "", "", ""},
	{" UtcTime CreationUtcTime PreviousCreationUtcTime ",
		{"2026-01-15 09:30:12.345", "2025-11-03 22:04:51.870", "2019-06-01 12:00:00.001"},
		"", "", "", ""},
	{" Hashes Hash ConfigurationFileHash ",
		{"SHA256=9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
			"MD5=098F6BCD4621D373CADE4E832627B4F6"},
		"SHA256=", "", "", ","},
	{" Signed Initiated SourceIsIpv6 DestinationIsIpv6 IsExecutable Archived ",
		{"false", "true", "-"}, "", "", "", ""},
	{" SignatureStatus ", {"Valid", "Unavailable", "Expired"}, "", "", "", ""},
	{" Signature Company ", {"Contoso Ltd", "Microsoft Windows", "Example Corp"}, "", "", "",
		" "},
	{" IntegrityLevel ", {"Medium", "High", "System", "Low"}, "", "", "", ""},
	{" Protocol ", {"tcp", "udp"}, "", "", "", ""},
	{" GrantedAccess ", {"0x1000", "0x1410", "0x1fffff", "0x40"}, "0x", "", "", ""},
	{" CallTrace ",
		{"C:\\Windows\\SYSTEM32\\ntdll.dll+9c534|C:\\Windows\\System32\\KERNELBASE.dll+"
		 "2c13e",
			"C:\\Windows\\SYSTEM32\\ntdll.dll+a1234|UNKNOWN(000001D2A4B10000)"},
		"C:\\Windows\\SYSTEM32\\ntdll.dll+9c534|", "", "+2c13e", "|"},
	{" EventType:12 ", {"CreateKey", "DeleteKey", "DeleteValue"}, "", "", "", ""},
	{" EventType:13 ", {"SetValue"}, "", "", "", ""},
	{" EventType:14 ", {"RenameKey"}, "", "", "", ""},
	{" EventType:17 ", {"CreatePipe"}, "", "", "", ""},
	{" EventType:18 ", {"ConnectPipe"}, "", "", "", ""},
	{" EventType:19 ", {"WmiFilterEvent"}, "", "", "", ""},
	{" EventType:20 ", {"WmiConsumerEvent"}, "", "", "", ""},
	{" EventType:21 ", {"WmiBindingEvent"}, "", "", "", ""},
	{" Details ", {"DWORD (0x00000001)", "C:\\Program Files\\Contoso\\agent.exe", "(Empty)"},
		"", "", "", " "},
	{" Device ", {"\\Device\\HarddiskVolume2", "\\Device\\HarddiskVolume4"}, "\\Device\\",
		"HarddiskVolume2", "", ""},
	{" OriginalFileName ", {"agent.exe", "setup.exe", "-"}, "", "", ".exe", ""},
	{" FileVersion ", {"2.4.1.0", "10.0.19041.1", "-"}, "", "", ".0", "."},
	{" RuleName ", {"-", "q7"}, "", "", "", " "},
	{" QueryStatus ", {"0", "9003"}, "", "", "", ""},
	{"", {"Contoso Agent", "q7", "-", "Example text", "42"}, "", "", "", " "},
};

/* True if the name is among those of the row. */
static bool has_field(const char *fields, const char *name, size_t len)
{
	for (const char *at = fields; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (*at == *name && strncmp(at, name, len) == 0 && at[len] == ' ')
			return true;
	}
	return false;
}

const struct pk_shape *pk_shape_find(const char *field)
{
	size_t last = sizeof(shapes) / sizeof(shapes[0]) - 1;
	size_t len = field != NULL ? strlen(field) : 0;
	for (size_t i = 0; i < last && len > 0; i++) {
		if (has_field(shapes[i].fields, field, len))
			return &shapes[i];
	}
	return &shapes[last];
}
