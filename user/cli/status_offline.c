// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * status where no daemon answers: what the pins still say. Reads only.
 */
#include "cli.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/fastpath.h"

static uint32_t boot_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)now.tv_sec;
}

static void print_links(const struct fastpath_offline *offline)
{
	char text[1024] = "none: nothing is answered", name[IF_NAMESIZE];
	size_t n = 0;

	for (unsigned i = 0; i < offline->n_links && i < FASTPATH_OFFLINE_LINKS; i++) {
		uint32_t ifindex = offline->links[i];

		if (n + IF_NAMESIZE + 2 > sizeof(text))
			break;
		/* of another network namespace, or gone */
		if (!if_indextoname(ifindex, name))
			snprintf(name, sizeof(name), "#%u", ifindex);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", name);
	}
	print_field("interfaces", "%s", text);
}

static void print_gate(const struct fastpath_offline *offline)
{
	uint32_t now = boot_now(), until = offline->answer_until;
	char left[DURATION_STR];

	if (offline->operator_closed)
		print_field("gate", GATE_OFF);
	else if (offline->daemon_closed)
		print_field("gate", "closed by the daemon");
	else if (until == XDHCP_FOREVER)
		print_field("gate", "open: XDP answers renewals");
	else if (until > now)
		print_field("gate", "open: XDP answers renewals for %s more",
			    duration_str(until - now, left));
	else
		print_field("gate", "no daemon for too long: XDP passes everything since %s",
			    duration_str(now - until, left));
}

void print_offline(const struct cli *cli)
{
	const char *pins = cli->pin_path ? cli->pin_path : XDHCP_PIN_PATH;
	struct fastpath_offline offline;
	char why[512] = "";

	if (cli->socket_given && !cli->pin_path) {
		print_field("fast path", "to see its pins, name them: --pin-path DIR");
		return;
	}
	if (fastpath_status_offline(pins, &offline, why, sizeof(why)) < 0) {
		print_field("fast path", "%s", why);
		return;
	}

	struct verdict verdicts[XDHCP_VERDICT_COUNT];

	for (unsigned i = 0; i < XDHCP_VERDICT_COUNT; i++)
		verdicts[i] = (struct verdict){verdict_name(i),
					       (int64_t)verdict_count(&offline.verdicts, i)};
	print_field("fast path", "pinned in %s", pins);
	print_links(&offline);
	print_gate(&offline);
	print_field("slots", "%u of %u", offline.slots_used, offline.capacity);
	print_field("ACKs", "%" PRIu64 " by XDP", fastpath_acks(&offline.verdicts));
	print_field("drops", "%" PRIu64 " by XDP", fastpath_drops(&offline.verdicts));
	print_verdicts(verdicts, XDHCP_VERDICT_COUNT);
	print_field("leases", "cat %s/leases_txt", pins);
}
