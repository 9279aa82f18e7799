// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What stands in a reply: which options, in which order, in which part, how long. */
#include "engine_fixture.h"

static const uint8_t routers[4] = {10, 0, 0, 1}, dns[4] = {10, 0, 0, 2}, ntp[4] = {10, 0, 0, 3};

/* Global: 3 6 15; subnet: 42 43. */
static struct model *rich_model(void)
{
	struct model *model = fx_model(4);

	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 6, dns, 4);
	fx_option(&model->scope.options, 15, "example.org", 11);
	fx_option(&model->subnets[0].scope.options, 42, ntp, 4);
	fx_option(&model->subnets[0].scope.options, 43, "vendor", 6);
	return model;
}

static const char *asked(struct fixture *fx, const char *prl, char buf[1024])
{
	struct req req = {.mac = 1, .prl = prl};

	assert_int_not_equal(fx_offer(fx, req), 0);
	return fx_codes(&fx->d.reply, buf);
}

static void in_the_order_requested(void **state)
{
	struct fixture fx = fx_open(rich_model());
	char buf[1024];

	(void)state;
	assert_string_equal(asked(&fx, "\x2a\x01\x03\x0f\x06", buf), "53 54 51 58 59 42 1 3 15 6");
	/* unconfigured, repeated, and the server's own are left out */
	assert_string_equal(asked(&fx, "\x06\x77\x06\x33\x34\x35\x36\x3a\x3d\x52\xff\x06", buf),
			    "53 54 51 58 59 6 1 3 15");
	/* RFC 2132 3.3: the mask comes before the routers */
	assert_string_equal(asked(&fx, "\x03\x2a\x01\x06", buf), "53 54 51 58 59 1 3 42 6 15");
	assert_string_equal(asked(&fx, "\x03\x2a", buf), "53 54 51 58 59 1 3 42 6 15");
	/* without a list */
	assert_string_equal(asked(&fx, NULL, buf), "53 54 51 58 59 1 3 6 15");
	fx_close(&fx);
}

static void always_and_never(void **state)
{
	struct model *model = rich_model();
	struct fixture fx;
	char buf[1024];

	(void)state;
	fx_option(&model->scope.options, 100, "always", 6)->always_send = true;
	fx_option(&model->subnets[0].scope.options, 15, "sub.org", 7)->never_send = true;
	fx_option(&model->subnets[0].scope.options, 101, "both", 4)->always_send = true;
	model->subnets[0].scope.options.v[model->subnets[0].scope.options.n - 1].never_send = true;
	/* the server's own, though somebody set them */
	fx_option(&model->scope.options, DHO_MESSAGE, "hello", 5)->always_send = true;
	fx_option(&model->scope.options, DHO_LEASE_TIME, "\xff\xff\xff\xff", 4)->always_send = true;
	fx_option(&model->scope.options, DHO_RELAY_AGENT, "\1\1x", 3)->always_send = true;
	fx = fx_open(model);
	assert_string_equal(asked(&fx, "\x0f\x06", buf), "53 54 51 58 59 6 1 3 100");
	assert_string_equal(asked(&fx, "\x64\x06", buf), "53 54 51 58 59 100 6 1 3");
	fx_close(&fx);
}

static void reservation_before_subnet_before_global(void **state)
{
	struct model *model = rich_model();
	struct reservation *r;
	struct req req = {.mac = 9, .prl = "\x06\x2a\x0f"};
	struct fixture fx;
	const uint8_t mine[4] = {1, 1, 1, 1}, subs[4] = {2, 2, 2, 2};
	size_t len;

	(void)state;
	r = fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	fx_option(&r->scope.options, 42, mine, 4);
	fx_option(&model->subnets[0].scope.options, 6, subs, 4);
	r->scope.boot.next_server = 0x0a000063;
	r->scope.boot.next_server_set = true;
	strcpy(model->subnets[0].scope.boot.boot_file_name, "subnet.efi");
	strcpy(model->scope.boot.boot_file_name, "global.efi");
	memset(model->scope.boot.server_hostname, 'h', sizeof(model->scope.boot.server_hostname));
	model->scope.boot.next_server = 0x0a000062;
	model->scope.boot.next_server_set = true;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, req), 0x0a000009);
	assert_memory_equal(fx_option_at(&fx.d.reply, 42, &len), mine, 4);
	assert_memory_equal(fx_option_at(&fx.d.reply, 6, &len), subs, 4);
	assert_memory_equal(fx_option_at(&fx.d.reply, 15, &len), "example.org", 11);
	assert_int_equal(fx.d.reply.siaddr, 0x0a000063);
	assert_string_equal((char *)fx.d.reply.file, "subnet.efi");
	assert_int_equal(fx.d.reply.sname[63], 'h');
	req.mac = 1;
	fx_lease(&fx, req);
	assert_memory_equal(fx_option_at(&fx.d.reply, 42, &len), ntp, 4);
	assert_int_equal(fx.d.reply.siaddr, 0x0a000062);
	fx_close(&fx);
}

