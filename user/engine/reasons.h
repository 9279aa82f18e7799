/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a message is not answered, is refused, or is answered without an address: numbered, and
 * each one named as its counter is ("xdhcp-silent-no-free-address"). A reason is of one kind, so
 * that its count says what became of the messages. Pure.
 */
#ifndef XDHCP_REASONS_H
#define XDHCP_REASONS_H

/* X(name, text): nothing is sent. The text is the log's. */
#define SILENT_REASONS(X)                                                          \
	X(client_id_too_long, "the client identifier is too long")                 \
	X(no_subnet_for_link, "no subnet for this link")                           \
	X(no_subnet_for_relay, "no subnet for this relay")                         \
	X(no_subnet_for_selected_link, "no subnet for the link that was selected") \
	X(subnet_deactivated, "the subnet is deactivated")                         \
	X(hw_address_denied, "its hardware address is denied")                     \
	X(hw_address_not_allowed, "its hardware address is not among the allowed") \
	X(circuit_full, "its circuit has as many leases as it may")                \
	X(link_full, "its link has as many leases as it may")                      \
	X(dropped_by_class, "a member of the class DROP")                          \
	X(of_other_classes, "no subnet of this link is for its classes")           \
	X(no_server_address, "no server address on this link")                     \
	X(not_for_a_server, "not a message for a server")                          \
	X(for_another_server, "for another server")                                \
	X(another_server_chosen, "another server was chosen")                      \
	X(no_address_asked_for, "no address is asked for")                         \
	X(unknown_client, "unknown client")                                        \
	X(no_free_address, "no free address")                                      \
	X(not_its_address, "not this client's address")                            \
	X(ended_already, "ended already")                                          \
	X(address_of_another_network, "the address is of another network")         \
	X(address_of_no_host, "the address is a network's own, or its broadcast")  \
	X(bootp_not_served, "BOOTP clients are not served")                        \
	X(bootp_not_reserved, "no address is reserved for this BOOTP client")      \
	X(out_of_memory, "out of memory")

/* X(name, text): a NAK. The text is the log's, and option 56 of the NAK (RFC 2131 table 3). */
#define NAK_REASONS(X)                                                       \
	X(wrong_network, "wrong network")                                    \
	X(taken, "the address is another client's")                          \
	X(reserved, "the address is reserved for another client")            \
	X(of_other_classes, "the address is for clients of other classes")   \
	X(in_no_pool, "the address is in no pool")                           \
	X(reserved_elsewhere, "another address is reserved for this client") \
	X(bound_elsewhere, "this client has another address")                \
	X(no_lease, "no such lease")                                         \
	X(offered, "the address was offered to another client")              \
	X(declined, "the address was declined")

/* X(name, text): an OFFER without an address (RFC 8925 3.3, RFC 2563 2.3). */
#define OFFER_REASONS(X)                             \
	X(ipv6_only, "it can do without an address") \
	X(no_free_address, "no free address")

/* SILENT_no_free_address, NAK_taken and so on. */
enum reason {
	REASON_NONE,
#define X(name, text) SILENT_##name,
	SILENT_REASONS(X)
#undef X
#define X(name, text) NAK_##name,
		NAK_REASONS(X)
#undef X
#define X(name, text) OFFER_##name,
			OFFER_REASONS(X)
#undef X
				REASON_COUNT,
};

const char *reason_kind(enum reason reason); /* "silent", "nak", "offer" */
const char *reason_name(enum reason reason); /* "no_free_address"; of its kind the only one */
const char *reason_text(enum reason reason); /* REASON_NONE: empty, as the other two */

#endif
