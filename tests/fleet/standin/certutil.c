/*
 * Stand-in for Windows' certutil.exe on test endpoints: knows `-hashfile FILE [SHA256]` only, and
 * prints what the real one of Windows 10 does. Wine's own prints nothing, and ends with 0.
 */
#include "common.h"

#include <ctype.h>
#include <stdlib.h>

int wmain(int argc, wchar_t **argv)
{
	static const wchar_t *const names[] = {L"SHA1", L"MD5", L"SHA256"};
	size_t kind = HASH_SHA1;
	size_t len;
	char hash[65];
	if (argc < 3 || _wcsicmp(argv[1] + 1, L"hashfile") != 0 ||
		(argv[1][0] != L'-' && argv[1][0] != L'/')) {
		printf("CertUtil: Unknown arg: %ls\n", argc > 1 ? argv[1] : L"");
		return (int)0x80070057;
	}
	for (size_t i = 0; argc > 3 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (_wcsicmp(argv[3], names[i]) == 0)
			kind = i;
	}
	char *bytes = standin_read(argv[2], &len);
	if (bytes == NULL) {
		printf("CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2 "
		       "ERROR_FILE_NOT_FOUND)\nCertUtil: The system cannot find the file "
		       "specified.\n");
		return (int)0x80070002;
	}
	standin_hash(hash, (enum standin_hash)kind, bytes, len);
	free(bytes);
	for (char *at = hash; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	printf("%ls hash of %ls:\n%s\nCertUtil: -hashfile command completed successfully.\n",
		names[kind], argv[2], hash);
	return 0;
}
