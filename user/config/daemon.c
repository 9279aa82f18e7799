// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The keys that are not the engine's: interfaces, store, fast path, control
 * socket, loggers.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "paths.h"
#include "wire.h"

#define UNATTENDED_IF_INFINITE 86400u

static char *copy(struct report *report, const char *text)
{
	char *s = strdup(text);

	if (!s)
		report->oom = true;
	return s;
}

bool config_serves(const struct config *config, const char *interface)
{
	for (size_t i = 0; i < config->n_interfaces; i++) {
		if (!strcmp(config->interfaces[i], "*") ||
		    !strcmp(config->interfaces[i], interface))
			return true;
	}
	return false;
}

static bool named_before(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_interfaces; i++) {
		if (!strcmp(config->interfaces[i], name))
			return true;
	}
	return false;
}

static bool is_interface(const char *name)
{
	return *name && strlen(name) < MODEL_IFNAME && !strpbrk(name, "/: \t\r\n\v\f") &&
	       strcmp(name, ".") && strcmp(name, "..");
}

static void build_interfaces(struct report *report, const struct node *root, struct config *config)
{
	const struct node *map = member(root, KEY_INTERFACES_CONFIG);
	const struct node *list = member(map, KEY_INTERFACES);
	char buf[REPORT_QUOTED];

	if (!list || !list->n)
		return;
	config->interfaces = calloc(list->n, sizeof(*config->interfaces));
	if (!config->interfaces) {
		report->oom = true;
		return;
	}
	for (const struct node *node = list->first; node; node = node->next) {
		if (node->bad)
			continue;
		if (!is_interface(node->text))
			report_error(report, node->at,
				     "%s is no interface: a name of 1 to 15 characters without an "
				     "address, or \"*\"",
				     report_quote(node->text, buf));
		else if (report_full(report))
			return;
		else if (named_before(config, node->text))
			report_error(report, node->at, "interface %s is here a second time",
				     report_quote(node->text, buf));
		else
			strcpy(config->interfaces[config->n_interfaces++], node->text);
	}
}

static void build_store(struct report *report, const struct node *root, struct config *config)
{
	const struct node *map = member(root, KEY_LEASE_DATABASE);
	const struct node *name = member(map, KEY_LEASE_NAME);

	if (!name || !member_is(map, KEY_LEASE_TYPE, "memfile")) {
		config->lease_database = copy(report, member_text(map, KEY_LEASE_NAME));
		if (member_is(map, KEY_LEASE_TYPE, "memfile"))
			report_notice(report, place_in(map, KEY_LEASE_TYPE),
				      "memfile: leases are kept in the embedded store, %s",
				      member_text(map, KEY_LEASE_NAME));
		return;
	}
	if (asprintf(&config->lease_database, "%s.db", name->text) < 0) {
		config->lease_database = NULL;
		report->oom = true;
		return;
	}
	report_notice(report, place_in(map, KEY_LEASE_TYPE),
		      "memfile: leases are kept in the embedded store beside that file, %s",
		      config->lease_database);
}

/* bpffs takes no name with a dot; what lies above its mount point may have one. */
static void check_pin_path(struct report *report, const struct node *node)
{
	char buf[REPORT_QUOTED];
	const char *last = node ? strrchr(node->text, '/') : NULL;

	if (!node)
		return;
	if (node->text[0] != '/' || !last[1] || strchr(last, '.') || strstr(node->text, "/../"))
		report_error(
			report, node->at,
			"pin-path %s is not an absolute path whose last part is a name without "
			"dots, such as " XDHCP_PIN_PATH,
			report_quote(node->text, buf));
}

/* What 32 bits of nanoseconds, or of milliseconds and the burst, can tell. */
#define LINK_RATE_MIN	0.25
#define CLIENT_RATE_MIN 0.001

static void build_limit(struct report *report, const struct node *map, enum schema_key rate,
			enum schema_key burst, double min, struct rate_limit *limit)
{
	const struct node *node = member(map, rate);
	const struct node *bursts = member(map, burst);

	limit->rate = member_number(map, rate);
	if (limit->rate > 0 && limit->rate < min)
		report_error(report, node->at,
			     "%s is too low, allowed: 0 (no limit), or from %g on",
			     schema_row(rate)->name, min);
	if (bursts && limit->rate <= 0 && !member_bad(map, rate))
		report_notice(report, bursts->key_at, "%s has no effect: there is no %s",
			      schema_row(burst)->name, schema_row(rate)->name);
	limit->burst = bursts		 ? (uint32_t)member_integer(map, burst)
		       : limit->rate > 1 ? (uint32_t)limit->rate
					 : 1;
}

