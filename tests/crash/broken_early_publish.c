// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Planted fault: publish before commit, over a disk that takes a quarter of a second. The daemon's
 * own ACK waits for the commit as it should; but XDP answers a copy of the request meanwhile.
 */
#include "broken.h"
#include "net/packet.h"
#include "wire.h"

#define FRAMES	512
#define TYPE_AT (14 + 20 + 8 + 240 + 2) /* option 53 is the first */

void __real_packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n);
void __wrap_packet_send(struct packet_socket *socket, struct packet_frame *frames, size_t n);

static struct frame {
	struct packet_socket *socket;
	uint64_t due;
	size_t len;
	uint8_t data[1514];
} frames[FRAMES];
static size_t n_frames;

static int catch_up(void)
{
	uint64_t now = broken_ms();
	int r = broken_commit_due();
	size_t n = 0;

	for (; r == 0 && n < n_frames && frames[n].due <= now; n++) {
		struct packet_frame frame = {.data = frames[n].data, .len = frames[n].len};

		__real_packet_send(frames[n].socket, &frame, 1);
	}
	n_frames -= n;
	memmove(frames, frames + n, n_frames * sizeof(*frames));
	return r;
}

int __wrap_store_commit(struct store *store, struct store_change *changes, size_t n, uint32_t now,
			uint64_t wall, uint64_t *ret_number)
{
	int r = catch_up();

	return r < 0 ? r : broken_keep(store, changes, n, now, wall, ret_number);
}

static void keep(struct packet_socket *socket, const struct packet_frame *frame)
{
	struct frame *f = &frames[n_frames];

	if (n_frames == FRAMES)
		return;
	f->socket = socket;
	f->due = broken_ms() + BROKEN_DELAY_MS;
	f->len = frame->len;
	memcpy(f->data, frame->data, frame->len);
	n_frames++;
}

void __wrap_packet_send(struct packet_socket *socket, struct packet_frame *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct packet_frame *frame = &out[i];

		if (frame->len <= TYPE_AT || frame->data[TYPE_AT] != DHCP_ACK ||
		    frame->len > sizeof(frames[0].data)) {
			__real_packet_send(socket, frame, 1);
			continue;
		}
		keep(socket, frame);
		frame->result = catch_up();
	}
}
