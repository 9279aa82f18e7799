// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Frames in and out by AF_PACKET.
 *
 * Each socket listens to ETH_P_ALL: only there has a frame its VLAN tag still,
 * and only there is one seen that the stack itself would drop (no address yet,
 * a martian source). The filter that keeps all but DHCP out is attached before the
 * socket is bound to a protocol, so nothing else is ever queued. Frames for other hosts' MACs
 * (a promiscuous interface) and our own stay out there as well: XDP passes
 * them as not ours, and so does this path.
 *
 * Received is by recvmmsg(), and not from a ring. Measured by make bench PARTS=receive (2
 * cores, 6.18, medians of 9): CPU a message of the receiver, of the sender with the kernel's way to
 * the socket, and how long it takes until the message can be read:
 *
 *		    one a millisecond		as many as go
 *	recvmmsg    12.5 us  33.0 us   31 us	1501 ns  2397 ns  2.5 ms
 *	TPACKET_V2   9.4 us  34.5 us   34 us	1330 ns  3049 ns  1.9 ms
 *	TPACKET_V3  20.0 us  31.3 us  571 us	  64 ns  2107 ns  0.8 ms
 *
 * TPACKET_V3 saves 1.7 us a message in a flood, a tenth or so of what deciding it costs, when there
 * are more than can be decided anyway. For that it hands a block over only when it is full or its
 * timer has run out, so that each answer at an ordinary load is later by half a millisecond; the
 * timer goes off a thousand times a second and socket for as long as it is open, busy or idle (a
 * longer period is a longer delay); and its memory, which has to do for a burst, is taken at the
 * start, on each interface, and is not given back. V2 wakes the reader for each frame, and fills
 * frames of a fixed size: all in all it saves nothing. What can be saved here is what recvmmsg() is
 * not asked for: the sender's address was a tenth of it.
 *
 * No state but the kernel's queue; what is queued when the daemon dies is lost like any
 * other datagram.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "packet.h"
#include "packet_filter.h"
#include "wire.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* since 4.20 */
#endif

union control {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};

