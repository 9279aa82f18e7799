// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Every way out of the program, by named cases {request, change, verdict}. Each
 * starts from a request that would be answered; the change is what it is about. A passed frame
 * must come back as it went in (I4), an answered one must be the whole right frame.
 *
 * Not reached here: pass_contended, pass_room and drop_internal, which need a
 * kernel that refuses, lies, or a second writer: test_faults.c; pass_route: test_route.c; nor what
 * policers drop, of which none is set here: test_police.c. The last test holds this list complete.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "net/directory.h"
#include "wire.h"
#include "world.h"

enum start { RENEWING, REBINDING, SELECTING, INIT_REBOOT, DISCOVER, DECLINE, RELEASE, INFORM };

struct scene {
	struct packet p;
	size_t cut; /* send only so many bytes; 0: all */
};

struct test_case {
	const char *name;
	enum start start;
	enum xdhcp_verdict verdict;
	void (*change)(struct world *w, struct scene *s);
};

static struct packet start_packet(const struct world *w, enum start start)
{
	struct packet_host stranger = {{2, 0, 0, 9, 9, 9}, PACKET_ADDR(203, 0, 113, 9)};

	switch (start) {
	case RENEWING:
		return packet_renewing(&w->client, WORLD_ADDR, &w->server);
	case REBINDING:
		return packet_rebinding(&w->client, WORLD_ADDR);
	case SELECTING:
		return packet_selecting(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR);
	case INIT_REBOOT:
		return packet_init_reboot(&w->client, WORLD_ADDR);
	case DISCOVER:
		return packet_discover(&w->client);
	case DECLINE:
		return packet_decline(&w->client, WORLD_ADDR, WORLD_SERVER_ADDR);
	case RELEASE:
		return packet_release(&w->client, WORLD_ADDR, &w->server);
	case INFORM:
		return packet_inform(&w->client, WORLD_ADDR);
	}
	return packet_request(&stranger);
}

/* A case's change, as an expression over w and s; `p` is the packet. */
#define CHANGE(name, ...)                                  \
	static void name(struct world *w, struct scene *s) \
	{                                                  \
		struct packet *p = &s->p;                  \
		(void)w;                                   \
		(void)p;                                   \
		__VA_ARGS__;                               \
	}

#define OTHER_ADDR PACKET_ADDR(192, 0, 2, 77)
#define RELEARN	   world_learn(w, p)

static void fill_options(struct packet *p, int n)
{
	for (int i = 0; i < n; i++)
		packet_option_u8(p, (uint8_t)(130 + i), (uint8_t)i);
}

/* --- answered --- */

CHANGE(nothing, )
CHANGE(to_second_addr, p->ip_dst = WORLD_SECOND_ADDR)
CHANGE(to_subnet_broadcast, p->ip_dst = WORLD_BROADCAST)
CHANGE(unicast_frame_broadcast_ip, memcpy(p->eth_dst, w->server.mac, 6))
CHANGE(broadcast_frame_unicast_ip, memset(p->eth_dst, 0xff, 6))
CHANGE(broadcast_flag, p->flags = 0x8000)
CHANGE(other_flags, p->flags = 0x7fff)
CHANGE(noise, p->secs = 77; p->hops = 3; p->xid = 0xdeadbeef; p->ip_id = 99; p->ttl = 3;
       p->sport = 1068; p->yiaddr = p->siaddr = 1; p->sname[5] = p->file[5] = 5; p->udp_check = 0)
CHANGE(ignored_options, packet_option(p, 80, NULL, 0); packet_option_u8(p, 116, 1);
       packet_option_u16(p, 57, 1500))
