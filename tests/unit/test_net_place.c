// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where XDP sits for each interface of one machine, and what a change of that machine moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/place.h"

#define C LINK_HIDES_CTAG
#define S LINK_HIDES_STAG

/* clang-format off */
static const struct link_info machine[] = {
	{.up = true, .ifindex = 1, .name = "lo"},
	{.up = true, .ifindex = 2, .name = "eth0"},
	{.up = true, .ifindex = 3, .name = "eth0.10", .kind = "vlan", .lower = 2, .vlan = 10, .tpid = 0x8100},
	{.up = true, .ifindex = 4, .name = "eth0.20", .kind = "vlan", .lower = 2, .vlan = 20, .tpid = 0x88a8},
	{.up = true, .ifindex = 5, .name = "q30", .kind = "vlan", .lower = 4, .vlan = 30, .tpid = 0x8100},
	{.up = true, .ifindex = 6, .name = "q30.40", .kind = "vlan", .lower = 5, .vlan = 40, .tpid = 0x8100},
	{.up = true, .ifindex = 7, .name = "eth1", .hides = C | S},
	{.up = true, .ifindex = 8, .name = "eth2", .hides = C},
	{.up = true, .ifindex = 9, .name = "eth2.10", .kind = "vlan", .lower = 8, .vlan = 10, .tpid = 0x8100},
	{.up = true, .ifindex = 10, .name = "eth2.11", .kind = "vlan", .lower = 8, .vlan = 11, .tpid = 0x88a8},
	{.up = true, .ifindex = 11, .name = "bond0", .kind = "bond", .bond_mode = 1},
	{.up = true, .ifindex = 12, .name = "eth3", .kind = "", .master = 11},
	{.up = true, .ifindex = 13, .name = "eth4", .kind = "veth", .master = 11, .is_backup = true},
	{.up = true, .ifindex = 14, .name = "bond0.10", .kind = "vlan", .lower = 11, .vlan = 10, .tpid = 0x8100},
	{.up = true, .ifindex = 15, .name = "br0", .kind = "bridge"},
	{.up = true, .ifindex = 16, .name = "port", .kind = "veth", .master = 15},
	{.up = true, .ifindex = 17, .name = "far", .kind = "vlan", .vlan = 10, .tpid = 0x8100},
	{.up = true, .ifindex = 18, .name = "eth0.0", .kind = "vlan", .lower = 2, .vlan = 0, .tpid = 0x8100},
	{.up = true, .ifindex = 19, .name = "eth2.12.13", .kind = "vlan", .lower = 10, .vlan = 13, .tpid = 0x8100},
	{.up = true, .ifindex = 20, .name = "bond1", .kind = "bond"},
	{.up = true, .ifindex = 21, .name = "eth5", .master = 20},
	{.up = true, .ifindex = 22, .name = "eth6", .master = 20, .hides = C},
	{.up = true, .ifindex = 23, .name = "bond1.7", .kind = "vlan", .lower = 20, .vlan = 7, .tpid = 0x8100},
	{.up = true, .ifindex = 24, .name = "bond2", .kind = "bond"},
	{.up = true, .ifindex = 25, .name = "br1", .kind = "bridge"},
	{.up = true, .ifindex = 26, .name = "eth7", .master = 25, .hides = C | S},
	{.up = true, .ifindex = 27, .name = "br1.5", .kind = "vlan", .lower = 25, .vlan = 5, .tpid = 0x8100},
	{.up = true, .ifindex = 28, .name = "bond3", .kind = "bond", .hides = C | S},
	{.up = true, .ifindex = 29, .name = "eth8", .master = 28},
	{.up = true, .ifindex = 30, .name = "eth9", .master = 28, .hides = S},
	{.up = true, .ifindex = 31, .name = "mv0", .kind = "macvlan", .hides = C},
	{.up = true, .ifindex = 32, .name = "vnic"},
	{.up = true, .ifindex = 33, .name = "vf", .master = 32},
};

