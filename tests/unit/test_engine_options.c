// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which scope an option comes from, what a parameter request list brings, what becomes of options
 * that are too long for the client, and options that have rules of their own.
 */
#include "engine_fixture.h"

static const uint8_t routers[4] = {10, 0, 0, 1}, dns[4] = {10, 0, 0, 2};
static const uint8_t route[9] = {8, 10, 10, 0, 0, 1, 0, 10, 0};

static struct dhcp_msg msg;

static const char *offered(struct fixture *fx, struct req req)
{
	static char codes[1024];

	assert_int_not_equal(fx_offer(fx, req), 0);
	return fx_codes(&fx->d.reply, codes);
}

static const char *asked(struct fixture *fx, const char *prl)
{
	return offered(fx, (struct req){.mac = 1, .prl = prl});
}

/* --- scopes --- */

struct levels {
	struct model *model;
	struct scope *scope[5]; /* the narrowest first */
};

/* Address 9 is reserved for MAC 9 outside the pool, POOL + 1 for MAC 8 in it. */
static struct levels leveled_model(void)
{
	struct model *model = fx_model(4);
	struct subnet *s = &model->subnets[0];
	struct levels l = {.model = model};

	fx_reserve(s, 9, NULL, 0x0a000009);
	fx_reserve(s, 8, NULL, POOL + 1);
	model->networks = calloc(1, sizeof(*model->networks));
	model->n_networks = 1;
	s->network = &model->networks[0];
	l.scope[0] = &s->reservations.list[1].scope;
	l.scope[1] = &s->pools[0].scope;
	l.scope[2] = &s->scope;
	l.scope[3] = &model->networks[0].scope;
	l.scope[4] = &model->scope;
	return l;
}

/* Kea's precedence, one level after another: each overrides the wider ones. */
static void the_narrowest_scope_wins(void **state)
{
	static const char *const text[] = {"reservation", "pool", "subnet", "network", "global"};
	struct req mine = {.mac = 8, .prl = "\xc8"}, other = {.mac = 1, .prl = "\xc8"};

	(void)state;
	for (int narrowest = 4; narrowest >= 0; narrowest--) {
		struct levels l = leveled_model();
		struct fixture fx;
		const char *want = text[narrowest], *others = text[narrowest ? narrowest : 1];

		for (int i = 4; i >= narrowest; i--) {
			fx_option(&l.scope[i]->options, 200, text[i], strlen(text[i]));
			l.scope[i]->boot.next_server = (uint32_t)i + 1;
			l.scope[i]->boot.next_server_set = true;
			strcpy(l.scope[i]->boot.boot_file_name, text[i]);
			strcpy(l.scope[i]->boot.server_hostname, text[i]);
		}
		fx = fx_open(l.model);
		assert_int_equal(fx_lease(&fx, mine), POOL + 1);
		fx_option_is(&fx.d.reply, 200, want, strlen(want));
		assert_int_equal(fx.d.reply.siaddr, narrowest + 1);
		assert_string_equal((char *)fx.d.reply.file, want);
		assert_string_equal((char *)fx.d.reply.sname, want);
		/* another client has no part of the reservation */
		fx_lease(&fx, other);
		fx_option_is(&fx.d.reply, 200, others, strlen(others));
		fx_close(&fx);
	}
}

