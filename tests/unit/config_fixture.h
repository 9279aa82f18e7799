/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loading configurations that must be right, for the tests of config/. Include after cmocka.h.
 */
#ifndef XDHCP_TEST_CONFIG_FIXTURE_H
#define XDHCP_TEST_CONFIG_FIXTURE_H

#include "config/config.h"

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define HEAD	       "interfaces-config: {interfaces: [eth0]}\n"
#define UNUSED	       __attribute__((unused))

/* Loads what must be right: a text, or (NULL) a file. */
static UNUSED struct config *load_named(const char *file, const char *text)
{
	struct config *config = NULL;
	struct config_errors errors;
	int r = config_load(file, text, &config, &errors);

	if (r)
		fail_msg("%d %s\n%s", r, errors.n ? errors.lines[0] : "", text ? text : "");
	assert_int_equal(errors.n, 0);
	config_errors_free(&errors);
	return config;
}

static UNUSED struct config *load(const char *text)
{
	return load_named("t", text);
}

static UNUSED void assert_option(const struct option_list *list, size_t at, uint8_t code,
				 bool always, bool never, const void *data, size_t len)
{
	assert_true(at < list->n);
	assert_int_equal(list->v[at].code, code);
	assert_int_equal(list->v[at].always_send, always);
	assert_int_equal(list->v[at].never_send, never);
	assert_int_equal(list->v[at].len, len);
	assert_memory_equal(list->v[at].data, data, len);
}

#endif
