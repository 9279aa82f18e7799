// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * receive: what it costs to get requests out of the kernel, by recvmmsg() as user/net/packet.c has
 * it, and by rings: TPACKET_V2's of frames, TPACKET_V3's of blocks.
 *
 *   receive [-r ROUNDS] [FILE]
 *
 * In a network namespace of its own, over a veth: a process sends 342-byte DISCOVERs, this one
 * takes them by one way after the other in turns and looks at each message's type; as many
 * rounds, of each figure the median. At `low` one frame a millisecond, at `flood` as many as go.
 * CPU a message of the receiver, and of the sender, in whose context the kernel brings a frame to
 * the socket: a ring is filled there. `delay`: from before send() to where the frame can be read.
 * `lost`: by the kernel, for want of room; each way has PACKET_BUFFER. Prints JSON, to
 * FILE if there is one. Exit: 0, or 2
 * for errors.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include "net/packet.h"
#include "net/packet_filter.h"
#include "proto/glimpse.h"

#define FRAME	   342
#define STAMP_AT   (42 + 44) /* sname: where nobody looks */
#define LOW	   500
#define FLOOD	   100000
#define ROUNDS_MAX 99
#define BLOCK	   (256 << 10)
#define RETIRE	   1 /* milliseconds, the least there is */

enum way { RECVMMSG, RING_V2, RING_V3, WAYS };
static const char *const way_names[WAYS] = {"recvmmsg", "tpacket_v2", "tpacket_v3"};
enum load { LOAD_LOW, LOAD_FLOOD, LOADS };
static const char *const load_names[LOADS] = {"low", "flood"};

struct result {
	double receiver_ns, sender_ns, delay_us, lost;
};

struct receiver {
	enum way way;
	struct packet_socket *socket;
	int fd; /* of the ring, or the socket's */
	uint8_t *ring;
	unsigned at; /* block, or frame */
	struct packet packets[PACKET_BATCH];
	uint64_t messages, types;
	double delays;
};