/* The pool that counts is the one that the address lies in, also if it is reserved there. */
static void the_pool_is_that_of_the_address(void **state)
{
	struct levels l = leveled_model();
	struct subnet *s = &l.model->subnets[0];
	struct req in_pool = {.mac = 8, .prl = "\xc8"}, outside = {.mac = 9, .prl = "\xc8"},
		   inform = {.type = DHCP_INFORM, .mac = 5, .prl = "\xc8"};
	struct fixture fx;

	(void)state;
	fx_pool(s, POOL + 50, POOL + 50);
	fx_option(&s->pools[0].scope.options, 200, "first", 5);
	fx_option(&s->pools[1].scope.options, 200, "second", 6);
	fx_option(&s->scope.options, 200, "subnet", 6);
	fx = fx_open(l.model);
	fx_lease(&fx, in_pool);
	fx_option_is(&fx.d.reply, 200, "first", 5);
	fx_lease(&fx, outside);
	fx_option_is(&fx.d.reply, 200, "subnet", 6);
	assert_int_equal(fx_select(&fx, (struct req){.mac = 2, .prl = "\xc8"}, POOL + 50),
			 DHCP_ACK);
	fx_option_is(&fx.d.reply, 200, "second", 6);
	/* of an INFORM: where its ciaddr lies */
	inform.ciaddr = POOL + 2;
	assert_int_equal(fx_ask(&fx, inform), DHCP_ACK);
	fx_option_is(&fx.d.reply, 200, "first", 5);
	inform.ciaddr = 0x0a000032;
	assert_int_equal(fx_ask(&fx, inform), DHCP_ACK);
	fx_option_is(&fx.d.reply, 200, "subnet", 6);
	fx_close(&fx);
}

/* Boot fields are inherited one by one. */
static void boot_fields_of_several_scopes(void **state)
{
	struct levels l = leveled_model();
	struct fixture fx;

	(void)state;
	strcpy(l.scope[1]->boot.boot_file_name, "pool.efi");
	strcpy(l.scope[3]->boot.boot_file_name, "network.efi");
	strcpy(l.scope[3]->boot.server_hostname, "network");
	l.scope[4]->boot.next_server = 5;
	l.scope[4]->boot.next_server_set = true;
	fx = fx_open(l.model);
	fx_lease(&fx, (struct req){.mac = 1});
	assert_string_equal((char *)fx.d.reply.file, "pool.efi");
	assert_string_equal((char *)fx.d.reply.sname, "network");
	assert_int_equal(fx.d.reply.siaddr, 5);
	fx_close(&fx);
}

static void never_send_of_any_scope_is_final(void **state)
{
	(void)state;
	for (int never = 0; never < 5; never++) {
		struct levels l = leveled_model();
		struct fixture fx;
		size_t len;

		fx_option(&l.scope[never]->options, 200, "x", 1)->never_send = true;
		for (int i = 0; i < 5; i++) {
			if (i != never)
				fx_option(&l.scope[i]->options, 200, "y", 1)->always_send = true;
		}
		fx = fx_open(l.model);
		fx_lease(&fx, (struct req){.mac = 8, .prl = "\xc8"});
		assert_null(fx_option_at(&fx.d.reply, 200, &len));
		fx_close(&fx);
	}
}

/* always-send of any scope holds, with the narrowest one's value. */
static void always_send_of_any_scope(void **state)
{
	(void)state;
	for (int always = 0; always < 5; always++) {
		struct levels l = leveled_model();
		struct fixture fx;

		fx_option(&l.scope[always]->options, 200, "x", 1)->always_send = true;
		if (always)
			fx_option(&l.scope[0]->options, 200, "mine", 4);
		fx = fx_open(l.model);
		assert_int_equal(fx_lease(&fx, (struct req){.mac = 8, .prl = "\x01"}), POOL + 1);
		fx_option_is(&fx.d.reply, 200, always ? "mine" : "x", always ? 4 : 1);
		fx_close(&fx);
	}
}

/* --- the parameter request list --- */

/* RFC 2132 9.8 and 3.3 are in test_engine_answer.c. What Kea sends unasked is sent unasked. */
static void basics_are_sent_unasked(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 15, "example.org", 11);
	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 6, dns, 4);
	fx_option(&model->scope.options, 42, dns, 4);
	fx = fx_open(model);
	assert_string_equal(asked(&fx, "\x2a"), "53 54 51 58 59 42 1 3 6 15");
	assert_string_equal(asked(&fx, "\x0f\x06"), "53 54 51 58 59 15 6 1 3");
	assert_string_equal(asked(&fx, NULL), "53 54 51 58 59 1 3 6 15");
	fx_close(&fx);
}