CHANGE(pads, packet_raw(p, "\0\0\0\0\0", 5); packet_option_u32(p, 51, 7); RELEARN)
CHANGE(forty_options, fill_options(p, 39); RELEARN)
CHANGE(forty_options_and_pads, fill_options(p, 39); packet_raw(p, "\0\0\0\0\0\0\0", 7); RELEARN)
CHANGE(no_end, p->no_end = true; p->bootp_min = 0)
CHANGE(no_end_padded, p->no_end = true; p->bootp_min = 0; p->trailer = 40; p->trailer_byte = 0xee)
CHANGE(no_end_pad_last, p->no_end = true; p->bootp_min = 0; packet_raw(p, "\0", 1))
CHANGE(end_is_last_byte, p->bootp_min = 0)
CHANGE(rubbish_after_end, p->no_end = true; packet_raw(p, "\xff\x33\xff\xee", 4))
CHANGE(ethernet_padding, p->trailer = 60; p->trailer_byte = 0x5a)
CHANGE(longest, p->bootp_min = 1500 - 28)
CHANGE(second_form, w->slot->forms[3] = w->slot->forms[0];
       w->slot->forms[0] = w->slot->forms[3] ^ (1ull << 63))
CHANGE(answer_until_ahead, w->policy[XDHCP_POLICY_GATES].answer_until = world_now() + 60)
CHANGE(infinite, w->template->lifetime = XDHCP_FOREVER; w->slot->ack_until = XDHCP_FOREVER)
CHANGE(credit_forever, w->slot->ack_until = XDHCP_FOREVER; w->template->lifetime = 0xfffffffe)
CHANGE(size_fits, world_template_option(w, 43, p->options, 255);
       world_template_option(w, 44, p->file, 33); assert_int_equal(w->template->options_len, 307))

/* --- not ours --- */

CHANGE(arp, p->ethertype = 0x0806)
CHANGE(ipv6_type, p->ethertype = 0x86dd)
CHANGE(tagged, p->vlan[0] = 100)
CHANGE(double_tagged, p->vlan[0] = 100; p->vlan[1] = 200)
CHANGE(priority_tagged, p->vlan[0] = 0x2000)
CHANGE(version_six, p->ip_version = 6)
CHANGE(only_ethernet, s->cut = 14)
CHANGE(only_ethernet_other, p->ethertype = 0x0806; s->cut = 14)
CHANGE(tcp, p->protocol = 6)
CHANGE(to_client_port, p->dport = 68)
CHANGE(other_interface, w->link->ifindex = 2)
CHANGE(vlan_link, w->link->vlan[0] = 5)
CHANGE(not_a_link, w->link->kind = XDHCP_POLICY_SCOPE)
CHANGE(probed_link, w->policy[WORLD_LINK_AT + 7] = *w->link; w->link->ifindex = 257)
CHANGE(probed_too_far, w->policy[WORLD_LINK_AT + 8] = *w->link; w->link->ifindex = 257)
CHANGE(other_mac, p->eth_dst[5] ^= 1)
CHANGE(multicast_mac, memcpy(p->eth_dst, "\x01\x00\x5e\x00\x00\x01", 6))
CHANGE(other_server, p->ip_dst = PACKET_ADDR(192, 0, 2, 2))
CHANGE(to_nobody, p->ip_dst = 0)
CHANGE(in_transit, p->ip_dst = PACKET_ADDR(198, 51, 100, 2))

/* --- IP and lengths --- */

