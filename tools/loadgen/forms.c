// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What kinds of clients add to their messages, beside 50, 53 and 54, and in
 * which messages they differ. One row a kind; the order of options is the kind's own.
 */
#include "loadgen.h"

#include <string.h>

#define IN_DISCOVER (1u << MODE_DISCOVER)
#define IN_SELECT   (1u << MODE_SELECT)
#define IN_REBOOT   (1u << MODE_REBOOT)
#define IN_RENEW    (1u << MODE_RENEW | 1u << MODE_REBIND)
#define IN_REQUEST  (IN_SELECT | IN_REBOOT | IN_RENEW)
#define IN_INFORM   (1u << MODE_INFORM)
#define IN_ASKING   (IN_DISCOVER | IN_REQUEST | IN_INFORM)
#define IN_ALL	    (IN_ASKING | 1u << MODE_RELEASE | 1u << MODE_DECLINE)

enum what {
	END_OF_FORM,
	OPTION,	   /* fixed bytes */
	CLIENT_ID, /* 01 and the MAC */
	DUID,	   /* ff, IAID and a DUID-LL (RFC 4361) */
	HOSTNAME,  /* "client" and the index */
	NAME,	   /* the same in eight bytes, whatever the index */
	FQDN,
};

struct piece {
	uint8_t what, code;
	uint16_t in;
	uint8_t len;
	const char *data;
};

#define BYTES(code, in, text)                            \
	{                                                \
		OPTION, code, in, sizeof(text) - 1, text \
	}

struct form {
	const char *name;
	struct piece pieces[10];
};

static const struct form forms[] = {
	{"plain", {{0}}},
	{"dhclient",
	 {{HOSTNAME, 12, IN_ASKING, 0, NULL},
	  BYTES(55, IN_ASKING, "\x01\x1c\x02\x03\x0f\x06\x77\x0c\x2c\x2f\x1a\x79\x2a"),
	  {0}}},
	{"udhcpc",
	 {{CLIENT_ID, 61, IN_ALL, 0, NULL},
	  BYTES(57, IN_ASKING, "\x02\x40"),
	  BYTES(55, IN_ASKING, "\x01\x03\x06\x0c\x0f\x1c\x2a"),
	  BYTES(60, IN_ASKING, "udhcp 1.35.0"),
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  {0}}},
	{"dhcpcd",
	 {{DUID, 61, IN_ALL, 0, NULL},
	  BYTES(80, IN_DISCOVER, ""),
	  BYTES(116, IN_DISCOVER, "\x01"),
	  BYTES(57, IN_ASKING, "\x05\xc0"),
	  BYTES(60, IN_ASKING, "dhcpcd-9.4.1:Linux-6.1:x86_64:GenuineIntel"),
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  BYTES(145, IN_ASKING, "\x01"),
	  BYTES(55, IN_ASKING, "\x01\x79\x21\x03\x06\x0c\x0f\x1a\x1c\x33\x36\x3a\x3b\x77"),
	  {0}}},
	{"systemd",
	 {{DUID, 61, IN_ALL, 0, NULL},
	  BYTES(55, IN_ASKING, "\x01\x03\x06\x0c\x0f\x1a\x1c\x21\x2a\x78\x79"),
	  BYTES(57, IN_ASKING, "\x05\xc0"),
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  {0}}},
	{"networkmanager", /* 57 differs between getting and renewing */
	 {{CLIENT_ID, 61, IN_ALL, 0, NULL},
	  BYTES(55, IN_ASKING,
		"\x01\x02\x06\x0c\x0f\x1a\x1c\x79\x03\x21\x28\x29\x2a\x77\xf9\xfc\x11"),
	  BYTES(57, IN_DISCOVER | IN_SELECT | IN_REBOOT, "\x02\x40"),
	  BYTES(57, IN_RENEW, "\xff\xff"),
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  {0}}},
	{"apple", /* 51 in all but SELECTING: two forms */
	 {BYTES(55, IN_ASKING, "\x01\x79\x03\x06\x0f\x6c\x72\x77\xfc\x5f\x2c\x2e"),
	  BYTES(57, IN_ASKING, "\x05\xdc"),
	  {CLIENT_ID, 61, IN_ALL, 0, NULL},
	  BYTES(51, IN_DISCOVER | IN_REBOOT | IN_RENEW, "\x00\x76\xa7\x00"),
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  {0}}},
	{"windows",
	 {{CLIENT_ID, 61, IN_ALL, 0, NULL},
	  {HOSTNAME, 12, IN_ASKING, 0, NULL},
	  {FQDN, 81, IN_REQUEST, 0, NULL},
	  BYTES(60, IN_ASKING, "MSFT 5.0"),
	  BYTES(55, IN_ASKING, "\x01\x03\x06\x0f\x1f\x21\x2b\x2c\x2e\x2f\x77\x79\xf9\xfc"),
	  {0}}},
	{"fixed", /* all of one length, so that one client's frame is easily made another's */
	 {{CLIENT_ID, 61, IN_ALL, 0, NULL},
	  BYTES(57, IN_ASKING, "\x05\xdc"),
	  {NAME, 12, IN_ASKING, 0, NULL},
	  BYTES(55, IN_ASKING, "\x01\x03\x06\x0f\x1a\x1c\x2a\x33\x3a\x3b"),
	  {0}}},
	{"lwip", /* INIT-REBOOT has another 57 and no name */
	 {BYTES(57, IN_DISCOVER | IN_SELECT | IN_RENEW, "\x05\xdc"),
	  BYTES(57, IN_REBOOT, "\x02\x40"),
	  BYTES(55, IN_ASKING, "\x01\x03\x1c\x06"),
	  {HOSTNAME, 12, IN_DISCOVER | IN_SELECT | IN_RENEW, 0, NULL},
	  {0}}},
};

