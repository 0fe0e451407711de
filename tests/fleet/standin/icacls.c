/*
 * Stand-in for Windows' icacls.exe on test endpoints: says that the rights of what it was given
 * have been set, if it is there. Nothing is set: Wine's are those of Linux.
 */
#include "common.h"

int wmain(int argc, wchar_t **argv)
{
	if (argc < 2)
		return ERROR_INVALID_PARAMETER;
	if (GetFileAttributesW(argv[1]) == INVALID_FILE_ATTRIBUTES) {
		printf("%ls: The system cannot find the file specified.\n", argv[1]);
		printf("Successfully processed 0 files; Failed processing 1 files\n");
		return ERROR_FILE_NOT_FOUND;
	}
	printf("processed file: %ls\n", argv[1]);
	printf("Successfully processed 1 files; Failed processing 0 files\n");
	return 0;
}