CHANGE(ip_options, p->ip_ihl = 6)
CHANGE(ip_options_most, p->ip_ihl = 15)
CHANGE(ihl_four, p->ip_ihl = 4)
CHANGE(more_fragments, p->frag = 0x2000)
CHANGE(fragment_offset, p->frag = 0x0010)
CHANGE(reserved_bit, p->frag = 0x8000)
CHANGE(dont_fragment, p->frag = 0x4000)
CHANGE(several_buffers, p->trailer = 3700)
CHANGE(cut_in_ip, s->cut = 33)
CHANGE(cut_in_udp, s->cut = 41)
CHANGE(cut_in_bootp, s->cut = 200)
CHANGE(cut_by_one, s->cut = 14 + 328 - 1)
CHANGE(ip_len_beyond, p->ip_len = 329)
CHANGE(ip_len_short, p->ip_len = 327)
CHANGE(udp_len_short, p->udp_len = 307)
CHANGE(udp_len_beyond, p->udp_len = 309)
CHANGE(udp_len_zero, p->udp_len = 0)
CHANGE(too_long, p->bootp_min = 1501 - 28)
CHANGE(no_whole_header, p->ip_len = 267; p->udp_len = 247)
CHANGE(no_options, p->options_len = 0; p->no_end = true; p->bootp_min = 0)
CHANGE(ip_checksum, p->ip_check = 0x1234)
CHANGE(partial_natively, p->udp_check = PACKET_PARTIAL)
CHANGE(partial, p->udp_check = PACKET_PARTIAL; w->link->generic = 1)
CHANGE(complete_generically, w->link->generic = 1)
CHANGE(without_checksum_generically, p->udp_check = 0; w->link->generic = 1)

/* --- BOOTP header --- */

CHANGE(reply_op, p->op = 2)
CHANGE(other_htype, p->htype = 6)
CHANGE(other_hlen, p->hlen = 8)
CHANGE(chaddr_padding_first, p->chaddr[6] = 1)
CHANGE(chaddr_padding_last, p->chaddr[15] = 1)
CHANGE(bootp_cookie, p->cookie = 0x63825364)
CHANGE(giaddr, p->giaddr = PACKET_ADDR(192, 0, 2, 3))
CHANGE(giaddr_learned, giaddr(w, s); RELEARN)
CHANGE(agent_option, packet_option(p, 82, "\x01\x01\x41", 3); RELEARN)
CHANGE(agent_option_twice, agent_option(w, s); packet_option(p, 82, NULL, 0))
CHANGE(through_router, p->eth_src[5] ^= 1; RELEARN)
CHANGE(through_router_high, p->eth_src[0] ^= 4; RELEARN)
CHANGE(through_router_unknown, p->eth_src[5] ^= 1)

/* --- options --- */

CHANGE(past_the_end, packet_raw(p, "\x0c\xff", 2); p->no_end = true)
CHANGE(past_by_one, packet_raw(p, "\x0c\x02x", 3); p->no_end = true; p->bootp_min = 0)
CHANGE(into_trailer, packet_raw(p, "\x0c\x02x", 3); p->no_end = true; p->bootp_min = 0;
       p->trailer = 60)
CHANGE(lone_code, packet_raw(p, "\x0c", 1); p->no_end = true; p->bootp_min = 0)
CHANGE(lone_code_trailer, packet_raw(p, "\x0c", 1); p->no_end = true; p->bootp_min = 0;
       p->trailer = 60)
CHANGE(requested_short, p->options_len = 3; packet_option(p, 50, "abc", 3))
CHANGE(server_id_long, p->options_len = 9; packet_option(p, 54, "abcde", 5))
CHANGE(type_long, p->options_len = 0; packet_option(p, 53, "\x03\x03", 2))
CHANGE(type_empty, p->options_len = 0; packet_option(p, 53, NULL, 0))
CHANGE(max_size_short, packet_option(p, 57, "a", 1))
CHANGE(max_size_long, packet_option(p, 57, "abcd", 4))
CHANGE(forty_one_options, fill_options(p, 40))
CHANGE(only_pads, p->no_end = true; p->bootp_min = 0;
       for (int i = 0; i < 100; i++) packet_raw(p, "\0", 1))
CHANGE(type_twice, packet_option_u8(p, 53, 3))
CHANGE(requested_twice, packet_option_u32(p, 50, WORLD_ADDR))
CHANGE(server_id_twice, packet_option_u32(p, 54, WORLD_SERVER_ADDR))
CHANGE(max_size_twice, packet_option_u16(p, 57, 576); packet_option_u16(p, 57, 576))
CHANGE(overload, packet_option_u8(p, 52, 1))
CHANGE(no_type, p->options_len = 0; packet_option_u32(p, 50, WORLD_ADDR))
CHANGE(type_ack, p->options_len = 0; packet_option_u8(p, 53, 5))
CHANGE(type_unknown, p->options_len = 0; packet_option_u8(p, 53, 200))

