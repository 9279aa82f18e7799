/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The map ABI: what the XDP program, the daemon and bpftool share. Every
 * pinned map's key and value is here and nowhere else (the counters of `verdicts`: in
 * verdicts.h). Static asserts hold every size, and every offset that is relied on. A change to any
 * of them, to what a field means, or to the list of verdicts raises XDHCP_ABI_VERSION, at
 * which the next daemon closes, harvests and replaces the maps.
 *
 * Addresses and MACs are byte arrays in reading order, so that a dump shows
 * them as people write them. Times are whole seconds of CLOCK_BOOTTIME,
 * rounded up where they promise something; XDHCP_FOREVER never ends.
 *
 * One writer a field: D marks the daemon's, X the XDP program's.
 * What survives a crash of the daemon: all of it (the maps are pinned). What
 * survives a reboot: none of it; the store does.
 */
#ifndef XDHCP_ABI_H
#define XDHCP_ABI_H

#include <linux/types.h>
#include <stddef.h>

#define XDHCP_ABI_VERSION 4
#define XDHCP_FOREVER	  0xffffffffu

/*
 * X(ID, name): the maps by their names, which are their pins' too, in the order in which they are
 * pinned. `meta` is the last, and so says that the set is whole.
 */
#define XDHCP_MAPS(X)           \
	X(LEASES, leases)       \
	X(BLOCKS, blocks)       \
	X(TEMPLATES, templates) \
	X(POLICY, policy)       \
	X(VERDICTS, verdicts)   \
	X(BUDGETS, budgets)     \
	X(BARRIER, barrier)     \
	X(CAPTURES, captures)   \
	X(CAPTURE, capture)     \
	X(META, meta)

/* --- leases: array of slots, mmapable; the index comes from `blocks` --- */

#define XDHCP_FORMS    4
#define XDHCP_TAIL_MAX 100

/* The pieces of a client's own tail, in the order they are sent. */
enum xdhcp_tail_piece {
	XDHCP_TAIL_HOSTNAME,  /* option 12 */
	XDHCP_TAIL_CLIENT_ID, /* option 61 (RFC 6842) */
	XDHCP_TAIL_FQDN,      /* option 81 */
	XDHCP_TAIL_PIECES,
};

/*
 * The first 64 bytes are all a comparison touches, and the first 32 are the
 * harvest header: their place is the same in every ABI version, so that a
 * daemon of any version can read what an older program has granted.
 *
 * addr is zero while the slot is closed. Identity (chaddr, link, generation)
 * and tail change only while it is closed and after a barrier; addr is stored
 * last, as one aligned 32-bit store. ack_until and each form are single
 * aligned stores and may change while it is open. last and granted_until are
 * one 64-bit word that XDP raises by compare-and-exchange; neither half ever
 * falls while the slot belongs to one lease, and the daemon clears the word
 * only while the slot is closed and harvested; so it does with paced for another lease, and with
 * walked at each opening.
 */
struct slot {
	__u8 addr[4] __attribute__((aligned(8))); /* D */
	__u8 chaddr[6];				  /* D */
	__u16 link;	     /* D, the stable id of the link, see struct policy */
	__u32 generation;    /* D, the lease's, low 32 bits */
	__u32 ack_until;     /* D, XDP may promise up to this second, never beyond */
	__u32 paced;	     /* X, the bucket of its repeat ACKs, see police.h; 0: untouched */
	__u32 last;	     /* X, when XDP last granted (also cltt); 0: never */
	__u32 granted_until; /* X, the furthest second XDP has promised; 0: none */
	/* harvest header ends */
	__u64 forms[XDHCP_FORMS]; /* D, see form_word() in form.h; 0: empty */
	/* second cache line */
	__u64 hits;   /* X, plain increments: two CPUs at once may count one */
	__u64 walked; /* X, what the last walk found, see walked.h; 0: nothing */
	__u8 tail_end[XDHCP_TAIL_PIECES];  /* D, where each piece ends in tail[] */
	__u8 reserved2;			   /* zero */
	__u16 tail_sum_of_none;		   /* zero: what stands before tail_sum[0] */
	__u16 tail_sum[XDHCP_TAIL_PIECES]; /* D, folded sum of tail[] up to each piece's end */
	__u8 tail[XDHCP_TAIL_MAX];	   /* D, whole options: code, length, data */
};

#define XDHCP_GRANT_OFFSET 24 /* the 64-bit word {last, granted_until} */