static void die(const char *what)
{
	fprintf(stderr, "receive: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void look(struct receiver *r, const uint8_t *frame, size_t len, double now)
{
	struct dhcp_glimpse glimpse;
	double sent;

	dhcp_glimpse(frame, len, &glimpse);
	memcpy(&sent, frame + STAMP_AT, sizeof(sent));
	r->types += glimpse.type;
	r->delays += now - sent;
	r->messages++;
}

static void take_messages(struct receiver *r)
{
	int n = packet_receive(r->socket, r->packets, PACKET_BATCH);
	double now = seconds(CLOCK_MONOTONIC);

	for (int i = 0; i < n; i++)
		look(r, r->packets[i].data, r->packets[i].len, now);
}

/* The block that is next, if the kernel has given it. */
static void take_block(struct receiver *r)
{
	struct tpacket_block_desc *block = (void *)(r->ring + (size_t)r->at * BLOCK);
	const struct tpacket3_hdr *frame;
	double now = seconds(CLOCK_MONOTONIC);

	if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return;
	frame = (void *)((uint8_t *)block + block->hdr.bh1.offset_to_first_pkt);
	for (unsigned i = 0; i < block->hdr.bh1.num_pkts; i++) {
		look(r, (const uint8_t *)frame + frame->tp_mac, frame->tp_snaplen, now);
		frame = (const void *)((const uint8_t *)frame + frame->tp_next_offset);
	}
	__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	r->at = (r->at + 1) % (PACKET_BUFFER / BLOCK);
}

/* Frames, as many as the kernel has given. */
static void take_frames(struct receiver *r)
{
	double now = seconds(CLOCK_MONOTONIC);

	for (;;) {
		struct tpacket2_hdr *frame = (void *)(r->ring + (size_t)r->at * PACKET_FRAME);

		if (!(__atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return;
		look(r, (const uint8_t *)frame + frame->tp_mac, frame->tp_snaplen, now);
		__atomic_store_n(&frame->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		r->at = (r->at + 1) % (PACKET_BUFFER / PACKET_FRAME);
	}
}

static void open_ring(struct receiver *r, unsigned ifindex)
{
	struct sock_filter filter[PACKET_FILTER_MAX];
	struct sock_fprog program = {(unsigned short)packet_filter(PACKET_BEGINS, filter), filter};
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)ifindex};
	struct tpacket_req3 request = {.tp_block_size = BLOCK,
				       .tp_block_nr = PACKET_BUFFER / BLOCK,
				       .tp_frame_size = PACKET_FRAME,
				       .tp_frame_nr = PACKET_BUFFER / PACKET_FRAME,
				       .tp_retire_blk_tov = RETIRE};
	int version = r->way == RING_V2 ? TPACKET_V2 : TPACKET_V3;
	socklen_t len = r->way == RING_V2 ? sizeof(struct tpacket_req) : sizeof(request);

	r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r->fd < 0 ||
	    setsockopt(r->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
	    setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &request, len) < 0)
		die("ring");
	r->ring = mmap(NULL, PACKET_BUFFER, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->ring == MAP_FAILED || bind(r->fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		die("ring");
}

static void open_receiver(struct receiver *r, enum way way, unsigned ifindex)
{
	*r = (struct receiver){.way = way};
	if (way != RECVMMSG) {
		open_ring(r, ifindex);
		return;
	}
	errno = -packet_open(ifindex, PACKET_BEGINS, PACKET_BUFFER, &r->socket);
	if (errno)
		die("packet_open");
	r->fd = packet_fd(r->socket);
}

static uint64_t close_receiver(struct receiver *r)
{
	struct tpacket_stats_v3 stats = {0};
	socklen_t len = sizeof(stats);

	if (r->way == RECVMMSG) {
		uint64_t drops = packet_kernel_drops(r->socket);

		packet_close(r->socket);
		return drops;
	}
	if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) < 0)
		die("statistics");
	munmap(r->ring, PACKET_BUFFER);
	close(r->fd);
	return stats.tp_drops;
}

/* --- the sender --- */

static void build(uint8_t frame[FRAME])
{
	static const uint8_t head[] = {255, 255, 255,  255, 255, 255, 2,   0,	0,   0,	  0,  1,
				       8,   0,	 0x45, 0,   1,	 72,  0,   0,	0,   0,	  64, 17,
				       0,   0,	 0,    0,   0,	 0,   255, 255, 255, 255, 0,  68,
				       0,   67,	 1,    52,  0,	 0,   1,   1,	6,   0};
	static const uint8_t options[] = {99, 130, 83, 99, 53, 1, 1, 255};

	memset(frame, 0, FRAME);
	memcpy(frame, head, sizeof(head));
	frame[42 + 28] = 2;
	memcpy(frame + 42 + 236, options, sizeof(options));
}

static int send_all(const char *name, enum load load)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
	static uint8_t frames[PACKET_BATCH][FRAME];
	struct mmsghdr msgs[PACKET_BATCH] = {0};
	struct iovec iovs[PACKET_BATCH];
	unsigned n = load == LOAD_LOW ? 1 : PACKET_BATCH, sent = 0;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return 2;
	for (unsigned i = 0; i < PACKET_BATCH; i++) {
		build(frames[i]);
		iovs[i] = (struct iovec){frames[i], FRAME};
		msgs[i].msg_hdr = (struct msghdr){.msg_iov = &iovs[i], .msg_iovlen = 1};
	}
	while (sent < (load == LOAD_LOW ? LOW : FLOOD)) {
		double now = seconds(CLOCK_MONOTONIC);
		int r;

		for (unsigned i = 0; i < n; i++)
			memcpy(frames[i] + STAMP_AT, &now, sizeof(now));
		r = sendmmsg(fd, msgs, n, 0);
		if (r < 0 && errno != ENOBUFS)
			return 2;
		sent += r > 0 ? (unsigned)r : 0;
		if (load == LOAD_LOW)
			usleep(1000);
	}
	return 0;
}

/* --- rounds --- */

static void (*const takes[WAYS])(struct receiver *r) = {take_messages, take_frames, take_block};

static struct result round_of(enum way way, enum load load)
{
	static struct receiver r;
	struct rusage usage;
	struct result result;
	double began, cpu;
	int status = 0;
	uint64_t lost, of = load == LOAD_LOW ? LOW : FLOOD;
	bool over = false;
	pid_t pid;

	open_receiver(&r, way, if_nametoindex("v0"));
	began = seconds(CLOCK_THREAD_CPUTIME_ID);
	pid = fork();
	if (pid == 0)
		_exit(send_all("v1", load));
	for (;;) {
		struct pollfd wait = {.fd = r.fd, .events = POLLIN};
		int readable = poll(&wait, 1, 50);

		if (readable > 0)
			takes[way](&r);
		if (readable == 0 && over)
			break;
		if (readable == 0)
			over = wait4(pid, &status, WNOHANG, &usage) == pid;
	}
	cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - began;
	lost = close_receiver(&r);
	if (status || !r.messages || r.types != r.messages ||
	    (load == LOAD_LOW && r.messages != LOW))
		die("messages are missing");
	result.receiver_ns = cpu * 1e9 / (double)r.messages;
	result.sender_ns = ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
			    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3) /
			   (double)of;
	result.delay_us = r.delays * 1e6 / (double)r.messages;
	result.lost = (double)lost / (double)of;
	return result;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct result *results, unsigned n, size_t field)
{
	double values[ROUNDS_MAX];

	for (unsigned i = 0; i < n; i++)
		memcpy(&values[i], (const uint8_t *)&results[i] + field, sizeof(values[i]));
	qsort(values, n, sizeof(values[0]), by_size);
	return values[n / 2];
}

int main(int argc, char **argv)
{
	static struct result results[LOADS][WAYS][ROUNDS_MAX];
	unsigned rounds = 9;
	int option;

	while ((option = getopt(argc, argv, "r:")) == 'r')
		rounds = (unsigned)atoi(optarg);
	if (option != -1 || !rounds || rounds > ROUNDS_MAX || argc - optind > 1) {
		fprintf(stderr, "usage: receive [-r ROUNDS] [FILE]\n");
		return 2;
	}
	if (optind < argc && !freopen(argv[optind], "w", stdout))
		die(argv[optind]);
	if (unshare(CLONE_NEWNET) < 0)
		die("unshare");
	if (system("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 "
		   "up"))
		die("veth");
	for (unsigned i = 0; i < rounds; i++) {
		for (enum load load = 0; load < LOADS; load++) {
			for (enum way way = 0; way < WAYS; way++)
				results[load][way][i] = round_of(way, load);
		}
	}
	printf("{\"rounds\":%u", rounds);
	for (enum load load = 0; load < LOADS; load++) {
		for (enum way way = 0; way < WAYS; way++) {
			const struct result *r = results[load][way];
#define MEDIAN(field) median(r, rounds, offsetof(struct result, field))
			printf(",\"%s-%s\":{\"receiver-ns\":%.0f,\"sender-ns\":%.0f,"
			       "\"delay-us\":%.0f,\"lost\":%.3f}",
			       load_names[load], way_names[way], MEDIAN(receiver_ns),
			       MEDIAN(sender_ns), MEDIAN(delay_us), MEDIAN(lost));
#undef MEDIAN
		}
	}
	printf("}\n");
	return 0;
}
