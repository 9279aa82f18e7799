// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * XDP's attachment of the served interfaces: which is tried, what is said, what is shared and what
 * moves. The kernel, the records and the log are doubles (the linker's wraps).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/daemon.h"

enum { ETH0 = 2, VLAN5 = 5, VLAN6 = 6, M1 = 11, M2 = 12, BOND = 13 };

static struct config config;
static struct daemon d = {.config = &config};
static struct port ports[3];
static unsigned n_ports;
static struct link_info links[8];
static int n_links;
static char did[512]; /* what the kernel was asked for, in order */
static char log_[1024];
static int native_result, generic_result, publish_result, unhide_result, give_again_result;
static uint32_t refuses; /* only this device refuses native; 0: any */
static bool above[32];	 /* what has a generic program that keeps others from coming to ETH0 */
static int has;		 /* is an attached program still there? */
static bool beneath;	 /* there is one on ETH0 */

#define WRAP(type, name, ...)            \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

static void note(const char *what, uint32_t ifindex)
{
	size_t n = strlen(did);

	snprintf(did + n, sizeof(did) - n, "%s%s %u", n ? ", " : "", what, ifindex);
}

WRAP(int, fastpath_attach, struct fastpath *fp, uint32_t ifindex, enum fastpath_attach_mode mode,
     char *why, size_t why_len)
{
	int r = mode == FASTPATH_NATIVE ? native_result : generic_result;

	(void)fp;
	note(mode == FASTPATH_NATIVE ? "native" : "generic", ifindex);
	if (mode == FASTPATH_NATIVE && refuses && ifindex != refuses)
		r = 0;
	for (unsigned i = 0; i < 32 && mode == FASTPATH_NATIVE && ifindex == ETH0 && !beneath; i++)
		r = above[i] ? -ENOTEMPTY : r;
	if (r == 0 && mode == FASTPATH_GENERIC && ifindex != ETH0)
		above[ifindex] = true;
	beneath = beneath || (r == 0 && ifindex == ETH0);
	if (r < 0)
		snprintf(why, why_len, "refused (%u)", ifindex);
	return r;
}

WRAP(int, fastpath_detach, struct fastpath *fp, uint32_t ifindex)
{
	(void)fp;
	note("detach", ifindex);
	above[ifindex] = false;
	beneath = beneath && ifindex != ETH0;
	return 0;
}

WRAP(int, fastpath_prune, struct fastpath *fp, const uint32_t *keep, size_t n)
{
	(void)fp;
	note("prune but", (uint32_t)n);
	memset(above, 0, sizeof(above));
	beneath = false;
	for (size_t i = 0; i < n; i++) {
		above[keep[i]] = keep[i] != ETH0;
		beneath |= keep[i] == ETH0;
	}
	return 0;
}

WRAP(int, fastpath_give_again, struct fastpath *fp, uint32_t ifindex)
{
	(void)fp;
	note("again", ifindex);
	return give_again_result;
}

WRAP(int, fastpath_has, struct fastpath *fp, uint32_t ifindex)
{
	(void)fp, (void)ifindex;
	return has;
}

WRAP(int, fastpath_answers, uint32_t ifindex)
{
	note("ask", ifindex);
	return 0;
}

WRAP(int, link_publish, struct daemon *daemon, const struct port *port)
{
	(void)daemon;
	note("publish", port->info.ifindex);
	return publish_result;
}

WRAP(void, link_close, struct daemon *daemon, const struct port *port)
{
	(void)daemon;
	note("close", port->info.ifindex);
}

WRAP(int, links_unhide, uint32_t ifindex, uint8_t hides)
{
	note(hides == LINK_HIDES_CTAG ? "unhide ctag" : "unhide", ifindex);
	return unhide_result;
}

WRAP(void, log_line, int level, const char *format, ...)
{
	size_t n = strlen(log_);
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(log_ + n, sizeof(log_) - n, format, args);
	va_end(args);
	strncat(log_, "\n", sizeof(log_) - strlen(log_) - 1);
}

static int start(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	memset(ports, 0, sizeof(ports));
	memset(links, 0, sizeof(links));
	n_ports = 0;
	n_links = 0;
	d.fp = (void *)&config; /* nothing looks into it */
	d.ports = NULL;
	*did = *log_ = 0;
	native_result = generic_result = publish_result = unhide_result = give_again_result = 0;
	refuses = 0;
	memset(above, 0, sizeof(above));
	beneath = false;
	has = 1;
	d.making_way = false;
	return 0;
}

static struct link_info *add(const char *name, uint32_t ifindex, const char *kind)
{
	struct link_info *link = &links[n_links++];

	link->ifindex = ifindex;
	link->up = true;
	strcpy(link->name, name);
	strcpy(link->kind, kind);
	return link;
}

static void add_vlan(const char *name, uint32_t ifindex, uint32_t lower, uint16_t id)
{
	struct link_info *link = add(name, ifindex, "vlan");

	link->lower = lower;
	link->vlan = id;
	link->tpid = 0x8100;
}

static struct link_info *the_link(uint32_t ifindex)
{
	for (int i = 0; i < n_links; i++) {
		if (links[i].ifindex == ifindex)
			return &links[i];
	}
	return NULL;
}

static struct place best_of(uint32_t ifindex)
{
	struct place place;

	place_port(&d, links, n_links, (int)(the_link(ifindex) - links), &place);
	return place;
}

static struct port *serve(uint32_t ifindex)
{
	struct port *port = &ports[n_ports++], **end = &d.ports;

	*port = (struct port){.daemon = &d, .info = *the_link(ifindex), .best = best_of(ifindex)};
	while (*end)
		end = &(*end)->next;
	*end = port;
	place_attach(&d, port);
	return port;
}

static void follow(struct port *port)
{
	struct place best = best_of(port->info.ifindex);

	place_follow(&d, port, &best, false);
}

/* What was done since the last time. */
static void assert_did(const char *wanted)
{
	assert_string_equal(did, wanted);
	*did = 0;
}

static void machine(void)
{
	add("eth0", ETH0, "");
	add_vlan("eth0.5", VLAN5, ETH0, 5);
	add_vlan("eth0.6", VLAN6, ETH0, 6);
}

static void auto_is_native_where_the_driver_can(void **state)
{
	char where[64];
	struct port *port;

	(void)state;
	machine();
	port = serve(VLAN5);
	assert_did("publish 5, native 2");
	assert_string_equal(log_, "");
	place_text(port, where, sizeof(where));
	assert_string_equal(where, "native on eth0, tag 5");
}

static void auto_is_generic_where_it_cannot_and_says_why(void **state)
{
	struct port *port;

	(void)state;
	machine();
	native_result = -EOPNOTSUPP;
	port = serve(VLAN5);
	assert_did("publish 5, native 2, close 5, detach 2, publish 5, generic 5");
	assert_string_equal(port->xdp_mode, "generic");
	assert_string_equal(log_, "eth0.5: the fast path is generic, slower than a native one: "
				  "refused (2)\n");
	follow(port); /* nothing has changed */
	assert_did("");
}

static void where_neither_can_the_reason_is_natives(void **state)
{
	struct port *port;

	(void)state;
	machine();
	native_result = generic_result = -EOPNOTSUPP;
	port = serve(VLAN5);
	assert_null(port->xdp_mode);
	assert_string_equal(log_, "eth0.5: no fast path here, the daemon serves it alone: "
				  "refused (2)\n");
}

static void native_is_native_or_nothing(void **state)
{
	struct port *port;

	(void)state;
	machine();
	config.fast_path.mode = FAST_PATH_NATIVE;
	native_result = -EINVAL;
	port = serve(VLAN5);
	assert_did("publish 5, native 2, close 5, detach 2");
	assert_null(port->xdp_mode);
	assert_non_null(strstr(log_, "no fast path here, the daemon serves it alone: refused (2)"));
}

static void generic_is_on_the_interface_itself_and_needs_no_reason(void **state)
{
	(void)state;
	machine();
	config.fast_path.mode = FAST_PATH_GENERIC;
	serve(VLAN5);
	assert_did("publish 5, generic 5");
	assert_string_equal(log_, "");
}

static void what_generic_would_not_mend_is_not_tried(void **state)
{
	static const int errors[] = {-EPERM, -EPROTO, -EPROTONOSUPPORT, -ENODEV};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		start(state);
		machine();
		native_result = errors[i];
		assert_null(serve(VLAN5)->xdp_mode);
		assert_null(strstr(did, "generic"));
	}
}