/* --- state --- */

CHANGE(ciaddr_and_requested, packet_option_u32(p, 50, WORLD_ADDR))
CHANGE(ciaddr_and_server_id, packet_option_u32(p, 54, WORLD_SERVER_ADDR))
CHANGE(asks_for_nothing, p->options_len = 3)
CHANGE(server_id_alone, p->options_len = 3; packet_option_u32(p, 54, WORLD_SERVER_ADDR))
CHANGE(requested_zero, p->options_len = 3; packet_option_u32(p, 50, 0))

/* --- gates --- */

CHANGE(operator_off, w->policy[XDHCP_POLICY_GATES].closed = 1)
CHANGE(daemon_off, w->policy[XDHCP_POLICY_GATES].daemon_closed = 1)
CHANGE(link_off, w->link->closed = 1)
CHANGE(scope_off, w->scope->closed = 1)
CHANGE(scope_gone, w->scope->kind = XDHCP_POLICY_NONE)
CHANGE(scope_out_of_range, w->template->gate = XDHCP_POLICY_ENTRIES)
/* its clock may be one jiffy behind, and so one second */
CHANGE(unattended, w->policy[XDHCP_POLICY_GATES].answer_until = world_now() - 1)
CHANGE(never_attended, w->policy[XDHCP_POLICY_GATES].answer_until = 0)

/* --- slot --- */

/* The /24 is in its place number `probe`; with `crowded`, all before it are another's. */
static void place_block(struct world *w, unsigned probe, bool crowded)
{
	struct block *at = w->blocks + block_place(WORLD_ADDR, w->meta->block_shift);

	for (unsigned i = 0; i < probe; i++) {
		at[i * XDHCP_BLOCK_GROUP] = (struct block){0};
		if (crowded)
			at[i * XDHCP_BLOCK_GROUP] = (struct block){{10, 0, (uint8_t)i, 0}, 0};
	}
	at[probe * XDHCP_BLOCK_GROUP] = (struct block){{192, 0, 2, 0}, WORLD_FIRST};
}

CHANGE(slot_closed, memset(w->slot->addr, 0, 4))
CHANGE(no_block, p->ciaddr = PACKET_ADDR(192, 0, 3, 10))
CHANGE(other_place, p->ciaddr = OTHER_ADDR)
CHANGE(block_beyond, directory_remove(w->blocks, w->meta->block_shift, WORLD_ADDR);
       directory_add(w->blocks, w->meta->block_shift, WORLD_ADDR, WORLD_SLOTS))
CHANGE(block_last_place, place_block(w, XDHCP_BLOCK_PROBES - 1, true))
CHANGE(block_beyond_places, place_block(w, XDHCP_BLOCK_PROBES, true))
CHANGE(block_behind_empty, place_block(w, 1, false))
CHANGE(block_behind_mark,
       struct block *at = w->blocks + block_place(WORLD_ADDR, w->meta->block_shift);
       memcpy(at->prefix, "\xc0\x00\x09\x00", 4); place_block(w, 1, false);
       directory_add(w->blocks, w->meta->block_shift, WORLD_ADDR, 0);
       directory_remove(w->blocks, w->meta->block_shift, WORLD_ADDR))
CHANGE(block_given_away, directory_remove(w->blocks, w->meta->block_shift, WORLD_ADDR))
CHANGE(block_of_another, memcpy(w->blocks[block_place(WORLD_ADDR, w->meta->block_shift)].prefix,
				"\xc0\x00\x03\x00", 4);
       p->ciaddr = PACKET_ADDR(192, 0, 3, 10))
