// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Configurations, YAML or JSON: whatever a file is, what config_oracle.h says of it holds.
 * Input: the text. What is after a NUL does not count, as in a file that is given as text.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/config_oracle.h"
#include "../common/require.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	config_oracle(text);
	free(text);
	return 0;
}
