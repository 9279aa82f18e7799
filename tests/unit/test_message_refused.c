// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dhcp_decode: why frames are refused, each reason by at least one case that
 * is a good frame but for one lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "decode.h"

/* --- why not: one case for each lie --- */

/* Bytes written over the frame of a DISCOVER whose only option is 53. */
enum base { ETH, IP, UDP, BOOTP, LAST };
enum mend { NOTHING_MENDED, MEND_IP, MEND_UDP, NO_UDP_SUM };

struct patch_case {
	const char *name;
	enum dhcp_decode_result result;
	enum base base;
	int at;
	unsigned width; /* 1 or 2 */
	uint16_t value;
	enum mend mend;
};

#define DISCOVER_UDP_LEN (8 + 240 + 3)
#define DISCOVER_IP_LEN	 (20 + DISCOVER_UDP_LEN)

static const struct patch_case PATCH_CASES[] = {
	{"ARP", DHCP_DECODE_not_dhcp, ETH, 12, 2, 0x0806, NOTHING_MENDED},
	{"802.3 length", DHCP_DECODE_not_dhcp, ETH, 12, 2, 0x0100, NOTHING_MENDED},
	{"TCP", DHCP_DECODE_not_dhcp, IP, 9, 1, 6, MEND_IP},
	{"port 68", DHCP_DECODE_not_dhcp, UDP, 2, 2, 68, MEND_UDP},
	{"version 6", DHCP_DECODE_ip_header, IP, 0, 1, 0x65, MEND_IP},
	{"ihl 4", DHCP_DECODE_ip_header, IP, 0, 1, 0x44, NOTHING_MENDED},
	{"ihl 0", DHCP_DECODE_ip_header, IP, 0, 1, 0x40, NOTHING_MENDED},
	{"ihl beyond total length", DHCP_DECODE_ip_header, IP, 2, 2, 19, MEND_IP},
	{"IP checksum", DHCP_DECODE_ip_header, IP, 8, 1, 65, NOTHING_MENDED},
	{"IP checksum zero", DHCP_DECODE_ip_header, IP, 10, 2, 0, NOTHING_MENDED},
	{"more fragments", DHCP_DECODE_fragment, IP, 6, 2, 0x2000, MEND_IP},
	{"fragment offset", DHCP_DECODE_fragment, IP, 6, 2, 0x0001, MEND_IP},
	{"IP longer", DHCP_DECODE_truncated, IP, 2, 2, DISCOVER_IP_LEN + 1, MEND_IP},
	{"IP shorter than UDP", DHCP_DECODE_truncated, IP, 2, 2, DISCOVER_IP_LEN - 1, MEND_IP},
	{"no room for UDP", DHCP_DECODE_truncated, IP, 2, 2, 27, MEND_IP},
	{"UDP longer", DHCP_DECODE_truncated, UDP, 4, 2, DISCOVER_UDP_LEN + 1, NO_UDP_SUM},
	{"UDP 7", DHCP_DECODE_truncated, UDP, 4, 2, 7, NO_UDP_SUM},
	{"UDP 0", DHCP_DECODE_truncated, UDP, 4, 2, 0, NO_UDP_SUM},
	{"no whole cookie", DHCP_DECODE_truncated, UDP, 4, 2, 8 + 239, NO_UDP_SUM},
	{"UDP checksum", DHCP_DECODE_udp_checksum, BOOTP, 4, 1, 0xff, NOTHING_MENDED},
	{"UDP checksum, last byte", DHCP_DECODE_udp_checksum, LAST, -1, 1, 9, NOTHING_MENDED},
	{"BOOTREPLY", DHCP_DECODE_op, BOOTP, 0, 1, 2, MEND_UDP},
	{"op 0", DHCP_DECODE_op, BOOTP, 0, 1, 0, MEND_UDP},
	{"htype 6", DHCP_DECODE_hardware, BOOTP, 1, 1, 6, MEND_UDP},
	{"hlen 16", DHCP_DECODE_hardware, BOOTP, 2, 1, 16, MEND_UDP},
	{"chaddr a group", DHCP_DECODE_hardware, BOOTP, 28, 1, 0x03, MEND_UDP},
	{"cookie's first byte", DHCP_DECODE_cookie, BOOTP, 236, 1, 0, MEND_UDP},
	{"cookie's last byte", DHCP_DECODE_cookie, BOOTP, 239, 1, 0, MEND_UDP},
};