/* An empty list is none, and a list may be longer than what there is. */
static void odd_lists(void **state)
{
	struct model *model = fx_model(4);
	struct req req = {.mac = 1, .more = {{DHO_PARAMETER_REQUEST_LIST, "", 0}}};
	uint8_t all[300];
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 6, dns, 4);
	fx_option(&model->scope.options, 42, dns, 4);
	fx = fx_open(model);
	assert_string_equal(offered(&fx, req), "53 54 51 58 59 1 6");
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i; /* every code, some twice */
	req.more[0] = (struct more){DHO_PARAMETER_REQUEST_LIST, all, sizeof(all)};
	assert_string_equal(offered(&fx, req), "53 54 51 58 59 1 6 42");
	fx_close(&fx);
}

/*
 * RFC 3442: "the server SHOULD NOT include the Router or Static Routes options" where it sends
 * classless routes to a client that asks for both.
 */
static void classless_routes_replace_routers(void **state)
{
	struct model *model = fx_model(4);
	struct option_value *v;
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 33, routers, 4);
	fx_option(&model->subnets[0].scope.options, 121, route, sizeof(route));
	fx_option(&model->subnets[0].scope.options, 249, route, sizeof(route));
	fx = fx_open(model);
	assert_string_equal(asked(&fx, "\x01\x79\x03\x21"), "53 54 51 58 59 1 121");
	assert_string_equal(asked(&fx, "\x03\x21\x79"), "53 54 51 58 59 121 1");
	/* who does not ask for them gets routers, also Microsoft's old clients */
	assert_string_equal(asked(&fx, "\x01\x03\x21"), "53 54 51 58 59 1 3 33");
	assert_string_equal(asked(&fx, "\x01\x03\x21\xf9"), "53 54 51 58 59 1 3 33 249");
	assert_string_equal(asked(&fx, NULL), "53 54 51 58 59 1 3");
	/* the operator knows better */
	model->scope.options.v[0].always_send = true;
	assert_string_equal(asked(&fx, "\x01\x79\x03\x21"), "53 54 51 58 59 1 121 3");
	model->scope.options.v[0].always_send = false;
	/* there is nothing that could replace them */
	v = &model->subnets[0].scope.options.v[0];
	v->never_send = true;
	assert_string_equal(asked(&fx, "\x01\x79\x03\x21"), "53 54 51 58 59 1 3 33");
	fx_close(&fx);
}

/* RFC 8910 2, and the code that RFC 7710 had: plain options, each if it is asked for. */
static void captive_portal(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 114, "https://a/", 10);
	fx_option(&model->scope.options, 160, "https://b/", 10);
	fx = fx_open(model);
	assert_string_equal(asked(&fx, "\x01\x72"), "53 54 51 58 59 1 114");
	fx_option_is(&fx.d.reply, 114, "https://a/", 10);
	assert_string_equal(asked(&fx, "\x01\xa0"), "53 54 51 58 59 1 160");
	fx_option_is(&fx.d.reply, 160, "https://b/", 10);
	assert_string_equal(asked(&fx, "\x01"), "53 54 51 58 59 1");
	fx_close(&fx);
}

/* --- room --- */

static bool in_field(const uint8_t *field, size_t used, uint8_t code)
{
	for (size_t i = 0; i + 2 <= used; i += 2u + field[i + 1]) {
		if (field[i] == code)
			return true;
	}
	return false;
}

/* 200: 100 bytes, 201: 200, 202: 60, 203: 30. */
static struct model *long_model(void)
{
	struct model *model = fx_model(4);
	static const uint8_t big[200];

	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 6, dns, 4);
	fx_option(&model->scope.options, 200, big, 100);
	fx_option(&model->scope.options, 201, big, 200);
	fx_option(&model->scope.options, 202, big, 60);
	fx_option(&model->scope.options, 203, big, 30);
	return model;
}

static void is_within(struct fixture *fx, struct req req, size_t max)
{
	fx_message(&req, &msg);
	assert_true(dhcp_reply_ip_len(&msg, &fx->d.reply) <= max);
}

