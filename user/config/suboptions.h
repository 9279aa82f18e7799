/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The entries of one option-data list -> the options that a message can carry. Sub-options
 * go into the options that encapsulate their space, so that whoever answers
 * knows codes and bytes and nothing of spaces.
 */
#ifndef XDHCP_CONFIG_SUBOPTIONS_H
#define XDHCP_CONFIG_SUBOPTIONS_H

#include "engine/model.h"
#include "option_def.h"

#define OPTION_MAX 1024 /* bytes of one option: more never fits a reply with the rest */

struct option_entry {
	const struct option_def *def; /* NULL: nothing is known of it */
	const char *space;	      /* never NULL */
	uint32_t enterprise;	      /* of a space "vendor-N"; 0: it is none */
	uint8_t code;
	bool always_send, never_send;
	struct class_list classes; /* owned, until a value has it */
	bool bare;		   /* has no value of its own */
	bool hex;		   /* which would be hex: csv-format is false */
	bool held, homeless; /* of the first in its space: an entry holds the space; none can */
	struct place at;
	size_t len;
	uint8_t *data;
};

struct option_entries {
	const struct option_defs *defs;
	struct option_entry *v; /* in the file's order */
	size_t n;
	bool bad; /* there were errors: only repetitions are still looked for */
};

/* *ret_list is the caller's even after errors. Adds to the entries. */
void build_suboptions(struct report *report, struct option_entries *entries,
		      struct option_list *ret_list);
void option_entries_free(struct option_entries *entries);
/* "domain-name-servers", or "option 224", with its space if that is not dhcp4. */
#define OPTION_LABEL_SIZE 300
const char *option_label(const struct option_entry *entry, char buf[OPTION_LABEL_SIZE]);
/* 124 and 125: each entry is of another enterprise, and whole blocks. */
bool of_vendors(const struct option_entry *entry);

#endif
