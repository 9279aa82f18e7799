// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Files in tests/golden: each bad one gives exactly the lines of its .expected
 * (all errors of one run, then the notices), each in good/ loads with exactly those notices.
 * Every key of the schema is documented and occurs in one of them. Runs with the repository's
 * root as working directory.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/read.h"

#define BAD	"tests/golden"
#define GOOD	"tests/golden/good"
#define BAD_MIN 75

static char *slurp(const char *file, size_t *ret_len)
{
	FILE *f = fopen(file, "r");
	char *text = malloc(1 << 20);

	if (!f)
		fail_msg("%s cannot be opened", file);
	assert_non_null(text);
	*ret_len = fread(text, 1, (1 << 20) - 1, f);
	text[*ret_len] = 0;
	fclose(f);
	return text;
}

static int is_configuration(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".json"));
}

/* Calls fn for every configuration in `dir`; returns how many there were. */
static int each(const char *dir, void (*fn)(const char *file))
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_configuration, alphasort);

	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char file[512];

		snprintf(file, sizeof(file), "%s/%s", dir, entries[i]->d_name);
		fn(file);
		free(entries[i]);
	}
	free(entries);
	return n;
}

static void compare_lines(const char *file, const struct config_errors *errors)
{
	char name[520], *expected, *said = NULL;
	size_t len, said_len = 0;
	FILE *f = open_memstream(&said, &said_len);

	assert_non_null(f);
	for (size_t i = 0; i < errors->n; i++)
		fprintf(f, "%s\n", errors->lines[i]);
	for (size_t i = 0; i < errors->n_notices; i++)
		fprintf(f, "%s\n", errors->notices[i]);
	fclose(f);
	snprintf(name, sizeof(name), "%s.expected", file);
	expected = slurp(name, &len);
	if (strcmp(said, expected) != 0)
		fail_msg("%s:\n--- expected\n%s--- said\n%s", file, expected, said);
	free(expected);
	free(said);
}

static void check_bad(const char *file)
{
	struct config *config = NULL;
	struct config_errors errors;

	assert_int_equal(config_load(file, NULL, &config, &errors), -EINVAL);
	assert_null(config);
	assert_true(errors.n >= 1);
	compare_lines(file, &errors);
	config_errors_free(&errors);
}

static void check_good(const char *file)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load(file, NULL, &config, &errors);

	if (r)
		fail_msg("%s: %d %s", file, r, errors.n ? errors.lines[0] : "");
	assert_int_equal(errors.n, 0);
	compare_lines(file, &errors);
	config_free(config);
	config_errors_free(&errors);
}

static void test_bad(void **state)
{
	(void)state;
	assert_true(each(BAD, check_bad) >= BAD_MIN);
}

static void test_good(void **state)
{
	(void)state;
	assert_true(each(GOOD, check_good) >= 5);
}

/* The examples in README.md are configurations, or all of one but the interfaces. */
static void test_readme(void **state)
{
	static const char fence[] = "```yaml\n",
			  head[] = "interfaces-config: {interfaces: [eth0]}\n";
	size_t len, n = 0;
	char *readme = slurp("README.md", &len);

	(void)state;
	for (char *at = readme; (at = strstr(at, fence)); n++) {
		char *end, *text = NULL;
		struct config *config = NULL;
		struct config_errors errors;

		at += strlen(fence);
		end = strstr(at, "```");
		assert_non_null(end);
		*end = 0;
		assert_true(asprintf(&text, "%s%s", strstr(at, "interfaces-config") ? "" : head,
				     at) > 0);
		if (config_load("README.md", text, &config, &errors))
			fail_msg("%s\n%s", errors.lines[0], text);
		config_errors_free(&errors);
		config_free(config);
		free(text);
		at = end + 1;
	}
	assert_true(n >= 3);
	free(readme);
}

/* --- the schema --- */

#define ROWS_MAX  256
#define WORDS_MAX 32
static uint32_t met[ROWS_MAX]; /* per row, the set of its words that some file has */

static void meet(const struct node *node)
{
	const struct schema_row *row = node->key ? node->row : NULL;

	if (row)
		met[row - schema] |= 1u << schema_word(row->name, node->key);
	for (const struct node *child = node->first; child; child = child->next)
		meet(child);
}

