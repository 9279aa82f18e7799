// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names that clients send: what is kept of them whatever the bytes, and option 81 (RFC 4702). */
#include "engine/name.h"

#include "engine_fixture.h"

static const char *clean(const void *text, size_t len)
{
	static char name[MODEL_NAME_MAX + 1];

	memset(name, 'Z', sizeof(name));
	name_clean(text, len, name);
	return name;
}

#define cleaned(text) clean(text, sizeof(text) - 1)

static void names_are_kept_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(cleaned("laptop"), "laptop");
	assert_string_equal(cleaned("Host-7.Example.ORG"), "Host-7.Example.ORG");
	assert_string_equal(cleaned("a_b"), "a_b");
	assert_string_equal(cleaned("12345"), "12345");
	assert_string_equal(cleaned("x"), "x");
}

static void names_of_odd_characters(void **state)
{
	(void)state;
	assert_string_equal(cleaned("a b\xc3\xa4z"), "a-b--z");
	assert_string_equal(cleaned("it's"), "it-s");
	assert_string_equal(cleaned("name\0\0\0"), "name");
	assert_string_equal(cleaned("na\0me"), "na-me");
	assert_string_equal(cleaned("a\nb\x1b[2Jc"), "a-b--2Jc");
}

/* RFC 1123 2.1, RFC 952: no label is empty, or begins or ends with '-'. */
static void names_have_whole_labels(void **state)
{
	(void)state;
	assert_string_equal(cleaned("-a-.-b-"), "a.b");
	assert_string_equal(cleaned(".a..b."), "a.b");
	assert_string_equal(cleaned("...a"), "a");
	assert_string_equal(cleaned("a.-.b"), "a.b");
	assert_string_equal(cleaned("a.\xff\xff.b"), "a.b");
	assert_string_equal(cleaned(" a "), "a");
	assert_string_equal(cleaned("host."), "host");
}

/* What has neither letter nor digit is no name (the crash of CVE-2025-40779 came of one). */
static void names_of_nothing(void **state)
{
	(void)state;
	assert_string_equal(clean(NULL, 0), "");
	assert_string_equal(cleaned(""), "");
	assert_string_equal(cleaned("\0"), "");
	assert_string_equal(cleaned("-"), "");
	assert_string_equal(cleaned("."), "");
	assert_string_equal(cleaned("-- .."), "");
	assert_string_equal(cleaned("\xff\xfe\xfd"), "");
	assert_string_equal(cleaned("_"), "");
	assert_string_equal(cleaned("_._"), "");
	for (size_t len = 0; len < 600; len++) {
		uint8_t text[600];

		memset(text, "-. \xff_"[len % 5], sizeof(text));
		assert_string_equal(clean(text, len), "");
	}
}

static void names_are_bounded(void **state)
{
	char text[1000], *p = text;

	(void)state;
	/* RFC 1035 2.3.4: 63 characters a label */
	memset(text, 'x', sizeof(text));
	assert_int_equal(strlen(clean(text, 63)), 63);
	assert_int_equal(strlen(clean(text, 64)), 63);
	assert_int_equal(strlen(clean(text, sizeof(text))), 63);
	/* the cut falls on a '-' */
	memset(text + 61, '-', 3);
	assert_int_equal(strlen(clean(text, 70)), 61);
	/* 253 in all: what does not fit whole is left out, and what comes after it too */
	for (int i = 0; i < 5; i++)
		p += sprintf(p, "%s%060d", i ? "." : "", i);
	assert_int_equal(strlen(clean(text, strlen(text))), 4 * 61 - 1);
	strcpy(text + 4 * 61, "1234567890.a");
	assert_int_equal(strlen(clean(text, strlen(text))), 4 * 61 - 1);
	strcpy(text + 4 * 61, "123456789.a");
	assert_int_equal(strlen(clean(text, strlen(text))), 253);
}

static void assert_name(const char *name)
{
	size_t len = strlen(name), label = 0;
	bool named = false;

	assert_true(len <= NAME_MAX_LEN);
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool dot = c == '.';

		named |= (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		assert_true(dot || c == '-' || c == '_' || (c >= '0' && c <= '9') ||
			    ((c | 32) >= 'a' && (c | 32) <= 'z'));
		assert_false((c == '-' || dot) && !label);
		assert_false(dot && name[i - 1] == '-');
		label = dot ? 0 : label + 1;
		assert_true(label <= NAME_LABEL_MAX);
	}
	assert_true(!len || (named && label && name[len - 1] != '-'));
}

