// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * See probe.h.
 *
 * ARP: RFC 5227 2.1.1. The sender's IP address is zero, so that no host learns from the question
 * that its neighbour moved. Heard are replies alone: whoever has the address sends one (RFC 826),
 * and with the requests of all others a busy link would wake the daemon for nothing. A frame of
 * another VLAN, or for another host's MAC, is not heard.
 *
 * ICMP: an echo request (RFC 792) by a raw socket, which hears every echo reply to this machine.
 * Ours have a number in them that no stranger knows, and come from the address that was asked.
 */
#include "probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#define READ_MAX 64 /* packets that are no answers, before others get their turn */

/* Of an ARP frame for Ethernet and IPv4, from the Ethernet header on. */
enum {
	AT_TYPE = 12,
	AT_HARDWARE = 14,
	AT_PROTOCOL = 16,
	AT_LENGTHS = 18,
	AT_OPERATION = 20,
	AT_SENDER_MAC = 22,
	AT_SENDER = 28,
	AT_TARGET_MAC = 32,
	AT_TARGET = 38,
};

/* Of an ICMP echo message. */
enum {
	AT_ICMP_TYPE = 0,
	AT_ICMP_SUM = 2,
	AT_ICMP_ID = 4,
	AT_ICMP_SEQUENCE = 6,
	AT_ICMP_COOKIE = 8,
	AT_ICMP_ADDR = 16,
};

struct probe_socket {
	int fd;
	bool arp;
	uint64_t cookie;   /* ICMP */
	uint16_t sequence; /* ICMP: of the last one */
};

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, sizeof(value));
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

/* --- ARP --- */

void probe_arp_frame(const uint8_t mac[6], uint32_t addr, uint8_t ret_frame[PROBE_ARP_LEN])
{
	memset(ret_frame, 0, PROBE_ARP_LEN);
	memset(ret_frame, 0xff, ETH_ALEN); /* everybody */
	memcpy(ret_frame + ETH_ALEN, mac, ETH_ALEN);
	put16(ret_frame + AT_TYPE, ETH_P_ARP);
	put16(ret_frame + AT_HARDWARE, ARPHRD_ETHER);
	put16(ret_frame + AT_PROTOCOL, ETH_P_IP);
	ret_frame[AT_LENGTHS] = ETH_ALEN;
	ret_frame[AT_LENGTHS + 1] = sizeof(addr);
	put16(ret_frame + AT_OPERATION, ARPOP_REQUEST);
	/*
	 * RFC 5227 2.1.1: "The 'sender IP address' field MUST be set to all zeroes; this is to
	 * avoid polluting ARP caches in other hosts on the same link in the case where the address
	 * turns out to be already in use by another host."
	 */
	memcpy(ret_frame + AT_SENDER_MAC, mac, ETH_ALEN);
	put32(ret_frame + AT_TARGET, addr);
}

bool probe_arp_answer(const uint8_t *frame, size_t len, struct probe_answer *ret_answer)
{
	if (len < PROBE_ARP_LEN || get16(frame + AT_TYPE) != ETH_P_ARP ||
	    get16(frame + AT_HARDWARE) != ARPHRD_ETHER || get16(frame + AT_PROTOCOL) != ETH_P_IP ||
	    frame[AT_LENGTHS] != ETH_ALEN || frame[AT_LENGTHS + 1] != sizeof(ret_answer->addr) ||
	    get16(frame + AT_OPERATION) != ARPOP_REPLY || !get32(frame + AT_SENDER))
		return false;
	ret_answer->addr = get32(frame + AT_SENDER);
	memcpy(ret_answer->mac, frame + AT_SENDER_MAC, sizeof(ret_answer->mac));
	return true;
}

/* Replies to us or to everybody; ARP is all that the socket is bound to. */
static int attach_filter(int fd)
{
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, PACKET_OTHERHOST, 3,
			 0), /* or PACKET_OUTGOING */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_OPERATION),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPOP_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, PROBE_ARP_LEN),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]),
					   .filter = (struct sock_filter *)(uintptr_t)filter};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

int probe_open_arp(uint32_t ifindex, struct probe_socket **ret_socket)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ARP),
				      .sll_ifindex = (int)ifindex};
	struct probe_socket *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->arp = true;
	/* protocol 0: deaf until it is bound, with the filter in place */
	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r = s->fd < 0 ? -errno : attach_filter(s->fd);
	if (r == 0 && bind(s->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r < 0) {
		probe_close(s);
		return r;
	}
	*ret_socket = s;
	return 0;
}