static void beside_a_foreign_program_a_vlan_is_generic_and_the_device_alone(void **state)
{
	struct port *vlan, *device;

	(void)state;
	machine();
	native_result = -EBUSY;
	vlan = serve(VLAN5);
	device = serve(ETH0);
	assert_string_equal(vlan->xdp_mode, "generic");
	assert_null(device->xdp_mode);
	assert_true(device->other_xdp && !vlan->other_xdp);
	assert_null(strstr(did, "generic 2"));
}

static void a_vlan_takes_no_generic_program_off_its_device(void **state)
{
	(void)state;
	machine();
	native_result = -EOPNOTSUPP;
	serve(ETH0);
	*did = 0;
	serve(VLAN5);
	assert_did("publish 5, generic 5");
	assert_non_null(strstr(log_, "eth0.5: the fast path is generic, slower than a native one: "
				     "eth0 has a generic one\n"));
}

static void a_hidden_tag_makes_it_generic_until_it_is_seen(void **state)
{
	struct port *port;

	(void)state;
	machine();
	links[0].hides = LINK_HIDES_CTAG;
	port = serve(VLAN5);
	assert_did("publish 5, generic 5");
	assert_non_null(strstr(log_, "remedy: ethtool -K eth0 rxvlan off"));
	links[0].hides = 0;
	follow(port);
	assert_did("close 5, publish 5, native 2, close 5, prune but 0, publish 5, native 2, "
		   "detach 5");
	assert_string_equal(port->xdp_mode, "native");
	links[0].hides = LINK_HIDES_CTAG;
	follow(port);
	assert_did("close 5, publish 5, generic 5, detach 2");
}

