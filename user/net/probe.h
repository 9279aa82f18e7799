/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is an address in use? ARP probes on one interface, ICMP echo requests to wherever the kernel's
 * routing leads. A socket of either kind sends the questions and hears the answers; it never waits.
 * Who asks, remembers what was asked (daemon/conflict.c). Addresses are host order. A crash loses
 * the answers to come, and nothing else.
 */
#ifndef XDHCP_PROBE_H
#define XDHCP_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_ARP_LEN  42 /* of a frame; drivers pad it */
#define PROBE_ICMP_LEN 24 /* of a message, without its IP header */

struct probe_socket;

/* Negative errno: -EPERM (CAP_NET_RAW), -ENODEV, -ENOMEM and others. */
int probe_open_arp(uint32_t ifindex, struct probe_socket **ret_socket);
int probe_open_icmp(struct probe_socket **ret_socket);
void probe_close(struct probe_socket *socket); /* NULL: nothing */
int probe_fd(const struct probe_socket *socket);
/* Still on that interface? The kernel unbinds it for good when the interface goes. */
bool probe_is_bound(const struct probe_socket *socket, uint32_t ifindex);

/* One question. `mac`: the interface's own. Negative errno: it has not left. */
int probe_send_arp(struct probe_socket *socket, const uint8_t mac[6], uint32_t addr);
int probe_send_icmp(struct probe_socket *socket, uint32_t addr);

/* Who has an address says so. */
struct probe_answer {
	uint32_t addr;
	uint8_t mac[6]; /* by ARP alone */
};
/*
 * The next answer without blocking: 1; 0: none for now; or negative errno. Of ICMP only to what
 * this socket has sent.
 */
int probe_receive(struct probe_socket *socket, struct probe_answer *ret_answer);

/* What is sent, and what is an answer: for probe.c and its tests. */
void probe_arp_frame(const uint8_t mac[6], uint32_t addr, uint8_t ret_frame[PROBE_ARP_LEN]);
bool probe_arp_answer(const uint8_t *frame, size_t len, struct probe_answer *ret_answer);
void probe_icmp_message(uint64_t cookie, uint16_t sequence, uint32_t addr,
			uint8_t ret_message[PROBE_ICMP_LEN]);
/* `packet`: from the IP header on */
bool probe_icmp_answer(uint64_t cookie, const uint8_t *packet, size_t len,
		       struct probe_answer *ret_answer);

#endif