_Static_assert(sizeof(struct slot) == 192, "three cache lines");
_Static_assert(offsetof(struct slot, addr) == 0, "harvest header");
_Static_assert(offsetof(struct slot, chaddr) == 4, "harvest header");
_Static_assert(offsetof(struct slot, link) == 10, "harvest header, and one word with chaddr");
_Static_assert(offsetof(struct slot, generation) == 12, "harvest header");
_Static_assert(offsetof(struct slot, ack_until) == 16, "harvest header");
_Static_assert(offsetof(struct slot, last) == XDHCP_GRANT_OFFSET, "harvest header");
_Static_assert(offsetof(struct slot, granted_until) == XDHCP_GRANT_OFFSET + 4,
	       "one word with last");
_Static_assert(offsetof(struct slot, forms) == 32, "first line ends with the forms");
_Static_assert(offsetof(struct slot, paced) == 20, "first line");
_Static_assert(offsetof(struct slot, hits) == 64, "second line");
_Static_assert(offsetof(struct slot, walked) == 72, "second line");
_Static_assert(offsetof(struct slot, tail_end) == 80, "with what follows it a word");
_Static_assert(offsetof(struct slot, tail_sum_of_none) + 2 == offsetof(struct slot, tail_sum),
	       "as one array: the sum of so many pieces");
_Static_assert(offsetof(struct slot, tail) == 92, "tail fills the slot");

/* --- blocks: array, mmapable: /24 -> its first slot --- */

#define XDHCP_BLOCK_SLOTS  256u /* addresses of a /24; capacities are multiples of it */
#define XDHCP_BLOCK_PROBES 16	/* places in which a /24 may be */

/*
 * A directory: a /24 is in the first of its places that was free, the first of which follows from
 * its prefix; an empty place (all zero) ends the search. One aligned 64-bit word, stored whole.
 * Slots go to another /24 only while all of them are closed; a reader that finds the wrong ones all
 * the same finds another address in them.
 */
struct block {
	__u8 prefix[4] __attribute__((aligned(8))); /* a.b.c.0; 255.255.255.255: was given away */
	__u32 first; /* index in `leases` of a.b.c.0; a.b.c.d is first + d */
};

_Static_assert(sizeof(struct block) == 8, "one word");

#define XDHCP_BLOCK_GROUP 8u /* neighbours, and the distance of two places of one /24 */

/*
 * The first place of an address' /24 (host order); the others follow in steps of
 * XDHCP_BLOCK_GROUP. Eight /24s in a row share a cache line, of which there are 2^(32 - shift), and
 * XDHCP_BLOCK_PROBES - 1 behind them; where in the line each is depends on the row, too, so that
 * networks with equal last bytes get along.
 */
static inline __u32 block_place(__u32 addr, __u32 shift)
{
	__u64 row = (addr >> 11) * 0x9e3779b97f4a7c15ull;

	return (__u32)(row >> 32 >> shift) * XDHCP_BLOCK_GROUP +
	       ((addr >> 8 ^ (__u32)(row >> 29)) & (XDHCP_BLOCK_GROUP - 1));
}

/* --- templates: array, mmapable; immutable while any slot names one --- */

#define XDHCP_TEMPLATE_OPTIONS_MAX 448
#define XDHCP_TEMPLATE_BITS	   20

/*
 * The part of a reply that all clients of one recipe share. Index 0 is never
 * used. The reply's options are options[], then the slot's tail from piece
 * tail_first up to and without tail_last, then option 82 as it came, then END.
 */
struct template
{
	__u32 lifetime;	   /* seconds as in option 51; XDHCP_FOREVER: infinite */
	__u32 gate;	   /* index in `policy` of the scope's gate, must be open */
	__u8 server_id[4]; /* option 54 as it stands in options[] */
	__u8 siaddr[4];
	__u16 options_len;
	__u16 sum;	 /* folded ones-complement sum of siaddr, sname, file, cookie and options */
	__u8 tail_first; /* enum xdhcp_tail_piece; tail_first == tail_last: no tail */
	__u8 tail_last;
	__u8 has_boot;	   /* 0: sname and file are all zero */
	__u8 to_sport;	   /* a relay gets it at the port it sent from (RFC 8357), not at 67 */
	__u8 relayed;	   /* D: its requests say by themselves what a relay has to say of them */
	__u8 reserved[39]; /* zero */
	__u8 sname[64];
	__u8 file[128];
	__u8 options[XDHCP_TEMPLATE_OPTIONS_MAX]; /* whole options, 53 54 51 58 59 first */
};