static void generic_ones_above_make_way_and_come_back(void **state)
{
	struct port *first, *second;

	(void)state;
	machine();
	links[0].hides = LINK_HIDES_CTAG;
	first = serve(VLAN5);
	second = serve(VLAN6);
	*did = 0;
	links[0].hides = 0;
	follow(first);
	assert_did("close 5, publish 5, native 2, close 5, close 6, prune but 0, publish 5, "
		   "native 2, publish 6, generic 6, detach 5");
	assert_string_equal(first->xdp_mode, "native");
	assert_string_equal(second->xdp_mode, "generic");
	follow(second);
	assert_did("close 6, publish 6, native 2, detach 6");
	assert_string_equal(second->xdp_mode, "native");
}

static void who_does_not_make_way_is_not_asked_again(void **state)
{
	struct port *first, *second;

	(void)state;
	machine();
	native_result = -ENOTEMPTY; /* something that is not ours */
	first = serve(VLAN5);
	*did = 0;
	second = serve(VLAN6);
	assert_did(
		"publish 6, native 2, close 6, close 5, prune but 0, publish 6, native 2, close 6, "
		"publish 5, native 2, close 5, detach 2, publish 5, generic 5, detach 2, "
		"publish 6, generic 6");
	assert_string_equal(first->xdp_mode, "generic");
	assert_string_equal(second->xdp_mode, "generic");
	assert_false(d.making_way);
}

static void a_bridge_has_none_where_it_cannot_natively(void **state)
{
	struct port *port;

	(void)state;
	add("br0", 8, "bridge");
	native_result = -EOPNOTSUPP;
	port = serve(8);
	assert_did("publish 8, native 8, close 8, detach 8");
	assert_null(port->xdp_mode);
	assert_string_equal(log_,
			    "br0: no fast path here, the daemon serves it alone: refused (8), "
			    "and to generic XDP on br0 frames of VLANs would look "
			    "untagged\n");
	follow(port);
	assert_did("");
}