/* 0.0.0.0 in a narrower scope: none is sent; what is not set there is inherited. */
static void next_server_of_zero(void **state)
{
	struct model *model = fx_model(4);
	struct reservation *r;
	struct fixture fx;

	(void)state;
	r = fx_reserve(&model->subnets[0], 9, NULL, 0x0a000009);
	r->scope.boot.next_server_set = true;
	model->subnets[0].scope.boot.next_server = 0x0a000062;
	model->subnets[0].scope.boot.next_server_set = true;
	model->scope.boot.next_server = 0x0a000063;
	model->scope.boot.next_server_set = true;
	fx = fx_open(model);
	assert_int_equal(fx_lease(&fx, (struct req){.mac = 9}), 0x0a000009);
	assert_int_equal(fx.d.reply.siaddr, 0);
	fx_lease(&fx, (struct req){.mac = 8});
	assert_int_equal(fx.d.reply.siaddr, 0x0a000062);
	fx_close(&fx);
}
static void configured_mask_wins(void **state)
{
	struct model *model = fx_model(4);
	struct fixture fx;
	char buf[1024];

	(void)state;
	fx_option(&model->subnets[0].scope.options, DHO_SUBNET_MASK, "\xff\xff\x00\x00", 4);
	fx = fx_open(model);
	asked(&fx, "\x01", buf);
	assert_int_equal(fx_option_u32(&fx.d.reply, DHO_SUBNET_MASK), 0xffff0000);
	fx_close(&fx);
}

static void piece_is(const struct dhcp_piece *piece, uint8_t code, const char *text)
{
	if (!text) {
		assert_int_equal(piece->len, 0);
		return;
	}
	assert_int_equal(piece->len, 2 + strlen(text));
	assert_int_equal(piece->data[0], code);
	assert_int_equal(piece->data[1], strlen(text));
	assert_memory_equal(piece->data + 2, text, strlen(text));
}

static void named(struct fixture *fx, struct req req, const char *name, const char *sent)
{
	fx_lease(fx, req);
	assert_string_equal(fx->d.hostname, name);
	assert_string_equal(fx->d.change.row.hostname, name);
	piece_is(&fx->d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, sent);
}

static void hostnames(void **state)
{
	struct model *model = fx_model(8);
	struct reservation *r = fx_reserve(&model->subnets[0], 9, NULL, 0);
	struct fixture fx;

	(void)state;
	strcpy(r->hostname, "reserved");
	fx = fx_open(model);
	named(&fx, (struct req){.mac = 1}, "", NULL);
	named(&fx, (struct req){.mac = 1, .prl = "\x0c"}, "", NULL);
	named(&fx, (struct req){.mac = 1, .name = "laptop"}, "laptop", "laptop");
	/* a request that omits it clears nothing, and hears it only if it asks */
	named(&fx, (struct req){.mac = 1}, "laptop", NULL);
	named(&fx, (struct req){.mac = 1, .prl = "\x0c"}, "laptop", "laptop");
	named(&fx, (struct req){.mac = 1, .name = "other"}, "other", "other");
	/* sanitised: trailing NULs, odd characters, nothing left */
	named(&fx, (struct req){.mac = 2, .name = "a b\x01_c.d-\xc3\xa4\0\0", .name_len = 13},
	      "a-b-_c.d", "a-b-_c.d");
	named(&fx, (struct req){.mac = 3, .name = "\0\0", .name_len = 2}, "", NULL);
	named(&fx, (struct req){.mac = 3, .name = "-- ..", .name_len = 5}, "", NULL);
	named(&fx, (struct req){.mac = 9, .name = "mine"}, "reserved", "reserved");
	named(&fx, (struct req){.mac = 9, .prl = "\x0c"}, "reserved", "reserved");
	named(&fx, (struct req){.mac = 9}, "reserved", NULL);
	fx_close(&fx);
}

static void hostname_of_any_length(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	static char name[1000];
	struct req req = {.mac = 1, .name = name, .prl = "\x0c"};

	(void)state;
	memset(name, 'x', sizeof(name));
	for (size_t len = 250; len < sizeof(name); len += 5) {
		req.name_len = len;
		req.max = 1500;
		fx_lease(&fx, req);
		assert_int_equal(strlen(fx.d.hostname), 63); /* of a label */
	}
	fx_close(&fx);
}

static void configured_name_and_never(void **state)
{
	struct model *model = fx_model(8);
	struct req req = {.mac = 1, .prl = "\x0c"};
	struct option_value *v;
	struct fixture fx;
	size_t len;

	(void)state;
	v = fx_option(&model->subnets[0].scope.options, DHO_HOST_NAME, "common", 6);
	fx = fx_open(model);
	fx_lease(&fx, req);
	assert_memory_equal(fx_option_at(&fx.d.reply, DHO_HOST_NAME, &len), "common", 6);
	/* its own goes before, and is sent once */
	req.name = "own";
	fx_lease(&fx, req);
	assert_null(fx_option_at(&fx.d.reply, DHO_HOST_NAME, &len));
	piece_is(&fx.d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, "own");
	v->never_send = true;
	fx_lease(&fx, req);
	assert_null(fx_option_at(&fx.d.reply, DHO_HOST_NAME, &len));
	piece_is(&fx.d.reply.tail[XDHCP_TAIL_HOSTNAME], DHO_HOST_NAME, NULL);
	fx_close(&fx);
}