/* Any bytes of any length are a name or none; and what is clean is clean. */
static void names_of_any_bytes(void **state)
{
	static const char some[] = "ab-._A9\xff\0 ";
	char twice[MODEL_NAME_MAX + 1];
	uint8_t text[400];

	(void)state;
	srand48(1);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)(lrand48() % (long)sizeof(text));
		const char *name;

		for (size_t j = 0; j < len; j++)
			text[j] = (uint8_t)(i & 1 ? lrand48() : some[lrand48() % 10]);
		name = clean(text, len);
		assert_name(name);
		name_clean((const uint8_t *)name, strlen(name), twice);
		assert_string_equal(twice, name);
	}
}

/* --- option 81: reading --- */

static struct fqdn read_bytes(const void *data, size_t len)
{
	struct dhcp_opt option = {.data = data, .len = (uint16_t)len};
	struct fqdn fqdn;

	memset(&fqdn, 'Z', sizeof(fqdn));
	fqdn_read(&option, &fqdn);
	assert_name(fqdn.name);
	assert_true(fqdn.present || !fqdn.name[0]);
	return fqdn;
}

#define reading(bytes) read_bytes(bytes, sizeof(bytes) - 1)

static void fqdn_in_labels(void **state)
{
	struct fqdn f = reading("\x05\0\0\4host\7example\3org\0");

	(void)state;
	assert_true(f.present && f.wire && f.full && f.server_updates);
	assert_string_equal(f.name, "host.example.org");
	/* partial: without the root (RFC 4702 2.3) */
	f = reading("\x04\0\0\4host");
	assert_true(f.present && f.wire && !f.full && !f.server_updates);
	assert_string_equal(f.name, "host");
	f = reading("\x04\0\0\4host\3sub");
	assert_true(f.present && !f.full);
	assert_string_equal(f.name, "host.sub");
	/* result codes and the bits that must be zero mean nothing */
	f = reading("\xf4\x07\x08\4host");
	assert_true(f.present);
	assert_string_equal(f.name, "host");
	/* a dot within a label is none between labels */
	f = reading("\x04\0\0\3a.b\1c");
	assert_string_equal(f.name, "a-b.c");
}

static void fqdn_in_ascii(void **state)
{
	struct fqdn f = reading("\x01\0\0host.example.org");

	(void)state;
	assert_true(f.present && !f.wire && f.server_updates);
	assert_string_equal(f.name, "host.example.org");
	f = reading("\0\0\0My PC\0");
	assert_true(f.present && !f.wire && !f.full);
	assert_string_equal(f.name, "My-PC");
	f = reading("\0\0\0host.example.org.");
	assert_true(f.present && f.full);
	assert_string_equal(f.name, "host.example.org");
}

/* RFC 4702 2.3: "A client MAY also leave the Domain Name field empty" */
static void fqdn_without_a_name(void **state)
{
	static const char *const empty[] = {"\x05\0\0", "\x01\0\0", "\x05\0\0\0", "\x01\0\0."};
	static const uint8_t len[] = {3, 3, 4, 4};

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct fqdn f = read_bytes(empty[i], len[i]);

		assert_true(f.present && f.server_updates);
		assert_string_equal(f.name, "");
	}
}

static void fqdn_malformed(void **state)
{
	uint8_t long_label[3 + 65] = {4, 0, 0, 64};
	struct dhcp_opt absent = {0};
	struct fqdn f;

	(void)state;
	fqdn_read(&absent, &f);
	assert_false(f.present);
	assert_false(reading("").present);
	assert_false(reading("\x04\0").present);
	assert_false(reading("\x04\0\0\5host").present);       /* too short */
	assert_false(reading("\x04\0\0\4host\1").present);     /* a length alone */
	assert_false(reading("\x04\0\0\4host\0x").present);    /* behind the root */
	assert_false(reading("\x04\0\0\4host\0\0").present);   /* behind the root */
	assert_false(reading("\x04\0\0\4host\xc0\3").present); /* compressed */
	memset(long_label + 4, 'x', 64);
	assert_false(read_bytes(long_label, sizeof(long_label)).present);
	/* nothing is left of the name */
	assert_false(reading("\x04\0\0\2--\0").present);
	assert_false(reading("\0\0\0\xff\xff").present);
	assert_false(reading("\0\0\0..").present);
}

