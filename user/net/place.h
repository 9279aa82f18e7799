/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where XDP sits for a served interface, and how that interface's frames look there. Pure: it goes
 * by a snapshot of the interfaces (links.h) and by nothing else.
 *
 * Natively the program runs in the driver: on the lowest device of a VLAN, where its frames have
 * their tags; at the members of a bond, to which the kernel gives the bond's program. A tag that
 * the device takes off before XDP is not seen there (RX VLAN offload): frames of a VLAN then look
 * like untagged ones, of whatever network. Generically the program runs where the kernel gives the
 * frame to the interface itself, slower: to a VLAN without its tag, as it shall be. But what a
 * bridge, macvlan or bond is handed from the devices beneath it has lost whatever tag it had by
 * then
 * (__netif_receive_skb_core), and would be answered as if it were untagged, into that VLAN.
 */
#ifndef XDHCP_PLACE_H
#define XDHCP_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "links.h"

#define PLACE_WAYS 32 /* members of a bond; frames of further ones pass to the daemon */

enum place_how {
	PLACE_NATIVE,  /* natively, if the driver can; else generically on the interface itself */
	PLACE_GENERIC, /* only so, on the interface itself; `why` not natively */
	PLACE_NONE,    /* nowhere; `why` */
};

enum place_why {
	PLACE_FINE,
	PLACE_TAGS_HIDDEN,   /* the device hides the tags of this VLAN */
	PLACE_OTHERS_HIDDEN, /* ... those of VLANs that lie on this interface */
	PLACE_TAGS_MANY,     /* more than XDHCP_LINK_TAGS */
	PLACE_TAG_ZERO,	     /* VLAN id 0 is a priority without a VLAN */
	PLACE_ELSEWHERE,     /* what the VLAN lies on is in another network namespace */
	PLACE_MAY_HIDE, /* fine but for tagged frames that should not reach the device: it hides
			   tags, of VLANs that are not known here (another namespace's) */
};

/* As in struct policy: outer first, 0: none. Compared as one word there. */
struct place_tags {
	uint16_t vlan[XDHCP_LINK_TAGS], tpid[XDHCP_LINK_TAGS];
};

/* An interface that XDP names as the one where a frame came in. */
struct place_way {
	uint32_t ifindex;
	bool closed; /* the kernel takes nothing in from there now: a backup member, a VLAN that is
			down */
};

struct place {
	enum place_how how;
	enum place_why why;
	uint32_t on; /* attached there */
	char on_name[16];
	struct place_tags tags;
	struct place_way ways[PLACE_WAYS];
	unsigned n_ways;
	bool no_generic;    /* tags would be hidden from a generic one on the interface itself */
	uint8_t hides;	    /* *_HIDDEN, MAY_HIDE: LINK_HIDES_* that matter */
	bool cannot_unhide; /* set by who has tried */
	uint32_t hiding;    /* ... by this device, the first */
	char hiding_name[16];
};

/* The best place of links[i]. Bytes that are not used are zero, so that places can be compared. */
void place_find(const struct link_info *links, int n, int i, struct place *ret_place);
/* Generically, on the interface itself. */
void place_itself(const struct link_info *link, struct place *ret_place);
bool place_same(const struct place *a, const struct place *b);
/* In all but which of the ways are closed. */
bool place_same_but_closed(const struct place *a, const struct place *b);
/* The line for people: why not natively, or what to mind (PLACE_MAY_HIDE), with the remedy if there
 * is one. Empty: it is fine. */
void place_why(const struct place *place, char *buf, size_t len);
/* Why not generically (no_generic). */
void place_why_not_generic(const struct link_info *link, char *buf, size_t len);
/* "", or by which tags: "10" or "10.20" */
void place_tags_text(const struct place_tags *tags, char *buf, size_t len);
/* Is links[i] served, or do VLANs lie on it, or is the bond such that it is a member of? */
bool place_hiding_matters(const struct link_info *links, int n, int i);

#endif