/* RFC 2132 9.3, RFC 2131 4.1: what does not fit goes to file, then sname; then it is left out. */
static void overloaded(void **state)
{
	struct req req = {.mac = 1, .prl = "\xc9\x03\xc8\x06\xca\xcb\x01"};
	struct fixture fx = fx_open(long_model());
	const struct dhcp_reply *reply = &fx.d.reply;

	(void)state;
	fx_lease(&fx, req);
	/* 201 fills the options, 200 the file, 202 sname */
	assert_string_equal(fx_codes(reply, (char[1024]){0}), "53 54 51 58 59 201 1 3 6 203");
	assert_true(in_field(reply->file, reply->file_used, 200));
	assert_true(in_field(reply->sname, reply->sname_used, 202));
	assert_int_equal(reply->overload, 3);
	assert_true(reply->shortened);
	assert_false(fx.d.memoise);
	is_within(&fx, req, 576);
	/* the same client with more room */
	req.max = 1500;
	fx_lease(&fx, req);
	assert_string_equal(fx_codes(reply, (char[1024]){0}),
			    "53 54 51 58 59 201 1 3 200 6 202 203");
	assert_int_equal(reply->overload, 0);
	assert_false(reply->shortened);
	fx_close(&fx);
}

/* Boot data keeps its fields. */
static void boot_data_is_not_overloaded(void **state)
{
	struct req req = {.mac = 1, .prl = "\xc9\x03\xc8\x06\xca\xcb\x01"};
	struct model *model = long_model();
	struct fixture fx;
	const struct dhcp_reply *reply = &fx.d.reply;

	(void)state;
	strcpy(model->scope.boot.boot_file_name, "boot.efi");
	fx = fx_open(model);
	fx_lease(&fx, req);
	assert_string_equal((char *)reply->file, "boot.efi");
	assert_int_equal(reply->overload, 2);
	assert_true(in_field(reply->sname, reply->sname_used, 202));
	assert_string_equal(fx_codes(reply, (char[1024]){0}), "53 54 51 58 59 201 1 3 6 203");
	is_within(&fx, req, 576);
	strcpy(model->scope.boot.server_hostname, "server");
	fx_lease(&fx, req);
	assert_int_equal(reply->overload, 0);
	assert_string_equal((char *)reply->sname, "server");
	assert_string_equal(fx_codes(reply, (char[1024]){0}), "53 54 51 58 59 201 1 3 6 203");
	assert_true(reply->shortened);
	is_within(&fx, req, 576);
	fx_close(&fx);
}

/* What the client asked for first has the room first; names in the tail go before essentials. */
static void priorities(void **state)
{
	struct model *model = long_model();
	static uint8_t id[250], big[255];
	struct req req = {.mac = 1, .prl = "\xca\xc8\x01\x03\x06", .id = (char *)id, .id_len = 200};
	struct fixture fx;
	const struct dhcp_reply *reply = &fx.d.reply;
	size_t len;

	(void)state;
	memset(id, 'i', sizeof(id));
	memset(big, 'b', sizeof(big));
	fx = fx_open(model);
	fx_lease(&fx, req);
	assert_non_null(fx_option_at(reply, 1, &len));
	assert_non_null(fx_option_at(reply, 3, &len));
	assert_non_null(fx_option_at(reply, 6, &len));
	assert_int_equal(reply->tail[XDHCP_TAIL_CLIENT_ID].len, 202);
	is_within(&fx, req, 576);
	/* with a long name there is room for the name or for them */
	req.id_len = 250;
	req.name = (char *)big;
	req.name_len = 60;
	fx_lease(&fx, req);
	assert_int_equal(reply->tail[XDHCP_TAIL_HOSTNAME].len, 0);
	assert_non_null(fx_option_at(reply, 1, &len));
	assert_int_equal(reply->tail[XDHCP_TAIL_CLIENT_ID].len, 252);
	is_within(&fx, req, 576);
	assert_false(fx.d.memoise);
	/* the lease remembers it all the same */
	assert_int_equal(strlen(fx.d.change.row.hostname), 60);
	/* room for the name, and for the name and some of them, but not for all */
	for (req.name_len = 1; req.name_len < 40; req.name_len++) {
		fx_lease(&fx, req);
		assert_non_null(fx_option_at(reply, 1, &len));
		assert_non_null(fx_option_at(reply, 3, &len));
		assert_non_null(fx_option_at(reply, 6, &len));
		is_within(&fx, req, 576);
	}
	fx_close(&fx);
}

