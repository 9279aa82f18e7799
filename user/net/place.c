// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where XDP sits for an interface (place.h). Pure, no state.
 */
#include <stdio.h>
#include <string.h>

#include <linux/if_ether.h>

#include "place.h"

static bool is_kind(const struct link_info *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

/* From a VLAN down to what has no tag of its own. Any other link is its own lowest. */
static enum place_why descend(const struct link_info *links, int n, const struct link_info *link,
			      struct place_tags *ret_tags, const struct link_info **ret_lowest)
{
	struct place_tags tags = {0};
	unsigned depth = 0;

	for (; is_kind(link, "vlan"); depth++) {
		if (depth == XDHCP_LINK_TAGS)
			return PLACE_TAGS_MANY;
		if (!link->vlan)
			return PLACE_TAG_ZERO;
		memmove(tags.vlan + 1, tags.vlan, sizeof(tags.vlan) - sizeof(tags.vlan[0]));
		memmove(tags.tpid + 1, tags.tpid, sizeof(tags.tpid) - sizeof(tags.tpid[0]));
		tags.vlan[0] = link->vlan;
		tags.tpid[0] = link->tpid;
		link = links_find(links, n, link->lower);
		if (!link)
			return PLACE_ELSEWHERE;
	}
	*ret_tags = tags;
	*ret_lowest = link;
	return PLACE_FINE;
}

/* Which of these tags does the device hide? Of two any: which one a NIC takes is its own matter. */
static uint8_t hidden_of(const struct link_info *device, const struct place_tags *tags)
{
	uint8_t of_tags = 0;

	for (unsigned i = 0; i < XDHCP_LINK_TAGS; i++) {
		if (tags->vlan[i])
			of_tags |= tags->tpid[i] == ETH_P_8021AD ? LINK_HIDES_STAG
								 : LINK_HIDES_CTAG;
	}
	return device->hides & of_tags;
}

static void note_hidden(struct place *place, enum place_why why, const struct link_info *device,
			const struct place_tags *tags)
{
	uint8_t hides = hidden_of(device, tags);

	if (!hides)
		return;
	if (!place->hides) {
		place->why = why;
		place->hiding = device->ifindex;
		memcpy(place->hiding_name, device->name, sizeof(place->hiding_name));
	}
	/* of one device: the others have their turn when this one hides nothing any more */
	if (place->hiding == device->ifindex)
		place->hides |= hides;
}

/* Through the device, or the members of the bond that it is. */
static void note_hidden_below(const struct link_info *links, int n, struct place *place,
			      enum place_why why, const struct link_info *lowest,
			      const struct place_tags *tags)
{
	note_hidden(place, why, lowest, tags);
	for (int i = 0; i < n; i++) {
		if (is_kind(lowest, "bond") && links[i].master == lowest->ifindex)
			note_hidden(place, why, &links[i], tags);
	}
}

/* VLANs that lie on an untagged interface: their frames must not look like its own. */
static void note_hidden_above(const struct link_info *links, int n, struct place *place,
			      const struct link_info *link)
{
	for (int i = 0; i < n; i++) {
		const struct link_info *lowest = NULL;
		struct place_tags tags = {0};

		if (is_kind(&links[i], "vlan") &&
		    descend(links, n, &links[i], &tags, &lowest) == PLACE_FINE && lowest == link)
			note_hidden_below(links, n, place, PLACE_OTHERS_HIDDEN, link, &tags);
	}
}

/* It is there that XDP runs: a bond's own offload is nothing to its members. */
static void note_may_hide(const struct link_info *links, int n, struct place *place,
			  const struct link_info *lowest)
{
	static const struct place_tags any = {{1, 1}, {ETH_P_8021Q, ETH_P_8021AD}};

	if (!is_kind(lowest, "bond"))
		note_hidden(place, PLACE_MAY_HIDE, lowest, &any);
	for (int i = 0; i < n; i++) {
		if (is_kind(lowest, "bond") && links[i].master == lowest->ifindex)
			note_hidden(place, PLACE_MAY_HIDE, &links[i], &any);
	}
}

/* Of these kinds it is known that they get their frames whole: NICs, and what is like one. */
static bool gets_whole(const struct link_info *link)
{
	static const char *const whole[] = {"",	      "veth",	"tun",	    "vxlan",
					    "geneve", "gretap", "ip6gretap"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		if (is_kind(link, whole[i]))
			return true;
	}
	return false;
}

/*
 * May frames come to the link from devices beneath it, without the tags that they had? Also to a
 * NIC that has members: the kernel gives it their frames as to a bond (a virtual function's to the
 * virtual NIC).
 */
static bool gets_untagged(const struct link_info *links, int n, const struct link_info *link)
{
	if (is_kind(link, "vlan"))
		return false;
	for (int i = 0; i < n; i++) {
		if (links[i].master == link->ifindex)
			return true;
	}
	return !gets_whole(link);
}

/*
 * Does the kernel give the link what comes in below? VLANs and bonds that are down get nothing, but
 * XDP beneath them would see their frames still. What it sits on itself gets none when it is down.
 */
static bool is_deaf(const struct link_info *links, int n, const struct link_info *link)
{
	bool deaf = false;

	for (; link && is_kind(link, "vlan"); link = links_find(links, n, link->lower))
		deaf |= !link->up;
	return deaf || (link && is_kind(link, "bond") && !link->up);
}

static void add_way(struct place *place, const struct link_info *link, bool closed)
{
	if (place->n_ways < PLACE_WAYS)
		place->ways[place->n_ways++] = (struct place_way){link->ifindex, closed};
}

static void begin(struct place *place, enum place_how how, const struct link_info *on)
{
	memset(place, 0, sizeof(*place));
	place->how = how;
	place->on = on->ifindex;
	memcpy(place->on_name, on->name, sizeof(place->on_name));
}

void place_itself(const struct link_info *link, struct place *ret_place)
{
	begin(ret_place, PLACE_GENERIC, link);
	add_way(ret_place, link, false);
}

void place_find(const struct link_info *links, int n, int i, struct place *ret_place)
{
	const struct link_info *link = &links[i], *lowest = NULL;
	struct place_tags tags = {0};
	enum place_why why = descend(links, n, link, &tags, &lowest);
	bool deaf = is_deaf(links, n, link);

	if (why != PLACE_FINE) {
		place_itself(link, ret_place);
		ret_place->why = why;
		return;
	}
	begin(ret_place, PLACE_NATIVE, lowest);
	ret_place->no_generic = gets_untagged(links, n, link);
	if (lowest == link)
		note_hidden_above(links, n, ret_place, link);
	else
		note_hidden_below(links, n, ret_place, PLACE_TAGS_HIDDEN, lowest, &tags);
	if (ret_place->why == PLACE_TAGS_HIDDEN) {
		ret_place->how = PLACE_GENERIC;
		ret_place->on = link->ifindex;
		memcpy(ret_place->on_name, link->name, sizeof(ret_place->on_name));
		add_way(ret_place, link, false);
		return;
	}
	if (ret_place->why == PLACE_OTHERS_HIDDEN) {
		ret_place->how = PLACE_NONE;
		return;
	}
	if (gets_whole(lowest) || is_kind(lowest, "bond"))
		note_may_hide(links, n, ret_place, lowest);
	ret_place->tags = tags;
	if (!is_kind(lowest, "bond")) {
		add_way(ret_place, lowest, deaf);
		return;
	}
	for (int j = 0; j < n; j++) {
		if (links[j].master == lowest->ifindex)
			add_way(ret_place, &links[j], deaf || links[j].is_backup);
	}
}

bool place_same(const struct place *a, const struct place *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool place_same_but_closed(const struct place *a, const struct place *b)
{
	struct place copy = *b;

	for (unsigned i = 0; i < copy.n_ways && i < a->n_ways; i++)
		copy.ways[i].closed = a->ways[i].closed;
	return place_same(a, &copy);
}

static const char *remedy(uint8_t hides)
{
	switch (hides) {
	case LINK_HIDES_CTAG:
		return "rxvlan off";
	case LINK_HIDES_STAG:
		return "rx-vlan-stag-hw-parse off";
	default:
		return "rxvlan off rx-vlan-stag-hw-parse off";
	}
}

static const char *consequence(enum place_why why)
{
	switch (why) {
	case PLACE_OTHERS_HIDDEN:
		return ", so frames of the VLANs on it look untagged";
	case PLACE_MAY_HIDE:
		return ", so tagged frames, should any reach it, look untagged";
	default:
		return "";
	}
}

void place_why(const struct place *place, char *buf, size_t len)
{
	switch (place->why) {
	case PLACE_FINE:
		*buf = 0;
		break;
	case PLACE_TAGS_HIDDEN:
	case PLACE_OTHERS_HIDDEN:
	case PLACE_MAY_HIDE:
		snprintf(buf, len,
			 "%s takes VLAN tags off before XDP sees them%s%s; remedy: ethtool -K %s "
			 "%s%s",
			 place->hiding_name, consequence(place->why),
			 place->cannot_unhide ? ", and turning that off was refused" : "",
			 place->hiding_name, remedy(place->hides),
			 place->cannot_unhide ? "" : ", or fast-path.rxvlan: off");
		break;
	case PLACE_TAGS_MANY:
		snprintf(buf, len, "XDP looks behind two VLAN tags at most");
		break;
	case PLACE_TAG_ZERO:
		snprintf(buf, len, "VLAN id 0 is no VLAN to XDP");
		break;
	case PLACE_ELSEWHERE:
		snprintf(buf, len, "what this VLAN lies on is in another network namespace");
		break;
	}
}

void place_why_not_generic(const struct link_info *link, char *buf, size_t len)
{
	snprintf(buf, len, "to generic XDP on %s frames of VLANs would look untagged%s", link->name,
		 is_kind(link, "bond") ? "; remedy: mode active-backup, balance-rr, balance-xor or "
					 "802.3ad"
				       : "");
}

void place_tags_text(const struct place_tags *tags, char *buf, size_t len)
{
	*buf = 0;
	if (tags->vlan[1])
		snprintf(buf, len, "%u.%u", tags->vlan[0], tags->vlan[1]);
	else if (tags->vlan[0])
		snprintf(buf, len, "%u", tags->vlan[0]);
}

bool place_hiding_matters(const struct link_info *links, int n, int i)
{
	for (int j = 0; j < n; j++) {
		uint32_t on = is_kind(&links[j], "vlan") ? links[j].lower : 0;

		if (on && (on == links[i].ifindex || on == links[i].master))
			return true;
		if (links[j].served &&
		    (i == j || (is_kind(&links[j], "bond") && links[j].ifindex == links[i].master)))
			return true;
	}
	return false;
}