const struct form *form_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	return NULL;
}

const char *form_name(const struct form *form)
{
	return form->name;
}

const char *form_names(void)
{
	static char names[256];
	size_t at = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s", i ? "|" : "",
				       forms[i].name);
	return names;
}

static size_t client_id(uint8_t what, const struct client *client, uint8_t id[32])
{
	static const uint8_t duid_ll[] = {0, 3, 0, 1}; /* RFC 8415 11.4, Ethernet */

	if (what == CLIENT_ID) {
		id[0] = DHCP_HTYPE_ETHERNET;
		memcpy(id + 1, client->mac, 6);
		return 7;
	}
	id[0] = 255; /* RFC 4361 6.1 */
	memcpy(id + 1, client->mac + 2, 4);
	memcpy(id + 5, duid_ll, sizeof(duid_ll));
	memcpy(id + 9, client->mac, 6);
	return 15;
}

size_t form_client_id(const struct client *client, uint8_t id[32])
{
	for (const struct piece *p = client->form->pieces; p->what != END_OF_FORM; p++)
		if (p->code == DHO_CLIENT_IDENTIFIER && p->in & 1u << client->mode)
			return client_id(p->what, client, id);
	return 0;
}

static size_t value(const struct piece *p, const struct client *client, uint8_t *v)
{
	switch (p->what) {
	case CLIENT_ID:
	case DUID:
		return client_id(p->what, client, v);
	case HOSTNAME:
		return (size_t)sprintf((char *)v, "client%u", client->index);
	case NAME:
		return (size_t)sprintf((char *)v, "c%07x", client->index & 0xfffffff);
	case FQDN: /* RFC 4702 2: flags and two obsolete octets, then the name in ASCII */
		memset(v, 0, 3);
		return 3 + (size_t)sprintf((char *)v + 3, "client%u.example.org", client->index);
	default:
		memcpy(v, p->data, p->len);
		return p->len;
	}
}

size_t form_options(const struct client *client, uint8_t *p)
{
	uint8_t *start = p;

	for (const struct piece *piece = client->form->pieces; piece->what != END_OF_FORM;
	     piece++) {
		size_t len;

		if (!(piece->in & 1u << client->mode))
			continue;
		len = value(piece, client, p + 2);
		p[0] = piece->code;
		p[1] = (uint8_t)len;
		p += 2 + len;
	}
	return (size_t)(p - start);
}
