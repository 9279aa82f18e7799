/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configuration: YAML or JSON (with comments, with or without the Dhcp4
 * wrapper) -> struct config. Every key is one row of the schema table
 * (schema.c), which drives parsing, checks, dump and documentation. All errors of a file
 * are collected in one run, each as file:line:column: what is wrong, what is allowed.
 */
#ifndef XDHCP_CONFIG_H
#define XDHCP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "abi.h"
#include "engine/model.h"

enum fast_path_mode { FAST_PATH_AUTO, FAST_PATH_NATIVE, FAST_PATH_GENERIC, FAST_PATH_OFF };
enum fast_path_attach { FAST_PATH_LINK, FAST_PATH_DISPATCHER };

struct rate_limit {
	double rate;	/* packets a second; 0: no limit */
	uint32_t burst; /* at once, at least 1 */
};

struct config {
	struct model model;

	char (*interfaces)[MODEL_IFNAME]; /* interfaces-config.interfaces; "*": see ports.c */
	size_t n_interfaces;

	char *lease_database; /* file; default XDHCP_STORE */
	char *control_socket; /* default XDHCP_SOCKET; empty: none */

	struct {
		enum fast_path_mode mode;
		enum fast_path_attach attach;
		uint32_t priority;    /* among the dispatcher's programs; default 50 */
		char *pin_path;	      /* default XDHCP_PIN_PATH */
		double horizon;	      /* x valid-lifetime, >= 2; default 3 */
		uint32_t max_entries; /* 0: from the configured addresses */
		uint32_t unattended;  /* seconds; default one (the global) valid-lifetime */
		enum xdhcp_route route;
		bool rxvlan_off; /* RX VLAN offload is turned off where it hides tags */
		struct rate_limit client, discover, other;
	} fast_path;

	uint32_t foreign_period; /* seconds between two lines about a server; 0: not looked for */
	int log_level;		 /* syslog's LOG_ERR..LOG_DEBUG; default LOG_INFO */
	json_t *tree;		 /* the file as it was read, under "Dhcp4", for config-get */
	struct source *source;	 /* and its text, for config_source() */
};

struct config_errors {
	char **lines; /* "file:line:col: message" */
	size_t n;
	char **notices; /* accepted, but worth a line: "file:line:col: notice: ..." */
	size_t n_notices;
};

/*
 * Reads `file` (or, when `text` is not NULL, that text under the name `file`).
 * 0: *ret_config is owned by the caller. -EINVAL: errors->n >= 1. Other negative errno: could not
 * read; errors->lines[0] says so. Notices may be there either way.
 */
int config_load(const char *file, const char *text, struct config **ret_config,
		struct config_errors *errors);
void config_free(struct config *config);

/*
 * The text of the file or files, and where each part of it stands: what config_load_source() reads.
 * New reference; NULL: no memory.
 */
json_t *config_source(const struct config *config);
/* As config_load(), of what config_source() has made, in another process. */
int config_load_source(const json_t *source, struct config **ret_config,
		       struct config_errors *errors);
/*
 * What is in effect, as a list of {"in": map, "key": path, "value": V, "from": "here", "default",
 * "global", "subnet 1" ..., "at": "file:line:col" or null}: of all, or of the subnets of these ids.
 * 0, -ENOMEM.
 */
int config_show(const struct config *config, const uint32_t *ids, size_t n_ids, json_t **ret_rows);
void config_errors_free(struct config_errors *errors);

/*
 * What a reload cannot change stays in `wanted` as it is in `running`; the keys in which they
 * differed, as "lease-database.name, ...", in `names`. Returns how many; 0: a reload does
 * it all. -ENOMEM: `wanted` is some of each.
 */
int config_keep_fixed(struct config *wanted, const struct config *running, char *names, size_t len);

/* "00:11:22:33:44:55", also with '-', without separators, or with single digits. */
bool config_parse_mac(const char *text, uint8_t hw[6]);

/* The schema as text, one paragraph a key: where, type, range, default, what it does. */
void config_doc(FILE *out);
/* The same as the list of keys of a manual page, in mdoc(7). */
void config_man(FILE *out);
/*
 * What a path of keys such as "subnet4.pools" names, as paragraphs and the keys that stand in it,
 * or "global": all global keys. -ENOENT: nothing; then `nearest` may name what was meant.
 */
#define CONFIG_PATH_MAX 128
int config_doc_key(FILE *out, const char *path, char ret_nearest[CONFIG_PATH_MAX]);
/* The path that may have been meant by one that names nothing; empty: none is near. */
void config_doc_nearest(const char *path, char ret_nearest[CONFIG_PATH_MAX]);
/* The same as a list of maps. New reference, NULL: nothing, or no memory. */
json_t *config_doc_json(const char *path);

#endif
