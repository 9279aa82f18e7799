// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* See random_model.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "random_model.h"

#define FOREVER	 0xffffffffu
#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

uint32_t below(uint32_t n)
{
	return random32() % n;
}

static bool one_in(uint32_t n)
{
	return below(n) == 0;
}

/* --- configurations --- */

static char text[65536];
static size_t text_len;

__attribute__((format(printf, 1, 2))) static void out(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text + text_len, sizeof(text) - text_len, format, ap);
	va_end(ap);
	text_len += (size_t)n;
	if (text_len >= sizeof(text))
		abort();
}

static void out_bool(const char *indent, const char *key)
{
	if (one_in(2))
		out("%s%s: %s\n", indent, key, one_in(2) ? "true" : "false");
}

/* Options as text. The first value of each is the shortest. */
static const struct {
	const char *name, *data[3];
} options[] = {
	{"domain-name-servers", {"192.0.2.53", "192.0.2.53, 192.0.2.54", "198.51.100.53"}},
	{"routers", {"192.0.2.1", "192.0.2.1, 192.0.2.2", "198.51.100.1"}},
	{"domain-name", {"x", "example.org", "a.rather.long.domain.name.example.org"}},
	{"ntp-servers", {"192.0.2.123", "192.0.2.123, 192.0.2.124", "198.51.100.123"}},
	{"domain-search", {"a.example", "a.example, b.a.example", "example.net"}},
	{"classless-static-route",
	 {"0.0.0.0/0 - 192.0.2.1", "10.0.0.0/8 - 192.0.2.2", "192.168.0.0/16 - 192.0.2.3"}},
	{"host-name", {"configured", "other", "third"}},
	{"vendor-class-identifier", {"v", "PXEClient", "vendor"}},
	{"tftp-server-name", {"tftp", "192.0.2.9", "tftp.example.org"}},
	{"boot-file-name", {"file", "boot/file", "http://192.0.2.9/file"}},
	{"v6-only-preferred", {"1800", "300", "0"}},
	{"auto-config", {"0", "1", "1"}},
	{"interface-mtu", {"1500", "9000", "1400"}},
	{"v4-captive-portal", {"https://a.example", "https://b.example/x", "urn:x"}},
};

/* Codes without a type, and those that are given as bytes. */
static const uint8_t raw_options[] = {43, 224, 225, 226, 227, 228, 229, 230};

static const unsigned raw_lengths[] = {1, 2, 3, 7, 8, 16, 31, 32, 33, 64, 100, 200, 255, 256, 300};

/* --- client classes --- */

static unsigned n_classes; /* c0, c1 ...; 0: the model has none */

/* What tests ask for; the last of them stand in no form, and are asked for rarely. */
static const char *const tests[] = {"option[60].text == 'udhcp 1.35.0'",
				    "substring(option[60].hex, 0, 9) == 'PXEClient'",
				    "option[77].hex == 'iPXE'",
				    "option[12].exists",
				    "option[51].exists",
				    "option[61].hex == 'b'",
				    "option[81].exists",
				    "option[82].exists",
				    "relay4[1].hex == 'port'",
				    "relay4[2].exists",
				    "pkt4.giaddr == 0.0.0.0",
				    "pkt4.msgtype == 3",
				    "substring(pkt4.mac, 5, 1) == 0x01",
				    "vendor[4491].exists",
				    "member('VENDOR_CLASS_HTTPClient')",
				    "known",
				    "unknown",
				    "pkt4.ciaddr == 0.0.0.0",
				    "substring(hexstring(pkt4.transid, ''), 0, 1) == '0'",
				    "option[50].exists",
				    "option[54].exists",
				    "option[57].exists",
				    "option[80].exists",
				    "option[116].exists"};
#define FLEETING_TESTS 7

static const char *random_test(void)
{
	return tests[below(COUNT(tests) - (one_in(4) ? 0 : FLEETING_TESTS))];
}

static void out_test(unsigned number)
{
	out("    test: \"%s(%s)", one_in(4) ? "not " : "", random_test());
	if (number && one_in(3))
		out(" %s member('c%u')", one_in(2) ? "and not" : "or", below(number));
	else if (one_in(3))
		out(" %s %s", one_in(2) ? "and" : "or", random_test());
	out("\"\n");
}

