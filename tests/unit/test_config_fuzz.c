// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Seeded mutations of the golden files: whatever a file is, loading it gives either a
 * model that holds its invariants and survives config-get and back, or printable
 * errors with places inside the file, in order. Under the sanitizers this is also the proof that
 * nothing is read out of bounds or leaked. Runs in the repository's root.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../common/config_oracle.h"
#include "../common/random.h"

#define SEED	  0x5eed0002u
#define MUTATIONS 40000
#define FILES_MAX 256
#define TEXT_MAX  16384

struct seed {
	char *text;
	size_t len;
};

static struct seed seeds[FILES_MAX];
static size_t n_seeds, n_bad; /* the bad ones stand first */

static size_t below(uint64_t *state, size_t n)
{
	return n ? random_next(state) % n : 0;
}

static int is_configuration(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".json"));
}

static void read_seeds(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_configuration, alphasort);

	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char file[512];
		FILE *f;

		assert_true(n_seeds < FILES_MAX);
		snprintf(file, sizeof(file), "%s/%s", dir, entries[i]->d_name);
		f = fopen(file, "r");
		assert_non_null(f);
		seeds[n_seeds].text = malloc(TEXT_MAX);
		seeds[n_seeds].len = fread(seeds[n_seeds].text, 1, TEXT_MAX, f);
		n_seeds++;
		fclose(f);
		free(entries[i]);
	}
	free(entries);
}

/* What changes a file's meaning rather than its bytes. */
static const char *const words[] = {
	"{",
	"}",
	"[",
	"]",
	",",
	":",
	": ",
	"- ",
	"\n",
	"\n  ",
	"\"",
	"'",
	"#",
	"//",
	"/*",
	"*/",
	"\\",
	"\\ud83d",
	"\\u0000",
	"&a ",
	"*a",
	"!!int ",
	"? ",
	"|\n",
	">\n",
	"<<: ",
	"---\n",
	"...\n",
	"%",
	"0",
	"1",
	"-1",
	"4294967295",
	"4294967296",
	"1e999",
	"0.5",
	"true",
	"off",
	"null",
	"~",
	"\"\"",
	"\xff",
	"\xc3\xa4",
	"\t",
	"\r\n",
	"Dhcp4",
	"subnet4",
	"valid-lifetime: ",
	"option-data",
	"10.0.0.0/8",
	"192.0.2.0/24",
	"0.0.0.0 - 255.255.255.255",
	"224",
	"csv-format: false",
	"domain-search",
	"classless-static-route",
	"0x",
	"01:02:03",
	"''",
	"pool",
	"\"id\": 1,",
	"shared-networks",
	"exclusions: [10.0.0.0/16]",
	"relay: {ip-addresses: [192.0.2.1]}, ",
	"reservations-global: true, ",
	"reservation-mode: global\n",
	"circuit-id: \"'x'\", ",
	"duid: ",
};

static size_t insert(char *text, size_t len, size_t at, const char *what, size_t n)
{
	if (len + n >= TEXT_MAX)
		return len;
	memmove(text + at + n, text + at, len - at);
	memcpy(text + at, what, n);
	return len + n;
}

static size_t erase(char *text, size_t len, size_t at, size_t n)
{
	n = n > len - at ? len - at : n;
	memmove(text + at, text + at + n, len - at - n);
	return len - n;
}

/* A line, with its end. */
static size_t line_at(const char *text, size_t len, size_t *at)
{
	size_t end = *at;

	while (*at && text[*at - 1] != '\n')
		(*at)--;
	while (end < len && text[end] != '\n')
		end++;
	return end - *at + (end < len);
}

static size_t mutate(char *text, size_t len, uint64_t *rng)
{
	size_t at = below(rng, len + 1), n;
	const char *word;
	const struct seed *other;
	char line[512];

	switch (below(rng, 8)) {
	case 0: /* a byte is another */
		if (at < len)
			text[at] = (char)(1 + below(rng, 255));
		return len;
	case 1: /* some bytes are missing */
		return erase(text, len, at, 1 + below(rng, 12));
	case 2: /* a word too many */
	case 3:
		word = words[below(rng, sizeof(words) / sizeof(words[0]))];
		return insert(text, len, at, word, strlen(word));
	case 4: /* a line is missing */
		n = line_at(text, len, &at);
		return erase(text, len, at, n);
	case 5: /* a line stands somewhere else too */
		n = line_at(text, len, &at);
		if (n > sizeof(line))
			return len;
		memcpy(line, text + at, n);
		at = below(rng, len + 1);
		line_at(text, len, &at);
		return insert(text, len, at, line, n);
	case 6: /* a piece of another file */
		other = &seeds[below(rng, n_seeds)];
		n = below(rng, other->len);
		return insert(text, len, at, other->text + n, below(rng, other->len - n));
	default: /* cut short */
		return below(rng, 4) ? len : at;
	}
}

static void test_mutations(void **state)
{
	static char text[TEXT_MAX + 1];
	uint64_t rng = SEED;
	size_t good = 0;

	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		/* half of them start from a good file, so that more than the parser is reached */
		size_t from = below(&rng, 2) ? n_bad : 0;
		const struct seed *seed = &seeds[from + below(&rng, n_seeds - from)];
		size_t len = seed->len, times = 1 + below(&rng, 4);

		memcpy(text, seed->text, len);
		while (times--)
			len = mutate(text, len, &rng);
		text[len] = 0;
		good += config_oracle(text);
	}
	print_message("%d mutations, %zu of them load\n", MUTATIONS, good);
	/* a generator that only breaks, or breaks nothing, tests nothing */
	assert_true(good > MUTATIONS / 100 && good < MUTATIONS / 2);
}

static int setup(void **state)
{
	(void)state;
	read_seeds("tests/golden");
	n_bad = n_seeds;
	read_seeds("tests/golden/good");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_seeds; i++)
		free(seeds[i].text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutations)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