_Static_assert(sizeof(struct template) == 704, "eleven cache lines");
_Static_assert(offsetof(struct template, options_len) == 16, "header");
_Static_assert(offsetof(struct template, tail_first) == 20, "header");
_Static_assert(offsetof(struct template, relayed) == 24, "header");
_Static_assert(offsetof(struct template, sname) == 64, "header is one cache line");
_Static_assert(offsetof(struct template, options) == 256, "options are aligned");

/* --- policy: array, mmapable; gates, links, scopes --- */

#define XDHCP_POLICY_GATES   0	  /* the operator's gate and the daemon's */
#define XDHCP_POLICY_LINKS   4096 /* first of the links: at policy_link_place(), or behind */
#define XDHCP_POLICY_LINKS_N 4096
#define XDHCP_POLICY_PROBES  8
#define XDHCP_POLICY_SCOPES  8192 /* first of the scopes */
#define XDHCP_POLICY_ENTRIES 24576
#define XDHCP_LINK_ADDRS     8
#define XDHCP_LINK_TAGS	     2

/* What a link may give the daemon to do, each with a budget of its own (police.h). */
enum xdhcp_budget {
	XDHCP_BUDGET_DISCOVER,
	XDHCP_BUDGET_OTHER, /* all else that is a client's message */
	XDHCP_BUDGETS,
};

struct budget {
	__u32 interval; /* ns a packet; 0: unlimited */
	__u32 burst;	/* packets, at least 1 */
};

/* How XDP finds the way back to a relay, or to a client behind a router. */
enum xdhcp_route {
	XDHCP_ROUTE_REVERSE, /* to the MAC that the request came from */
	XDHCP_ROUTE_FIB, /* as the kernel routes, if that is over the same interface; else pass */
};

enum xdhcp_policy_kind {
	XDHCP_POLICY_NONE, /* free */
	XDHCP_POLICY_GATE, /* the one of gates */
	XDHCP_POLICY_LINK,
	XDHCP_POLICY_SCOPE,
};

/*
 * One record of any kind; what its kind does not use is zero. A closed record makes every packet it
 * covers pass. Fields of a link change only while it is closed and after a barrier, all but its
 * budgets, each of which is one aligned store at any time. Of the gates' record closed and
 * capture_until are xdhcpctl's to write, all else the daemon's. kind and closed stand first in
 * every ABI version, daemon_closed behind them from version 4 on (before, the daemon's gate was
 * `closed` of the second record): the operator's gate is carried over when maps are replaced, and
 * the daemon's is how others are shut.
 */
struct policy {
	__u32 kind;		     /* enum xdhcp_policy_kind */
	__u32 closed;		     /* 0: XDP may answer; else it passes. GATE: xdhcpctl's */
	__u32 daemon_closed;	     /* GATE: as closed, but the daemon's */
	__u32 answer_until;	     /* GATE: the second from which XDP passes; FOREVER: never */
	__u32 client_interval;	     /* GATE: ms an ACK that one client gets of XDP; 0: unlimited */
	__u32 client_burst;	     /* GATE: ACKs, at least 1 */
	__u32 capture_until;	     /* GATE: hits are captured before this second, see capture.h */
	__u32 ifindex;		     /* LINK: where its frames come in, as XDP sees it */
	__u16 vlan[XDHCP_LINK_TAGS]; /* LINK: ids of the frames' tags, outer first; 0: no tag */
	__u16 tpid[XDHCP_LINK_TAGS]; /* LINK: 0x8100 or 0x88a8, of each tag; 0: no tag */
	__u8 mac[6];		     /* LINK, aligned as a word is */
	__u16 link;		     /* LINK: the stable id that slots carry, from 1 */
	__u16 route;		     /* LINK: enum xdhcp_route */
	__u16 generic; /* LINK: 1: XDP there is generic, see is_partial() in parse.h */
	__u32 device;  /* LINK: the served interface: `ifindex`, or the VLAN, bond ... on it */
	__u32 id; /* SCOPE: the subnet's id; LINK: how many of addrs are its own, not the host's */
	__u32 reserved; /* zero */
	/* second cache line */
	__u8 addrs[XDHCP_LINK_ADDRS][4];      /* LINK: our addresses; 0.0.0.0: unused */
	__u8 broadcasts[XDHCP_LINK_ADDRS][4]; /* LINK: of the subnets of addrs */
	/* third */
	__u64 digest; /* SCOPE: of the configuration its templates were made from */
	struct budget budgets[XDHCP_BUDGETS]; /* LINK */
	char name[16];			      /* LINK: interface; else what the gate is */
	__u8 reserved2[24];		      /* zero */
};