static void patch(struct frame *f, const struct patch_case *c)
{
	const size_t bases[] = {
		[ETH] = 0, [IP] = f->ip, [UDP] = f->udp, [BOOTP] = f->bootp, [LAST] = f->len};
	uint8_t *at = f->data + bases[c->base] + c->at;

	if (c->width == 2)
		set16(at, c->value);
	else
		*at = (uint8_t)c->value;
	if (c->mend == MEND_IP)
		frame_mend_ip(f);
	else if (c->mend == MEND_UDP)
		frame_mend_udp(f, f->len - f->udp);
	else if (c->mend == NO_UDP_SUM)
		set16(f->data + f->udp + 6, 0);
}

/* Whole option fields. */
struct options_case {
	const char *name;
	enum dhcp_decode_result result;
	const char *bytes;
	size_t len;
};

#define BYTES(s) s, sizeof(s) - 1
#define TYPE	 "\x35\x01\x01" /* 53: DISCOVER */

static const struct options_case OPTIONS_CASES[] = {
	{"the type alone", DHCP_DECODE_ok, BYTES(TYPE)},
	{"a code alone", DHCP_DECODE_options, BYTES(TYPE "\x0c")},
	{"one byte short", DHCP_DECODE_options, BYTES(TYPE "\x0c\x04xyz")},
	{"nothing after the length", DHCP_DECODE_options, BYTES(TYPE "\x0c\xff")},
	{"END swallowed", DHCP_DECODE_options, BYTES(TYPE "\x0c\x04xy\xff")},
	{"50 of 3", DHCP_DECODE_options, BYTES(TYPE "\x32\x03xyz")},
	{"50 of 0", DHCP_DECODE_options, BYTES(TYPE "\x32\x00")},
	{"50 twice", DHCP_DECODE_options, BYTES(TYPE "\x32\x04wxyz\x32\x04wxyz")},
	{"51 of 8", DHCP_DECODE_options, BYTES(TYPE "\x33\x08stuvwxyz")},
	{"54 of 5", DHCP_DECODE_options, BYTES(TYPE "\x36\x05vwxyz")},
	{"57 of 1", DHCP_DECODE_options, BYTES(TYPE "\x39\x01\x05")},
	{"57 twice", DHCP_DECODE_options, BYTES(TYPE "\x39\x02\x05\xdc\x39\x02\x05\xdc")},
	{"53 of 0", DHCP_DECODE_options, BYTES("\x35\x00")},
	{"53 twice", DHCP_DECODE_options, BYTES(TYPE TYPE)},
	{"52 is 0", DHCP_DECODE_options, BYTES(TYPE "\x34\x01\x00")},
	{"52 is 4", DHCP_DECODE_options, BYTES(TYPE "\x34\x01\x04")},
	{"52 of 2", DHCP_DECODE_options, BYTES(TYPE "\x34\x02\x01\x01")},
	{"52 of 0", DHCP_DECODE_options, BYTES(TYPE "\x34\x00")},
	{"type 0", DHCP_DECODE_no_type, BYTES("\x35\x01\x00")},
	{"type 9", DHCP_DECODE_no_type, BYTES("\x35\x01\x09")},
	{"type 255", DHCP_DECODE_no_type, BYTES("\x35\x01\xff")},
	{"OFFER", DHCP_DECODE_server_message, BYTES("\x35\x01\x02")},
	{"ACK", DHCP_DECODE_server_message, BYTES("\x35\x01\x05")},
	{"NAK", DHCP_DECODE_server_message, BYTES("\x35\x01\x06")},
};

