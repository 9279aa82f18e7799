// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The daemon's log: one line an event on stderr, one write(2) a line, so that
 * lines of several processes do not mix. Under a service manager that reads
 * levels (JOURNAL_STREAM is set) each line carries its <level>.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/log_limit.h"
#include "proto/option_sent.h"
#include "proto/relay.h"

/* Characters of a circuit id: the line must hold the outcome as well. */
#define CIRCUIT_MAX 100

/* With its end: what pipe(7) calls PIPE_BUF, up to which a write is whole. */
#define LINE_SIZE PIPE_BUF

static int threshold = LOG_INFO;
static struct log_limit limit;

void log_set_level(int level)
{
	threshold = level;
}

bool log_takes(int level)
{
	return level <= threshold;
}

void log_line(int level, const char *format, ...)
{
	char line[LINE_SIZE];
	int n = 0;
	va_list args;

	if (getenv("JOURNAL_STREAM"))
		n = snprintf(line, sizeof(line), "<%d>", level);
	n += snprintf(line + n, sizeof(line) - (size_t)n, "xdhcpd: %s",
		      level <= LOG_ERR	     ? "error: "
		      : level == LOG_WARNING ? "warning: "
					     : "");
	va_start(args, format);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

/* "eth0", or "198.51.100.1 circuit "ge-0/0/1" on eth0" of a relay's. */
static const char *way(const struct port *port, const struct dhcp_msg *msg, char *buf, size_t len)
{
	char giaddr[DHCP_ADDR_STR], id[RELAY_TEXT_STR] = "";
	struct dhcp_opt circuit;

	if (relay_suboption(&msg->opt[DHO_RELAY_AGENT], RELAY_CIRCUIT_ID, &circuit))
		relay_text(&circuit, id);
	snprintf(buf, len, "%s%s%.*s%s%s",
		 msg->giaddr ? dhcp_addr_str(msg->giaddr, giaddr) : port->info.name,
		 id[0] ? " circuit " : "", CIRCUIT_MAX, id, msg->giaddr ? " on " : "",
		 msg->giaddr ? port->info.name : "");
	return buf;
}

/* "DHCPACK to 02:00:00:00:00:01: dhcp-message-type 5; routers 192.0.2.1" */
static void log_options(const struct dhcp_msg *msg, const struct decision *decision)
{
	char mac[DHCP_MAC_STR], options[LINE_SIZE - 128]; /* room for what stands before them */

	if (threshold < LOG_DEBUG || decision->kind != DECISION_REPLY)
		return;
	option_sent_format(msg, &decision->reply, options, sizeof(options));
	log_debug("%s to %s: %s", decision_outcome(msg, decision), dhcp_mac_str(msg->chaddr, mac),
		  options);
}

/*
 * Lines that say who has an address from now on, or has none, are never left out; of the others,
 * which whoever sends packets has as many of as it likes, so many a second.
 */
static bool left_out(const struct decision *decision)
{
	bool ends = decision->kind == DECISION_END;
	bool begins = decision->has_change &&
		      decision->change.before.generation != decision->change.row.generation;

	return threshold < LOG_DEBUG && !ends && !begins && !log_limit_take(&limit, boot_seconds());
}

uint64_t log_lines_left_out(void)
{
	return limit.left_out;
}

void log_tick(void)
{
	uint64_t n = log_limit_left_out(&limit, boot_seconds());

	if (n)
		log_warning("%" PRIu64 " lines about messages that changed no lease were left out "
			    "(more than %d a second; severity DEBUG shows all)",
			    n, LOG_LIMIT_RATE);
}

/* "DHCPREQUEST for 192.0.2.10 from 02:00:00:00:00:01 (name) via eth0: DHCPACK" */
void log_transaction(const struct port *port, const struct dhcp_msg *msg,
		     const struct decision *decision)
{
	char mac[DHCP_MAC_STR], addr[DHCP_ADDR_STR], via[256], subject[64] = "";
	uint32_t about = dhcp_asked_address(msg);
	const char *reason = reason_text(decision->reason);
	bool given = decision->kind == DECISION_REPLY && decision->reply.type != DHCP_NAK;

	if (threshold < LOG_INFO || left_out(decision))
		return;
	if (given && decision->reply.yiaddr)
		about = decision->reply.yiaddr;
	if (decision->kind == DECISION_END)
		about = decision->end_addr;
	if (about)
		snprintf(subject, sizeof(subject), " for %s", dhcp_addr_str(about, addr));
	log_info("%s%s from %s%s%s%s via %s: %s%s%s", dhcp_type_name(msg->type), subject,
		 dhcp_mac_str(msg->chaddr, mac), decision->hostname[0] ? " (" : "",
		 decision->hostname, decision->hostname[0] ? ")" : "",
		 way(port, msg, via, sizeof(via)), decision_outcome(msg, decision),
		 reason[0] ? ": " : "", reason);
	log_options(msg, decision);
	if (decision->cloned)
		log_warning("client id of %s is already in use by another MAC on this network",
			    mac);
}
