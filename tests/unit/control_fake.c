// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fake daemon of the control channel's tests (control_fake.h).
 */
#include "control_fake.h"

#include <errno.h>
#include <string.h>

static const uint8_t client_id[] = {0x01, 0x52, 0x54, 0x00, 0xab, 0xcd, 0xef};

static const uint8_t agent[] = "\x01\x04port\x02\x02\x0a\xbf\x0c\x01r\x63";

static const struct control_lease table[] = {
	{.addr = 0x0a000005,
	 .subnet_id = 1,
	 .hw = {0x52, 0x54, 0x00, 0xab, 0xcd, 0xef},
	 .client_id = client_id,
	 .client_id_len = sizeof(client_id),
	 .hostname = "printer",
	 .cltt = 1700000000,
	 .valid_lft = 3600,
	 .expire = 1700003600,
	 .slot = 5,
	 .hits = 12,
	 .ack_until = 1700010800},
	{.addr = 0x0a000006,
	 .subnet_id = 1,
	 .hw = {0x02, 0, 0, 0, 0, 0x0a},
	 .hostname = "",
	 .giaddr = 0xc0a80701,
	 .agent = {agent, sizeof(agent) - 1},
	 .remote_id = {agent + 8, 2},
	 .relay_id = {agent + 12, 1},
	 .cltt = 1700000001,
	 .valid_lft = 4294967295u,
	 .slot = -1},
	{.addr = 0xffffffff, /* the last there can be: the cursor ends here */
	 .subnet_id = 2,
	 .hw = {0x02, 0, 0, 0, 0, 0x0b},
	 .hostname = "caf\xe9",
	 .agent = {agent, 6},
	 .cltt = 1700000002,
	 .valid_lft = 600,
	 .expire = 1700000602,
	 .state = 1,
	 .slot = -1,
	 .ack_until = 1700000602},
};

static json_t *fake_status(void *arg)
{
	(void)arg;
	return json_pack("{s:i, s:{s:s}}", "pid", 42, "fast-path", "mode", "native");
}

static json_t *fake_config(void *arg)
{
	(void)arg;
	return json_pack("{s:{s:[{s:i}]}}", "Dhcp4", "subnet4", "id", 1);
}

static json_t *fake_source(void *arg)
{
	(void)arg;
	return json_pack("{s:[s], s:s, s:[]}", "files", "f.yaml", "text",
			 "interfaces-config: {interfaces: [eth0]}\nvalid-lifetime: 60\n", "parts");
}

static int fake_test(void *arg, const json_t *config, char **ret_text)
{
	struct fake *fake = arg;

	json_decref(fake->tested);
	fake->tested = json_deep_copy(config);
	if (!fake->refuse)
		return 0;
	*ret_text = strdup(fake->refuse);
	return -EINVAL;
}

static int fake_reload(void *arg, char **ret_text)
{
	struct fake *fake = arg;

	fake->reloads++;
	if (!fake->refuse)
		return 0;
	*ret_text = strdup(fake->refuse);
	return -EINVAL;
}

static void fake_statistics(void *arg, void (*fn)(void *ctx, const struct control_stat *stat),
			    void *ctx)
{
	(void)arg;
	fn(ctx, &(struct control_stat){"pkt4-ack-sent", 7});
	fn(ctx, &(struct control_stat){"subnet[1].total-addresses", 5000000000});
}

static int fake_statistics_reset(void *arg, const char *name)
{
	struct fake *fake = arg;

	if (name && strcmp(name, "subnet[1].total-addresses") == 0)
		return -EINVAL;
	if (name && strcmp(name, "pkt4-ack-sent") != 0)
		return -ENOENT;
	if (fake->refuse)
		return -ENOMEM;
	fake->resets++;
	return 0;
}

static struct control_lease fake_one_of_many(uint32_t n)
{
	return (struct control_lease){
		.addr = 0xac100000 + n,
		.subnet_id = 9,
		.hw = {2, 0, 0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n},
		.hostname = "one-of-many",
		.valid_lft = 3600,
		.slot = n};
}

static void walk(struct fake *fake, uint32_t from,
		 bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	for (size_t i = 0; i < 2; i++)
		if (table[i].addr >= from && (fake->walked++, !fn(ctx, &table[i])))
			return;
	for (uint32_t n = from > 0xac100000 ? from - 0xac100000 : 0; n < fake->many; n++) {
		struct control_lease lease = fake_one_of_many(n);

		fake->walked++;
		if (!fn(ctx, &lease))
			return;
	}
	fake->walked++;
	fn(ctx, &table[2]);
}

static void fake_leases(void *arg, uint32_t from,
			bool (*fn)(void *ctx, const struct control_lease *lease), void *ctx)
{
	struct fake *fake = arg;
	uint32_t before = fake->walked;

	walk(fake, from, fn, ctx);
	if (fake->walked - before > fake->longest)
		fake->longest = fake->walked - before;
}

static bool fake_lease(void *arg, uint32_t addr, struct control_lease *ret_lease)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].addr == addr) {
			*ret_lease = table[i];
			return true;
		}
	return false;
}

/* Of the first it answers when it is told to, of the others at once. */
static void fake_lease_delete(void *arg, uint32_t addr,
			      void (*done)(void *ctx, enum control_deleted outcome), void *ctx)
{
	struct fake *fake = arg;

	if (addr == table[0].addr) {
		fake->done = done;
		fake->done_ctx = ctx;
	} else if (addr == table[1].addr) {
		done(ctx, CONTROL_DELETED);
	} else if (addr == table[2].addr) {
		done(ctx, CONTROL_DELETED_ENDS);
	} else {
		done(ctx, CONTROL_DELETED_NONE);
	}
}

const struct control_ops fake_ops = {
	.version = "1.2.3",
	.status = fake_status,
	.config = fake_config,
	.config_source = fake_source,
	.config_test = fake_test,
	.config_reload = fake_reload,
	.statistics = fake_statistics,
	.statistics_reset = fake_statistics_reset,
	.leases = fake_leases,
	.lease = fake_lease,
	.lease_delete = fake_lease_delete,
};
