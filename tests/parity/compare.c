// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See compare.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "wire.h"

#include "../common/environment.h"
#include "../common/packet_builder.h"
#include "../common/random.h"
#include "compare.h"

bool same_answer(struct rig *rig, const uint8_t *frame, size_t len, const char *what, size_t where)
{
	static struct rig_reply fast, slow;
	size_t i = 0;

	if (!rig_xdp(rig, frame, len, &fast))
		return false;
	rig_daemon(rig, frame, len, false, &slow);
	if (rig_deferred(rig))
		return false;
	if (fast.len == slow.len && !memcmp(fast.data, slow.data, fast.len))
		return true;
	while (i < fast.len && i < slow.len && fast.data[i] == slow.data[i])
		i++;
	fail_msg("%s, %zu (0x%02x): XDP answers %zu bytes, the daemon %zu; they differ at %zu",
		 what, where, where < len ? frame[where] : 0, fast.len, slow.len, i);
	return true;
}

/* Numbers that are xored in. */
static const uint8_t few[] = {0x01, 0x02, 0x03, 0x07, 0x10, 0x20, 0x80, 0xff};

uint64_t any_byte(struct rig *rig, const uint8_t *frame, size_t len, bool every_value,
		  const char *what)
{
	uint8_t changed[RIG_FRAME_MAX];
	uint64_t answered = 0;

	memcpy(changed, frame, len);
	for (size_t at = 0; at < len; at++) {
		for (unsigned i = 0; i < (every_value ? 255 : sizeof(few)); i++) {
			changed[at] = (uint8_t)(frame[at] ^ (every_value ? i + 1 : few[i]));
			answered += same_answer(rig, changed, len, what, at);
			if (at < PACKET_IP || at >= PACKET_UDP)
				continue;
			packet_fix_ip_checksum(changed);
			answered += same_answer(rig, changed, len, what, at);
			memcpy(changed + PACKET_IP, frame + PACKET_IP, PACKET_UDP - PACKET_IP);
		}
		changed[at] = frame[at];
	}
	return answered;
}

static uint32_t below(uint32_t n)
{
	static bool seeded;
	uint64_t seed = from_environment("SEED", (uint64_t)time(NULL));

	if (!seeded) {
		print_message("SEED=%llu\n", (unsigned long long)seed);
		random_seed(seed * 2 + 1); /* not 0 */
		random_below(1);
	}
	seeded = true;
	return random_below(n);
}

uint32_t random32(void)
{
	return below(UINT32_MAX);
}

/* Somewhere in the options. */
static size_t option_byte(size_t len)
{
	return PACKET_OPTIONS + below((uint32_t)(len - PACKET_OPTIONS));
}

size_t mangle(uint8_t *frame, size_t len)
{
	unsigned n = 1 + below(4);

	for (unsigned i = 0; i < n; i++) {
		size_t at = PACKET_IP + below((uint32_t)(len - PACKET_IP));

		switch (below(6)) {
		case 0:
			frame[at] = (uint8_t)random32();
			break;
		case 1:
			frame[at] ^= (uint8_t)(1u << below(8));
			break;
		case 2: /* move bytes along */
			at = option_byte(len);
			memmove(frame + at, frame + PACKET_OPTIONS, len - at);
			break;
		case 3:
			at = option_byte(len);
			memmove(frame + PACKET_OPTIONS, frame + at, len - at);
			break;
		case 4:
			frame[option_byte(len)] = below(2) ? DHO_END : DHO_PAD;
			break;
		default: /* another length, honestly stated */
			len = PACKET_OPTIONS + 1 + below(1500 - PACKET_OPTIONS - 1);
			packet_put16(frame + PACKET_IP + 2, (uint16_t)(len - PACKET_IP));
			packet_put16(frame + PACKET_UDP + 4, (uint16_t)(len - PACKET_UDP));
			break;
		}
	}
	if (below(4))
		packet_fix_ip_checksum(frame);
	return len;
}