/* A name that alone is too long for the reply is left out though nothing essential is asked for. */
static void names_too_long_for_the_reply(void **state)
{
	struct model *model = fx_model(4);
	static uint8_t fqdn[255] = {0};
	static char id[255], name[255];
	struct req req = {.mac = 1,
			  .id = id,
			  .id_len = 255,
			  .prl = "\x0c",
			  .more = {{DHO_FQDN, fqdn, sizeof(fqdn)}}};
	struct fixture fx = fx_open(model);

	(void)state;
	memset(id, 'i', sizeof(id));
	memset(name, 'n', sizeof(name));
	memset(fqdn + 3, 'f', sizeof(fqdn) - 3);
	for (int i = 0; i < 4; i++)
		fqdn[3 + 63 * i] = '.';
	fx_lease(&fx, req);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID].len, 257);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_FQDN].len, 0);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_HOSTNAME].len, 0);
	assert_true(fx.d.reply.shortened);
	assert_false(fx.d.memoise);
	is_within(&fx, req, 576);
	/* room for one: who has sent 81 reads its name there */
	req.max = 900;
	fx_lease(&fx, req);
	assert_int_not_equal(fx.d.reply.tail[XDHCP_TAIL_FQDN].len, 0);
	assert_int_equal(fx.d.reply.tail[XDHCP_TAIL_HOSTNAME].len, 0);
	assert_true(fx.d.reply.shortened);
	req.max = 1500;
	fx_lease(&fx, req);
	assert_int_not_equal(fx.d.reply.tail[XDHCP_TAIL_FQDN].len, 0);
	assert_int_not_equal(fx.d.reply.tail[XDHCP_TAIL_HOSTNAME].len, 0);
	assert_false(fx.d.reply.shortened);
	assert_false(fx.d.memoise); /* no slot has room for them */
	fx_close(&fx);
}

/* What fits the client but no template is sent, and has no credit that nobody could use. */
static void too_long_for_a_template(void **state)
{
	struct model *model = fx_model(4);
	static uint8_t big[450];
	struct req req = {.mac = 1, .max = 1500, .prl = "\xc8\x01"};
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 200, big, sizeof(big));
	fx = fx_open(model);
	fx_lease(&fx, req);
	assert_false(fx.d.reply.shortened);
	assert_false(fx.d.memoise);
	assert_int_equal(fx.d.change.row.ack_until, fx.d.change.row.promised);
	model->scope.options.v[0].len = 400;
	fx_lease(&fx, req);
	assert_true(fx.d.memoise);
	fx_close(&fx);
}

/* No reply is longer than a frame, whatever the client says it takes. */
static void no_longer_than_a_frame(void **state)
{
	struct model *model = fx_model(4);
	static uint8_t big[1000];
	static char id[255];
	struct req req = {.mac = 1, .id = id, .id_len = 255, .max = 65535, .prl = "\xc8\xc9\x01"};
	struct fixture fx;

	(void)state;
	memset(id, 'i', sizeof(id));
	fx_option(&model->scope.options, 200, big, 900);
	fx_option(&model->scope.options, 201, big, 100);
	fx = fx_open(model);
	fx_lease(&fx, req);
	is_within(&fx, req, 1500);
	assert_true(fx.d.reply.shortened);
	assert_true(in_field(fx.d.reply.file, fx.d.reply.file_used, 201));
	fx_close(&fx);
}

