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

#include "config/config.h"

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

static uint64_t next(uint64_t *state) /* xorshift64* */
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dull;
}

static size_t below(uint64_t *state, size_t n)
{
	return n ? next(state) % n : 0;
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

/* --- what must hold of every answer --- */

static bool looked_for(const struct model *model, enum reserved_by by)
{
	for (size_t i = 0; i < model->n_order; i++) {
		if (model->order[i] == by)
			return true;
	}
	return false;
}

static void check_reservation(const struct model *model, const struct subnet *s,
			      const struct reservation *r)
{
	struct identifiers ids = {0};
	enum reserved_by by = reservation_by(r);
	bool used = r->global ? s->reservations_global : s->reservations_in_subnet;

	assert_true(r->key_len > 1 && by < RESERVED_BY_COUNT);
	assert_true(r->global || !r->addr || (r->addr & s->mask) == s->prefix);
	if (used && r->addr && (r->addr & s->mask) == s->prefix)
		assert_true(subnet_reserved_address(s, r->addr) == r);
	ids.v[by].data = r->key + 1;
	ids.v[by].len = r->key_len - 1;
	assert_true(reservation_is_for(r, &ids));
	if (used && !r->global)
		assert_ptr_equal(model_reservation(model, s, &ids),
				 looked_for(model, by) ? r : NULL);
}

static void check_ranges(const struct subnet *s)
{
	for (size_t i = 0; i < s->n_pools; i++) {
		assert_true(s->pools[i].first <= s->pools[i].last);
		assert_int_equal(s->pools[i].first & s->mask, s->prefix);
		assert_int_equal(s->pools[i].last & s->mask, s->prefix);
		assert_true(!i || s->pools[i].first > s->pools[i - 1].last);
	}
	for (size_t i = 0; i < s->n_exclusions; i++) {
		const struct address_range *it = &s->exclusions[i];

		assert_true(it->first <= it->last);
		assert_int_equal(it->first & s->mask, s->prefix);
		assert_int_equal(it->last & s->mask, s->prefix);
		assert_true(!i || it->first > (uint64_t)it[-1].last + 1);
		assert_true(subnet_excludes(s, it->first) && subnet_excludes(s, it->last));
	}
}

static void check_network(const struct model *model, const struct subnet *s)
{
	for (size_t i = 0; i < s->n_relays; i++)
		assert_true(s->relays[i] && (!i || s->relays[i] > s->relays[i - 1]));
	if (!s->network)
		return;
	assert_true(s->network >= model->networks &&
		    s->network < model->networks + model->n_networks);
	for (size_t i = 0; i < model->n_subnets; i++) {
		if (model->subnets[i].network == s->network)
			assert_string_equal(model->subnets[i].interface, s->interface);
	}
}

static void check_subnet(const struct model *model, const struct subnet *s,
			 const struct subnet *before)
{
	assert_true(s->id >= 1 && s->digest);
	assert_int_equal(s->prefix & ~s->mask, 0);
	assert_true(!before || s->prefix > (before->prefix | ~before->mask));
	assert_true(s->life.min <= s->life.valid && s->life.valid <= s->life.max);
	assert_true(s->life.min >= 1);
	assert_true(s->life.t1_percent > 0 && s->life.t1_percent < s->life.t2_percent &&
		    s->life.t2_percent < 1);
	check_ranges(s);
	check_network(model, s);
	for (size_t i = 0; i < s->reservations.n; i++)
		check_reservation(model, s, &s->reservations.list[i]);
	for (size_t i = 0; i < model->reservations.n; i++)
		check_reservation(model, s, &model->reservations.list[i]);
}

static void check_model(const struct config *config)
{
	char *text = json_dumps(config->tree, JSON_COMPACT);
	struct config *again = NULL;
	struct config_errors errors;
	int r;

	assert_non_null(text);
	for (size_t i = 0; i < config->model.n_subnets; i++)
		check_subnet(&config->model, &config->model.subnets[i],
			     i ? &config->model.subnets[i - 1] : NULL);
	r = config_load("again", text, &again, &errors);
	if (r)
		fail_msg("%s\n%s", errors.lines[0], text);
	assert_true(json_equal(config->tree, again->tree));
	for (size_t i = 0; i < config->model.n_subnets; i++)
		assert_true(again->model.subnets[i].digest == config->model.subnets[i].digest);
	config_errors_free(&errors);
	config_free(again);
	free(text);
}

static void check_lines(char *const *lines, size_t n, size_t most_lines)
{
	unsigned last_line = 0, last_col = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned line, col;
		int at = 0;

		if (sscanf(lines[i], "f:%u:%u: %n", &line, &col, &at) != 2 || !at || !lines[i][at])
			fail_msg("%s", lines[i]);
		assert_true(line >= 1 && line <= most_lines && col >= 1);
		assert_true(line > last_line || (line == last_line && col >= last_col));
		for (const unsigned char *c = (const unsigned char *)lines[i]; *c; c++)
			assert_true(*c >= 0x20 && *c != 0x7f);
		last_line = line;
		last_col = col;
	}
}

/* libyaml also ends lines at CR, NEL, LS and PS, and takes the end of the file for one. */
static size_t count_lines(const char *text)
{
	size_t n = 2;

	for (const char *c = text; *c; c++)
		n += *c == '\n' || *c == '\r' || !strncmp(c, "\xc2\x85", 2) ||
		     !strncmp(c, "\xe2\x80\xa8", 3) || !strncmp(c, "\xe2\x80\xa9", 3);
	return n;
}

static int try(const char *text)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load("f", text, &config, &errors);

	assert_true(r == 0 || r == -EINVAL);
	assert_true((r == 0) == (errors.n == 0));
	assert_true((r == 0) == (config != NULL));
	check_lines(errors.lines, errors.n, count_lines(text));
	check_lines(errors.notices, errors.n_notices, count_lines(text));
	if (config)
		check_model(config);
	config_errors_free(&errors);
	config_free(config);
	return r;
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
		good += try(text) == 0;
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
