// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Configurations in several files: they mean what one file of all would, wherever the pieces lie;
 * what cannot be included is refused. The messages and their places are in tests/golden.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config_fixture.h"

static const char whole[] =
	"{ \"Dhcp4\": { \"interfaces-config\": { \"interfaces\": [ \"eth0\" ] },"
	"\"valid-lifetime\": 600, \"cache-max-age\": 5, \"subnet4\": [ { \"id\": 1,"
	"\"subnet\": \"192.0.2.0/24\", \"allocator\": \"random\", \"pools\": ["
	"{ \"pool\": \"192.0.2.10 - 192.0.2.20\", \"pool-id\": 3 },"
	"{ \"pool\": \"192.0.2.30 - 192.0.2.40\" } ], \"user-context\": { \"text\": \"%s\" } },"
	"{ \"id\": 2, \"subnet\": \"198.51.100.0/24\" } ] } }";

static void test_json(void **state)
{
	struct config *config = load_named("tests/golden/good/include.json", NULL);
	char text[2048];
	json_t *wanted;

	(void)state;
	snprintf(text, sizeof(text), whole, "<?include \\\"no such file\\\"?>");
	wanted = json_loads(text, 0, NULL);
	assert_non_null(wanted);
	assert_true(json_equal(config->tree, wanted));
	json_decref(wanted);
	config_free(config);
}

/* Indentation is that of the line, in a text of several lines too. */
static void test_yaml(void **state)
{
	struct config *config = load_named("tests/golden/good/include.yaml", NULL);
	json_t *subnets = json_object_get(json_object_get(config->tree, "Dhcp4"), "subnet4");
	json_t *context = json_object_get(json_array_get(subnets, 1), "user-context");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(context, "text")),
			    "first\n  second\n");
	assert_int_equal(config->model.n_subnets, 2);
	assert_int_equal(config->model.subnets[0].n_pools, 2);
	assert_int_equal(config->model.subnets[0].life.valid, 600);
	config_free(config);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The first error, or the empty string. */
static void load_in(const char *dir, const char *name, char ret_error[512])
{
	struct config *config = NULL;
	struct config_errors errors;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	*ret_error = 0;
	if (config_load(path, NULL, &config, &errors) < 0)
		snprintf(ret_error, 512, "%s", errors.lines[0]);
	config_errors_free(&errors);
	config_free(config);
}

#define INTERFACES "interfaces-config: {interfaces: [eth0]}\n"

static void test_depth_and_kinds(void **state)
{
	char dir[] = "/tmp/xdhcp-include-XXXXXX", path[256], name[16], text[256], error[512];

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "0.yaml", INTERFACES "<?include \"1.yaml\"?>\n");
	for (int i = 1; i <= 10; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		snprintf(text, sizeof(text),
			 i < 10 ? "<?include \"%d.yaml\"?>\n" : "valid-lifetime: 60%d\n", i + 1);
		write_file(dir, name, text);
	}
	load_in(dir, "0.yaml", error); /* ten deep, and no more */
	assert_string_equal(error, "");
	write_file(dir, "00.yaml", "<?include \"0.yaml\"?>\n");
	load_in(dir, "00.yaml", error);
	assert_non_null(strstr(error, "/9.yaml:1:1: include \"10.yaml\" is nested too deeply"));

	/* nobody writes to it: to wait for that would be to wait for ever */
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	write_file(dir, "f.yaml", INTERFACES "<?include \"fifo\"?>\n");
	load_in(dir, "f.yaml", error);
	assert_non_null(strstr(error, "include \"fifo\" cannot be read: it is no file"));

	/* an empty file is nothing; by its whole path */
	write_file(dir, "empty.yaml", "");
	snprintf(text, sizeof(text), INTERFACES "<?include \"%s/empty.yaml\"?>\n", dir);
	write_file(dir, "e.yaml", text);
	load_in(dir, "e.yaml", error);
	assert_string_equal(error, "");

	/* two of a thousand, each: 1 + 2 + 4 + ... would be too many */
	for (int i = 1; i <= 10; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		snprintf(text, sizeof(text), "<?include \"%d.yaml\"?>\n<?include \"%d.yaml\"?>\n",
			 i + 1, i + 1);
		write_file(dir, name, i < 10 ? text : "");
	}
	load_in(dir, "0.yaml", error);
	assert_non_null(strstr(error, "is one too many"));
	snprintf(text, sizeof(text), "rm -r %s", dir);
	assert_int_equal(system(text), 0);
}

/* What standard input includes lies where the program runs. */
static void test_standard_input(void **state)
{
	char file[] = "/tmp/xdhcp-include-XXXXXX";
	int fd = mkstemp(file);
	FILE *f = fdopen(fd, "w");
	struct config *config;

	(void)state;
	assert_non_null(f);
	fputs(INTERFACES "<?include \"tests/golden/parts/lifetimes.yaml\"?>\n", f);
	fclose(f);
	assert_non_null(freopen(file, "r", stdin));
	config = load_named("/dev/stdin", NULL);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(config->tree, "Dhcp4"),
							    "valid-lifetime")),
			 600);
	config_free(config);
	assert_int_equal(unlink(file), 0);
}

/* What is no file, such as a configuration sent to the control socket, opens none. */
static void test_text_includes_nothing(void **state)
{
	struct config *config = NULL;
	struct config_errors errors;

	(void)state;
	assert_int_equal(
		config_load("t", INTERFACES "<?include \"/etc/passwd\"?>\n", &config, &errors),
		-EINVAL);
	assert_string_equal(errors.lines[0],
			    "t:2:1: include \"/etc/passwd\" is not possible: this is no file");
	assert_int_equal(errors.n, 1);
	config_errors_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_depth_and_kinds),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_text_includes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
