// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lists every option that can be configured, one a line: code, name, an example as it is written
 * in a configuration, and its bytes as decimal numbers, separated by tabs. For the case that holds
 * what a real client is sent against it.
 */
#include <stdio.h>

#include "../common/option_examples.h"
#include "proto/options.h"

int main(void)
{
	for (unsigned code = 1; code < 255; code++) {
		const struct option_def *def = option_by_code((uint8_t)code);
		const char *text = option_examples[code].good;
		char why[256];
		uint8_t bytes[512];
		int len;

		if (!def || def->reserved || def->type == OPTION_EMPTY)
			continue;
		len = text ? option_parse(def, text, bytes, sizeof(bytes), why, sizeof(why)) : -1;
		if (len <= 0) {
			fprintf(stderr, "option %u has no example\n", code);
			return 1;
		}
		printf("%u\t%s\t%s\t", code, def->name, text);
		for (int i = 0; i < len; i++)
			printf("%s%u", i ? " " : "", bytes[i]);
		printf("\n");
	}
	return 0;
}
