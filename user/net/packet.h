/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames in and out: two AF_PACKET sockets an interface with filters for UDP port 67, one for what
 * completes an exchange and one for what begins it; a third for what servers reply, where that is
 * looked at; and one UDP socket bound to port 67 a network
 * namespace: never read, so that the kernel sends no ICMP unreachable, and what goes to relays is
 * sent by it. Works on an interface without an address and for clients without one.
 */
#ifndef XDHCP_PACKET_H
#define XDHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PACKET_BATCH 64
#define PACKET_FRAME 2048

struct packet {
	uint8_t data[PACKET_FRAME];
	size_t len;
	uint16_t vlan[2]; /* stripped by the NIC or kernel; 0: none. Tags still in the frame are not
			     here */
	bool csum_not_ready;
};

/* Copies what is set of it. */
static inline void packet_copy(struct packet *to, const struct packet *from)
{
	memcpy(to->data, from->data, from->len);
	to->len = from->len;
	to->vlan[0] = from->vlan[0];
	to->vlan[1] = from->vlan[1];
	to->csum_not_ready = from->csum_not_ready;
}

struct packet_socket;

/* What a socket lets in (packet_filter.c). Both send. */
enum packet_kind {
	PACKET_COMPLETES, /* REQUEST, DECLINE, RELEASE, INFORM */
	PACKET_BEGINS,	  /* DISCOVER, BOOTP, and whatever else comes to port 67 */
	PACKET_KINDS,
	PACKET_REPLIES = PACKET_KINDS, /* BOOTREPLYs of whichever server, to be looked at */
};

#define PACKET_BUFFER (16 << 20) /* a second or so of a flood of minimal requests */

/* `buffer`: bytes of memory that frames may wait in; the kernel counts some 800 for a small one. */
int packet_open(uint32_t ifindex, enum packet_kind kind, size_t buffer,
		struct packet_socket **ret_socket);
void packet_close(struct packet_socket *socket);
int packet_fd(const struct packet_socket *socket);
/* Still on that interface? The kernel unbinds it for good when the interface goes. */
bool packet_is_bound(const struct packet_socket *socket, uint32_t ifindex);
/*
 * Drains up to `n` frames without blocking. Returns how many (0: empty) or
 * negative errno (-ENETDOWN, -ENXIO: the interface is down or gone). Of a longer frame (jumbo) the
 * first PACKET_FRAME bytes: a datagram that ends in them is whole, another is shorter than it says.
 */
int packet_receive(struct packet_socket *socket, struct packet *packets, size_t n);
struct packet_frame {
	const uint8_t *data;
	size_t len;
	int result; /* out: 0 or negative errno; -EAGAIN and -ENOBUFS are drops to be counted */
};

/* Sends whole frames, in order; one that fails does not keep the others. */
void packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n);
/* Frames the kernel dropped since the socket was opened (PACKET_STATISTICS, accumulated). */
uint64_t packet_kernel_drops(struct packet_socket *socket);

/*
 * The UDP socket that keeps ICMP away and sends to relays. Returns an fd or negative errno
 * (-EADDRINUSE: another DHCP server).
 */
int packet_port_guard(void);
/*
 * Sends a datagram from port 67 of `source`, an address of this machine's, on the way that the
 * kernel's routing knows. Addresses are host order. Negative errno: -ENETUNREACH, -EHOSTUNREACH (no
 * route), -EPERM (a packet filter), -EINVAL (a group, everybody, loopback: no relay's address),
 * -EACCES (a subnet's broadcast address) and others, also if `source` is not ours any more; -EAGAIN
 * and -ENOBUFS are drops.
 */
int packet_send_routed(int guard, uint32_t source, uint32_t addr, uint16_t port,
		       const uint8_t *payload, size_t len);

#endif
