// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reload: the file is read and checked whole before anything changes; one error
 * and nothing does. Gates of changed scopes close first (gates.c), then the engine
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

/*
 * Nobody is told anything by XDP that the new configuration would not say: what it changes is
 * closed before the engine knows of it, and a scope that is deactivated stays closed.
 */
static int apply(struct daemon *d, struct config *wanted)
{
	struct config *old = d->config;
	char names[512];
	int closed, r = config_keep_fixed(wanted, old, names, sizeof(names));

	if (r < 0)
		return r;
	if (r > 0)
		log_warning("changed only by a restart, kept as before: %s", names);
	closed = gates_close(d, &wanted->model);
	r = engine_apply(d, wanted);
	if (r == 0)
		d->config = wanted;
	gates_forget(d);
	if (closed == 0)
		closed = gates_open(d);
	if (closed < 0)
		log_error("fast path: changed scopes stay closed: %s", strerror(-closed));
	if (r < 0)
		return r;
	log_set_level(wanted->log_level);
	limits_apply(d);
	ports_rescan(d);
	config_free(old);
	d->reloaded = boot_seconds();
	return 0;
}

static int read_and_apply(struct daemon *d, char **ret_text)
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

int reload(struct daemon *d, char **ret_text)
{
	int r;

	service_reloading();
	r = read_and_apply(d, ret_text);
	service_ready(d); /* with the new configuration, or as before */
	return r;
}