CHANGE(other_client, w->slot->chaddr[5] ^= 1)
CHANGE(other_client_high, w->slot->chaddr[0] ^= 0x80)
CHANGE(other_link, w->slot->link = WORLD_LINK + 1)
CHANGE(unknown_form, packet_option_str(p, 60, "another"))
CHANGE(form_order, p->options_len = 3; packet_option_u32(p, 51, 1); packet_option_str(p, 12, "a");
       RELEARN; p->options_len = 3; packet_option_str(p, 12, "a"); packet_option_u32(p, 51, 1))
CHANGE(no_forms, memset(w->slot->forms, 0, sizeof(w->slot->forms)))
CHANGE(other_key, w->meta->hash_key[0] ^= 2)
CHANGE(template_zero, w->slot->forms[0] &= ~0xfffffull)
CHANGE(template_beyond, w->slot->forms[0] += WORLD_TEMPLATES)
CHANGE(template_too_long, w->template->options_len = XDHCP_TEMPLATE_OPTIONS_MAX + 1)
CHANGE(tail_too_long, w->template->tail_last = 1; w->slot->tail_end[0] = XDHCP_TAIL_MAX + 1)
CHANGE(tail_backwards, w->template->tail_first = 1; w->template->tail_last = 2;
       w->slot->tail_end[0] = 9; w->slot->tail_end[1] = 8)
CHANGE(tail_pieces, w->template->tail_last = XDHCP_TAIL_PIECES + 1)
CHANGE(tail_ends_before_it_begins, w->template->tail_first = 2; w->template->tail_last = 1)
CHANGE(another_server, p->options_len = 9; packet_option_u32(p, 54, WORLD_SERVER_ADDR + 1))
CHANGE(another_of_ours, p->options_len = 9; packet_option_u32(p, 54, WORLD_SECOND_ADDR))
CHANGE(size_default, size_fits(w, s); world_template_option(w, 45, "", 0))
CHANGE(size_too_small_counts_as_576, size_default(w, s); packet_option_u16(p, 57, 0))
CHANGE(size_given, size_default(w, s); packet_option_u16(p, 57, 578))
CHANGE(size_given_less, size_default(w, s); packet_option_u16(p, 57, 577))
CHANGE(no_credit, w->slot->ack_until = 0)
CHANGE(credit_short, w->slot->ack_until = world_now() + WORLD_LIFETIME)
CHANGE(infinite_no_credit, w->template->lifetime = XDHCP_FOREVER)
CHANGE(huge_no_credit, w->template->lifetime = 0xfffffffe; w->slot->ack_until = 0xfffffffe)

#define CASE(start, change, verdict)                            \
	{                                                       \
#change, start, XDHCP_VERDICT_##verdict, change \
	}

