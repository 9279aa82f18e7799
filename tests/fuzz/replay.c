// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A harness without libFuzzer: runs it on the files that are named, and on all files of the
 * directories. So corpora and regressions are replayed in builds of any compiler. No file at all
 * is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../common/require.h"
#include "fuzz.h"

static unsigned long files;

static void run(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;

	if (!f || fstat(fileno(f), &st) < 0)
		wrong("%s: %s", path, strerror(errno));
	data = malloc((size_t)st.st_size + !st.st_size);
	require(data && fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size);
	fclose(f);
	if (getenv("V"))
		fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	free(data);
	files++;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_all(const char *path)
{
	struct dirent **entries;
	struct stat st;
	char name[4096];
	int n;

	if (stat(path, &st) < 0)
		wrong("%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode)) {
		run(path);
		return;
	}
	n = scandir(path, &entries, is_file, alphasort);
	require(n >= 0);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		run_all(name);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		run_all(argv[i]);
	if (!files)
		wrong("no file");
	printf("%s: %lu files\n", argv[0], files);
	return 0;
}