/* `key`: a list of one or two of them. */
static void out_class_list(const char *indent, const char *key, uint32_t rarity)
{
	if (!n_classes || !one_in(rarity))
		return;
	out("%s%s: [c%u", indent, key, below(n_classes));
	if (one_in(2))
		out(", %s", one_in(2) ? "KNOWN" : "SPAWN_port_port");
	out("]\n");
}

static void out_flags(void)
{
	if (n_classes && one_in(8))
		out(", client-classes: [c%u]", below(n_classes));
	if (one_in(8))
		out(", always-send: true");
	else if (one_in(12))
		out(", never-send: true");
	out("}\n");
}

static void out_options(const char *indent, uint32_t rarity)
{
	if (one_in(3))
		return;
	out("%soption-data:\n%s  - {code: 231, csv-format: false, data: \"%02x\"}\n", indent,
	    indent, below(256));
	for (uint32_t i = 0; i < COUNT(options); i++) {
		if (!one_in(rarity))
			continue;
		out("%s  - {name: %s, data: \"%s\"", indent, options[i].name,
		    options[i].data[below(3)]);
		out_flags();
	}
	for (uint32_t i = 0; i < COUNT(raw_options); i++) {
		unsigned len = raw_lengths[below(one_in(4) ? COUNT(raw_lengths) : 8)];

		if (!one_in(rarity))
			continue;
		out("%s  - {code: %u, csv-format: false, data: \"", indent, raw_options[i]);
		for (unsigned b = 0; b < len; b++)
			out("%02x", below(256));
		out("\"");
		out_flags();
	}
	if (one_in(rarity)) {
		out("%s  - {name: vivso-suboptions, csv-format: false, data: \"0000118b0402020a0b"
		    "%s\"",
		    indent, one_in(2) ? "00000de903010163" : "");
		out_flags();
	}
}

static void out_boot(const char *indent)
{
	if (one_in(4))
		out("%snext-server: 192.0.2.%u\n", indent, 4 + below(3));
	if (one_in(6))
		out("%sserver-hostname: boot%u\n", indent, below(1000));
	if (one_in(4))
		out("%sboot-file-name: file%u.0\n", indent, below(100000));
}

static void out_lifetimes(const char *indent)
{
	static const uint32_t valid[] = {300, 3600, 3601, 86400, FOREVER};
	uint32_t v = valid[below(COUNT(valid))], min = v, max = v;

	if (one_in(2))
		return;
	if (one_in(2))
		min = 200 + below(100);
	if (one_in(3))
		max = FOREVER;
	else if (one_in(2) && v != FOREVER)
		max += below(100000);
	out("%svalid-lifetime: %u\n%smin-valid-lifetime: %u\n%smax-valid-lifetime: %u\n", indent, v,
	    indent, min, indent, max);
	if (one_in(3))
		out("%sstore-extended-info: true\n", indent);
	if (one_in(5))
		out("%scalculate-tee-times: false\n", indent);
	if (one_in(5))
		out("%srenew-timer: 50\n%srebind-timer: %u\n", indent, indent, 60 + below(100));
}

/* Client identifiers; the last two are interfaces of one DUID (RFC 4361 6.1). 0: none. */
static const struct {
	const char *data;
	uint8_t len;
} ids[] = {{NULL, 0},
	   {"\1aaaaaa", 7},
	   {"b", 1},
	   {"\0uuid", 5},
	   {"a rather long identifier of forty bytes ", 40},
	   {"\xff"
	    "aaid"
	    "\0\1duid",
	    11},
	   {"\xff"
	    "baid"
	    "\0\1duid",
	    11}};

/* Which addresses of a subnet are reserved already, by last byte. */
static bool taken[256];

static void out_reservation(uint32_t prefix, const char *by)
{
	static const uint8_t places[] = {11, 12, 31, 50, 51, 52, 53};
	uint8_t at = places[below(COUNT(places))];

	out("          - %s\n", by);
	if (!one_in(3) && !taken[at]) {
		taken[at] = true;
		out("            ip-address: %u.%u.%u.%u\n", prefix >> 24, prefix >> 16 & 0xff,
		    prefix >> 8 & 0xff, at);
	}
	if (one_in(2))
		out("            hostname: reserved%u%s\n", below(10), one_in(2) ? ".example" : "");
	out_class_list("            ", "client-classes", 3);
	out_boot("            ");
	out_options("            ", 8);
}