static const struct test_case cases[] = {
	CASE(RENEWING, nothing, ack_renewing),
	CASE(REBINDING, nothing, ack_rebinding),
	CASE(SELECTING, nothing, ack_selecting),
	CASE(INIT_REBOOT, nothing, ack_init_reboot),
	CASE(RENEWING, to_second_addr, ack_renewing),
	CASE(SELECTING, to_second_addr, ack_selecting),
	CASE(REBINDING, to_subnet_broadcast, ack_rebinding),
	CASE(INIT_REBOOT, unicast_frame_broadcast_ip, ack_init_reboot),
	CASE(RENEWING, broadcast_frame_unicast_ip, ack_renewing),
	CASE(RENEWING, broadcast_flag, ack_renewing),
	CASE(SELECTING, broadcast_flag, ack_selecting),
	CASE(INIT_REBOOT, other_flags, ack_init_reboot),
	CASE(SELECTING, noise, ack_selecting),
	CASE(RENEWING, ignored_options, ack_renewing),
	CASE(RENEWING, pads, ack_renewing),
	CASE(RENEWING, forty_options, ack_renewing),
	CASE(RENEWING, forty_options_and_pads, ack_renewing),
	CASE(RENEWING, no_end, ack_renewing),
	CASE(RENEWING, no_end_padded, ack_renewing),
	CASE(RENEWING, no_end_pad_last, ack_renewing),
	CASE(RENEWING, end_is_last_byte, ack_renewing),
	CASE(RENEWING, rubbish_after_end, ack_renewing),
	CASE(RENEWING, ethernet_padding, ack_renewing),
	CASE(RENEWING, longest, ack_renewing),
	CASE(RENEWING, second_form, ack_renewing),
	CASE(RENEWING, answer_until_ahead, ack_renewing),
	CASE(RENEWING, infinite, ack_renewing),
	CASE(RENEWING, credit_forever, ack_renewing),
	CASE(RENEWING, size_fits, ack_renewing),
	CASE(RENEWING, dont_fragment, ack_renewing),
	CASE(RENEWING, probed_link, ack_renewing),
	CASE(RENEWING, size_given, ack_renewing),
	CASE(RENEWING, agent_option, ack_renewing),
	CASE(RENEWING, through_router, ack_renewing),

	CASE(RENEWING, arp, pass_not_ip),
	CASE(RENEWING, ipv6_type, pass_not_ip),
	CASE(RENEWING, priority_tagged, pass_tags),
	CASE(RENEWING, version_six, pass_not_ip),
	CASE(RENEWING, only_ethernet_other, pass_not_ip),
	CASE(RENEWING, tcp, pass_not_udp),
	CASE(RENEWING, to_client_port, pass_not_dhcp),
	CASE(RENEWING, other_interface, pass_not_link),
	CASE(RENEWING, tagged, pass_not_link),
	CASE(RENEWING, double_tagged, pass_not_link),
	CASE(RENEWING, vlan_link, pass_not_link),
	CASE(RENEWING, not_a_link, pass_not_link),
	CASE(RENEWING, probed_too_far, pass_not_link),
	CASE(RENEWING, other_mac, pass_not_us),
	CASE(RENEWING, multicast_mac, pass_not_us),
	CASE(RENEWING, other_server, pass_not_us),
	CASE(RENEWING, to_nobody, pass_not_us),
	CASE(RENEWING, in_transit, pass_not_us),

	CASE(RENEWING, ip_options, pass_ip_options),
	CASE(RENEWING, ip_options_most, pass_ip_options),
	CASE(RENEWING, ihl_four, pass_length),
	CASE(RENEWING, more_fragments, pass_fragment),
	CASE(RENEWING, fragment_offset, pass_fragment),
	CASE(RENEWING, reserved_bit, pass_fragment),
	CASE(RENEWING, several_buffers, pass_fragment),
	CASE(RENEWING, only_ethernet, pass_length),
	CASE(RENEWING, cut_in_ip, pass_length),
	CASE(RENEWING, cut_in_udp, pass_length),
	CASE(RENEWING, cut_in_bootp, pass_length),
	CASE(RENEWING, cut_by_one, pass_length),
	CASE(RENEWING, ip_len_beyond, pass_length),
	CASE(RENEWING, ip_len_short, pass_length),
	CASE(RENEWING, udp_len_short, pass_length),
	CASE(RENEWING, udp_len_beyond, pass_length),
	CASE(RENEWING, udp_len_zero, pass_length),
	CASE(RENEWING, too_long, pass_length),
	CASE(RENEWING, no_whole_header, pass_length),
	CASE(RENEWING, ip_checksum, pass_ip_checksum),
	CASE(RENEWING, partial_natively, ack_renewing),
	CASE(RENEWING, partial, pass_partial_checksum),
	CASE(REBINDING, partial, pass_partial_checksum),
	CASE(RENEWING, complete_generically, ack_renewing),
	CASE(RENEWING, without_checksum_generically, ack_renewing),

	CASE(RENEWING, reply_op, pass_header),
	CASE(RENEWING, other_htype, pass_header),
	CASE(RENEWING, other_hlen, pass_header),
	CASE(RENEWING, chaddr_padding_first, pass_header),
	CASE(RENEWING, chaddr_padding_last, pass_header),
	CASE(RENEWING, bootp_cookie, pass_header),
	CASE(REBINDING, giaddr_learned, pass_relayed),
	CASE(RENEWING, giaddr, pass_form),
	CASE(REBINDING, through_router, pass_routed),
	CASE(INIT_REBOOT, through_router_high, pass_routed),
	CASE(RENEWING, through_router_unknown, pass_form),

	CASE(RENEWING, past_the_end, pass_options_malformed),
	CASE(RENEWING, past_by_one, pass_options_malformed),
	CASE(RENEWING, into_trailer, pass_options_malformed),
	CASE(RENEWING, lone_code, pass_options_malformed),
	CASE(RENEWING, lone_code_trailer, pass_options_malformed),
	CASE(INIT_REBOOT, requested_short, pass_options_malformed),
	CASE(SELECTING, server_id_long, pass_options_malformed),
	CASE(RENEWING, type_long, pass_options_malformed),
	CASE(RENEWING, type_empty, pass_options_malformed),
	CASE(RENEWING, max_size_short, pass_options_malformed),
	CASE(RENEWING, max_size_long, pass_options_malformed),
	CASE(RENEWING, forty_one_options, pass_options_many),
	CASE(RENEWING, only_pads, pass_options_many),
	CASE(RENEWING, type_twice, pass_options_repeated),
	CASE(INIT_REBOOT, requested_twice, pass_options_repeated),
	CASE(SELECTING, server_id_twice, pass_options_repeated),
	CASE(RENEWING, max_size_twice, pass_options_repeated),
	CASE(RENEWING, agent_option_twice, pass_options_repeated),
	CASE(RENEWING, overload, pass_overload),
	CASE(RENEWING, no_type, pass_no_type),
	CASE(RENEWING, no_options, pass_no_type),
	CASE(DISCOVER, nothing, pass_discover),
	CASE(DECLINE, nothing, pass_decline),
	CASE(RELEASE, nothing, pass_release),
	CASE(INFORM, nothing, pass_inform),
	CASE(RENEWING, type_ack, pass_other_type),
	CASE(RENEWING, type_unknown, pass_other_type),

	CASE(RENEWING, ciaddr_and_requested, pass_state),
	CASE(RENEWING, ciaddr_and_server_id, pass_state),
	CASE(INIT_REBOOT, asks_for_nothing, pass_state),
	CASE(INIT_REBOOT, server_id_alone, pass_state),
	CASE(INIT_REBOOT, requested_zero, pass_state),

	CASE(RENEWING, operator_off, pass_gate_operator),
	CASE(RENEWING, daemon_off, pass_gate_daemon),
	CASE(RENEWING, link_off, pass_gate_link),
	CASE(RENEWING, scope_off, pass_gate_scope),
	CASE(RENEWING, scope_gone, pass_gate_scope),
	CASE(RENEWING, scope_out_of_range, pass_gate_scope),
	CASE(RENEWING, unattended, pass_unattended),
	CASE(RENEWING, never_attended, pass_unattended),

	CASE(RENEWING, slot_closed, pass_no_slot),
	CASE(RENEWING, no_block, pass_no_slot),
	CASE(RENEWING, other_place, pass_no_slot),
	CASE(RENEWING, block_beyond, pass_no_slot),
	CASE(RENEWING, block_last_place, ack_renewing),
	CASE(RENEWING, block_beyond_places, pass_no_slot),
	CASE(RENEWING, block_behind_empty, pass_no_slot),
	CASE(RENEWING, block_behind_mark, ack_renewing),
	CASE(RENEWING, block_given_away, pass_no_slot),
	CASE(RENEWING, block_of_another, pass_no_slot),
	CASE(RENEWING, other_client, pass_chaddr),
	CASE(RENEWING, other_client_high, pass_chaddr),
	CASE(RENEWING, other_link, pass_moved),
	CASE(RENEWING, unknown_form, pass_form),
	CASE(RENEWING, form_order, pass_form),
	CASE(RENEWING, no_forms, pass_form),
	CASE(RENEWING, other_key, pass_form),
	CASE(RENEWING, template_zero, pass_form),
	CASE(RENEWING, template_beyond, pass_form),
	CASE(RENEWING, template_too_long, pass_inconsistent),
	CASE(RENEWING, tail_too_long, pass_inconsistent),
	CASE(RENEWING, tail_backwards, pass_inconsistent),
	CASE(RENEWING, tail_pieces, pass_inconsistent),
	CASE(RENEWING, tail_ends_before_it_begins, pass_inconsistent),
	CASE(SELECTING, another_server, pass_server_id),
	CASE(SELECTING, another_of_ours, pass_server_id),
	CASE(RENEWING, size_default, pass_max_size),
	CASE(RENEWING, size_too_small_counts_as_576, pass_max_size),
	CASE(RENEWING, size_given_less, pass_max_size),
	CASE(RENEWING, no_credit, pass_credit),
	CASE(RENEWING, credit_short, pass_credit),
	CASE(RENEWING, infinite_no_credit, pass_credit),
	CASE(RENEWING, huge_no_credit, pass_credit),
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static struct world world;

static void run_case(void **state)
{
	const struct test_case *c = *state;
	struct world *w = &world;
	uint8_t in[2 * PACKET_MAX], expected[PACKET_MAX];
	struct scene s = {.p = start_packet(w, c->start)};
	struct outcome out;
	struct slot before;

	world_reset(w);
	world_learn(w, &s.p);
	c->change(w, &s);
	size_t len = packet_build(&s.p, in, sizeof(in));

	if (s.cut)
		len = s.cut;
	before = *w->slot;
	world_run(w, in, len, &out);
	assert_string_equal(verdict_name(out.verdict), verdict_name(c->verdict));
	assert_int_equal(out.action, world_verdict_action(c->verdict));
	if (out.action == XDP_TX) {
		size_t want = world_expected(w, &s.p, expected, sizeof(expected));

		assert_int_equal(out.len, want);
		assert_memory_equal(out.frame, expected, want);
		assert_null(packet_check(out.frame, out.len));
		assert_int_equal(w->slot->hits, before.hits + 1);
	} else {
		assert_int_equal(out.action, XDP_PASS);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.frame, in, len);
		assert_memory_equal(w->slot, &before, sizeof(before));
	}
}

