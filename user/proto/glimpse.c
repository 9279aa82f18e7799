// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See glimpse.h. */
#include "glimpse.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "wire.h"

#define TAGS_MAX 2

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Option 53 where it stands (RFC 2132 9.6); in `sname` and `file` it is not looked for. */
static uint8_t type_in(const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 3 && *at != DHO_END) {
		if (*at == DHO_PAD) {
			at++;
			continue;
		}
		if (*at == DHO_MESSAGE_TYPE)
			return at[1] == 1 ? at[2] : DHCP_BOOTP;
		at += 2 + at[1];
	}
	return DHCP_BOOTP;
}

void dhcp_glimpse(const uint8_t *frame, size_t len, struct dhcp_glimpse *ret)
{
	size_t at = ETH_HLEN, header;

	*ret = (struct dhcp_glimpse){.type = DHCP_BOOTP};
	for (unsigned tags = 0; tags < TAGS_MAX && len > at + 4; tags++, at += 4) {
		uint16_t type = get_u16(frame + at - 2);

		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
	}
	/* IPv4, UDP, no fragment */
	if (len < at + 20 || get_u16(frame + at - 2) != ETH_P_IP || frame[at] >> 4 != 4 ||
	    frame[at + 9] != IPPROTO_UDP || get_u16(frame + at + 6) & 0x3fff)
		return;
	header = at + (frame[at] & 15u) * 4u + 8;
	if ((frame[at] & 15) < 5 || len < header + sizeof(struct dhcp_header))
		return;
	ret->ip = (uint16_t)at;
	ret->header = (uint16_t)header;
	ret->type = type_in(frame + header + sizeof(struct dhcp_header), frame + len);
	if (ret->type > DHCP_INFORM)
		ret->type = DHCP_BOOTP;
}

/* Does the checksum differ by what the field that it covers does? Both zero: there is none. */
static bool sum_follows(const uint8_t *a, const uint8_t *b, size_t sum, size_t field)
{
	uint32_t x = get_u16(a + sum), y = get_u16(b + sum);

	if (!x || !y)
		return x == y;
	return (x + get_u16(a + field)) % 0xffff == (y + get_u16(b + field)) % 0xffff;
}

bool dhcp_is_repeated(const uint8_t *a, size_t a_len, const struct dhcp_glimpse *a_glimpse,
		      const uint8_t *b, size_t b_len, const struct dhcp_glimpse *b_glimpse)
{
	size_t ip = a_glimpse->ip, header = a_glimpse->header;
	const size_t secs = header + offsetof(struct dhcp_header, secs);
	/* ends of what is compared, and beginnings of what is again */
	const size_t same[][2] = {{0, ip + 4},		 /* identification: 2 */
				  {ip + 6, ip + 10},	 /* checksum: 2 */
				  {ip + 12, header - 2}, /* UDP's: 2 */
				  {header, secs},	 /* secs: 2 */
				  {secs + 2, a_len}};

	if (a_len != b_len || ip != b_glimpse->ip || header != b_glimpse->header)
		return false;
	for (unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (memcmp(a + same[i][0], b + same[i][0], same[i][1] - same[i][0]))
			return false;
	}
	return sum_follows(a, b, ip + 10, ip + 4) && sum_follows(a, b, header - 2, secs);
}
