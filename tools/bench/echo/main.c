// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * bench/echo INTERFACE: sends each DHCP request back, its headers turned round, from one packet
 * socket, in batches. What a process must spend to receive and send at all, and what the kernel
 * spends on that, whatever it would have to say: the floor under a DHCP server that is a process.
 * It reads nothing but the headers, keeps nothing, and ends by a signal.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "wire.h"

#define BATCH	      64
#define FRAME	      2048
#define SOCKET_BUFFER (8 << 20)
#define IP_SOURCE     26
#define IP_TARGET     30
#define UDP_PORTS     34
#define HEADERS	      42

static uint8_t frames[BATCH][FRAME];
static struct iovec iov[BATCH];
static struct mmsghdr messages[BATCH];

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(const char *interface)
{
	/* IPv4 without options, UDP, no later fragment, to port 67 */
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x45, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 3, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, UDP_PORTS + 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_SERVER_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_IP),
				   .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), size = SOCKET_BUFFER;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		die(interface);
	return fd;
}

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t kept[8];

	memcpy(kept, a, len);
	memcpy(a, b, len);
	memcpy(b, kept, len);
}

static void turn_round(uint8_t *frame)
{
	swap(frame, frame + 6, 6);
	swap(frame + IP_SOURCE, frame + IP_TARGET, 4);
	swap(frame + UDP_PORTS, frame + UDP_PORTS + 2, 2);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: echo INTERFACE\n");
		return 2;
	}
	fd = open_socket(argv[1]);
	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = frames[i];
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		int n, sent = 0;

		for (int i = 0; i < BATCH; i++)
			iov[i].iov_len = FRAME;
		n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
		if (n < 0 && errno != EINTR)
			die("receive");
		for (int i = 0; i < n; i++) {
			iov[i].iov_len = messages[i].msg_len;
			if (messages[i].msg_len >= HEADERS)
				turn_round(frames[i]);
		}
		while (sent < n) {
			int r = sendmmsg(fd, messages + sent, (unsigned)(n - sent), 0);

			if (r > 0)
				sent += r;
			else if (errno == EAGAIN || errno == ENOBUFS)
				poll(&(struct pollfd){fd, POLLOUT, 0}, 1, 1);
			else if (errno != EINTR)
				die("send");
		}
	}
}
