// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pcap and pcapng by libpcap. What was not captured as Ethernet gets such a header: to everybody,
 * from the sender as far as the capture has it, else from the client itself, so that it does not
 * look routed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include <linux/if_ether.h>
#include <pcap/pcap.h>

#include "replay.h"

#define SLL_LEN	 16 /* Linux cooked, as tcpdump -i any wrote it before libpcap 1.10 */
#define SLL2_LEN 20
#define CHADDR	 28 /* of the BOOTP message */

struct capture_file {
	pcap_t *pcap;
	const char *name;
	int type; /* DLT_* */
	bool begun;
	int64_t first; /* microseconds */
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool is_known_type(int type)
{
	return type == DLT_EN10MB || type == DLT_LINUX_SLL || type == DLT_LINUX_SLL2 ||
	       type == DLT_RAW || type == DLT_IPV4;
}

struct capture_file *capture_open(const char *name)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct capture_file *file = calloc(1, sizeof(*file));
	pcap_t *pcap = pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_MICRO,
							       why);

	if (!pcap || !file) {
		fprintf(stderr, "xdhcp-replay: %s: %s\n", name, pcap ? strerror(ENOMEM) : why);
		if (pcap)
			pcap_close(pcap);
		free(file);
		return NULL;
	}
	*file = (struct capture_file){.pcap = pcap, .name = name, .type = pcap_datalink(pcap)};
	if (is_known_type(file->type))
		return file;
	fprintf(stderr,
		"xdhcp-replay: %s: link type %d is none of Ethernet, Linux cooked, raw IP\n", name,
		file->type);
	capture_close(file);
	return NULL;
}

void capture_close(struct capture_file *file)
{
	pcap_close(file->pcap);
	free(file);
}

/* Of an IPv4 datagram that is long enough: the client that it is of. */
static void client_of(const uint8_t *ip, size_t len, uint8_t mac[6])
{
	size_t at = len ? (ip[0] & 15u) * 4u + 8 + CHADDR : 0;

	if (len >= at + 6)
		memcpy(mac, ip + at, 6);
}

/* How long the header is that Ethernet's takes the place of; 0: the frame is too short for it. */
static size_t ethernet_for(int type, const uint8_t *p, size_t len, uint8_t eth[ETH_HLEN])
{
	size_t skip = type == DLT_LINUX_SLL ? SLL_LEN : type == DLT_LINUX_SLL2 ? SLL2_LEN : 0;
	const uint8_t *address = p + (type == DLT_LINUX_SLL ? 6 : 12);
	uint16_t protocol = ETH_P_IP;

	if (len < skip)
		return SIZE_MAX;
	memset(eth, 0xff, 6);
	memset(eth + 6, 0, 6);
	client_of(p + skip, len - skip, eth + 6);
	if (skip) {
		protocol = get16(type == DLT_LINUX_SLL ? p + 14 : p);
		if (type == DLT_LINUX_SLL ? get16(p + 4) == 6 : p[11] == 6)
			memcpy(eth + 6, address, 6);
	}
	eth[12] = (uint8_t)(protocol >> 8);
	eth[13] = (uint8_t)protocol;
	return skip;
}

static void take(const struct capture_file *file, const uint8_t *p, size_t len, struct frame *ret)
{
	size_t skip = 0, room = 0;

	if (file->type != DLT_EN10MB) {
		room = ETH_HLEN;
		skip = ethernet_for(file->type, p, len, ret->data);
		if (skip > len)
			skip = len;
	}
	len -= skip;
	if (len > sizeof(ret->data) - room)
		len = sizeof(ret->data) - room;
	memcpy(ret->data + room, p + skip, len);
	ret->len = room + len;
}

int capture_next(struct capture_file *file, struct frame *ret_frame)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	int r = pcap_next_ex(file->pcap, &header, &data);
	int64_t us;

	if (r == PCAP_ERROR_BREAK)
		return 0;
	if (r != 1)
		return -1;
	us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
	if (!file->begun)
		file->first = us;
	file->begun = true;
	ret_frame->us = us - file->first;
	take(file, data, header->caplen, ret_frame);
	return 1;
}

void capture_complain(const struct capture_file *file)
{
	fprintf(stderr, "xdhcp-replay: %s: %s\n", file->name, pcap_geterr(file->pcap));
}

bool frame_is_to_server(const struct frame *frame)
{
	const uint8_t *p = frame->data, *end = p + frame->len;
	size_t ihl;

	if (frame->len < ETH_HLEN)
		return false;
	for (p += 12; end - p >= 6 && (get16(p) == ETH_P_8021Q || get16(p) == ETH_P_8021AD);)
		p += 4;
	if (end - p < 2 + 20 || get16(p) != ETH_P_IP)
		return false;
	p += 2;
	ihl = (p[0] & 15u) * 4u;
	if (p[9] != IPPROTO_UDP || get16(p + 6) & 0x1fff || (size_t)(end - p) < ihl + 4)
		return false;
	return get16(p + ihl + 2) == DHCP_SERVER_PORT;
}