/* Ways as "12 13-", the closed ones with a minus. */
static const struct {
	const char *name;
	enum place_how how;
	enum place_why why;
	const char *on, *tags, *ways, *hiding;
	uint8_t hides;
} rows[] = {
	{"eth0", PLACE_NATIVE, PLACE_FINE, "eth0", "", "2", "", 0},
	{"eth0.10", PLACE_NATIVE, PLACE_FINE, "eth0", "8100:10", "2", "", 0},
	{"eth0.20", PLACE_NATIVE, PLACE_FINE, "eth0", "88a8:20", "2", "", 0},
	{"q30", PLACE_NATIVE, PLACE_FINE, "eth0", "88a8:20 8100:30", "2", "", 0},
	{"q30.40", PLACE_GENERIC, PLACE_TAGS_MANY, "q30.40", "", "6", "", 0},
	/* nothing lies on it here; in another namespace something may */
	{"eth1", PLACE_NATIVE, PLACE_MAY_HIDE, "eth1", "", "7", "eth1", C | S},
	{"eth2", PLACE_NONE, PLACE_OTHERS_HIDDEN, "eth2", "", "", "eth2", C},
	{"eth2.10", PLACE_GENERIC, PLACE_TAGS_HIDDEN, "eth2.10", "", "9", "eth2", C},
	/* 0x8100 is hidden there, 0x88a8 is not */
	{"eth2.11", PLACE_NATIVE, PLACE_MAY_HIDE, "eth2", "88a8:11", "8", "eth2", C},
	{"eth2.12.13", PLACE_GENERIC, PLACE_TAGS_HIDDEN, "eth2.12.13", "", "19", "eth2", C},
	{"bond0", PLACE_NATIVE, PLACE_FINE, "bond0", "", "12 13-", "", 0},
	{"bond0.10", PLACE_NATIVE, PLACE_FINE, "bond0", "8100:10", "12 13-", "", 0},
	{"br0", PLACE_NATIVE, PLACE_FINE, "br0", "", "15", "", 0},
	{"port", PLACE_NATIVE, PLACE_FINE, "port", "", "16", "", 0},
	{"far", PLACE_GENERIC, PLACE_ELSEWHERE, "far", "", "17", "", 0},
	{"eth0.0", PLACE_GENERIC, PLACE_TAG_ZERO, "eth0.0", "", "18", "", 0},
	/* one member is enough to hide them */
	{"bond1.7", PLACE_GENERIC, PLACE_TAGS_HIDDEN, "bond1.7", "", "23", "eth6", C},
	{"bond1", PLACE_NONE, PLACE_OTHERS_HIDDEN, "bond1", "", "", "eth6", C},
	{"bond2", PLACE_NATIVE, PLACE_FINE, "bond2", "", "", "", 0},
	/* a bridge's ports are of no concern: XDP is not there, but on the bridge, if at all */
	{"br1.5", PLACE_NATIVE, PLACE_FINE, "br1", "8100:5", "25", "", 0},
	/* XDP is at the members: what they hide counts */
	{"bond3", PLACE_NATIVE, PLACE_MAY_HIDE, "bond3", "", "29 30", "eth9", S},
	/* and of what has no XDP natively nothing does */
	{"mv0", PLACE_NATIVE, PLACE_FINE, "mv0", "", "31", "", 0},
};
/* clang-format on */

#define N_LINKS (sizeof(machine) / sizeof(machine[0]))

static int at(const char *name)
{
	for (size_t i = 0; i < N_LINKS; i++) {
		if (!strcmp(machine[i].name, name))
			return (int)i;
	}
	fail_msg("no %s", name);
	return -1;
}

static void text_of(const struct place *place, char tags[64], char ways[256])
{
	int n = 0;

	*tags = *ways = 0;
	for (unsigned i = 0; i < XDHCP_LINK_TAGS; i++) {
		if (place->tags.vlan[i] || place->tags.tpid[i])
			n += snprintf(tags + n, 64 - (size_t)n, "%s%x:%u", n ? " " : "",
				      place->tags.tpid[i], place->tags.vlan[i]);
	}
	n = 0;
	for (unsigned i = 0; i < place->n_ways; i++)
		n += snprintf(ways + n, 256 - (size_t)n, "%s%u%s", n ? " " : "",
			      place->ways[i].ifindex, place->ways[i].closed ? "-" : "");
}

