// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reload: the file is read and checked whole before anything changes; one error
 * and nothing does. Gates of changed scopes close first (scopes.c), then the engine
 * takes the new model, then the interfaces follow. What cannot change while running is said.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"

char *config_error_text(const struct config_errors *errors)
{
	size_t len = 1;
	char *text;

	for (size_t i = 0; i < errors->n; i++)
		len += strlen(errors->lines[i]) + 1;
	text = calloc(1, len);
	for (size_t i = 0; text && i < errors->n; i++) {
		if (i)
			strcat(text, "\n");
		strcat(text, errors->lines[i]);
	}
	return text;
}

static bool differs(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

static void keep_string(char **wanted, char *const *running, const char *key)
{
	char *copy;

	if (!differs(*wanted, *running))
		return;
	log_warning("%s changes only at a restart: %s stays", key, *running ? *running : "none");
	copy = *running ? strdup(*running) : NULL;
	free(*wanted);
	*wanted = copy;
}

/* What a running daemon cannot change stays as it is, and is said. */
static void keep_fixed(struct config *wanted, const struct config *running)
{
	keep_string(&wanted->lease_database, &running->lease_database, "lease-database");
	keep_string(&wanted->control_socket, &running->control_socket, "control-socket");
	keep_string(&wanted->fast_path.pin_path, &running->fast_path.pin_path,
		    "fast-path.pin-path");
	if (wanted->fast_path.mode != running->fast_path.mode)
		log_warning("fast-path.mode changes only at a restart");
	wanted->fast_path.mode = running->fast_path.mode;
	if (wanted->fast_path.max_entries != running->fast_path.max_entries)
		log_warning("fast-path.max-entries changes only at a restart");
	wanted->fast_path.max_entries = running->fast_path.max_entries;
}

static int apply(struct daemon *d, struct config *wanted)
{
	struct config *old = d->config;
	int r;

	keep_fixed(wanted, old);
	r = engine_apply(d, wanted);
	if (r < 0)
		return r;
	d->config = wanted;
	log_set_level(wanted->log_level);
	r = scopes_apply(d);
	if (r < 0)
		log_error("fast path: changed scopes stay closed: %s", strerror(-r));
	if (ports_open(d) < 0)
		log_error("not every interface could be served");
	timers_start(d);
	config_free(old);
	d->reloaded = boot_seconds();
	return 0;
}

int reload(struct daemon *d, char **ret_text)
{
	struct config_errors errors = {0};
	struct config *wanted = NULL;
	int r = config_load(d->config_file, NULL, &wanted, &errors);

	for (size_t i = 0; i < errors.n_notices; i++)
		log_notice("%s", errors.notices[i]);
	if (r < 0) {
		*ret_text = config_error_text(&errors);
		config_errors_free(&errors);
		return r;
	}
	config_errors_free(&errors);
	r = apply(d, wanted);
	if (r < 0) {
		config_free(wanted);
		*ret_text = strdup(strerror(-r));
		return r;
	}
	log_notice("configuration reloaded from %s", d->config_file);
	return 0;
}