static void expect(const char *name, enum dhcp_decode_result want, enum dhcp_decode_result got)
{
	if (got != want)
		fail_msg("%s: %s instead of %s", name, dhcp_decode_name(got),
			 dhcp_decode_name(want));
}

static void test_refusals(void **state)
{
	bool reached[DHCP_DECODE_COUNT] = {0};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(PATCH_CASES) / sizeof(PATCH_CASES[0]); i++) {
		const struct patch_case *c = &PATCH_CASES[i];
		struct frame f;

		discover(&r);
		assert_int_equal(decode_built(&r, &f), DHCP_DECODE_ok);
		patch(&f, c);
		expect(c->name, c->result, dhcp_decode(f.data, f.len, &NOTHING, &msg));
		reached[c->result] = true;
		free(f.data);
	}
	for (size_t i = 0; i < sizeof(OPTIONS_CASES) / sizeof(OPTIONS_CASES[0]); i++) {
		const struct options_case *c = &OPTIONS_CASES[i];

		request_init(&r);
		request_raw(&r, c->bytes, c->len);
		expect(c->name, c->result, decode_once(&r));
		reached[c->result] = true;
	}
	for (int i = 0; i < DHCP_DECODE_COUNT; i++)
		if (!reached[i])
			fail_msg("no case reaches %s", dhcp_decode_name(i));
}

/* A header of 16 bytes whose sum, over those 16, is right. */
static void test_ihl_4_with_its_sum(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	struct frame f = frame_build(&r);
	uint8_t *ip = f.data + f.ip;

	ip[0] = 0x44;
	set16(ip + 10, 0);
	set16(ip + 10, (uint16_t)~slow_sum(ip, 16, 0));
	assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg), DHCP_DECODE_ip_header);
	free(f.data);
}

static void test_chaddr_zero(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	memset(r.h.chaddr, 0, 6);
	assert_int_equal(decode_once(&r), DHCP_DECODE_hardware);
	r.h.chaddr[5] = 1;
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
}

/* An option of file must not reach into the cookie, nor one of sname into file. */
static void test_overload_bounds(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	request_u8(&r, 52, 1);
	r.h.file[126] = 12;
	r.h.file[127] = 1;
	assert_int_equal(decode_once(&r), DHCP_DECODE_options);
	r.h.file[127] = 0;
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);

	discover(&r);
	request_u8(&r, 52, 2);
	r.h.sname[63] = 12;
	assert_int_equal(decode_once(&r), DHCP_DECODE_options);
	r.h.sname[63] = 0;
	assert_int_equal(decode_once(&r), DHCP_DECODE_ok);
}

/* Every prefix of a frame, tagged and with IP options, is refused and read within its bounds. */
static void test_every_prefix(void **state)
{
	struct request r;

	(void)state;
	discover(&r);
	r.n_tags = 2;
	r.tags[0][0] = r.tags[1][0] = 0x8100;
	r.ip_options_words = 2;
	request_option(&r, 12, "abc", 3);
	struct frame f = frame_build(&r);

	for (size_t len = 0; len < f.len; len++) {
		uint8_t *part = malloc(len + !len);

		assert_non_null(part);
		memcpy(part, f.data, len);
		assert_int_equal(dhcp_decode(part, len, &NOTHING, &msg), DHCP_DECODE_truncated);
		free(part);
	}
	assert_int_equal(dhcp_decode(f.data, f.len, &NOTHING, &msg), DHCP_DECODE_ok);
	free(f.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),     cmocka_unit_test(test_ihl_4_with_its_sum),
		cmocka_unit_test(test_chaddr_zero),  cmocka_unit_test(test_overload_bounds),
		cmocka_unit_test(test_every_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
