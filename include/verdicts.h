/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every way out of the XDP program, once. The list makes the counters' struct (what bpftool shows)
 * and the names in `status` and statistics; `help` is for who reads it here. A change to the list
 * is one of the ABI (abi.h).
 *
 * X(name, action, help): action is what the driver is told: TX (answered),
 * PASS (untouched, to the daemon or the host) or DROP. Which PASS verdicts
 * are a DHCP client's request that reached the daemon instead of the cache,
 * and which are traffic that is not ours, is said by the prefix:
 * pass_not_*: not ours; pass_*: ours, for the daemon. (Some are decided before the port is known to
 * be ours: ip_options and fragment count any UDP, length any short IPv4, tags any frame.) A PASS
 * after the frame's link is known counts towards that link's budgets: police.h says which do not.
 */
#ifndef XDHCP_VERDICTS_H
#define XDHCP_VERDICTS_H

#include <linux/types.h>

#define XDHCP_VERDICTS(X)                                                                        \
	X(ack_selecting, TX, "ACKs of REQUESTs in state SELECTING")                              \
	X(ack_init_reboot, TX, "ACKs of REQUESTs in state INIT-REBOOT")                          \
	X(ack_renewing, TX, "ACKs of REQUESTs in state RENEWING")                                \
	X(ack_rebinding, TX, "ACKs of REQUESTs in state REBINDING")                              \
	X(pass_not_ip, PASS, "not an IPv4 frame")                                                \
	X(pass_not_udp, PASS, "IPv4 but not UDP")                                                \
	X(pass_not_dhcp, PASS, "UDP but not to port 67")                                         \
	X(pass_not_link, PASS, "to port 67 on an interface that is not served")                  \
	X(pass_not_us, PASS, "addressed to another host (Ethernet or IP destination)")           \
	X(pass_tags, PASS, "a VLAN tag of id 0 (only a priority), or more than two tags")        \
	X(pass_ip_options, PASS, "IP options")                                                   \
	X(pass_fragment, PASS, "IP fragment, or a frame in several buffers")                     \
	X(pass_length, PASS, "IP or UDP length that does not fit the frame, or no whole header") \
	X(pass_ip_checksum, PASS, "IP header checksum is wrong")                                 \
	X(pass_partial_checksum, PASS,                                                           \
	  "UDP checksum left to hardware that XDP cannot tell of a reply")                       \
	X(pass_header, PASS, "not a BOOTREQUEST on Ethernet with a DHCP cookie")                 \
	X(pass_relayed, PASS,                                                                    \
	  "relayed, but not to the address of ours that the daemon has answered as")             \
	X(pass_routed, PASS,                                                                     \
	  "by a router, but no renewal at the address of ours that the daemon has answered as")  \
	X(pass_options_malformed, PASS,                                                          \
	  "option runs past the packet's end, or has a wrong length")                            \
	X(pass_options_many, PASS, "more options than the fast path walks")                      \
	X(pass_options_repeated, PASS, "option 50, 53, 54, 57 or 82 twice")                      \
	X(pass_overload, PASS, "option 52 (overload)")                                           \
	X(pass_no_type, PASS, "no message type")                                                 \
	X(pass_discover, PASS, "DISCOVER")                                                       \
	X(pass_decline, PASS, "DECLINE")                                                         \
	X(pass_release, PASS, "RELEASE")                                                         \
	X(pass_inform, PASS, "INFORM")                                                           \
	X(pass_other_type, PASS, "another message type")                                         \
	X(pass_state, PASS, "a REQUEST in no state of RFC 2131 4.3.2")                           \
	X(pass_gate_operator, PASS, "the operator switched the fast path off")                   \
	X(pass_gate_daemon, PASS, "the daemon closed the fast path")                             \
	X(pass_gate_link, PASS, "the link is closed")                                            \
	X(pass_gate_scope, PASS, "the scope is closed")                                          \
	X(pass_unattended, PASS, "no daemon has said for too long that answering is right")      \
	X(pass_no_slot, PASS, "the address has no slot, or its slot is closed")                  \
	X(pass_chaddr, PASS, "the address is another client's")                                  \
	X(pass_moved, PASS, "the client came in by another link")                                \
	X(pass_form, PASS, "the daemon has not answered this form of request yet")               \
	X(pass_inconsistent, PASS, "slot or template holds what no daemon writes")               \
	X(pass_server_id, PASS, "SELECTING another server")                                      \
	X(pass_max_size, PASS, "the reply is longer than the client takes (option 57)")          \
	X(pass_route, PASS,                                                                      \
	  "the kernel has no route to the relay or client over that interface, or no next hop")  \
	X(pass_credit, PASS, "the lease's durable credit does not cover another lifetime")       \
	X(pass_contended, PASS, "the grant word kept changing under us")                         \
	X(pass_room, PASS, "no room in the frame for the reply")                                 \
	X(drop_client_rate, DROP, "over fast-path.limits.client-rate")                           \
	X(drop_discover_rate, DROP, "over fast-path.limits.discover-rate")                       \
	X(drop_other_rate, DROP, "over fast-path.limits.other-rate")                             \
	X(drop_internal, DROP, "a check failed after the frame had been changed")

enum xdhcp_verdict {
#define X(name, action, help) XDHCP_VERDICT_##name,
	XDHCP_VERDICTS(X)
#undef X
		XDHCP_VERDICT_COUNT,
};

/* They stand in this order: TX, PASS, DROP. */
#define XDHCP_VERDICT_FIRST_PASS XDHCP_VERDICT_pass_not_ip
#define XDHCP_VERDICT_FIRST_DROP XDHCP_VERDICT_drop_client_rate

#define IN_ORDER_TX(v)	 ((v) < XDHCP_VERDICT_FIRST_PASS)
#define IN_ORDER_PASS(v) ((v) >= XDHCP_VERDICT_FIRST_PASS && (v) < XDHCP_VERDICT_FIRST_DROP)
#define IN_ORDER_DROP(v) ((v) >= XDHCP_VERDICT_FIRST_DROP)
#define X(name, action, help) \
	_Static_assert(IN_ORDER_##action(XDHCP_VERDICT_##name), "TX, PASS, DROP");
XDHCP_VERDICTS(X)
#undef X
#undef IN_ORDER_TX
#undef IN_ORDER_PASS
#undef IN_ORDER_DROP

/* The value of the `verdicts` map: frames counted, by way out, per CPU. */
struct verdicts {
#define X(name, action, help) __u64 name;
	XDHCP_VERDICTS(X)
#undef X
};

_Static_assert(sizeof(struct verdicts) == 8 * XDHCP_VERDICT_COUNT, "an array in disguise");

#ifndef __bpf__
/* As in the list; "none" of what is not there. */
static inline const char *verdict_name(unsigned verdict)
{
	static const char *const names[] = {
#define X(name, action, help) #name,
		XDHCP_VERDICTS(X)
#undef X
	};

	return verdict < XDHCP_VERDICT_COUNT ? names[verdict] : "none";
}

static inline __u64 verdict_count(const struct verdicts *counts, unsigned verdict)
{
	return ((const __u64 *)counts)[verdict];
}
#endif

#endif