static void build_limits(struct report *report, const struct node *fast_path, struct config *config)
{
	const struct node *map = member(fast_path, KEY_FAST_PATH_LIMITS);

	build_limit(report, map, KEY_LIMIT_CLIENT_RATE, KEY_LIMIT_CLIENT_BURST, CLIENT_RATE_MIN,
		    &config->fast_path.client);
	build_limit(report, map, KEY_LIMIT_DISCOVER_RATE, KEY_LIMIT_DISCOVER_BURST, LINK_RATE_MIN,
		    &config->fast_path.discover);
	build_limit(report, map, KEY_LIMIT_OTHER_RATE, KEY_LIMIT_OTHER_BURST, LINK_RATE_MIN,
		    &config->fast_path.other);
	if (map && config->fast_path.mode == FAST_PATH_OFF)
		report_notice(report, map->key_at,
			      "limits has no effect: mode is off, and XDP is what drops");
}

static void build_fast_path(struct report *report, const struct node *root,
			    const struct lifetimes *life, struct config *config)
{
	static const struct {
		const char *word;
		enum fast_path_mode mode;
	} modes[] = {{"auto", FAST_PATH_AUTO},
		     {"native", FAST_PATH_NATIVE},
		     {"generic", FAST_PATH_GENERIC},
		     {"off", FAST_PATH_OFF}};
	const struct node *map = member(root, KEY_FAST_PATH);
	uint32_t lifetime = life->valid == DHCP_LIFETIME_INFINITE ? UNATTENDED_IF_INFINITE
								  : life->valid;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (member_is(map, KEY_FAST_PATH_MODE, modes[i].word))
			config->fast_path.mode = modes[i].mode;
	}
	config->fast_path.attach = member_is(map, KEY_FAST_PATH_ATTACH, "dispatcher")
					   ? FAST_PATH_DISPATCHER
					   : FAST_PATH_LINK;
	config->fast_path.priority = (uint32_t)member_integer(map, KEY_FAST_PATH_PRIORITY);
	config->fast_path.route = member_is(map, KEY_FAST_PATH_ROUTE, "fib") ? XDHCP_ROUTE_FIB
									     : XDHCP_ROUTE_REVERSE;
	config->fast_path.rxvlan_off = member_is(map, KEY_FAST_PATH_RXVLAN, "off");
	check_pin_path(report, member(map, KEY_FAST_PATH_PIN_PATH));
	config->fast_path.pin_path = copy(report, member_text(map, KEY_FAST_PATH_PIN_PATH));
	config->fast_path.horizon = member_number(map, KEY_FAST_PATH_HORIZON);
	config->fast_path.max_entries = (uint32_t)member_integer(map, KEY_FAST_PATH_MAX_ENTRIES);
	config->fast_path.unattended = member(map, KEY_FAST_PATH_UNATTENDED)
					       ? (uint32_t)member_integer(map,
									  KEY_FAST_PATH_UNATTENDED)
					       : lifetime;
	build_limits(report, map, config);
}

static void build_socket(struct report *report, const struct node *root, struct config *config)
{
	const struct node *one = member(root, KEY_CONTROL_SOCKET);
	const struct node *list = member(root, KEY_CONTROL_SOCKETS);

	if (one && list)
		report_error(report, list->key_at,
			     "control-sockets and control-socket (%s) exclude each other",
			     LINE_OF(report, list->key_at, one->key_at));
	if (list && !list->n)
		config->control_socket = copy(report, "");
	else
		config->control_socket = copy(
			report, member_text(list ? list->first : one, KEY_SOCKET_NAME));
}

static void build_loggers(struct report *report, const struct node *root, struct config *config)
{
	static const struct {
		const char *word;
		int level;
	} levels[] = {{"DEBUG", LOG_DEBUG}, {"INFO", LOG_INFO}, {"WARN", LOG_WARNING},
		      {"ERROR", LOG_ERR},   {"FATAL", LOG_ERR}, {"NONE", LOG_ERR}};
	const struct node *list = member(root, KEY_LOGGERS), *ours = NULL;
	char buf[REPORT_QUOTED];

	config->log_level = LOG_INFO;
	for (const struct node *map = list ? list->first : NULL; map; map = map->next) {
		const struct node *name = member(map, KEY_LOGGER_NAME);

		if (!name)
			continue;
		if (schema_word("xdhcpd|kea-dhcp4|root|*", name->text) < 0) {
			report_notice(report, name->at,
				      "logger %s has no effect: there is one, xdhcpd",
				      report_quote(name->text, buf));
			continue;
		}
		if (ours)
			report_error(
				report, name->at, "logger %s: the daemon's logger is already at %s",
				report_quote(name->text, buf), LINE_OF(report, name->at, ours->at));
		ours = map;
		for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
			if (member_is(map, KEY_LOGGER_SEVERITY, levels[i].word))
				config->log_level = levels[i].level;
		}
	}
}

void build_daemon(struct report *report, const struct node *root, const struct lifetimes *life,
		  struct config *config)
{
	build_interfaces(report, root, config);
	build_store(report, root, config);
	build_fast_path(report, root, life, config);
	build_socket(report, root, config);
	build_loggers(report, root, config);
	config->foreign_period = (uint32_t)member_integer(root, KEY_FOREIGN_SERVER_PERIOD);
}
