// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is said of keys: the manual page has every row, and a path of keys finds what it names or
 * what may have been meant.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/schema.h"

/* As the page has it: words in any lines. */
static char *squeezed(const char *text)
{
	char *to = malloc(strlen(text) + 1), *at = to;

	assert_non_null(to);
	for (; *text; text++)
		if (*text == '\\' && text[1] == 'e')
			*at++ = '\\', text++;
		else if (*text == '\\' && text[1] == '&')
			text++;
		else if (*text != '\n' && *text != ' ')
			*at++ = *text;
	*at = 0;
	return to;
}

static void page(char **ret_text)
{
	size_t len;
	FILE *f = open_memstream(ret_text, &len);

	assert_non_null(f);
	config_man(f);
	fclose(f);
}

/* Each row once, under its first map, with its words, type and help; and named where else it may
 * stand. */
static void test_every_row_is_in_the_page(void **state)
{
	char *text, *all;

	(void)state;
	page(&text);
	all = squeezed(text);
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema[i];
		char item[600] = ".It Ic ", *help = squeezed(row->help), *it;
		size_t n = strlen(item);

		for (const char *c = row->name; *c; c++)
			n += (size_t)snprintf(item + n, sizeof(item) - n, "%s",
					      *c == '|' ? " , " : (char[]){*c, 0});
		snprintf(item + n, sizeof(item) - n, "\n");
		it = strstr(text, item);
		if (!it)
			fail_msg("%s is not in the page", row->name);
		if (!strstr(all, help + 1)) /* its first letter is a capital there */
			fail_msg("the help of %s is not in the page", row->name);
		free(help);
	}
	free(all);
	free(text);
}

static void test_maps_of_the_page(void **state)
{
	char *text, *pools;

	(void)state;
	page(&text);
	pools = strstr(text, "\n.Ss subnet4.pools\n");
	assert_non_null(strstr(text, ".Ss Global keys\n"));
	assert_non_null(pools);
	assert_non_null(strstr(pools, "As above:\noption-data,\n"));
	assert_null(strstr(text, "(null)"));
	free(text);
}

static void assert_found(const char *path, enum schema_key key, size_t n)
{
	struct schema_match matches[SCHEMA_MATCHES_MAX];
	char nearest[SCHEMA_PATH_MAX];

	if (schema_lookup(path, matches, nearest) != n || matches[0].row->key != key)
		fail_msg("%s is not found as it should be", path);
}

static void test_lookup(void **state)
{
	(void)state;
	assert_found("valid-lifetime", KEY_VALID_LIFETIME, 2); /* and a class's */
	assert_found("Dhcp4.valid-lifetime", KEY_VALID_LIFETIME, 2);
	assert_found("subnet4[].pools[].option-data[].code", KEY_OPTION_CODE, 1);
	assert_found("shared-networks.subnet4.pools.pool", KEY_POOL, 1);
	assert_found("pools.pool", KEY_POOL, 1);
	assert_found("subnet4.pools.", KEY_POOLS, 1);
	assert_found("hooks-libraries.parameters.identifier-expression", KEY_IDENTIFIER_EXPRESSION,
		     1);
	assert_found("lease-database.type", KEY_LEASE_TYPE, 1);
	assert_found("socket-name", KEY_SOCKET_NAME, 1);
	/* one word in several maps: each */
	assert_found("type", KEY_DEF_TYPE, 2);
}

static void assert_meant(const char *path, const char *meant)
{
	struct schema_match matches[SCHEMA_MATCHES_MAX];
	char nearest[SCHEMA_PATH_MAX];

	assert_int_equal(schema_lookup(path, matches, nearest), 0);
	assert_string_equal(nearest, meant);
}

static void test_nearest(void **state)
{
	(void)state;
	assert_meant("valid-lifetim", "valid-lifetime");
	assert_meant("subnet4.pols", "subnet4.pools");
	assert_meant("subnet4.pools.option-dta", "subnet4.pools.option-data");
	assert_meant("fast-path.mod", "fast-path.mode");
	assert_meant("mod", "mode"); /* of no global key, but of some map's */
	assert_meant("whatever-this-is", "");
	assert_meant("valid-lifetime.seconds", "");
	assert_meant("a..b", "");
	assert_meant("a.b.c.d.e.f.g.h.i.j.k", "");
}

static void test_paragraph(void **state)
{
	char *text = NULL, nearest[CONFIG_PATH_MAX];
	size_t len;
	FILE *f = open_memstream(&text, &len);
	json_t *json = config_doc_json("subnet4.enabled");

	(void)state;
	assert_int_equal(config_doc_key(f, "subnet4.enabled", nearest), 0);
	assert_int_equal(config_doc_key(f, "relay", nearest), 0);
	assert_int_equal(config_doc_key(f, "relai", nearest), -ENOENT);
	assert_string_equal(nearest, "relay");
	fclose(f);
	assert_non_null(
		strstr(text, "subnet4[].enabled\n\ttrue or false; default true\n\tfalse: "));
	assert_non_null(strstr(text, "keys in it: ip-addresses ip-address"));
	assert_int_equal(json_array_size(json), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json, 0), "key")),
			    "enabled");
	assert_null(config_doc_json("relai"));
	json_decref(json);
	json = config_doc_json("global");
	assert_true(json_array_size(json) > 60);
	json_decref(json);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_in_the_page),
		cmocka_unit_test(test_maps_of_the_page),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_paragraph),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