static void out_reservations(uint32_t prefix)
{
	uint32_t rarity = 4u << below(4);
	char by[256];

	memset(taken, 0, sizeof(taken));
	out("        reservations:\n"
	    "          - {hw-address: \"02:00:00:02:ff:ff\", hostname: nobody}\n");
	for (unsigned i = 0; i < RANDOM_CLIENTS; i++) {
		struct client c = client_new(NULL, i);

		snprintf(by, sizeof(by), "hw-address: \"02:00:00:02:%02x:%02x\"", c.mac[4],
			 c.mac[5]);
		if (one_in(rarity))
			out_reservation(prefix, by);
	}
	for (unsigned i = 1; i < COUNT(ids); i++) {
		size_t at = (size_t)snprintf(by, sizeof(by), "client-id: \"");

		for (unsigned b = 0; b < ids[i].len; b++)
			at += (size_t)snprintf(by + at, sizeof(by) - at, "%02x",
					       (uint8_t)ids[i].data[b]);
		snprintf(by + at, sizeof(by) - at, "\"");
		if (one_in(rarity))
			out_reservation(prefix, by);
	}
	if (one_in(rarity))
		out_reservation(prefix, "duid: \"000164756964\"");
	if (one_in(rarity))
		out_reservation(prefix, "flex-id: \"'iPXE'\"");
	if (one_in(rarity))
		out_reservation(prefix, "circuit-id: \"'port'\"");
}

static void out_class(unsigned number)
{
	out("  - name: c%u\n", number);
	if (!one_in(6))
		out_test(number);
	if (one_in(4))
		out("    only-if-required: true\n");
	if (one_in(3))
		out("    valid-lifetime: %u\n    min-valid-lifetime: %u\n", 400 + below(4000),
		    200 + below(200));
	out_boot("    ");
	out_options("    ", 8);
}

static void out_classes(void)
{
	n_classes = one_in(2) ? 0 : 1 + below(5);
	if (!n_classes)
		return;
	out("client-classes:\n");
	for (unsigned i = 0; i < n_classes; i++)
		out_class(i);
	out("  - {name: port, template-test: \"%s\"}\n",
	    one_in(8) ? "ifelse(substring(hexstring(pkt4.transid, ''), 0, 1) == '0', 'port', '')"
		      : "relay4[1].hex");
	out("  - name: SPAWN_port_port\n");
	out_options("    ", 8);
	if (one_in(2)) {
		out("  - name: KNOWN\n");
		out_options("    ", 8);
	}
	if (one_in(6))
		out("  - {name: DROP, test: \"option[77].hex == 'other' and %s\"}\n",
		    random_test());
}

static void out_subnet(unsigned id, const char *name, uint32_t prefix)
{
	out("      - id: %u\n        subnet: %s.0/24\n", id, name);
	out_lifetimes("        ");
	out_boot("        ");
	out_bool("        ", "match-client-id");
	out_bool("        ", "authoritative");
	out_bool("        ", "rapid-commit");
	out_options("        ", 4);
	out_class_list("        ", "client-classes", 8);
	out_class_list("        ", "require-client-classes", 4);
	out("        pools:\n          - pool: %s.10 - %s.19\n", name, name);
	out_class_list("            ", "client-classes", 8);
	out_boot("            ");
	out_options("            ", 6);
	out("          - pool: %s.30 - %s.33\n", name, name);
	out_class_list("            ", "client-classes", 3);
	out_class_list("            ", "require-client-classes", 4);
	out_boot("            ");
	out_options("            ", 6);
	if (one_in(4))
		out("        exclusions: [%s.13, %s.32]\n", name, name);
	out_reservations(prefix);
}

const char *random_model(void)
{
	static const char *const expressions[] = {"option[77].hex", "relay4[1].hex",
						  "ifelse(option[57].exists, 'iPXE', '')"};
	bool network = !one_in(3);

	text_len = 0;
	out("interfaces-config: {interfaces: [rig0]}\n");
	out_classes();
	out_lifetimes("");
	out_boot("");
	out_bool("", "echo-client-id");
	out_bool("", "stash-agent-options");
	out("hooks-libraries:\n"
	    "  - library: libdhcp_flex_id.so\n"
	    "    parameters: {identifier-expression: \"%s\"}\n",
	    expressions[one_in(12) ? 2 : below(2)]);
	if (one_in(3))
		out("host-reservation-identifiers: [client-id, flex-id, hw-address, circuit-id]\n");
	out_options("", 3);
	if (network) {
		out("shared-networks:\n  - name: floor\n    interface: rig0\n");
		out_boot("    ");
		out_options("    ", 5);
		out_class_list("    ", "client-classes", 10);
		out_class_list("    ", "require-client-classes", 6);
	}
	out("%ssubnet4:\n", network ? "    " : "");
	out_subnet(1, "192.0.2", 0xc0000200);
	if (network || one_in(2))
		out_subnet(2, "198.51.100", 0xc6336400);
	return text;
}

