// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The Internet checksum. See csum.h.
 */
#include "csum.h"

#include <byteswap.h>
#include <string.h>

uint16_t dhcp_csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint32_t dhcp_csum_add(uint32_t sum, const void *data, size_t len, bool odd)
{
	const uint8_t *p = data;
	uint64_t wide = 0;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, p, 8);
		wide += (word & 0xffffffff) + (word >> 32);
	}
	for (; len >= 2; p += 2, len -= 2) {
		uint16_t word;

		memcpy(&word, p, 2);
		wide += word;
	}
	if (len > 0) {
		uint16_t word = 0;

		memcpy(&word, p, 1);
		wide += word;
	}
	/* 2^32 is 1 modulo 2^16 - 1, and so is 2^16 */
	wide = (wide & 0xffffffff) + (wide >> 32);
	wide = (wide & 0xffff) + ((wide >> 16) & 0xffff) + (wide >> 32);
	uint16_t part = dhcp_csum_fold((uint32_t)wide);

	/* RFC 1071 2(B): a sum of swapped words is the swapped sum */
	return sum + (odd ? bswap_16(part) : part);
}
