/*
 * Stand-in for Windows' whoami.exe on test endpoints: the name, or with /groups the groups of an
 * administrator who is elevated, and with the fault `notelevated` of one who is not. Wine's own
 * knows the name only, whatever it is asked.
 */
#include "common.h"

int wmain(int argc, wchar_t **argv)
{
	wchar_t computer[64] = L"";
	wchar_t user[64] = L"";
	DWORD size = 64;
	GetComputerNameW(computer, &size);
	size = 64;
	GetUserNameW(user, &size);
	if (argc < 2) {
		printf("%ls\\%ls\n", _wcslwr(computer), _wcslwr(user));
		return 0;
	}
	if (_wcsicmp(argv[1], L"/groups") != 0) {
		fprintf(stderr, "ERROR: Invalid argument/option - '%ls'.\n", argv[1]);
		return 1;
	}
	const bool high = !standin_fault(L"notelevated", NULL);
	printf("\nGROUP INFORMATION\n-----------------\n\n"
	       "Group Name                             Type             SID          Attributes\n"
	       "====================================== ================ ============ ==========\n"
	       "Everyone                               Well-known group S-1-1-0      Mandatory "
	       "group, Enabled by default, Enabled group\n"
	       "BUILTIN\\Administrators                 Alias            S-1-5-32-544 %s\n"
	       "Mandatory Label\\%-22s Label            %s\n",
		high ? "Mandatory group, Enabled by default, Enabled group, Group owner"
		     : "Group used for deny only",
		high ? "High Mandatory Level" : "Medium Mandatory Level",
		high ? "S-1-16-12288" : "S-1-16-8192");
	return 0;
}
