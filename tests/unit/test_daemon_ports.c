// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fast path of a served interface after the machine slept, and of who has an address that the
 * host gets. The interface, its socket and what
 * XDP has of it are doubles (the linker's wraps).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/daemon.h"

static char names[][MODEL_IFNAME] = {"v0"};
static struct config config = {.interfaces = names, .n_interfaces = 1};
static char no_fastpath; /* nothing looks into it */
static struct daemon d = {.config = &config};
static struct port port = {.daemon = &d, .info = {.ifindex = 7, .name = "v0", .ethernet = true}};
static int give_again, attach, has; /* what they return */
static unsigned gave, attached, rescans;
static bool open;
static struct lease bound = {.addr = 0xc0000207, .state = LEASE_BOUND};
static unsigned withdrawn;

#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(int, fastpath_give_again, struct fastpath *fp, uint32_t ifindex)
{
	assert_ptr_equal(fp, d.fp);
	assert_int_equal(ifindex, 7);
	gave++;
	return give_again;
}

WRAP(int, fastpath_attach, struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
     char *why, size_t why_len)
{
	(void)fp, (void)ifindex, (void)mode, (void)why, (void)why_len;
	attached++;
	return attach;
}

WRAP(int, fastpath_detach, struct fastpath *fp, uint32_t ifindex)
{
	assert_ptr_equal(fp, d.fp);
	assert_int_equal(ifindex, 7);
	return 0;
}

WRAP(int, fastpath_has, struct fastpath *fp, uint32_t ifindex)
{
	(void)fp, (void)ifindex;
	return has;
}

WRAP(int, fastpath_prune, struct fastpath *fp, const uint32_t *keep, size_t n)
{
	(void)fp, (void)keep, (void)n;
	return 0;
}

WRAP(int, link_publish, struct daemon *daemon, const struct port *p)
{
	(void)daemon, (void)p;
	open = true;
	return 0;
}

WRAP(void, link_close, struct daemon *daemon, const struct port *p)
{
	(void)daemon, (void)p;
	open = false;
}

WRAP(void, link_close_unserved, struct daemon *daemon)
{
	(void)daemon;
}

WRAP(int, links_list, struct link_info **ret_links)
{
	*ret_links = malloc(sizeof(**ret_links));
	assert_non_null(*ret_links);
	**ret_links = port.info;
	return 1;
}

WRAP(bool, packet_is_bound, const struct packet_socket *socket, uint32_t ifindex)
{
	(void)socket, (void)ifindex;
	return true;
}

WRAP(int, event_add, struct event *event, const struct timeval *in)
{
	(void)event;
	assert_non_null(in);
	rescans++;
	return 0;
}

WRAP(struct lease *, lease_at, const struct lease_table *table, uint32_t addr)
{
	(void)table;
	return addr == bound.addr ? &bound : NULL;
}

WRAP(void, withdraw, struct daemon *daemon, struct lease *lease)
{
	(void)daemon;
	assert_ptr_equal(lease, &bound);
	withdrawn++;
}

static int start(void **state)
{
	(void)state;
	d.fp = (void *)&no_fastpath;
	d.ports = &port;
	port.xdp_mode = "native";
	place_find(&port.info, 1, 0, &port.best);
	port.place = port.best;
	port.attach_again = port.lost = false;
	open = true;
	gave = attached = rescans = withdrawn = 0;
	give_again = attach = 0;
	has = 1;
	return 0;
}

static void a_program_that_is_taken_again_changes_nothing(void **state)
{
	(void)state;
	ports_give_again(&d);
	assert_int_equal(gave, 1);
	assert_string_equal(port.xdp_mode, "native");
	assert_true(open);
	ports_rescan(&d);
	assert_int_equal(attached, 0);
	assert_int_equal(rescans, 0);
}

static void a_program_that_is_not_taken_again_is_tried_until_it_is(void **state)
{
	(void)state;
	give_again = attach = -ENOMEM;
	ports_give_again(&d);
	assert_null(port.xdp_mode); /* the status says off, nothing is published for it */
	assert_false(open);
	assert_int_equal(rescans, 1);
	ports_give_again(&d); /* sleeps once more */
	assert_int_equal(gave, 1);
	for (unsigned n = 1; n <= 3; n++) {
		ports_rescan(&d);
		assert_int_equal(attached, n);
		assert_int_equal(rescans, 1 + n);
		assert_null(port.xdp_mode);
		assert_false(open);
	}
	attach = 0;
	ports_rescan(&d);
	assert_string_equal(port.xdp_mode, "native");
	assert_true(open);
	ports_rescan(&d);
	assert_int_equal(attached, 4);
	assert_int_equal(rescans, 4);
}

static void a_program_that_somebody_took_away_is_not_attached_again(void **state)
{
	(void)state;
	has = -EPERM; /* not known */
	ports_rescan(&d);
	assert_string_equal(port.xdp_mode, "native");
	has = 0;
	for (unsigned n = 0; n < 2; n++) {
		ports_rescan(&d);
		assert_null(port.xdp_mode);
		assert_false(open);
		assert_int_equal(attached, 0);
		assert_int_equal(rescans, 0);
	}
}

/* On whichever interface: the link's own addresses close all its slots (link_records.c). */
static void a_client_whose_address_the_host_gets_leaves_the_cache(void **state)
{
	struct link_info before = port.info;

	(void)state;
	ports_rescan(&d);
	assert_int_equal(withdrawn, 0);
	port.info.addrs[0] = (struct link_addr){.addr = bound.addr + 1, .mask = 0xffffffff};
	port.info.addrs[1] = (struct link_addr){.addr = bound.addr, .mask = 0xffffffff};
	port.info.n_addrs = 1;
	ports_rescan(&d);
	assert_int_equal(withdrawn, 0);
	port.info.n_addrs = 2;
	ports_rescan(&d);
	assert_int_equal(withdrawn, 1);
	ports_rescan(&d); /* nothing has changed */
	assert_int_equal(withdrawn, 1);
	port.info = before;
	ports_rescan(&d);
	assert_int_equal(withdrawn, 1);
}

#define T(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_program_that_is_taken_again_changes_nothing),
		T(a_program_that_is_not_taken_again_is_tried_until_it_is),
		T(a_program_that_somebody_took_away_is_not_attached_again),
		T(a_client_whose_address_the_host_gets_leaves_the_cache),
	};

	return cmocka_run_group_tests_name("daemon/ports", tests, NULL, NULL);
}