static void a_bridge_has_none_where_generic_is_asked_for(void **state)
{
	(void)state;
	config.fast_path.mode = FAST_PATH_GENERIC;
	add("br0", 8, "bridge");
	assert_null(serve(8)->xdp_mode);
	assert_did("");
	assert_string_equal(log_, "br0: no fast path here, the daemon serves it alone: to generic "
				  "XDP on br0 frames of VLANs would look untagged\n");
}

#define WARNING                                                                                    \
	"eth0: eth0 takes VLAN tags off before XDP sees them, so tagged frames, should any reach " \
	"it, look untagged; remedy: ethtool -K eth0 rxvlan off, or fast-path.rxvlan: off\n"

static void offload_without_a_vlan_is_warned_of_once(void **state)
{
	struct port *port;

	(void)state;
	add("eth0", ETH0, "")->hides = LINK_HIDES_CTAG;
	port = serve(ETH0);
	assert_did("publish 2, native 2");
	assert_string_equal(log_, WARNING);
	*log_ = 0;
	follow(port);
	assert_string_equal(log_, "");
	the_link(ETH0)->hides = 0;
	follow(port);
	assert_string_equal(log_, "");
	the_link(ETH0)->hides = LINK_HIDES_CTAG;
	follow(port);
	assert_string_equal(log_, WARNING);
	assert_did("publish 2, publish 2");
}

static void offload_without_a_vlan_is_warned_of_where_it_is_generic(void **state)
{
	(void)state;
	config.fast_path.mode = FAST_PATH_GENERIC;
	add("eth0", ETH0, "")->hides = LINK_HIDES_CTAG;
	serve(ETH0);
	assert_did("publish 2, generic 2");
	assert_string_equal(log_, WARNING);
}

static void offload_without_a_vlan_is_turned_off_if_that_may_be(void **state)
{
	(void)state;
	config.fast_path.rxvlan_off = true;
	add("eth0", ETH0, "")->hides = LINK_HIDES_CTAG;
	serve(ETH0);
	assert_did("unhide ctag 2, publish 2, native 2");
	assert_string_equal(log_, "eth0: RX VLAN offload turned off, so that XDP sees the tags "
				  "(fast-path.rxvlan)\n");
}

static void an_untagged_link_beside_hidden_tags_has_none(void **state)
{
	struct port *port;

	(void)state;
	machine();
	links[0].hides = LINK_HIDES_CTAG;
	port = serve(ETH0);
	assert_did("");
	assert_non_null(strstr(log_, "eth0: no fast path here"));
	links[0].hides = 0;
	follow(port);
	assert_did("close 2, publish 2, native 2");
	links[0].hides = LINK_HIDES_CTAG;
	follow(port);
	assert_did("close 2, detach 2");
	assert_null(port->xdp_mode);
}

static void in_native_mode_a_hidden_tag_leaves_none(void **state)
{
	(void)state;
	machine();
	config.fast_path.mode = FAST_PATH_NATIVE;
	links[0].hides = LINK_HIDES_CTAG;
	assert_null(serve(VLAN5)->xdp_mode);
	assert_did("");
	assert_non_null(strstr(log_, "eth0.5: no fast path here, the daemon serves it alone: eth0 "
				     "takes VLAN tags off"));
}

static void rxvlan_off_turns_it_off_and_says_so(void **state)
{
	(void)state;
	machine();
	config.fast_path.rxvlan_off = true;
	links[0].hides = LINK_HIDES_CTAG | LINK_HIDES_STAG;
	serve(VLAN5);
	/* its own tag's, and then what may hide others before it */
	assert_did("unhide ctag 2, unhide 2, publish 5, native 2");
	assert_string_equal(log_, "eth0: RX VLAN offload turned off, so that XDP sees the tags "
				  "(fast-path.rxvlan)\n"
				  "eth0: RX VLAN offload turned off, so that XDP sees the tags "
				  "(fast-path.rxvlan)\n");
	assert_int_equal(links[0].hides, 0);
}