static void each_interface_has_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char tags[64], ways[256];
		struct place place;

		place_find(machine, N_LINKS, at(rows[i].name), &place);
		text_of(&place, tags, ways);
		if (place.how != rows[i].how || place.why != rows[i].why ||
		    place.on != machine[at(rows[i].on)].ifindex ||
		    strcmp(place.on_name, rows[i].on) != 0 || strcmp(tags, rows[i].tags) != 0 ||
		    strcmp(ways, rows[i].ways) != 0 ||
		    strcmp(place.hiding_name, rows[i].hiding) != 0 || place.hides != rows[i].hides)
			fail_msg("%s: how %u why %u on %s tags '%s' ways '%s' hiding '%s' %u",
				 rows[i].name, place.how, place.why, place.on_name, tags, ways,
				 place.hiding_name, place.hides);
	}
}

static void a_tag_that_is_not_hidden_any_more_is_seen_natively(void **state)
{
	struct link_info links[N_LINKS];
	struct place place, before;

	(void)state;
	memcpy(links, machine, sizeof(links));
	place_find(links, N_LINKS, at("eth2.10"), &before);
	links[at("eth2")].hides = 0;
	place_find(links, N_LINKS, at("eth2.10"), &place);
	assert_int_equal(place.how, PLACE_NATIVE);
	assert_int_equal(place.hiding, 0);
	assert_false(place_same(&before, &place));
	place_find(links, N_LINKS, at("eth2"), &place);
	assert_int_equal(place.how, PLACE_NATIVE);
}

/* 0x88a8 alone is hidden: of a stack of tags any that may be taken counts. */
static void of_two_tags_either_may_be_hidden(void **state)
{
	struct link_info links[N_LINKS];
	struct place place;

	(void)state;
	memcpy(links, machine, sizeof(links));
	for (unsigned hides = C; hides <= (C | S); hides++) {
		links[at("eth0")].hides = (uint8_t)hides;
		place_find(links, N_LINKS, at("q30"), &place);
		assert_int_equal(place.how, PLACE_GENERIC);
		assert_int_equal(place.hides, hides);
		place_find(links, N_LINKS, at("eth0.20"), &place);
		assert_int_equal(place.how, hides & S ? PLACE_GENERIC : PLACE_NATIVE);
		place_find(links, N_LINKS, at("eth0.10"), &place);
		assert_int_equal(place.how, hides & C ? PLACE_GENERIC : PLACE_NATIVE);
	}
}

/* One device after the other: whoever turns it off goes by the first. */
static void of_several_members_that_hide_it_is_the_first(void **state)
{
	struct link_info links[N_LINKS];
	struct place place;

	(void)state;
	memcpy(links, machine, sizeof(links));
	links[at("eth5")].hides = C | S;
	place_find(links, N_LINKS, at("bond1.7"), &place);
	assert_string_equal(place.hiding_name, "eth5");
	assert_int_equal(place.hiding, 21);
	assert_int_equal(place.hides, C);
	links[at("eth5")].hides = S;
	place_find(links, N_LINKS, at("bond1.7"), &place);
	assert_string_equal(place.hiding_name, "eth6");
}

static void a_failover_changes_only_which_way_is_closed(void **state)
{
	struct link_info links[N_LINKS];
	struct place before, after;

	(void)state;
	memcpy(links, machine, sizeof(links));
	place_find(links, N_LINKS, at("bond0"), &before);
	links[at("eth3")].is_backup = true;
	links[at("eth4")].is_backup = false;
	place_find(links, N_LINKS, at("bond0"), &after);
	assert_false(place_same(&before, &after));
	assert_true(after.ways[0].closed && !after.ways[1].closed);
	after.ways[0].closed = false;
	after.ways[1].closed = true;
	assert_true(place_same(&before, &after));
}