static void fqdn_of_any_bytes(void **state)
{
	uint8_t data[400];

	(void)state;
	srand48(2);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)(lrand48() % (long)sizeof(data));
		uint8_t *exact = malloc(len ? len : 1), out[255];
		struct fqdn f;
		int n;

		for (size_t j = 0; j < len; j++)
			data[j] = (uint8_t)(j > 2 && i % 3 ? lrand48() % 9 : lrand48());
		memcpy(exact, data, len); /* so that a sanitizer sees a read beyond it */
		f = read_bytes(exact, len);
		n = fqdn_write(&f, f.name, f.full, out);
		assert_true(n >= 3 || n == -ENOSPC);
		free(exact);
	}
}

/* --- option 81: writing --- */

static void fqdn_written(const struct fqdn *f, const char *name, bool full, const void *bytes,
			 size_t len)
{
	uint8_t out[255];

	memset(out, 0xaa, sizeof(out));
	assert_int_equal(fqdn_write(f, name, full, out), len);
	assert_memory_equal(out, bytes, len);
}

/*
 * RFC 4702 2.1: E as it came; no updates are done, so N and never S; O where that overrides the
 * client. 2.2: the result codes are 255.
 */
static void fqdn_flags(void **state)
{
	struct fqdn f = {.present = true};

	(void)state;
	fqdn_written(&f, "h", false, "\x08\xff\xffh", 4);
	f.server_updates = true;
	fqdn_written(&f, "h", false, "\x0a\xff\xffh", 4);
	f.wire = true;
	fqdn_written(&f, "h", false, "\x0e\xff\xff\1h", 5);
	f.server_updates = false;
	fqdn_written(&f, "h", false, "\x0c\xff\xff\1h", 5);
}

static void fqdn_encodings(void **state)
{
	struct fqdn f = {.present = true, .wire = true};

	(void)state;
	fqdn_written(&f, "", false, "\x0c\xff\xff", 3);
	fqdn_written(&f, "a.bc", false, "\x0c\xff\xff\1a\2bc", 8);
	fqdn_written(&f, "a.bc", true, "\x0c\xff\xff\1a\2bc", 9);
	f.wire = false;
	fqdn_written(&f, "", false, "\x08\xff\xff", 3);
	fqdn_written(&f, "a.bc", true,
		     "\x08\xff\xff"
		     "a.bc",
		     7);
}

static void fqdn_that_fits_no_option(void **state)
{
	struct fqdn f = {.present = true, .wire = true};
	char name[256];
	uint8_t out[255];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[250] = '\0';
	name[63] = name[127] = name[191] = '.'; /* 250 characters: 252 on the wire with the root */
	assert_int_equal(fqdn_write(&f, name, true, out), 255);
	name[250] = 'x';
	name[251] = '\0';
	assert_int_equal(fqdn_write(&f, name, false, out), 255);
	assert_int_equal(fqdn_write(&f, name, true, out), -ENOSPC);
	f.wire = false;
	name[251] = 'x';
	name[252] = '\0';
	assert_int_equal(fqdn_write(&f, name, true, out), 255);
	name[252] = 'x';
	name[253] = '\0';
	assert_int_equal(fqdn_write(&f, name, true, out), -ENOSPC);
	/* a reserved name that is none */
	f.wire = true;
	assert_int_equal(fqdn_write(&f, "a..b", true, out), -EINVAL);
	memset(name, 'x', 70);
	name[70] = '\0';
	assert_int_equal(fqdn_write(&f, name, true, out), -EINVAL);
}

/* --- the engine --- */

static struct req with_fqdn(uint8_t mac, const void *data, size_t len)
{
	return (struct req){.mac = mac, .more = {{DHO_FQDN, data, len}}};
}

#define fqdn_of(mac, bytes) with_fqdn(mac, bytes, sizeof(bytes) - 1)

static void answered_with(struct fixture *fx, struct req req, const char *stored, const void *data,
			  size_t len)
{
	fx_lease(fx, req);
	assert_string_equal(fx->d.change.row.hostname, stored);
	assert_string_equal(fx->d.hostname, stored);
	if (data)
		fx_piece_is(&fx->d.reply.tail[XDHCP_TAIL_FQDN], DHO_FQDN, data, len);
	else
		assert_int_equal(fx->d.reply.tail[XDHCP_TAIL_FQDN].len, 0);
}

#define answers(fx, req, stored, bytes)	 answered_with(fx, req, stored, bytes, sizeof(bytes) - 1)
#define answers_nothing(fx, req, stored) answered_with(fx, req, stored, NULL, 0)