union packet_info {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

struct packet_socket {
	int fd;
	uint64_t drops;
	struct mmsghdr msgs[PACKET_BATCH];
	struct iovec iovs[PACKET_BATCH];
	union control controls[PACKET_BATCH];
};

static const struct sock_filter nothing[] = {
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int attach_filter(int fd, const struct sock_filter *filter, size_t n)
{
	struct sock_fprog program = {.len = n, .filter = (struct sock_filter *)(uintptr_t)filter};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

static int set_up(int fd, uint32_t ifindex, enum packet_kind kind, size_t buffer)
{
	struct sock_filter filter[PACKET_FILTER_MAX];
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int on = 1, size = buffer < INT_MAX / 2 ? (int)buffer : INT_MAX / 2, r;

	r = attach_filter(fd, filter,
			  kind == PACKET_REPLIES ? packet_filter_replies(filter)
						 : packet_filter(kind, filter));
	if (r < 0)
		return r;
	if (setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0)
		return -errno;
	/* spares us the clones; where it is not known the filter does it */
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int packet_open(uint32_t ifindex, enum packet_kind kind, size_t buffer,
		struct packet_socket **ret_socket)
{
	struct packet_socket *socket_;
	int r;

	socket_ = calloc(1, sizeof(*socket_));
	if (!socket_)
		return -ENOMEM;
	/* protocol 0: deaf until it is bound */
	socket_->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r = socket_->fd < 0 ? -errno : set_up(socket_->fd, ifindex, kind, buffer);
	if (r < 0) {
		packet_close(socket_);
		return r;
	}
	*ret_socket = socket_;
	return 0;
}

void packet_close(struct packet_socket *socket)
{
	if (!socket)
		return;
	if (socket->fd >= 0)
		close(socket->fd);
	free(socket);
}

int packet_fd(const struct packet_socket *socket)
{
	return socket->fd;
}

static void read_auxdata(struct msghdr *msg, struct packet *packet)
{
	packet->vlan[0] = packet->vlan[1] = 0;
	packet->csum_not_ready = false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
		    c->cmsg_len < CMSG_LEN(sizeof(aux)))
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		/* VLAN id 0 is a priority without a VLAN (IEEE 802.1Q 9.6) */
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			packet->vlan[0] = aux.tp_vlan_tci & 0x0fff;
		packet->csum_not_ready = aux.tp_status & TP_STATUS_CSUMNOTREADY;
	}
}

static int receive_batch(struct packet_socket *socket, struct packet *packets, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		socket->iovs[i] = (struct iovec){packets[i].data, sizeof(packets[i].data)};
		socket->msgs[i].msg_hdr = (struct msghdr){
			.msg_iov = &socket->iovs[i],
			.msg_iovlen = 1,
			.msg_control = &socket->controls[i],
			.msg_controllen = sizeof(socket->controls[i]),
		};
	}
	for (;;) {
		int r = recvmmsg(socket->fd, socket->msgs, n, MSG_DONTWAIT, NULL);

		if (r >= 0)
			return r;
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return -errno;
	}
}

int packet_receive(struct packet_socket *socket, struct packet *packets, size_t n)
{
	int got = receive_batch(socket, packets, n > PACKET_BATCH ? PACKET_BATCH : n);

	for (int i = 0; i < got; i++) {
		packets[i].len = socket->msgs[i].msg_len;
		read_auxdata(&socket->msgs[i].msg_hdr, &packets[i]);
	}
	return got;
}

bool packet_is_bound(const struct packet_socket *socket, uint32_t ifindex)
{
	struct sockaddr_ll at;
	socklen_t len = sizeof(at);

	return getsockname(socket->fd, (struct sockaddr *)&at, &len) == 0 &&
	       at.sll_ifindex == (int)ifindex;
}

/*
 * One system call for up to PACKET_BATCH frames. Returns of how many the result is known: those
 * before the first that fails, or, if that is the first of all, that one. As frames that follow
 * each other closely wake whoever takes them once, a reply costs less by more than its call.
 */
static size_t send_batch(struct packet_socket *socket, struct packet_frame *frames, size_t n)
{
	struct mmsghdr msgs[PACKET_BATCH];
	struct iovec iovs[PACKET_BATCH];
	int r;

	for (size_t i = 0; i < n; i++) {
		iovs[i] = (struct iovec){(void *)(uintptr_t)frames[i].data, frames[i].len};
		msgs[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iovs[i], .msg_iovlen = 1}};
	}
	do
		r = sendmmsg(socket->fd, msgs, (unsigned)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	if (r <=
	    0) /* the first one's error; of a later one the kernel tells when it is the first */
		frames[0].result = r < 0 ? -errno : -EIO;
	for (int i = 0; i < r; i++)
		frames[i].result = 0;
	return r > 0 ? (size_t)r : 1;
}

void packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n)
{
	for (size_t at = 0; at < n;)
		at += send_batch(socket, frames + at,
				 n - at < PACKET_BATCH ? n - at : PACKET_BATCH);
}

uint64_t packet_kernel_drops(struct packet_socket *socket)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	/* reading resets them */
	if (getsockopt(socket->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		socket->drops += stats.tp_drops;
	return socket->drops;
}

int packet_port_guard(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(DHCP_SERVER_PORT)};
	int fd, r;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/*
	 * It is there to be found by the kernel's lookup, and takes nothing. No SO_REUSEADDR:
	 * another server on this port shall be noticed.
	 */
	r = attach_filter(fd, nothing, sizeof(nothing) / sizeof(nothing[0]));
	if (r == 0 && bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int packet_send_routed(int guard, uint32_t source, uint32_t addr, uint16_t port,
		       const uint8_t *payload, size_t len)
{
	/* ipi_ifindex 0: the route says by which interface */
	const struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(source)};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(addr)};
	struct iovec iov = {(void *)(uintptr_t)payload, len};
	union packet_info control = {0};
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t r;

	/* a subnet's broadcast address is refused by the kernel */
	if (IN_MULTICAST(addr) || addr == INADDR_BROADCAST || addr >> 24 == IN_LOOPBACKNET)
		return -EINVAL;
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	do
		r = sendmsg(guard, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}