/* Whatever is configured and asked for, the reply fits, and nothing stands in it twice. */
static void any_options_fit(void **state)
{
	(void)state;
	srand48(3);
	for (int round = 0; round < 300; round++) {
		struct model *model = fx_model(4);
		char prl[40] = "\x01\x03\x06";
		static uint8_t big[1024];
		struct req req = {.mac = 1, .prl = prl};
		const struct dhcp_reply *reply;
		struct fixture fx;

		fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
		fx_option(&model->scope.options, 6, big, (size_t)(4 * (1 + lrand48() % 20)));
		for (int i = 0; i < 30; i++) {
			prl[3 + i] = (char)(200 + i);
			fx_option(&model->scope.options, (uint8_t)(200 + i), big,
				  (size_t)(lrand48() % (i % 7 ? 40 : 300)));
		}
		if (round % 3 == 1)
			strcpy(model->scope.boot.boot_file_name, "f");
		if (round % 5 == 1)
			strcpy(model->scope.boot.server_hostname, "s");
		req.max = (uint16_t)(round % 4 ? 500 + lrand48() % 1200 : 0);
		fx = fx_open(model);
		fx_lease(&fx, req);
		reply = &fx.d.reply;
		is_within(&fx, req, req.max < 576 ? 576 : req.max > 1500 ? 1500 : req.max);
		for (int code = 200; code < 230; code++) {
			size_t len, places = fx_option_at(reply, (uint8_t)code, &len) != NULL;

			if (reply->overload & 1)
				places += in_field(reply->file, reply->file_used, (uint8_t)code);
			if (reply->overload & 2)
				places += in_field(reply->sname, reply->sname_used, (uint8_t)code);
			assert_true(places <= 1);
			assert_true(places || reply->shortened);
		}
		assert_false(reply->shortened && fx.d.memoise);
		fx_close(&fx);
	}
}

/* --- boot clients --- */

static struct req boot_client(const char *class)
{
	return (struct req){.mac = 1,
			    .prl = "\x01\x03\x3c\x42\x43",
			    .more = {{DHO_VENDOR_CLASS, class, strlen(class)}}};
}

/* What a boot client needs to hear in option 60, where boot data is served. */
static void boot_class_is_said(void **state)
{
	static const char *const pxe = "PXEClient:Arch:00007:UNDI:003016";
	static const char *const http = "HTTPClient:Arch:00016:UNDI:003001";
	static const uint8_t by_option[] = {67, 43, 66};
	struct fixture fx;
	size_t len;

	(void)state;
	fx = fx_open(fx_model(4));
	fx_lease(&fx, boot_client(pxe));
	assert_null(fx_option_at(&fx.d.reply, 60, &len)); /* nothing to boot here */
	strcpy(fx.model->scope.boot.boot_file_name, "boot.efi");
	fx_lease(&fx, boot_client(pxe));
	fx_option_is(&fx.d.reply, 60, "PXEClient", 9);
	assert_true(fx.d.memoise);
	fx_lease(&fx, boot_client(http));
	fx_option_is(&fx.d.reply, 60, "HTTPClient", 10);
	fx_lease(&fx, boot_client("PXEClien"));
	assert_null(fx_option_at(&fx.d.reply, 60, &len));
	fx_lease(&fx, boot_client("MSFT 5.0"));
	assert_null(fx_option_at(&fx.d.reply, 60, &len));
	fx.model->scope.boot.boot_file_name[0] = '\0';
	fx.model->scope.boot.next_server = 5;
	fx.model->scope.boot.next_server_set = true;
	fx_lease(&fx, boot_client(pxe));
	assert_null(fx_option_at(&fx.d.reply, 60, &len)); /* a server, and nothing to boot */
	fx_close(&fx);

	for (size_t i = 0; i < sizeof(by_option); i++) {
		struct req req = boot_client(pxe);
		struct model *model = fx_model(4);

		fx_option(&model->scope.options, by_option[i], "boot", 4);
		fx = fx_open(model);
		req.prl = "\x2b\x42\x43";
		fx_lease(&fx, req);
		if (by_option[i] == 66)
			assert_null(fx_option_at(&fx.d.reply, 60, &len));
		else
			fx_option_is(&fx.d.reply, 60, "PXEClient", 9);
		req.prl = "\x01"; /* asks for no boot data, is sent none */
		fx_lease(&fx, req);
		assert_null(fx_option_at(&fx.d.reply, 60, &len));
		fx_close(&fx);
	}
}