static void sent_is_answered_and_stored(void **state)
{
	struct fixture fx = fx_open(fx_model(8));

	(void)state;
	answers(&fx, fqdn_of(1, "\x05\0\0\4host\7example\3org\0"), "host.example.org",
		"\x0e\xff\xff\4host\7example\3org\0");
	assert_true(fx.d.memoise);
	answers(&fx, fqdn_of(2, "\0\0\0Host 2"), "Host-2", "\x08\xff\xffHost-2");
	answers(&fx, fqdn_of(3, "\x04\0\0\4host"), "host", "\x0c\xff\xff\4host");
	answers(&fx, fqdn_of(3, "\x04\0\0\4root\0"), "root", "\x0c\xff\xff\4root\0");
	/* Who has not sent it does not hear it (RFC 4702 4), though it asks. */
	answers_nothing(&fx, ((struct req){.mac = 4, .name = "n", .prl = "\x51"}), "n");
	/* malformed: as if it had not been sent */
	answers_nothing(&fx, fqdn_of(5, "\x04\0\0\5host"), "");
	answers_nothing(&fx, fqdn_of(5, "\x04\0"), "");
	fx_close(&fx);
}

static void in_offer_ack_and_inform_but_no_nak(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req req = fqdn_of(1, "\0\0\0host");
	const struct dhcp_piece *piece = &fx.d.reply.tail[XDHCP_TAIL_FQDN];

	(void)state;
	assert_int_not_equal(fx_offer(&fx, req), 0);
	fx_piece_is(piece, DHO_FQDN, "\x08\xff\xffhost", 7);
	assert_int_equal(fx_reboot(&fx, req, 0x0b000001), DHCP_NAK);
	assert_int_equal(piece->len, 0);
	req.type = DHCP_INFORM;
	req.ciaddr = 0x0a000032;
	assert_int_equal(fx_ask(&fx, req), DHCP_ACK);
	fx_piece_is(piece, DHO_FQDN, "\x08\xff\xffhost", 7);
	assert_false(fx.d.has_change);
	fx_close(&fx);
}

/* RFC 4702 3.1: with option 81 there is no option 12, unless it is asked for. */
static void fqdn_before_hostname(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req req = fqdn_of(1, "\0\0\0by81");
	const struct dhcp_piece *piece = &fx.d.reply.tail[XDHCP_TAIL_HOSTNAME];

	(void)state;
	req.name = "by12";
	answers(&fx, req, "by81",
		"\x08\xff\xff"
		"by81");
	assert_int_equal(piece->len, 0);
	req.prl = "\x0c";
	answers(&fx, req, "by81",
		"\x08\xff\xff"
		"by81");
	fx_piece_is(piece, DHO_HOST_NAME, "by81", 4);
	/* a malformed one leaves it to 12 */
	req.more[0] = (struct more){DHO_FQDN, "\x04\0\0\5", 4};
	req.prl = NULL;
	answers_nothing(&fx, req, "by12");
	fx_piece_is(piece, DHO_HOST_NAME, "by12", 4);
	fx_close(&fx);
}

static void omitted_clears_nothing(void **state)
{
	struct fixture fx = fx_open(fx_model(4));

	(void)state;
	answers(&fx, fqdn_of(1, "\0\0\0host.example.org"), "host.example.org",
		"\x08\xff\xffhost.example.org");
	answers_nothing(&fx, ((struct req){.mac = 1}), "host.example.org");
	/* it shall choose, and has none to give; what it knows it keeps */
	answers(&fx, fqdn_of(1, "\x05\0\0"), "host.example.org", "\x0e\xff\xff");
	answers(&fx, fqdn_of(2, "\x05\0\0\0"), "", "\x0e\xff\xff");
	/* another name is another name */
	answers(&fx, fqdn_of(1, "\0\0\0hos"), "hos", "\x08\xff\xffhos");
	fx_close(&fx);
}