int probe_send_arp(struct probe_socket *socket, const uint8_t mac[6], uint32_t addr)
{
	uint8_t frame[PROBE_ARP_LEN];
	ssize_t n;

	probe_arp_frame(mac, addr, frame);
	do
		n = send(socket->fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* --- ICMP --- */

/* RFC 1071 */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += get16(data + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void probe_icmp_message(uint64_t cookie, uint16_t sequence, uint32_t addr,
			uint8_t ret_message[PROBE_ICMP_LEN])
{
	memset(ret_message, 0, PROBE_ICMP_LEN);
	ret_message[AT_ICMP_TYPE] = ICMP_ECHO;
	put16(ret_message + AT_ICMP_ID, (uint16_t)cookie);
	put16(ret_message + AT_ICMP_SEQUENCE, sequence);
	memcpy(ret_message + AT_ICMP_COOKIE, &cookie, sizeof(cookie));
	put32(ret_message + AT_ICMP_ADDR, addr);
	put16(ret_message + AT_ICMP_SUM, checksum(ret_message, PROBE_ICMP_LEN));
}

bool probe_icmp_answer(uint64_t cookie, const uint8_t *packet, size_t len,
		       struct probe_answer *ret_answer)
{
	size_t header = len ? (packet[0] & 15) * 4u : 0;
	const uint8_t *message = packet + header;

	/* The kernel has verified the IP header; RFC 792: "the data received in the echo message
	 * must be returned in the echo reply message". */
	if (header < 20 || len < header + PROBE_ICMP_LEN ||
	    message[AT_ICMP_TYPE] != ICMP_ECHOREPLY ||
	    get16(message + AT_ICMP_ID) != (uint16_t)cookie ||
	    memcmp(message + AT_ICMP_COOKIE, &cookie, sizeof(cookie)) != 0 ||
	    get32(packet + 12) != get32(message + AT_ICMP_ADDR))
		return false;
	*ret_answer = (struct probe_answer){.addr = get32(packet + 12)};
	return true;
}

static int set_up_icmp(struct probe_socket *s)
{
	const struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};

	if (getrandom(&s->cookie, sizeof(s->cookie), 0) != sizeof(s->cookie))
		return -EIO;
	return setsockopt(s->fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter)) < 0 ? -errno : 0;
}

int probe_open_icmp(struct probe_socket **ret_socket)
{
	struct probe_socket *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
	r = s->fd < 0 ? -errno : set_up_icmp(s);
	if (r < 0) {
		probe_close(s);
		return r;
	}
	*ret_socket = s;
	return 0;
}

int probe_send_icmp(struct probe_socket *socket, uint32_t addr)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(addr)};
	uint8_t message[PROBE_ICMP_LEN];
	ssize_t n;

	probe_icmp_message(socket->cookie, ++socket->sequence, addr, message);
	do
		n = sendto(socket->fd, message, sizeof(message), MSG_DONTWAIT | MSG_NOSIGNAL,
			   (struct sockaddr *)&to, sizeof(to));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* --- both --- */

void probe_close(struct probe_socket *socket)
{
	if (!socket)
		return;
	if (socket->fd >= 0)
		close(socket->fd);
	free(socket);
}

int probe_fd(const struct probe_socket *socket)
{
	return socket->fd;
}

bool probe_is_bound(const struct probe_socket *socket, uint32_t ifindex)
{
	struct sockaddr_ll at;
	socklen_t len = sizeof(at);

	return getsockname(socket->fd, (struct sockaddr *)&at, &len) == 0 &&
	       at.sll_ifindex == (int)ifindex;
}

int probe_receive(struct probe_socket *socket, struct probe_answer *ret_answer)
{
	uint8_t data[128]; /* an answer is shorter, IP options included */

	for (unsigned i = 0; i < READ_MAX; i++) {
		ssize_t n = recv(socket->fd, data, sizeof(data), MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		if (socket->arp ? probe_arp_answer(data, (size_t)n, ret_answer)
				: probe_icmp_answer(socket->cookie, data, (size_t)n, ret_answer))
			return 1;
	}
	return 0;
}
