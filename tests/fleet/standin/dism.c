/*
 * Stand-in for Windows' dism.exe on test endpoints: switches the feature Sysmon on and off, which
 * puts the stand-in for Sysmon into System32 or takes it away. Fault: `nofeature` (there is none).
 */
#include "common.h"

static const wchar_t program[] = L"C:\\windows\\System32\\Sysmon.exe";

static bool has(int argc, wchar_t **argv, const wchar_t *option)
{
	for (int i = 1; i < argc; i++) {
		if (_wcsicmp(argv[i], option) == 0)
			return true;
	}
	return false;
}

int wmain(int argc, wchar_t **argv)
{
	printf("\nDeployment Image Servicing and Management tool (stand-in for tests)\n\n");
	if (!has(argc, argv, L"/Online") || !has(argc, argv, L"/FeatureName:Sysmon") ||
		standin_fault(L"nofeature", NULL)) {
		printf("Error: 0x800f080c\n\nFeature name is unknown.\n");
		return (int)0x800f080c;
	}
	if (has(argc, argv, L"/Enable-Feature")) {
		if (!CopyFileW(STANDIN_FOLDER L"Sysmon.exe", program, FALSE))
			return ERROR_ACCESS_DENIED;
	} else if (has(argc, argv, L"/Disable-Feature")) {
		DeleteFileW(program);
	} else {
		printf("Feature Name : Sysmon\nState : %s\n",
			GetFileAttributesW(program) != INVALID_FILE_ATTRIBUTES ? "Enabled"
									       : "Disabled");
	}
	printf("The operation completed successfully.\n");
	return 0;
}