/* A client that leaves out its domain in some states has one name all the same. */
static void a_partial_name_is_completed(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req req = fqdn_of(1, "\0\0\0pc"), whole = fqdn_of(1, "\0\0\0pc.example.org");

	(void)state;
	answers(&fx, req, "pc", "\x08\xff\xffpc");
	answers(&fx, whole, "pc.example.org", "\x08\xff\xffpc.example.org");
	answers(&fx, req, "pc.example.org", "\x08\xff\xffpc.example.org");
	answers(&fx, fqdn_of(1, "\x04\0\0\2pc"), "pc.example.org",
		"\x0c\xff\xff\2pc\7example\3org\0");
	answers_nothing(&fx, ((struct req){.mac = 1, .name = "pc"}), "pc.example.org");
	answers(&fx, fqdn_of(1, "\0\0\0pc.other"), "pc.other", "\x08\xff\xffpc.other");
	assert_true(name_completes("a.b", "a"));
	assert_false(name_completes("a", "a"));
	assert_false(name_completes("ab.c", "a"));
	assert_false(name_completes("a.b.c", "a.b"));
	assert_false(name_completes("a.b", ""));
	assert_false(name_completes("", "a"));
	fx_close(&fx);
}

/* In 12 as in 81, in the client's encoding. */
static void a_reserved_name_wins(void **state)
{
	struct model *model = fx_model(8);
	struct req both = fqdn_of(8, "\0\0\0mine");
	struct fixture fx;

	(void)state;
	strcpy(fx_reserve(&model->subnets[0], 8, NULL, 0)->hostname, "printer");
	strcpy(fx_reserve(&model->subnets[0], 9, NULL, 0)->hostname, "srv.example.org");
	fx = fx_open(model);
	both.prl = "\x0c";
	answers(&fx, both, "printer", "\x08\xff\xffprinter");
	fx_piece_is(&fx.d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, "printer", 7);
	answers(&fx, fqdn_of(8, "\x04\0\0\4mine\3org\0"), "printer", "\x0c\xff\xff\7printer");
	answers(&fx, fqdn_of(8, "\x05\0\0"), "printer", "\x0e\xff\xff\7printer");
	answers(&fx, fqdn_of(9, "\x05\0\0\4mine"), "srv.example.org",
		"\x0e\xff\xff\3srv\7example\3org\0");
	answers(&fx, fqdn_of(9, "\0\0\0"), "srv.example.org", "\x08\xff\xffsrv.example.org");
	fx_close(&fx);
}

/* ddns-qualifying-suffix: behind reserved names that do not end in it, and clients' partial ones.
 */
static void a_domain_completes_names(void **state)
{
	struct model *model = fx_model(8);
	struct fixture fx;

	(void)state;
	model->subnets[0].domain = strdup("example.org");
	strcpy(fx_reserve(&model->subnets[0], 7, NULL, 0)->hostname, "a.b");
	strcpy(fx_reserve(&model->subnets[0], 8, NULL, 0)->hostname, "printer");
	strcpy(fx_reserve(&model->subnets[0], 9, NULL, 0)->hostname, "srv.Example.ORG");
	fx = fx_open(model);
	answers_nothing(&fx, ((struct req){.mac = 7, .prl = "\x0c"}), "a.b.example.org");
	answers_nothing(&fx, ((struct req){.mac = 8, .prl = "\x0c"}), "printer.example.org");
	fx_piece_is(&fx.d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, "printer.example.org",
		    19);
	answers(&fx, fqdn_of(8, "\x05\0\0"), "printer.example.org",
		"\x0e\xff\xff\7printer\7example\3org\0");
	answers_nothing(&fx, ((struct req){.mac = 9}), "srv.Example.ORG");
	/* by option 12 a name without a dot is one without a domain */
	answers_nothing(&fx, ((struct req){.mac = 1, .name = "pc"}), "pc.example.org");
	assert_true(fx.d.memoise);
	answers_nothing(&fx, ((struct req){.mac = 1}), "pc.example.org");
	answers_nothing(&fx, ((struct req){.mac = 1, .name = "pc.home"}), "pc.home");
	answers_nothing(&fx, ((struct req){.mac = 1, .name = "pc"}), "pc.example.org");
	/* in option 81 the client says itself whether it is */
	answers(&fx, fqdn_of(2, "\x04\0\0\4host"), "host.example.org",
		"\x0c\xff\xff\4host\7example\3org\0");
	answers(&fx, fqdn_of(2, "\x04\0\0\1a\1b"), "a.b.example.org",
		"\x0c\xff\xff\1a\1b\7example\3org\0");
	answers(&fx, fqdn_of(2, "\x04\0\0\4host\0"), "host", "\x0c\xff\xff\4host\0");
	answers(&fx, fqdn_of(3, "\x05\0\0"), "", "\x0e\xff\xff");
	fx_close(&fx);
}