/* --- requests --- */

static void add_list(struct form *form)
{
	static const uint8_t codes[] = {1,   3,	  6,   12,  15,	 26,  33,  42,	43,  51,  54,  58,
					59,  60,  66,  67,  81,	 108, 114, 116, 118, 119, 121, 125,
					224, 225, 226, 227, 228, 229, 230, 231, 61,  82,  53,  255};
	uint8_t list[64];
	uint32_t n = below(one_in(4) ? 40 : 12);

	for (uint32_t i = 0; i < n; i++)
		list[i] = codes[below(COUNT(codes))];
	packet_option(&form->p, 55, list, n);
}

/* Most have one name, and add to it or not. */
static void add_name(struct form *form)
{
	static const char *const names[] = {"pc",
					    "pc.example",
					    "pc",
					    "a_b c!",
					    "..",
					    "x",
					    "a-host-name-that-is-rather-long-but-still-one-label"};
	static const uint8_t flags[] = {0, FQDN_S, FQDN_E, FQDN_S | FQDN_E, 0xff};
	const char *name = names[one_in(3) ? below(COUNT(names)) : 0];

	if (!one_in(3))
		packet_option_str(&form->p, 12, name);
	if (one_in(3))
		form_fqdn(form, flags[below(COUNT(flags))],
			  one_in(2) ? name : names[below(COUNT(names))]);
}

static void add_vendor(struct form *form)
{
	static const char *const classes[] = {"PXEClient:Arch:00007:UNDI:003016", "HTTPClient",
					      "MSFT 5.0", "udhcp 1.35.0"};

	if (one_in(2))
		packet_option_str(&form->p, 60, classes[below(COUNT(classes))]);
	if (one_in(4))
		packet_option_str(&form->p, 77, one_in(2) ? "iPXE" : "other");
	if (one_in(6))
		packet_option(&form->p, 93, "\0\7", 2);
	if (one_in(6))
		packet_option(&form->p, 97, "\0uuid of a machine", 17);
	if (one_in(6))
		packet_option(&form->p, 124, "\0\0\x11\x8b\1\0", 6);
	if (one_in(6))
		packet_option(&form->p, 125, "\0\0\x0d\xe9\3\1\1\0", 8);
	if (one_in(8))
		packet_option(&form->p, 43, "\1\1\1\xff", 4);
}

static void add_values(struct form *form)
{
	static const uint32_t times[] = {0, 1, 250, 3600, 7776000, 4294967294, 4294967295};
	static const uint16_t sizes[] = {0, 300, 576, 600, 650, 700, 800, 1472, 1500, 65535};
	static const uint32_t subnets[] = {0xc0000200, 0xc6336400, 0xcb007100};

	if (one_in(4))
		packet_option_u32(&form->p, 51, times[below(COUNT(times))]);
	if (!one_in(3))
		packet_option_u16(&form->p, 57, sizes[below(COUNT(sizes))]);
	if (one_in(16))
		packet_option_u32(&form->p, 118, subnets[below(COUNT(subnets))]);
	if (one_in(6))
		packet_option(&form->p, 80, NULL, 0);
	if (one_in(6))
		packet_option_u8(&form->p, 116, 1);
	if (one_in(8))
		packet_raw(&form->p, "\0\0\0", 1 + below(3));
	if (one_in(24))
		packet_option_str(&form->p, 82, one_in(2) ? "\1\4port" : "\1\4exit");
}

void random_form(const struct client *client, uint32_t id, struct form *ret)
{
	static void (*const adders[])(struct form *) = {add_list, add_name, add_vendor, add_values};
	uint32_t first = below(4), times = one_in(12) ? 5 : 4;

	*ret = form_new("random");
	if (id >= COUNT(ids))
		form_client_id(ret, client);
	else if (id)
		packet_option(&ret->p, 61, ids[id].data, ids[id].len);
	for (uint32_t i = 0; i < times; i++)
		adders[(first + i) % 4](ret);
}
