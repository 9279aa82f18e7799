/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What becomes of option-def and option-data, for the tests of them: cases of what is in a file,
 * and one option that comes of it. Include after cmocka.h.
 */
#ifndef XDHCP_TEST_OPTIONS_FIXTURE_H
#define XDHCP_TEST_OPTIONS_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "config_fixture.h"
#include "proto/options.h"

#define SUBNET HEAD "subnet4: [{id: 1, subnet: 192.0.2.0/24}]\n"
#define VENDOR "space: vendor-encapsulated-options-space"

static UNUSED struct config *load_noting(const char *text, struct config_errors *errors)
{
	struct config *config = NULL;
	int r = config_load("t", text, &config, errors);

	if (r)
		fail_msg("%d %s\n%s", r, errors->n ? errors->lines[0] : "", text);
	return config;
}

static UNUSED const struct option_value *find(const struct config *config, uint8_t code)
{
	const struct option_list *list = &config->model.scope.options;
	const struct option_value *found = NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].code != code)
			continue;
		assert_null(found);
		found = &list->v[i];
	}
	return found;
}

static UNUSED size_t count_notices(const struct config_errors *errors, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < errors->n_notices; i++)
		n += strstr(errors->notices[i], text) != NULL;
	return n;
}

struct options_case {
	const char *name, *text;
	uint8_t code;
	const char *bytes; /* NULL: the option is not there */
	size_t len;
	bool always, never;
	const char *notice; /* part of the one notice about options; NULL: there is none */
};

#define BYTES(s) .bytes = (s), .len = sizeof(s) - 1
#define ABSENT	 .bytes = NULL

static UNUSED void check_case(const struct options_case *c)
{
	struct config_errors errors;
	const struct option_value *value;
	struct config *config;
	char text[16384];

	snprintf(text, sizeof(text), SUBNET "%s\n", c->text);
	config = load_noting(text, &errors);
	value = find(config, c->code);
	if (!value != !c->bytes)
		fail_msg("%s: option %u is %s", c->name, c->code, value ? "there" : "absent");
	if (value && (value->len != c->len || memcmp(value->data, c->bytes, c->len) != 0)) {
		char hex[2200];

		option_format(NULL, value->data, value->len, hex, sizeof(hex));
		fail_msg("%s: option %u is %s", c->name, c->code, hex);
	}
	if (value && (value->always_send != c->always || value->never_send != c->never))
		fail_msg("%s: always %d, never %d", c->name, value->always_send, value->never_send);
	/* the subnet without pools is the other one */
	if (errors.n_notices != 1u + (c->notice != NULL) ||
	    (c->notice && !count_notices(&errors, c->notice)))
		fail_msg("%s: %s", c->name, errors.notices[errors.n_notices - 1]);
	config_errors_free(&errors);
	config_free(config);
}

#define CHECK_CASES(cases)                                                  \
	do {                                                                \
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) \
			check_case(&cases[i]);                              \
	} while (0)

#endif