static void client_id_is_echoed(void **state)
{
	struct fixture fx = fx_open(fx_model(4));
	struct req req = {.mac = 1, .id = "ident"};

	(void)state;
	fx_lease(&fx, req);
	piece_is(&fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID], DHO_CLIENT_IDENTIFIER, "ident");
	fx.model->echo_client_id = false;
	fx_lease(&fx, req);
	piece_is(&fx.d.reply.tail[XDHCP_TAIL_CLIENT_ID], DHO_CLIENT_IDENTIFIER, NULL);
	fx_close(&fx);
}

static void no_longer_than_the_client_takes(void **state)
{
	struct model *model = rich_model();
	static uint8_t big[400];
	struct req req = {.mac = 1, .max = 576, .prl = "\x2b\x01\x2a\x03\xc8\x06\xc9\x0f"};
	static struct dhcp_msg msg;
	struct fixture fx;
	char buf[1024];

	(void)state;
	fx_option(&model->scope.options, 200, big, 120);
	fx_option(&model->scope.options, 201, big, 130);
	fx = fx_open(model);
	req.max = 1500;
	fx_lease(&fx, req);
	assert_string_equal(fx_codes(&fx.d.reply, buf), "53 54 51 58 59 43 1 42 3 200 6 201 15");
	assert_false(fx.d.reply.shortened);
	assert_true(fx.d.memoise);
	/* from the end as far as it must be, but never 1 3 6 */
	for (unsigned max = 0; max <= 576; max += 576) {
		req.max = (uint16_t)max;
		fx_lease(&fx, req);
		fx_message(&req, &msg);
		assert_true(dhcp_reply_ip_len(&msg, &fx.d.reply) <= 576);
		assert_string_equal(fx_codes(&fx.d.reply, buf),
				    "53 54 51 58 59 43 1 42 3 200 6 15");
		assert_true(fx.d.reply.shortened);
		assert_false(fx.d.memoise);
	}
	fx_close(&fx);
}

static void essentials_stay(void **state)
{
	struct model *model = fx_model(4);
	static uint8_t big[1300];
	struct req req = {.mac = 1, .prl = "\x06\xc8\x03\x01\xc9\xca", .name = "name", .id = "id"};
	struct fixture fx;
	char buf[1024];

	(void)state;
	fx_option(&model->scope.options, 6, big, 240);
	fx_option(&model->scope.options, DHO_ROUTERS, routers, 4);
	fx_option(&model->scope.options, 200, big, 60);
	fx_option(&model->scope.options, 201, big, 1300); /* longer than any reply */
	fx_option(&model->scope.options, 202, big, 2);
	fx = fx_open(model);
	fx_lease(&fx, req);
	assert_string_equal(fx_codes(&fx.d.reply, buf), "53 54 51 58 59 6 1 3 202");
	assert_int_equal(fx.d.reply.file[0], 200);
	assert_true(fx.d.reply.shortened);
	fx_close(&fx);
}

/* The same form and record give the same bytes in every state: what XDP relies on (I2). */
static void same_answer_in_every_state(void **state)
{
	struct fixture fx = fx_open(rich_model());
	struct req req = {.mac = 1, .id = "id", .name = "name", .prl = "\x01\x03\x06\x0c\x2a"};
	struct dhcp_reply first;
	uint32_t addr = fx_lease(&fx, req);

	(void)state;
	first = fx.d.reply;
	for (int i = 0; i < 3; i++) {
		struct dhcp_reply *reply = &fx.d.reply;

		fx.now += 100;
		if (i == 0)
			assert_int_equal(fx_reboot(&fx, req, addr), DHCP_ACK);
		if (i == 1)
			assert_int_equal(fx_renew(&fx, req, addr), DHCP_ACK);
		if (i == 2)
			assert_int_equal(fx_select(&fx, req, addr), DHCP_ACK);
		assert_true(fx.d.memoise);
		reply->ciaddr = first.ciaddr; /* copied from the request by either path */
		assert_memory_equal(reply, &first,
				    offsetof(struct dhcp_reply, options) + first.options_len);
	}
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_order_requested),
		cmocka_unit_test(always_and_never),
		cmocka_unit_test(reservation_before_subnet_before_global),
		cmocka_unit_test(next_server_of_zero),
		cmocka_unit_test(configured_mask_wins),
		cmocka_unit_test(hostnames),
		cmocka_unit_test(hostname_of_any_length),
		cmocka_unit_test(configured_name_and_never),
		cmocka_unit_test(client_id_is_echoed),
		cmocka_unit_test(no_longer_than_the_client_takes),
		cmocka_unit_test(essentials_stay),
		cmocka_unit_test(same_answer_in_every_state),
	};

	return cmocka_run_group_tests_name("engine: answer", tests, NULL, NULL);
}
