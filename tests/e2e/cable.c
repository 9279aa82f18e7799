// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cable IF1 IF2 MICROSECONDS: carries every frame that comes in by one interface
 * out by the other, not sooner than the given time after it came: a link with
 * the latency of a real one. A veth has none: XDP answers before the client's
 * send() has returned. Runs until it is killed; frames keep their order.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#define QUEUE 1024 /* frames on the way; more are dropped, as a cable's switch would */

struct frame {
	long long due; /* ns of CLOCK_MONOTONIC */
	int out;
	size_t len;
	unsigned char data[2048];
};

static struct frame queue[QUEUE];
static unsigned head, tail; /* head: the oldest */

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int end_of(const char *ifname)
{
	struct sockaddr_ll sll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
	int yes = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	sll.sll_ifindex = all.mr_ifindex = (int)if_nametoindex(ifname);
	if (fd < 0 || !sll.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0 ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) < 0) {
		fprintf(stderr, "cable: %s: %s\n", ifname, strerror(errno));
		exit(2);
	}
	return fd;
}

static void take_in(int in, int out, long long delay)
{
	while (tail - head < QUEUE) {
		struct frame *f = &queue[tail % QUEUE];
		ssize_t n = recv(in, f->data, sizeof(f->data), 0);

		if (n <= 0)
			return;
		f->len = (size_t)n;
		f->out = out;
		f->due = now() + delay;
		tail++;
	}
}

static void put_out(void)
{
	while (head != tail && queue[head % QUEUE].due <= now()) {
		const struct frame *f = &queue[head++ % QUEUE];

		if (send(f->out, f->data, f->len, 0) < 0 && errno != ENOBUFS && errno != EAGAIN &&
		    errno != ENETDOWN)
			exit(2);
	}
}

int main(int argc, char **argv)
{
	struct pollfd ends[2] = {{.events = POLLIN}, {.events = POLLIN}};
	long long delay;

	if (argc != 4) {
		fprintf(stderr, "usage: cable IF1 IF2 MICROSECONDS\n");
		return 2;
	}
	ends[0].fd = end_of(argv[1]);
	ends[1].fd = end_of(argv[2]);
	delay = atoll(argv[3]) * 1000;
	for (;;) {
		struct timespec wait = {.tv_sec = 3600};

		if (head != tail) {
			long long left = queue[head % QUEUE].due - now();

			wait.tv_sec = 0;
			wait.tv_nsec = left > 0 ? left % 1000000000 : 0;
		}
		if (ppoll(ends, 2, &wait, NULL) < 0 && errno != EINTR)
			return 2;
		take_in(ends[0].fd, ends[1].fd, delay);
		take_in(ends[1].fd, ends[0].fd, delay);
		put_out();
	}
}