/* XDP beneath it goes on seeing its frames, of which the daemon gets none. */
static void what_is_down_is_closed_where_xdp_is_beneath_it(void **state)
{
	static const struct {
		const char *down, *link, *ways;
	} downs[] = {
		{"eth0.10", "eth0.10", "2-"}, /* and the others on the device are not */
		{"eth0.10", "eth0.20", "2"},
		{"eth0.10", "eth0", "2"},
		{"eth0.20", "q30", "2-"}, /* a loose binding: the upper one stays up */
		{"bond0", "bond0", "12- 13-"},
		{"bond0", "bond0.10", "12- 13-"},
		{"bond0.10", "bond0", "12 13-"},
		/* it gets no frames itself then, so nothing has to follow */
		{"eth0", "eth0", "2"},
		{"br0", "br0", "15"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(downs) / sizeof(downs[0]); i++) {
		struct link_info links[N_LINKS];
		struct place before, after;
		char tags[64], ways[256];

		memcpy(links, machine, sizeof(links));
		place_find(links, N_LINKS, at(downs[i].link), &before);
		links[at(downs[i].down)].up = false;
		place_find(links, N_LINKS, at(downs[i].link), &after);
		text_of(&after, tags, ways);
		if (strcmp(ways, downs[i].ways) != 0)
			fail_msg("%s down, %s: %s", downs[i].down, downs[i].link, ways);
		assert_true(place_same_but_closed(&before, &after));
	}
}

static void more_members_than_there_is_room_for_are_left_out(void **state)
{
	struct link_info links[1 + PLACE_WAYS + 5] = {
		{.ifindex = 1, .name = "b", .kind = "bond", .up = true}};
	struct place place;

	(void)state;
	for (unsigned i = 1; i < sizeof(links) / sizeof(links[0]); i++)
		links[i] = (struct link_info){.ifindex = 1 + i, .master = 1};
	place_find(links, sizeof(links) / sizeof(links[0]), 0, &place);
	assert_int_equal(place.n_ways, PLACE_WAYS);
	assert_int_equal(place.ways[PLACE_WAYS - 1].ifindex, 1 + PLACE_WAYS);
}

static void offload_is_asked_of_what_vlans_lie_on_and_of_its_members(void **state)
{
	static const char *const asked[] = {"eth0",  "eth0.20", "q30",	"eth2",	 "eth2.11",
					    "bond0", "eth3",	"eth4", "bond1", "eth5",
					    "eth6",  "br1",	"eth7"};

	(void)state;
	for (size_t i = 0; i < N_LINKS; i++) {
		bool wanted = false;

		for (size_t j = 0; j < sizeof(asked) / sizeof(asked[0]); j++)
			wanted |= !strcmp(asked[j], machine[i].name);
		if (place_hiding_matters(machine, N_LINKS, (int)i) != wanted)
			fail_msg("%s: %s", machine[i].name, wanted ? "not asked" : "asked");
	}
}

static void offload_is_asked_of_what_is_served_and_of_its_members(void **state)
{
	struct link_info links[N_LINKS];

	(void)state;
	memcpy(links, machine, sizeof(links));
	links[at("eth1")].served = links[at("bond3")].served = true;
	links[at("vnic")].served = true;
	for (int i = at("bond3"); i < (int)N_LINKS; i++) {
		bool wanted = i <= at("eth9") || i == at("vnic");

		if (place_hiding_matters(links, N_LINKS, i) != wanted)
			fail_msg("%s: %s", links[i].name, wanted ? "not asked" : "asked");
	}
	assert_true(place_hiding_matters(links, N_LINKS, at("eth1")));
}

/* The kernel takes tags off before a bridge, or the like, has the frame. A VLAN's is its own. */
static void what_gets_frames_from_beneath_has_no_generic_one(void **state)
{
	static const struct {
		const char *kind;
		bool none;
	} kinds[] = {{"bridge", true}, {"macvlan", true}, {"macvtap", true},	 {"ipvlan", true},
		     {"bond", true},   {"team", true},	  {"openvswitch", true}, {"macsec", true},
		     {"what", true},   {"", false},	  {"veth", false},	 {"tun", false},
		     {"vxlan", false}, {"geneve", false}, {"gretap", false},	 {"vlan", false}};
	char buf[160];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct link_info link = {.ifindex = 1, .name = "x", .up = true};
		struct place place;

		strcpy(link.kind, kinds[i].kind);
		if (!strcmp(link.kind, "vlan")) {
			link.lower = 2;
			link.vlan = 5;
			link.tpid = 0x8100;
		}
		place_find((struct link_info[]){link, {.ifindex = 2, .kind = "bridge"}}, 2, 0,
			   &place);
		if (place.no_generic != kinds[i].none)
			fail_msg("%s", kinds[i].kind);
	}
	struct place place;

	place_find(machine, N_LINKS, at("vnic"), &place); /* by its member */
	assert_true(place.no_generic);
	place_why_not_generic(&machine[at("br0")], buf, sizeof(buf));
	assert_string_equal(buf, "to generic XDP on br0 frames of VLANs would look untagged");
	place_why_not_generic(&machine[at("bond0")], buf, sizeof(buf));
	assert_string_equal(buf, "to generic XDP on bond0 frames of VLANs would look untagged; "
				 "remedy: mode active-backup, balance-rr, balance-xor or 802.3ad");
}

