// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fast-path.route: how XDP finds the way back to relays, and to clients behind routers. The way is
 * in the link records. By the kernel's routes (fib) there is none where the interface does not
 * forward: bpf_fib_lookup() answers for forwarded packets only. That is said once for each
 * interface; all else is the daemon's to serve then. A crash forgets nothing: the next start writes
 * the records, and says it, again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/daemon.h"

/* false: it does not, or that cannot be seen. */
static bool forwards(const char *interface)
{
	char file[64 + MODEL_IFNAME], value = '0';
	int fd;

	snprintf(file, sizeof(file), "/proc/sys/net/ipv4/conf/%s/forwarding", interface);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, &value, 1) != 1)
		value = '0';
	close(fd);
	return value != '0';
}

static void tell(struct port *port)
{
	const char *name = port->info.name;
	bool works = port->route != XDHCP_ROUTE_FIB || forwards(name);

	if (!works && !port->route_told)
		log_warning("%s: fast-path.route is fib, but IPv4 is not forwarded there, and so "
			    "XDP is told no routes: relayed clients and those behind routers are "
			    "served by the daemon; set sysctl net/ipv4/conf/%s/forwarding=1, or "
			    "fast-path.route: reverse",
			    name, name);
	port->route_told = !works;
}

void routes_follow(struct daemon *d)
{
	uint32_t route = d->config->fast_path.route;

	for (struct port *port = d->ports; port; port = port->next) {
		if (!port->xdp_mode)
			continue;
		if (port->route != route)
			place_publish(d, port);
		port->route = route;
		tell(port);
	}
}