static void meet_file(const char *file)
{
	size_t len;
	char *text = slurp(file, &len);
	struct report report;
	struct document *document = NULL;
	struct config_errors errors;

	report_init(&report, file);
	if (!document_parse(&report, text, len, &document)) {
		struct node *root = document->root;

		if (root->type == NODE_MAP && root->first && !strcmp(root->first->key, "Dhcp4"))
			root = root->first;
		if (root->type == NODE_MAP)
			read_tree(&report, root, document->json);
		meet(root);
	}
	report_finish(&report, &errors);
	config_errors_free(&errors);
	document_free(document);
	free(text);
}

static unsigned word_count(const char *list)
{
	unsigned n = 1;

	for (; *list; list++)
		n += *list == '|';
	return n;
}

static void test_every_key_occurs(void **state)
{
	(void)state;
	assert_true(schema_n <= ROWS_MAX);
	memset(met, 0, sizeof(met));
	each(BAD, meet_file);
	each(GOOD, meet_file);
	for (size_t i = 0; i < schema_n; i++) {
		unsigned words = word_count(schema[i].name);

		assert_true(words < WORDS_MAX);
		if (met[i] != (1u << words) - 1)
			fail_msg("%s (%s): not every word occurs in tests/golden: %x",
				 schema[i].name, schema[i].help, met[i]);
	}
}

static void check_row(const struct schema_row *row)
{
	if (!row->name || !*row->name || !row->help || !*row->help || !row->scopes)
		fail_msg("row %s lacks a name, scope or help", row->name);
	if (row->type == TYPE_CHOICE &&
	    (!row->allowed ||
	     (row->dflt ? schema_word(row->allowed, row->dflt) < 0 : !row->required)))
		fail_msg("%s: its default is not allowed", row->name);
	if (row->type == TYPE_INTEGER || row->type == TYPE_NUMBER) {
		char *end;
		double dflt = row->dflt ? strtod(row->dflt, &end) : row->min;

		assert_true(row->max > row->min);
		if (row->dflt && !*end && (dflt < row->min || dflt > row->max))
			fail_msg("%s: its default is out of range", row->name);
	}
	if (row->key == KEY_NONE)
		return;
	assert_null(strchr(row->name, '|'));
	assert_ptr_equal(schema_row(row->key), row);
}

static void test_schema(void **state)
{
	(void)state;
	for (size_t i = 0; i < schema_n; i++)
		check_row(&schema[i]);
	for (int key = KEY_NONE + 1; key < KEY_COUNT; key++)
		assert_non_null(schema_row((enum schema_key)key));
	/* no key is two rows of one scope */
	for (size_t i = 0; i < schema_n; i++) {
		for (size_t j = i + 1; j < schema_n; j++) {
			if (schema[i].scopes & schema[j].scopes &&
			    schema_word(schema[j].name, schema[i].name) >= 0)
				fail_msg("%s is there twice", schema[i].name);
		}
	}
}

static void test_doc(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	config_doc(f);
	fclose(f);
	for (size_t i = 0; i < schema_n; i++) {
		if (!strstr(text, schema[i].help))
			fail_msg("%s is not documented", schema[i].name);
		if (schema[i].key && !strstr(text, schema[i].name))
			fail_msg("%s is not documented", schema[i].name);
	}
	assert_non_null(strstr(text, "\nsubnet4[].id\n\twhole number, 1 to 4294967294; default"));
	assert_non_null(strstr(text, "valid-lifetime\nsubnet4[].valid-lifetime\n"));
	free(text);
}

static void test_distance(void **state)
{
	char near[SCHEMA_NAME_MAX];

	(void)state;
	assert_int_equal(schema_distance("abc", "abc"), 0);
	assert_int_equal(schema_distance("abc", "ab"), 1);
	assert_int_equal(schema_distance("abc", "acb"), 1);
	assert_int_equal(schema_distance("abc", "xbc"), 1);
	assert_int_equal(schema_distance("", "abc"), 3);
	assert_int_equal(schema_distance("kitten", "sitting"), 3);
	assert_true(schema_nearest(SCOPE_ROOT, "vaild-lifetime", near));
	assert_string_equal(near, "valid-lifetime");
	assert_true(schema_nearest(SCOPE_FAST_PATH, "Mode", near));
	assert_string_equal(near, "mode");
	assert_true(schema_nearest(SCOPE_ROOT, "cache-treshold", near));
	assert_string_equal(near, "cache-threshold"); /* one of Kea's without effect */
	assert_false(schema_nearest(SCOPE_FAST_PATH, "subnet4", near));
	assert_false(schema_nearest(SCOPE_ROOT, "<<", near));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readme),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_every_key_occurs),
		cmocka_unit_test(test_doc),
		cmocka_unit_test(test_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