static void configured_boot_class_goes_before(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	size_t len;

	(void)state;
	strcpy(model->scope.boot.boot_file_name, "boot.efi");
	fx_option(&model->scope.options, 60, "PXEClient:mine", 14);
	fx = fx_open(model);
	fx_lease(&fx, boot_client("PXEClient"));
	fx_option_is(&fx.d.reply, 60, "PXEClient:mine", 14);
	model->scope.options.v[0].never_send = true;
	fx_lease(&fx, boot_client("PXEClient"));
	assert_null(fx_option_at(&fx.d.reply, 60, &len));
	fx_close(&fx);
}

/* RFC 2132 8.4: for the vendor of option 60, and only if it is asked for. */
static void vendor_specific(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;

	(void)state;
	fx_option(&model->scope.options, 43, "\1\1x", 3);
	fx = fx_open(model);
	assert_string_equal(asked(&fx, "\x01\x2b"), "53 54 51 58 59 1 43");
	assert_string_equal(asked(&fx, "\x01"), "53 54 51 58 59 1");
	assert_string_equal(asked(&fx, NULL), "53 54 51 58 59 1");
	model->scope.options.v[0].always_send = true;
	assert_string_equal(asked(&fx, "\x01"), "53 54 51 58 59 1 43");
	fx_close(&fx);
}

/* --- RFC 3925 --- */

#define CABLE	     "\0\0\x11\x8b"
#define OTHER_VENDOR "\0\0\0\x09"

/* 125 of two enterprises */
static struct model *vendor_model(void)
{
	struct model *model = fx_model(4);

	fx_option(&model->scope.options, 125, CABLE "\3\1\1c" OTHER_VENDOR "\4\2\2oo", 17);
	return model;
}

static void vendor_options_of_all(void **state)
{
	struct fixture fx = fx_open(vendor_model());
	size_t len;

	(void)state;
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x01\x7d"});
	fx_option_is(&fx.d.reply, 125, CABLE "\3\1\1c" OTHER_VENDOR "\4\2\2oo", 17);
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x01"});
	assert_null(fx_option_at(&fx.d.reply, 125, &len));
	fx.model->scope.options.v[0].always_send = true;
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x01"});
	fx_option_is(&fx.d.reply, 125, CABLE "\3\1\1c" OTHER_VENDOR "\4\2\2oo", 17);
	fx_close(&fx);
}

/* A client that names enterprises hears of these, asked or not. */
static void vendor_options_of_the_named(void **state)
{
	struct fixture fx = fx_open(vendor_model());
	struct req req = {.mac = 1, .prl = "\x01"};
	size_t len;

	(void)state;
	req.more[0] = (struct more){124, CABLE "\2ab", 7};
	fx_lease(&fx, req);
	fx_option_is(&fx.d.reply, 125, CABLE "\3\1\1c", 8);
	assert_true(fx.d.memoise);
	req.more[0] = (struct more){125, OTHER_VENDOR "\0", 5};
	fx_lease(&fx, req);
	fx_option_is(&fx.d.reply, 125, OTHER_VENDOR "\4\2\2oo", 9);
	/* both, one by each option */
	req.more[1] = (struct more){124, "\0\0\0\1\1x" CABLE "\0", 11};
	fx_lease(&fx, req);
	fx_option_is(&fx.d.reply, 125, CABLE "\3\1\1c" OTHER_VENDOR "\4\2\2oo", 17);
	/* one that is not configured, though it asks and it is to be sent always */
	req = (struct req){.mac = 1, .prl = "\x7d", .more = {{124, "\0\0\0\1\1x", 6}}};
	fx.model->scope.options.v[0].always_send = true;
	fx_lease(&fx, req);
	assert_null(fx_option_at(&fx.d.reply, 125, &len));
	/* never is never */
	fx.model->scope.options.v[0].never_send = true;
	req.more[0] = (struct more){124, CABLE "\0", 5};
	fx_lease(&fx, req);
	assert_null(fx_option_at(&fx.d.reply, 125, &len));
	fx_close(&fx);
}