static void what_cannot_be_turned_off_is_said(void **state)
{
	struct port *port;

	(void)state;
	machine();
	config.fast_path.rxvlan_off = true;
	unhide_result = -EOPNOTSUPP;
	links[0].hides = LINK_HIDES_CTAG;
	port = serve(VLAN5);
	assert_did("unhide ctag 2, publish 5, generic 5");
	assert_non_null(strstr(log_, "turning that off was refused"));
	*log_ = 0;
	follow(port);
	assert_string_equal(log_, "");
}

static void in_generic_mode_no_offload_is_touched_for_a_vlan(void **state)
{
	(void)state;
	machine();
	config.fast_path.rxvlan_off = true;
	config.fast_path.mode = FAST_PATH_GENERIC;
	links[0].hides = LINK_HIDES_CTAG;
	serve(VLAN5);
	assert_did("publish 5, generic 5");
	*did = 0;
	serve(ETH0);
	assert_did("unhide ctag 2, publish 2, generic 2");
}

static void the_offload_of_every_member_is_turned_off(void **state)
{
	(void)state;
	config.fast_path.rxvlan_off = true;
	add("m1", M1, "veth")->master = BOND;
	add("m2", M2, "veth")->master = BOND;
	add("bond0", BOND, "bond");
	add_vlan("bond0.5", VLAN5, BOND, 5);
	links[0].hides = links[1].hides = LINK_HIDES_CTAG;
	serve(VLAN5);
	assert_did("unhide ctag 11, unhide ctag 12, publish 5, native 13");
}

static void a_failover_publishes_and_attaches_nothing(void **state)
{
	struct port *port;

	(void)state;
	add("m1", M1, "veth")->master = BOND;
	add("m2", M2, "veth")->master = BOND;
	add("bond0", BOND, "bond");
	links[1].is_backup = true;
	port = serve(BOND);
	assert_did("publish 13, native 13");
	links[0].is_backup = true;
	links[1].is_backup = false;
	follow(port);
	assert_did("publish 13");
	assert_true(port->place.ways[0].closed && !port->place.ways[1].closed);
	assert_string_equal(port->xdp_mode, "native");
}

static void a_vlan_that_goes_down_is_closed_and_not_moved(void **state)
{
	struct port *native, *generic;

	(void)state;
	machine();
	native = serve(VLAN5);
	assert_false(native->place.ways[0].closed);
	*did = 0;
	the_link(VLAN5)->up = false;
	follow(native);
	assert_did("publish 5");
	assert_true(native->place.ways[0].closed);
	the_link(VLAN5)->up = true;
	follow(native);
	assert_did("publish 5");
	assert_false(native->place.ways[0].closed);

	place_leave(&d, native);
	native_result = -EOPNOTSUPP;
	generic = serve(VLAN6);
	assert_string_equal(generic->xdp_mode, "generic");
	*did = 0;
	the_link(VLAN6)->up = false;
	follow(generic);
	assert_did(""); /* it sits on itself */
}

static void a_device_is_detached_when_the_last_link_on_it_leaves(void **state)
{
	struct port *first, *second, *third;

	(void)state;
	machine();
	first = serve(VLAN5);
	second = serve(VLAN6);
	third = serve(ETH0);
	*did = 0;
	place_leave(&d, first);
	place_leave(&d, third);
	assert_did("close 5, close 2");
	place_leave(&d, second);
	assert_did("close 6, detach 2");
}

static void a_device_that_lost_the_program_is_lost_to_all_on_it(void **state)
{
	struct port *first, *second;

	(void)state;
	machine();
	first = serve(VLAN5);
	second = serve(VLAN6);
	*did = 0;
	give_again_result = -ENOMEM;
	assert_true(place_give_again(&d, first));
	assert_false(place_give_again(&d, second));
	assert_did("again 2, close 5, close 6");
	assert_true(first->lost && second->lost && !first->xdp_mode && !second->xdp_mode);
	*log_ = 0;
	native_result = -ENOMEM;
	follow(first); /* not generic for that, and not said again */
	assert_did("publish 5, native 2, close 5");
	assert_string_equal(log_, "");
	native_result = 0;
	follow(first);
	follow(second);
	assert_string_equal(second->xdp_mode, "native");
	assert_non_null(strstr(log_, "eth0.6: the fast path is back (native)"));
}

