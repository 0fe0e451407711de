/*
 * Launcher of the Windows-like test endpoints, a Windows program: runs the command line that the
 * environment variable ENDPOINT_LINE has as Windows' sshd does, by `cmd.exe /c "LINE"` without a
 * change to LINE, and ends with its exit code. Given to Wine's cmd as arguments, LINE would be
 * quoted once more.
 */
#include <windows.h>

enum { LINE_MAX_CHARS = 32767 }; /* longest command line of CreateProcess, with its end */

static wchar_t line[LINE_MAX_CHARS];

int wmain(void)
{
	static const wchar_t shell[] = L"\"C:\\windows\\system32\\cmd.exe\" /c \"";
	size_t len = sizeof(shell) / sizeof(shell[0]) - 1;
	lstrcpyW(line, shell);
	DWORD got = GetEnvironmentVariableW(L"ENDPOINT_LINE", line + len, LINE_MAX_CHARS - len - 2);
	if (got == 0 || got >= LINE_MAX_CHARS - len - 2)
		return 255;
	lstrcatW(line, L"\"");
	static const wchar_t *const ours[] = {L"ENDPOINT_LINE", L"ENDPOINT_HOME", L"LD_PRELOAD"};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		SetEnvironmentVariableW(ours[i], NULL);

	STARTUPINFOW start = {
		.cb = sizeof(start),
		.dwFlags = STARTF_USESTDHANDLES,
		.hStdInput = GetStdHandle(STD_INPUT_HANDLE),
		.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
		.hStdError = GetStdHandle(STD_ERROR_HANDLE),
	};
	PROCESS_INFORMATION process;
	if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
		return 255;
	WaitForSingleObject(process.hProcess, INFINITE);
	DWORD code = 255;
	GetExitCodeProcess(process.hProcess, &code);
	return (int)code;
}
