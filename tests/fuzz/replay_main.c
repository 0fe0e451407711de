/*
 * Runs a fuzz target over the files of the folders given, once each, so that
 * corpora are ordinary tests without libFuzzer. Not finding a single file is a failure.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST = 16 * 1024 * 1024 };

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL) {
		perror(path);
		return false;
	}
	uint8_t *data = malloc(INPUT_MOST);
	if (data == NULL)
		abort();
	size_t size = fread(data, 1, INPUT_MOST, file);
	fclose(file);

	/* A block of exactly this size lets AddressSanitizer see reading past the end. */
	uint8_t *shrunk = realloc(data, size == 0 ? 1 : size);
	if (shrunk == NULL)
		abort();
	LLVMFuzzerTestOneInput(shrunk, size);
	free(shrunk);
	return true;
}

static bool replay_folder(const char *path, size_t *count)
{
	struct dirent **entries;
	int len = scandir(path, &entries, NULL, alphasort);
	if (len < 0) {
		perror(path);
		return false;
	}
	bool ok = true;
	for (int i = 0; i < len; i++) {
		char file[4096];
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.') {
			ok = replay_file(file) && ok;
			(*count)++;
		}
		free(entries[i]);
	}
	free(entries);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	size_t count = 0;
	for (int i = 1; i < argc; i++)
		ok = replay_folder(argv[i], &count) && ok;
	printf("replayed %zu inputs\n", count);
	return ok && count > 0 ? 0 : 1;
}
