// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The spaces of sub-options that Kea has definitions for. See options.h. Names and types
 * are Kea's.
 */
#include "options.h"

#include <string.h>

#define ROW(code_, name_, type_, ...)                                                 \
	{                                                                             \
		.code = (code_), .name = (name_), .type = OPTION_##type_, __VA_ARGS__ \
	}
#define LIST  .array = true
#define TIMES .n_fields = 3, .fields = {OPTION_U32, OPTION_U32, OPTION_U32}

/* CableLabs' DOCSIS, in option 125 (RFC 3925 4); Kea has them under two names and sends one */
static const struct option_def docsis[] = {
	ROW(1, "oro", U8, LIST),
	ROW(2, "tftp-servers", ADDRESS, LIST),
};

/* Option 122 (RFC 3495); its 3 is an address or a name, which no type of Kea's can say */
static const struct option_def cablelabs[] = {
	ROW(1, "tsp-primary-server", ADDRESS),
	ROW(2, "tsp-secondary-server", ADDRESS),
	ROW(4, "tsp-as-parameters", RECORD, TIMES),
	ROW(5, "tsp-ap-parameters", RECORD, TIMES),
	ROW(6, "tsp-realm", FQDN),
	ROW(7, "tsp-use-tgt", FLAG),
	ROW(8, "tsp-provisioning-timer", U8),
	ROW(9, "tsp-sct", U16),		      /* RFC 3594 */
	ROW(10, "kdc-server", ADDRESS, LIST), /* RFC 3634 */
};

static const struct {
	const char *name;
	const struct option_def *v;
	size_t n;
} spaces[] = {
	{"vendor-4491", docsis, sizeof(docsis) / sizeof(docsis[0])},
	{"docsis3-v4", docsis, sizeof(docsis) / sizeof(docsis[0])},
	{"cablelabs-client-conf", cablelabs, sizeof(cablelabs) / sizeof(cablelabs[0])},
};

/* The definition with this name or, where that is NULL, with this code. */
static const struct option_def *find(const char *space, const char *name, uint8_t code)
{
	for (size_t s = 0; s < sizeof(spaces) / sizeof(spaces[0]); s++) {
		if (strcmp(spaces[s].name, space) != 0)
			continue;
		for (size_t i = 0; i < spaces[s].n; i++) {
			const struct option_def *def = &spaces[s].v[i];

			if (name ? strcmp(def->name, name) == 0 : def->code == code)
				return def;
		}
	}
	return NULL;
}

const struct option_def *option_in_space(const char *space, uint8_t code)
{
	return strcmp(space, OPTION_SPACE_DHCP4) == 0 ? option_by_code(code)
						      : find(space, NULL, code);
}

const struct option_def *option_in_space_by_name(const char *space, const char *name)
{
	return strcmp(space, OPTION_SPACE_DHCP4) == 0 ? option_by_name(name) : find(space, name, 0);
}
