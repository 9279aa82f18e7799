// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the control channel asks the daemon for. Status, statistics and leases have files of their
 * own (inspect.h); the configuration is here. Reads only, except for the
 * reload and the end of a lease.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/inspect.h"

static json_t *status(void *arg)
{
	return show_status(arg);
}

static json_t *config(void *arg)
{
	struct daemon *d = arg;

	return json_incref(d->config->tree);
}

static json_t *source(void *arg)
{
	struct daemon *d = arg;

	return config_source(d->config);
}

static int config_test(void *arg, const json_t *tree, char **ret_text)
{
	struct config_errors errors = {0};
	struct config *tested = NULL;
	char *text = json_dumps(tree, JSON_INDENT(2));
	int r;

	(void)arg;
	if (!text) {
		*ret_text = strdup("out of memory");
		return -ENOMEM;
	}
	r = config_load("config-test", text, &tested, &errors);
	free(text);
	if (r < 0)
		*ret_text = config_error_text(&errors);
	else
		config_free(tested);
	config_errors_free(&errors);
	return r;
}

static int config_reload(void *arg, char **ret_text)
{
	return reload(arg, ret_text);
}

static void statistics(void *arg, void (*fn)(void *ctx, const struct control_stat *stat), void *ctx)
{
	show_statistics(arg, fn, ctx);
}

static int statistics_reset(void *arg, const char *name)
{
	return reset_statistics(arg, name);
}

static void leases(void *arg, uint32_t from,
		   bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	show_leases(arg, from, fn, ctx);
}

static bool lease(void *arg, uint32_t addr, struct control_lease *ret_lease)
{
	return show_lease(arg, addr, ret_lease);
}

static void lease_delete(void *arg, uint32_t addr,
			 void (*done)(void *ctx, enum control_deleted outcome), void *ctx)
{
	release_lease(arg, addr, done, ctx);
}

const struct control_ops daemon_control_ops = {
	.version = XDHCP_VERSION,
	.status = status,
	.config = config,
	.config_source = source,
	.config_test = config_test,
	.config_reload = config_reload,
	.statistics = statistics,
	.statistics_reset = statistics_reset,
	.leases = leases,
	.lease = lease,
	.lease_delete = lease_delete,
};
