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

int __real_packet_send(struct packet_socket *socket, const uint8_t *frame, size_t len);
int __wrap_packet_send(struct packet_socket *socket, const uint8_t *frame, size_t len);

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

	for (; r == 0 && n < n_frames && frames[n].due <= now; n++)
		__real_packet_send(frames[n].socket, frames[n].data, frames[n].len);
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

int __wrap_packet_send(struct packet_socket *socket, const uint8_t *frame, size_t len)
{
	struct frame *f = &frames[n_frames];

	if (len <= TYPE_AT || frame[TYPE_AT] != DHCP_ACK || len > sizeof(f->data))
		return __real_packet_send(socket, frame, len);
	if (n_frames < FRAMES) {
		f->socket = socket;
		f->due = broken_ms() + BROKEN_DELAY_MS;
		f->len = len;
		memcpy(f->data, frame, len);
		n_frames++;
	}
	return catch_up();
}