static void the_line_says_why_and_what_helps(void **state)
{
	static const struct {
		const char *name;
		uint8_t hides;
		bool cannot;
		const char *line;
	} lines[] = {
		{"eth0", 0, false, ""},
		{"eth2.10", C, false,
		 "eth2 takes VLAN tags off before XDP sees them; remedy: ethtool -K eth2 rxvlan "
		 "off, or fast-path.rxvlan: off"},
		{"eth2.10", C, true,
		 "eth2 takes VLAN tags off before XDP sees them, and turning that off was refused; "
		 "remedy: ethtool -K eth2 rxvlan off"},
		{"eth2", S, false,
		 "eth2 takes VLAN tags off before XDP sees them, so frames of the VLANs on it look "
		 "untagged; remedy: ethtool -K eth2 rx-vlan-stag-hw-parse off, or "
		 "fast-path.rxvlan: off"},
		{"eth2", C | S, false,
		 "eth2 takes VLAN tags off before XDP sees them, so frames of the VLANs on it look "
		 "untagged; remedy: ethtool -K eth2 rxvlan off rx-vlan-stag-hw-parse off, or "
		 "fast-path.rxvlan: off"},
		{"eth1", 0, false,
		 "eth1 takes VLAN tags off before XDP sees them, so tagged frames, should any "
		 "reach "
		 "it, look untagged; remedy: ethtool -K eth1 rxvlan off rx-vlan-stag-hw-parse off, "
		 "or fast-path.rxvlan: off"},
		{"q30.40", 0, false, "XDP looks behind two VLAN tags at most"},
		{"eth0.0", 0, false, "VLAN id 0 is no VLAN to XDP"},
		{"far", 0, false, "what this VLAN lies on is in another network namespace"},
	};
	char buf[320];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct link_info links[N_LINKS];
		struct place place;

		memcpy(links, machine, sizeof(links));
		links[at("eth2")].hides = lines[i].hides;
		place_find(links, N_LINKS, at(lines[i].name), &place);
		place.cannot_unhide = lines[i].cannot;
		place_why(&place, buf, sizeof(buf));
		assert_string_equal(buf, lines[i].line);
	}
}

static void tags_are_shown_outer_first(void **state)
{
	struct place place;
	char buf[16];

	(void)state;
	place_find(machine, N_LINKS, at("q30"), &place);
	place_tags_text(&place.tags, buf, sizeof(buf));
	assert_string_equal(buf, "20.30");
	place_find(machine, N_LINKS, at("eth0.10"), &place);
	place_tags_text(&place.tags, buf, sizeof(buf));
	assert_string_equal(buf, "10");
	place_find(machine, N_LINKS, at("eth0"), &place);
	place_tags_text(&place.tags, buf, sizeof(buf));
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_interface_has_its_place),
		cmocka_unit_test(a_tag_that_is_not_hidden_any_more_is_seen_natively),
		cmocka_unit_test(of_two_tags_either_may_be_hidden),
		cmocka_unit_test(of_several_members_that_hide_it_is_the_first),
		cmocka_unit_test(a_failover_changes_only_which_way_is_closed),
		cmocka_unit_test(what_is_down_is_closed_where_xdp_is_beneath_it),
		cmocka_unit_test(more_members_than_there_is_room_for_are_left_out),
		cmocka_unit_test(offload_is_asked_of_what_vlans_lie_on_and_of_its_members),
		cmocka_unit_test(offload_is_asked_of_what_is_served_and_of_its_members),
		cmocka_unit_test(what_gets_frames_from_beneath_has_no_generic_one),
		cmocka_unit_test(the_line_says_why_and_what_helps),
		cmocka_unit_test(tags_are_shown_outer_first),
	};

	return cmocka_run_group_tests_name("net/place", tests, NULL, NULL);
}