/* Every verdict has a case, but for those that the header names. */
static void every_verdict(void **state)
{
	bool reached[XDHCP_VERDICT_COUNT] = {
		[XDHCP_VERDICT_pass_route] = true,	 [XDHCP_VERDICT_pass_contended] = true,
		[XDHCP_VERDICT_pass_room] = true,	 [XDHCP_VERDICT_drop_internal] = true,
		[XDHCP_VERDICT_drop_client_rate] = true, [XDHCP_VERDICT_drop_discover_rate] = true,
		[XDHCP_VERDICT_drop_other_rate] = true,
	};

	(void)state;
	for (size_t i = 0; i < N_CASES; i++)
		reached[cases[i].verdict] = true;
	for (int i = 0; i < XDHCP_VERDICT_COUNT; i++)
		if (!reached[i])
			fail_msg("no case for %s", verdict_name((enum xdhcp_verdict)i));
}

int main(void)
{
	struct CMUnitTest tests[N_CASES + 1];

	world_open(&world);
	for (size_t i = 0; i < N_CASES; i++)
		tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL,
					       (void *)(uintptr_t)&cases[i]};
	tests[N_CASES] = (struct CMUnitTest){"every_verdict", every_verdict, NULL, NULL, NULL};
	int r = _cmocka_run_group_tests("verdicts", tests, N_CASES + 1, NULL, NULL);

	world_close(&world);
	return r;
}