static void two_links_on_a_device_are_given_the_program_again_once(void **state)
{
	struct port *first, *second;

	(void)state;
	machine();
	first = serve(VLAN5);
	second = serve(VLAN6);
	*did = 0;
	assert_false(place_give_again(&d, first));
	assert_false(place_give_again(&d, second));
	assert_did("again 2");
}

static void what_was_generic_comes_back_as_that(void **state)
{
	struct port *port;

	(void)state;
	machine();
	native_result = -EOPNOTSUPP;
	port = serve(VLAN5);
	give_again_result = -ENOMEM;
	place_give_again(&d, port);
	*did = 0;
	follow(port);
	assert_did("publish 5, generic 5");
	assert_string_equal(port->xdp_mode, "generic");
}

static void a_failed_barrier_is_tried_again_and_no_other_mode(void **state)
{
	struct port *port;

	(void)state;
	machine();
	publish_result = -ENOMEM;
	port = serve(VLAN5);
	assert_did("publish 5, close 5");
	assert_true(port->attach_again);
	publish_result = 0;
	follow(port);
	assert_did("publish 5, native 2");
	assert_false(port->attach_again);
}

static void a_program_that_was_taken_away_stays_away(void **state)
{
	struct port *port;

	(void)state;
	machine();
	port = serve(VLAN5);
	*did = 0;
	has = 0;
	follow(port);
	assert_did("close 5");
	assert_null(port->xdp_mode);
	assert_non_null(strstr(log_, "eth0.5: somebody has taken the fast path's program away"));
	follow(port);
	assert_did("");
}

static void our_own_programs_are_not_taken_for_others(void **state)
{
	struct port *first, *second;

	(void)state;
	machine();
	first = serve(VLAN5);
	links[0].hides = LINK_HIDES_CTAG;
	second = serve(ETH0); /* has none: the first's is ours */
	*did = 0;
	assert_int_equal(place_answered_by_others(&d, second), 0);
	assert_did("");
	assert_int_equal(place_answered_by_others(&d, first), 0);
	assert_did("ask 5");
}

#define T(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(auto_is_native_where_the_driver_can),
		T(auto_is_generic_where_it_cannot_and_says_why),
		T(where_neither_can_the_reason_is_natives),
		T(native_is_native_or_nothing),
		T(generic_is_on_the_interface_itself_and_needs_no_reason),
		T(what_generic_would_not_mend_is_not_tried),
		T(beside_a_foreign_program_a_vlan_is_generic_and_the_device_alone),
		T(a_vlan_takes_no_generic_program_off_its_device),
		T(a_hidden_tag_makes_it_generic_until_it_is_seen),
		T(generic_ones_above_make_way_and_come_back),
		T(who_does_not_make_way_is_not_asked_again),
		T(a_bridge_has_none_where_it_cannot_natively),
		T(a_bridge_has_none_where_generic_is_asked_for),
		T(offload_without_a_vlan_is_warned_of_once),
		T(offload_without_a_vlan_is_warned_of_where_it_is_generic),
		T(offload_without_a_vlan_is_turned_off_if_that_may_be),
		T(an_untagged_link_beside_hidden_tags_has_none),
		T(in_native_mode_a_hidden_tag_leaves_none),
		T(rxvlan_off_turns_it_off_and_says_so),
		T(what_cannot_be_turned_off_is_said),
		T(in_generic_mode_no_offload_is_touched_for_a_vlan),
		T(the_offload_of_every_member_is_turned_off),
		T(a_failover_publishes_and_attaches_nothing),
		T(a_vlan_that_goes_down_is_closed_and_not_moved),
		T(a_device_is_detached_when_the_last_link_on_it_leaves),
		T(a_device_that_lost_the_program_is_lost_to_all_on_it),
		T(two_links_on_a_device_are_given_the_program_again_once),
		T(what_was_generic_comes_back_as_that),
		T(a_failed_barrier_is_tried_again_and_no_other_mode),
		T(a_program_that_was_taken_away_stays_away),
		T(our_own_programs_are_not_taken_for_others),
	};

	return cmocka_run_group_tests_name("daemon/places", tests, NULL, NULL);
}