/* As Kea's: a sub-option is the narrowest scope's that has it. */
static void vendor_options_of_several_scopes(void **state)
{
	struct model *model = vendor_model();
	struct subnet *s = &model->subnets[0];
	struct fixture fx;
	size_t len;

	(void)state;
	fx_option(&s->scope.options, 125, OTHER_VENDOR "\7\2\1x\3\2yz", 12);
	fx_option(&s->pools[0].scope.options, 125,
		  OTHER_VENDOR "\3\3\1p"
			       "\0\0\0\1\0",
		  13);
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x7d"});
	fx_option_is(&fx.d.reply, 125,
		     OTHER_VENDOR "\6\3\1p\2\1x"
				  "\0\0\0\1\0" CABLE "\3\1\1c",
		     24);
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x01", .more = {{124, CABLE "\0", 5}}});
	fx_option_is(&fx.d.reply, 125, CABLE "\3\1\1c", 8);
	fx_close(&fx);

	/* pieces of one sub-option (RFC 3396) belong together; what is too long is left out */
	model = fx_model(4);
	s = &model->subnets[0];
	fx_option(&s->scope.options, 125, CABLE "\6\1\1a\1\1b", 11);
	{
		char data[5 + 252] = CABLE "\xfc\2\xfa";

		fx_option(&model->scope.options, 125, data, sizeof(data));
	}
	fx = fx_open(model);
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x7d"});
	fx_option_is(&fx.d.reply, 125, CABLE "\6\1\1a\1\1b", 11);
	/* a block of no sub-options is its scope's whole; so is what has no blocks */
	s->scope.options.v[0].data[5 + 1] = 9;
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x7d"});
	fx_option_is(&fx.d.reply, 125,
		     CABLE "\6\1\x09"
			   "a\1\1b",
		     11);
	s->scope.options.v[0].len = 3;
	fx.model->scope.options.v[0].len = 0;
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x7d"});
	fx_option_is(&fx.d.reply, 125, "\0\0\x11", 3);
	fx_lease(&fx, (struct req){.mac = 1, .prl = "\x7d", .more = {{124, CABLE "\0", 5}}});
	assert_null(fx_option_at(&fx.d.reply, 125, &len));
	fx_close(&fx);
}

static void vendor_options_malformed(void **state)
{
	struct fixture fx = fx_open(vendor_model());
	static const char whole[] = CABLE "\2ab" CABLE "\1x";
	size_t len;

	(void)state;
	/* cut anywhere: who names nothing whole has named nobody */
	for (size_t n = 0; n < sizeof(whole); n++) {
		char *cut = malloc(n ? n : 1);
		struct req req = {.mac = 1, .prl = "\x01", .more = {{124, cut, n}}};

		memcpy(cut, whole, n);
		fx_lease(&fx, req);
		assert_int_equal(fx_option_at(&fx.d.reply, 125, &len) != NULL, n >= 7);
		free(cut);
	}
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_narrowest_scope_wins),
		cmocka_unit_test(the_pool_is_that_of_the_address),
		cmocka_unit_test(boot_fields_of_several_scopes),
		cmocka_unit_test(never_send_of_any_scope_is_final),
		cmocka_unit_test(always_send_of_any_scope),
		cmocka_unit_test(basics_are_sent_unasked),
		cmocka_unit_test(odd_lists),
		cmocka_unit_test(classless_routes_replace_routers),
		cmocka_unit_test(captive_portal),
		cmocka_unit_test(overloaded),
		cmocka_unit_test(boot_data_is_not_overloaded),
		cmocka_unit_test(priorities),
		cmocka_unit_test(names_too_long_for_the_reply),
		cmocka_unit_test(too_long_for_a_template),
		cmocka_unit_test(no_longer_than_a_frame),
		cmocka_unit_test(any_options_fit),
		cmocka_unit_test(boot_class_is_said),
		cmocka_unit_test(configured_boot_class_goes_before),
		cmocka_unit_test(vendor_specific),
		cmocka_unit_test(vendor_options_of_all),
		cmocka_unit_test(vendor_options_of_the_named),
		cmocka_unit_test(vendor_options_of_several_scopes),
		cmocka_unit_test(vendor_options_malformed),
	};

	return cmocka_run_group_tests_name("engine: options", tests, NULL, NULL);
}