_Static_assert(offsetof(struct policy, closed) == 4, "frozen");
_Static_assert(offsetof(struct policy, daemon_closed) == 8, "frozen");
_Static_assert(offsetof(struct policy, tpid) == offsetof(struct policy, vlan) + 4, "one word");
_Static_assert(offsetof(struct policy, vlan) % 8 == 0, "an aligned one");
_Static_assert(offsetof(struct policy, mac) == 40, "begins with a word");
_Static_assert(offsetof(struct policy, link) == 46, "one word with mac");
_Static_assert(offsetof(struct policy, addrs) == 64, "second line");
_Static_assert(offsetof(struct policy, digest) == 128, "third line");
_Static_assert(sizeof(struct policy) == 192, "three cache lines");

/* Where the search for a link's record begins, among the links; `tags`: vlan and tpid as a word. */
static inline __u32 policy_link_place(__u32 ifindex, __u64 tags)
{
	return ((ifindex + tags * 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull) >> 52;
}

_Static_assert(XDHCP_POLICY_LINKS_N == 1 << 12, "what policy_link_place() leaves");

/* --- budgets: array, one a link's record, in their order; X --- */

struct link_budgets {
	__u64 due[XDHCP_BUDGETS]; /* ns of CLOCK_BOOTTIME up to which the budget is spent */
};

/* --- verdicts: per-CPU array of one, see verdicts.h --- */

/* --- barrier: array of maps of one; updating it waits for running programs --- */

/* --- captures: array of maps of one; the ring buffer of the capture that runs, else none --- */

/* --- capture: array of one, mmapable; what the capture that runs copies --- */

#define XDHCP_CAPTURE_FILTERS 8
#define XDHCP_CAPTURE_MAX     2032 /* bytes of a frame that are copied */

/*
 * A hit is copied if it is one of `sample`, of one of the addresses, of one of the MACs and of the
 * link. Written by xdhcpctl while no program looks at it: before the ring is in `captures`.
 */
struct capture {
	__u32 sample;  /* one hit of so many, at random; 0, 1: each */
	__u32 snaplen; /* bytes of a frame, at least 1 */
	__u16 link;    /* stable id; 0: any */
	__u8 n_addrs;  /* 0: any */
	__u8 n_macs;   /* 0: any */
	__u32 reserved;
	__u8 addrs[XDHCP_CAPTURE_FILTERS][4]; /* the client's, of a prefix */
	__u8 masks[XDHCP_CAPTURE_FILTERS][4];
	__u8 macs[XDHCP_CAPTURE_FILTERS][6]; /* chaddr */
	__u64 lost;			     /* X, frames that found the ring full */
};

_Static_assert(sizeof(struct capture) == 136, "no holes that a dump would show");

/* What lies in the ring: one frame. */
struct captured {
	__u64 ns;     /* of CLOCK_BOOTTIME */
	__u32 len;    /* of the frame */
	__u16 copied; /* of them in frame[] */
	__u16 reply;  /* 0: the request as it came, 1: the reply as it is sent */
	__u8 frame[];
};

/* --- meta: array of one --- */

#define XDHCP_META_FROZEN 72 /* bytes that are the same in every ABI version */

/*
 * Its fields keep their places in every ABI version, new ones come behind them: a daemon of any
 * version can tell whether its store is the one these maps were filled from.
 */
struct meta {
	__u32 abi;	   /* XDHCP_ABI_VERSION */
	__u32 slots;	   /* capacity of `leases` */
	__u32 slots_used;  /* slots given to blocks so far */
	__u32 block_shift; /* of block_place() */
	__u64 hash_key[2]; /* of the form hash; never changes while the maps live */
	__u8 boot_id[16];  /* /proc/sys/kernel/random/boot_id, for people: pins end with the boot */
	__u8 store_uuid[16];
	__u64 newest_commit; /* the store's commit number: written after the commit, before the
				publish */
};

_Static_assert(offsetof(struct meta, store_uuid) == 48, "frozen");
_Static_assert(offsetof(struct meta, newest_commit) == XDHCP_META_FROZEN - 8, "frozen");
_Static_assert(sizeof(struct meta) == 72, "meta");

#endif
