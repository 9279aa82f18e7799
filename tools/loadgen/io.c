// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One AF_PACKET socket with a filter for UDP to port 68, sending and receiving
 * in batches. Frames that are not sent at once are waited for, not dropped.
 */
#include "loadgen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_BUFFER  (8 << 20)
#define SEND_TRIES     1000 /* of 1 ms each */
#define ETHERTYPE_IPV4 0x0800

struct io {
	int fd;
	unsigned n_tx;
	uint64_t drops;
	struct mmsghdr tx[BATCH], rx[BATCH];
	struct iovec tx_iov[BATCH], rx_iov[BATCH];
	uint8_t tx_frame[BATCH][FRAME_MAX];
	uint8_t rx_frame[BATCH][2048];
};

static int complain(const char *what, const char *interface)
{
	fprintf(stderr, "loadgen: %s: %s: %s\n", interface, what, strerror(errno));
	return -1;
}

static int set_up(int fd, int ifindex, const char *interface)
{
	/* IPv4, UDP, not a later fragment, no matter what IHL, destination port 68 */
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IPV4, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	struct packet_mreq promiscuous = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETHERTYPE_IPV4),
				   .sll_ifindex = ifindex};
	int size = SOCKET_BUFFER;

	/* The clients' addresses are not the interface's. */
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) <
	    0)
		return complain("promiscuous mode", interface);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return complain("filter", interface);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return complain("bind", interface);
	return 0;
}

int io_open(const char *interface, struct io **ret_io)
{
	unsigned ifindex = if_nametoindex(interface);
	struct io *io;

	if (!ifindex)
		return complain("no such interface", interface);
	io = calloc(1, sizeof(*io));
	if (!io)
		return complain("memory", interface);
	/* Protocol 0: nothing arrives before the filter is there. */
	io->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (io->fd < 0 || set_up(io->fd, (int)ifindex, interface) < 0) {
		if (io->fd < 0)
			complain("packet socket", interface);
		else
			close(io->fd);
		free(io);
		return -1;
	}
	for (int i = 0; i < BATCH; i++) {
		io->tx_iov[i].iov_base = io->tx_frame[i];
		io->tx[i].msg_hdr.msg_iov = &io->tx_iov[i];
		io->tx[i].msg_hdr.msg_iovlen = 1;
		io->rx_iov[i] = (struct iovec){io->rx_frame[i], sizeof(io->rx_frame[i])};
		io->rx[i].msg_hdr.msg_iov = &io->rx_iov[i];
		io->rx[i].msg_hdr.msg_iovlen = 1;
	}
	*ret_io = io;
	return 0;
}

void io_close(struct io *io)
{
	if (!io)
		return;
	close(io->fd);
	free(io);
}

uint8_t *io_frame(struct io *io)
{
	if (io->n_tx == BATCH && io_flush(io) < 0)
		return NULL;
	return io->tx_frame[io->n_tx];
}

void io_push(struct io *io, size_t len)
{
	io->tx_iov[io->n_tx++].iov_len = len;
}

int io_flush(struct io *io)
{
	unsigned done = 0, tries = 0;

	while (done < io->n_tx) {
		int n = sendmmsg(io->fd, io->tx + done, io->n_tx - done, 0);

		if (n > 0) {
			done += (unsigned)n;
			tries = 0;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
			return complain("send", "packet socket");
		if (++tries > SEND_TRIES)
			return complain("send: the queue does not empty", "packet socket");
		poll(&(struct pollfd){io->fd, POLLOUT, 0}, 1, 1);
	}
	io->n_tx = 0;
	return 0;
}

int io_receive(struct io *io, void (*fn)(void *arg, const uint8_t *frame, size_t len), void *arg)
{
	int n = recvmmsg(io->fd, io->rx, BATCH, MSG_DONTWAIT, NULL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : complain("receive", "packet socket");
	for (int i = 0; i < n; i++)
		fn(arg, io->rx_frame[i], io->rx[i].msg_len);
	return n;
}

void io_wait(struct io *io, uint64_t until)
{
	uint64_t now = io_now(), left = until > now ? until - now : 0;
	struct timespec ts = {(time_t)(left / 1000000000), (long)(left % 1000000000)};

	ppoll(&(struct pollfd){io->fd, POLLIN, 0}, 1, &ts, NULL);
}

uint64_t io_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t io_drops(struct io *io)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(io->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
		io->drops += stats.tp_drops;
	return io->drops;
}