static void names_are_qualified(void **state)
{
	char name[MODEL_NAME_MAX + 1];

	(void)state;
	name_qualify("pc", "example.org", name);
	assert_string_equal(name, "pc.example.org");
	name_qualify(name, "example.org", name);
	assert_string_equal(name, "pc.example.org");
	name_qualify("badexample.org", "example.org", name);
	assert_string_equal(name, "badexample.org.example.org");
	name_qualify("EXAMPLE.ORG", "example.org", name);
	assert_string_equal(name, "EXAMPLE.ORG");
	name_qualify("", "example.org", name);
	assert_string_equal(name, "");
	memset(name, 'x', sizeof(name));
	name[241] = 0; /* 241 + 1 + 11 is the most */
	name_qualify(name, "example.org", name);
	assert_int_equal(strlen(name), 253);
	memset(name, 'x', sizeof(name));
	name[242] = 0;
	name_qualify(name, "example.org", name);
	assert_int_equal(strlen(name), 242);
}

/* A name that no option holds is left out; one that no slot holds is sent. Neither is memoised. */
static void long_names(void **state)
{
	struct model *model = fx_model(8);
	struct reservation *r = fx_reserve(&model->subnets[0], 8, NULL, 0);
	static uint8_t data[3 + 120];
	struct fixture fx;

	(void)state;
	memset(r->hostname, 'x', 253);
	r->hostname[63] = r->hostname[127] = r->hostname[191] = '.';
	fx = fx_open(model);
	answers_nothing(&fx, fqdn_of(8, "\x04\0\0"), r->hostname);
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	strcpy(r->hostname, "not..one");
	answers_nothing(&fx, fqdn_of(8, "\x04\0\0"), "not..one");
	assert_false(fx.d.memoise);
	memset(data + 3, 'y', sizeof(data) - 3);
	data[3 + 60] = '.';
	fx_lease(&fx, with_fqdn(1, data, sizeof(data)));
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_FQDN].len, 2 + sizeof(data));
	assert_false(fx.d.reply.shortened);
	assert_false(fx.d.memoise);
	fx_lease(&fx, with_fqdn(1, data, 3 + 92)); /* 97 of the slot's 100 bytes */
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* Whatever stands in 12 and 81, the reply is one and the name is a name. */
static void names_of_any_bytes_are_answered(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	static uint8_t twelve[255], eighty_one[255];

	(void)state;
	srand48(4);
	for (int i = 0; i < 5000; i++) {
		size_t a = (size_t)(lrand48() % 256), b = (size_t)(lrand48() % 256);
		struct req req = with_fqdn(1, eighty_one, b);

		for (size_t j = 0; j < 255; j++) {
			twelve[j] = (uint8_t)lrand48();
			eighty_one[j] = (uint8_t)(j > 2 && i % 2 ? lrand48() % 12 : lrand48());
		}
		req.more[1] = (struct more){DHO_HOST_NAME, twelve, a};
		req.prl = i % 3 ? "\x0c" : NULL;
		req.max = (uint16_t)(i % 5 ? 0 : 1500);
		fx_lease(&fx, req);
		assert_name(fx.d.hostname);
	}
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_kept_as_they_are),
		cmocka_unit_test(names_of_odd_characters),
		cmocka_unit_test(names_have_whole_labels),
		cmocka_unit_test(names_of_nothing),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(names_of_any_bytes),
		cmocka_unit_test(fqdn_in_labels),
		cmocka_unit_test(fqdn_in_ascii),
		cmocka_unit_test(fqdn_without_a_name),
		cmocka_unit_test(fqdn_malformed),
		cmocka_unit_test(fqdn_of_any_bytes),
		cmocka_unit_test(fqdn_flags),
		cmocka_unit_test(fqdn_encodings),
		cmocka_unit_test(fqdn_that_fits_no_option),
		cmocka_unit_test(sent_is_answered_and_stored),
		cmocka_unit_test(in_offer_ack_and_inform_but_no_nak),
		cmocka_unit_test(fqdn_before_hostname),
		cmocka_unit_test(omitted_clears_nothing),
		cmocka_unit_test(a_partial_name_is_completed),
		cmocka_unit_test(a_reserved_name_wins),
		cmocka_unit_test(a_domain_completes_names),
		cmocka_unit_test(names_are_qualified),
		cmocka_unit_test(long_names),
		cmocka_unit_test(names_of_any_bytes_are_answered),
	};

	return cmocka_run_group_tests_name("engine: names", tests, NULL, NULL);
}
