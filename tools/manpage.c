// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The frame of xdhcpd.conf(5) on standard input -> the page on standard output, with the schema's
 * keys in place of the line @KEYS@. Run when the programs are built.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int main(void)
{
	char line[1024];
	bool put = false;

	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "@KEYS@\n") != 0) {
			fputs(line, stdout);
			continue;
		}
		config_man(stdout);
		put = true;
	}
	return put && !fflush(stdout) && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
