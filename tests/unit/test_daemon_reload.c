// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * In what order a reload does what it does: what is forbidden is closed before anything else
 * changes, and opened when all of it is in force. What it calls are doubles (the linker's wraps).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/daemon.h"

#define TEXT                                                                                    \
	"interfaces-config: {interfaces: [v0]}\nsubnet4: [{id: 1, subnet: 10.0.0.0/24, pools: " \
	"[]}]"

static char file[] = "/tmp/xdhcp-reload-XXXXXX";
static struct daemon d = {.config_file = file};
static struct config *old; /* NULL once it is gone */
static int close_result, engine_result, open_result;
static char calls[256];

static void called(const char *name)
{
	strcat(strcat(calls, calls[0] ? " " : ""), name);
}

#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(int, gates_close, struct daemon *daemon, const struct model *model)
{
	called("close");
	assert_ptr_equal(daemon->config, old); /* as it was */
	assert_ptr_not_equal(model, &old->model);
	return close_result;
}

WRAP(int, engine_apply, struct daemon *daemon, const struct config *config)
{
	called("engine");
	assert_ptr_equal(daemon->config, old);
	assert_ptr_not_equal(config, old);
	return engine_result;
}

WRAP(int, gates_open, struct daemon *daemon)
{
	called("open");
	assert_int_equal(daemon->config == old, engine_result < 0);
	return open_result;
}

WRAP(void, gates_forget, struct daemon *daemon)
{
	(void)daemon;
	called("forget");
}

WRAP(void, limits_apply, struct daemon *daemon)
{
	assert_ptr_not_equal(daemon->config, old);
	called("limits");
}

WRAP(void, ports_rescan, struct daemon *daemon)
{
	(void)daemon;
	called("ports");
}

WRAP(void, service_reloading, void)
{
	called("reloading");
}

WRAP(void, service_ready, struct daemon *daemon)
{
	(void)daemon;
	called("ready");
}

WRAP(void, log_line, int level, const char *format, ...)
{
	(void)level, (void)format;
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
}

static int begin(void **state)
{
	struct config_errors errors;

	(void)state;
	close_result = engine_result = open_result = 0;
	calls[0] = '\0';
	write_file(TEXT);
	assert_int_equal(config_load(file, NULL, &d.config, &errors), 0);
	config_errors_free(&errors);
	old = d.config;
	return 0;
}

static int end(void **state)
{
	(void)state;
	config_free(d.config);
	return 0;
}

static int reloaded(void)
{
	char *text = NULL;
	int r = reload(&d, &text);

	assert_int_equal(text != NULL, r < 0);
	free(text);
	return r;
}

static void what_is_forbidden_is_closed_before_anything_changes(void **state)
{
	(void)state;
	assert_int_equal(reloaded(), 0);
	assert_string_equal(calls, "reloading close engine forget open limits ports ready");
	assert_ptr_not_equal(d.config, old);
}

static void a_bad_file_changes_nothing(void **state)
{
	(void)state;
	write_file("subnet4: 7\n");
	assert_int_equal(reloaded(), -EINVAL);
	assert_string_equal(calls, "reloading ready");
	assert_ptr_equal(d.config, old);
}

/* What was closed is opened as it was, since as it was it goes on. */
static void what_the_engine_does_not_take_is_not_in_force(void **state)
{
	(void)state;
	engine_result = -ENOMEM;
	assert_int_equal(reloaded(), -ENOMEM);
	assert_string_equal(calls, "reloading close engine forget open ready");
	assert_ptr_equal(d.config, old);
}

/* It is not sure that running programs have left: then nothing is opened, nor published. */
static void what_is_not_surely_closed_is_not_opened(void **state)
{
	(void)state;
	close_result = -EIO;
	assert_int_equal(reloaded(), 0);
	assert_string_equal(calls, "reloading close engine forget limits ports ready");
	assert_ptr_not_equal(d.config, old);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_forbidden_is_closed_before_anything_changes),
		T(a_bad_file_changes_nothing),
		T(what_the_engine_does_not_take_is_not_in_force),
		T(what_is_not_surely_closed_is_not_opened),
	};
	int fd = mkstemp(file), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests_name("daemon/reload", tests, NULL, NULL);
	unlink(file);
	return failed;
}
