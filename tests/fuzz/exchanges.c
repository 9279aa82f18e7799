// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The corpus of fuzz_packet: exchanges by name, written in the language of exchange.h.
 */
#include "exchanges.h"

#include <string.h>

#include "../common/require.h"
#include "exchange.h"
#include "wire.h"

enum { DISCOVER, REQUEST, DECLINE = 3, RELEASE, INFORM, BOOTP, ODD };

static uint8_t text[2048];
static size_t len;

static void u8(uint8_t value)
{
	require(len < sizeof(text));
	text[len++] = value;
}

static void config(uint8_t number)
{
	len = 0;
	u8(number);
}

static void say_with(uint8_t type, uint8_t who, uint8_t what, uint8_t how, const char *options,
		     size_t n)
{
	u8(EXCHANGE_MESSAGE);
	u8(type);
	u8(who);
	u8(what);
	u8(how);
	u8((uint8_t)n);
	for (size_t i = 0; i < n; i++)
		u8((uint8_t)options[i]);
}

static void say(uint8_t type, uint8_t who, uint8_t what, uint8_t how)
{
	say_with(type, who, what, how, "", 0);
}

#define OFFERED WHAT(ADDR_OFFERED, STATE_SELECTING)
#define REBOOT	WHAT(ADDR_OFFERED, STATE_REQUESTED)
#define RENEW	WHAT(ADDR_OFFERED, STATE_DIRECT)
#define REBIND	WHAT(ADDR_OFFERED, STATE_CIADDR)

/* DISCOVER and REQUEST with the same options. */
static void obtain_with(uint8_t who, uint8_t how, const char *options, size_t n)
{
	say_with(DISCOVER, who, 0, how, options, n);
	say_with(REQUEST, who, OFFERED, how, options, n);
}

static void obtain(uint8_t who)
{
	obtain_with(who, HOW_LIST, "", 0);
}

static void pass(uint8_t span)
{
	u8(EXCHANGE_PASS);
	u8(span);
}

static void settle(void)
{
	u8(EXCHANGE_SETTLE);
}

static void reload(uint8_t number)
{
	u8(EXCHANGE_RELOAD);
	u8(number);
}

static void store(uint8_t fails)
{
	u8(EXCHANGE_STORE);
	u8(fails);
}

static void all_states(uint8_t who, uint8_t how)
{
	say(REQUEST, who, OFFERED, how);
	say(REQUEST, who, REBOOT, how);
	say(REQUEST, who, RENEW, how);
	say(REQUEST, who, REBIND, how);
}

/* --- scenarios --- */

static void dora(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	all_states(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST);
}

static void many_forms(void)
{
	config(0);
	obtain(WHO(1, ID_MAC, PLACE_LINK));
	for (uint8_t how = 0; how < 64; how += 8)
		say(REQUEST, WHO(1, ID_MAC, PLACE_LINK), REBIND, how);
	all_states(WHO(1, ID_MAC, PLACE_LINK), HOW_SMALL);
}

static void release_and_next(void)
{
	config(5);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	say(RELEASE, WHO(0, ID_MAC, PLACE_LINK), RENEW, 0);
	say(DISCOVER, WHO(1, ID_MAC, PLACE_LINK), WHAT(ADDR_OTHERS, STATE_REQUESTED), 0);
	settle();
	obtain(WHO(1, ID_MAC, PLACE_LINK));
	obtain(WHO(2, ID_MAC, PLACE_LINK));
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), RENEW, 0);
}

static void decline_and_quarantine(void)
{
	config(5);
	obtain(WHO(3, ID_NONE, PLACE_LINK));
	say(DECLINE, WHO(3, ID_NONE, PLACE_LINK), OFFERED, 0);
	settle();
	obtain(WHO(4, ID_NONE, PLACE_LINK));
	pass(6);
	pass(6);
	obtain(WHO(5, ID_NONE, PLACE_LINK));
}

static void expiry_and_reuse(void)
{
	config(5);
	for (uint8_t i = 0; i < 3; i++)
		obtain(WHO(i, ID_MAC, PLACE_LINK));
	pass(6);
	all_states(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST);
	pass(9);
	settle();
	obtain(WHO(2, ID_MAC, PLACE_LINK));
	pass(12);
	settle();
	obtain(WHO(3, ID_MAC, PLACE_LINK));
}

static void fast_renewals_extend(void)
{
	config(0);
	obtain(WHO(6, ID_MAC, PLACE_LINK));
	for (uint8_t i = 0; i < 6; i++) {
		pass(7);
		say(REQUEST, WHO(6, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	}
	pass(11);
	settle();
	say(REQUEST, WHO(6, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
}

/*
 * XDP has granted after the last sweep: nobody else may have the address when the daemon's own
 * promise ends.
 */
static void grant_outlives_the_promise(void)
{
	config(0);
	obtain(WHO(1, ID_MAC, PLACE_LINK));
	pass(7);
	pass(2);
	say(REQUEST, WHO(1, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	pass(7);
	settle();
	say(DISCOVER, WHO(0, ID_MAC, PLACE_LINK), WHAT(ADDR_OTHERS, STATE_REQUESTED), 0);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), OFFERED, 0);
	say(REQUEST, WHO(1, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
}

static void relayed(void)
{
	config(1);
	obtain_with(WHO(0, ID_MAC, PLACE_RELAY), HOW_AGENT, "", 0);
	say(REQUEST, WHO(0, ID_MAC, PLACE_RELAY), RENEW, HOW_ROUTED);
	say(REQUEST, WHO(0, ID_MAC, PLACE_RELAY), REBIND, HOW_AGENT);
	say(REQUEST, WHO(0, ID_MAC, PLACE_RELAY_TWIN), REBIND, HOW_AGENT);
	obtain_with(WHO(1, ID_NONE, PLACE_RELAY_OTHER), HOW_AGENT | HOW_LIST, "", 0);
	obtain(WHO(2, ID_NONE, PLACE_RELAY));
	obtain(WHO(3, ID_NONE, PLACE_RELAY));
	obtain(WHO(4, ID_NONE, PLACE_RELAY));
	obtain(WHO(5, ID_NONE, PLACE_RELAY));
}

static void moved(void)
{
	config(1);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	say(REQUEST, WHO(0, ID_MAC, PLACE_RELAY), REBOOT, HOW_BROADCAST);
	obtain(WHO(0, ID_MAC, PLACE_RELAY));
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, 0);
	say(REQUEST, WHO(7, ID_MAC, PLACE_LINK), WHAT(9, STATE_REQUESTED), 0);
	say(REQUEST, WHO(7, ID_MAC, PLACE_LINK), WHAT(15, STATE_REQUESTED), 0);
}

static void reservations(void)
{
	config(2);
	obtain(WHO(0, ID_NONE, PLACE_LINK));
	obtain(WHO(1, ID_SHORT, PLACE_LINK));
	obtain(WHO(2, ID_DUID, PLACE_LINK));
	obtain(WHO(3, ID_DUID, PLACE_LINK));
	obtain(WHO(5, ID_NONE, PLACE_LINK));
	obtain_with(WHO(4, ID_MAC, PLACE_LINK), HOW_LIST, "\x4d\4iPXE", 6);
	say(REQUEST, WHO(4, ID_MAC, PLACE_LINK), REBIND, 0);
	all_states(WHO(1, ID_SHORT, PLACE_LINK), HOW_LIST);
}

static void circuit_and_direct_renewal(void)
{
	config(2);
	obtain_with(WHO(6, ID_MAC, PLACE_RELAY), HOW_AGENT, "", 0);
	say(REQUEST, WHO(6, ID_MAC, PLACE_RELAY), RENEW, HOW_ROUTED);
	say(REQUEST, WHO(6, ID_MAC, PLACE_LINK), REBIND, 0);
	obtain_with(WHO(6, ID_MAC, PLACE_RELAY), 0, "\x52\6\1\4exit", 8);
	obtain_with(WHO(7, ID_MAC, PLACE_LINK), HOW_AGENT, "", 0);
	say(REQUEST, WHO(7, ID_MAC, PLACE_LINK), REBIND, 0);
}

static void agent_overrides(void)
{
	config(1);
	/* RFC 3527, RFC 5107 */
	obtain_with(WHO(0, ID_MAC, PLACE_RELAY_OTHER), 0,
		    "\x52\x0c\5\4\x0a\0\1\0\x0b\4\x0a\x63\0\1", 14);
	/* RFC 3011 */
	obtain_with(WHO(1, ID_MAC, PLACE_LINK), 0, "\x76\4\x0a\0\2\0", 6);
	/* RFC 8357 */
	obtain_with(WHO(2, ID_MAC, PLACE_RELAY), 0, "\x52\4\x13\2\x04\xd2", 6);
}

static void clones(void)
{
	config(0);
	obtain(WHO(0, ID_SHARED, PLACE_LINK));
	obtain(WHO(1, ID_SHARED, PLACE_LINK));
	say(REQUEST, WHO(1, ID_SHARED, PLACE_LINK), WHAT(ADDR_OTHERS, STATE_REQUESTED), 0);
	say(REQUEST, WHO(2, ID_SHARED, PLACE_LINK), WHAT(4, STATE_CIADDR), 0);
	say(REQUEST, WHO(0, ID_SHARED, PLACE_LINK), REBIND, HOW_LIST);
	say(RELEASE, WHO(1, ID_SHARED, PLACE_LINK), WHAT(4, STATE_DIRECT), 0);
}

static void identities_of_one_mac(void)
{
	config(0);
	for (uint8_t id = ID_NONE; id <= ID_EMPTY; id++)
		obtain(WHO(0, id, PLACE_LINK));
	say(REQUEST, WHO(0, ID_NONE, PLACE_LINK), REBIND, 0);
}

static void bootp(void)
{
	config(3);
	say(BOOTP, WHO(1, ID_NONE, PLACE_LINK), 0, 0);
	say(BOOTP, WHO(2, ID_NONE, PLACE_LINK), 0, HOW_BROADCAST);
	say(BOOTP, WHO(3, ID_NONE, PLACE_RELAY), 0, 0);
	say(BOOTP, WHO(2, ID_NONE, PLACE_LINK), REBIND, 0);
	pass(12);
	obtain(WHO(4, ID_MAC, PLACE_LINK));
	say(RELEASE, WHO(2, ID_NONE, PLACE_LINK), RENEW, 0);
}

static void pxe(void)
{
	static const char options[] =
		"\x3c\x15PXEClient:Arch:00007:\x5d\2\0\7\x5e\3\1\3\x10\x61\x11\0"
		"0123456789abcdef";

	config(3);
	obtain_with(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST, options, sizeof(options) - 1);
	obtain_with(WHO(0, ID_NONE, PLACE_LINK), HOW_LIST, "\x4d\4iPXE", 6);
	obtain(WHO(0, ID_DUID, PLACE_LINK));
}

static void rapid_commit(void)
{
	config(3);
	say_with(DISCOVER, WHO(0, ID_MAC, PLACE_LINK), 0, HOW_LIST, "\x50\0", 2);
	say_with(DISCOVER, WHO(0, ID_MAC, PLACE_LINK), 0, HOW_LIST, "\x50\0", 2);
	all_states(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST);
	store(1);
	say_with(DISCOVER, WHO(1, ID_MAC, PLACE_LINK), 0, HOW_LIST, "\x50\0", 2);
	store(0);
	pass(4);
	say_with(DISCOVER, WHO(1, ID_MAC, PLACE_LINK), 0, HOW_LIST, "\x50\0", 2);
}

static void names(void)
{
	config(4);
	obtain_with(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST, "\x0c\2pc", 4);
	obtain_with(WHO(1, ID_MAC, PLACE_LINK), HOW_LIST, "\x51\x0e\5\0\0\2pc\7example\0", 16);
	obtain_with(WHO(2, ID_MAC, PLACE_LINK), HOW_LIST, "\x51\5\1\0\0pc\x0c\6a_b c!", 15);
	obtain_with(WHO(3, ID_MAC, PLACE_LINK), HOW_LIST, "\x51\3\5\0\0", 5);
	obtain_with(WHO(4, ID_MAC, PLACE_LINK), HOW_LIST, "\x0c\2..", 4);
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST, "\x0c\3pc2", 5);
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST, "\x0c\2pc", 4);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
}

static void short_replies(void)
{
	static const char wanted[] = "\x37\x07\x2b\x77\x79\x7d\xe0\xe1\x0c";

	config(4);
	obtain_with(WHO(0, ID_LONG, PLACE_LINK), HOW_SMALL, wanted, sizeof(wanted) - 1);
	obtain_with(WHO(1, ID_LONG, PLACE_RELAY), HOW_SMALL | HOW_AGENT, wanted,
		    sizeof(wanted) - 1);
	obtain_with(WHO(2, ID_LONG, PLACE_LINK), 0, wanted, sizeof(wanted) - 1);
	obtain_with(WHO(3, ID_NONE, PLACE_LINK), 0, "\x37\1\x6c", 3);
	obtain_with(WHO(4, ID_NONE, PLACE_LINK), 0, "\x74\1\1", 3);
}

static void odd_requests(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_SNAME, "\x0c\1a\x0c\1b", 6);
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_NO_END, "\x0c\1a\x0c\1b", 6);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), WHAT(ADDR_OFFERED, STATE_CIADDR_AND), HOW_LIST);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), WHAT(ADDR_OFFERED, STATE_OTHER), HOW_LIST);
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, 0, "\x35\1\3", 3);
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, 0, "\0\0\0\x33\4\0\0\0\1", 9);
	say(ODD, WHO(0, ID_MAC, PLACE_LINK), REBIND, 0);
	say(INFORM, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	say(INFORM, WHO(1, ID_MAC, PLACE_RELAY), WHAT(9, STATE_CIADDR), HOW_LIST);
}

static void reloads(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	reload(0);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	u8(EXCHANGE_DIGIT); /* an option's value */
	u8(0);
	u8(100);
	u8(9);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	reload(6);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	reload(2);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	reload(5);
	settle();
	obtain(WHO(1, ID_MAC, PLACE_LINK));
}

static void commits_fail(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	store(1);
	obtain(WHO(1, ID_MAC, PLACE_LINK));
	say_with(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST, "\x0c\1n", 3);
	say(RELEASE, WHO(0, ID_MAC, PLACE_LINK), RENEW, 0);
	settle();
	pass(3);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	store(0);
	pass(4);
	settle();
	obtain(WHO(2, ID_MAC, PLACE_LINK));
	obtain(WHO(0, ID_MAC, PLACE_LINK));
}

static void restart(uint8_t killed)
{
	u8(EXCHANGE_RESTART);
	u8(killed);
}

static void restarts(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	obtain(WHO(1, ID_MAC, PLACE_LINK));
	restart(1);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	say(RELEASE, WHO(1, ID_MAC, PLACE_LINK), RENEW, 0);
	restart(1);
	say(DISCOVER, WHO(2, ID_MAC, PLACE_LINK), WHAT(5, STATE_REQUESTED), 0);
	say(REQUEST, WHO(1, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	pass(7);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	restart(0);
	pass(8);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	restart(1);
	pass(9);
	obtain(WHO(3, ID_MAC, PLACE_LINK));
}

static void one_batch(void)
{
	config(0);
	say(DISCOVER, WHO(0, ID_MAC, PLACE_LINK), 0, HOW_LIST);
	u8(EXCHANGE_BATCH);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), OFFERED, HOW_LIST);
	u8(EXCHANGE_BATCH);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), OFFERED, 0);
	u8(EXCHANGE_BATCH);
	say(RELEASE, WHO(0, ID_MAC, PLACE_LINK), RENEW, 0);
	u8(EXCHANGE_BATCH);
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBOOT, 0);
	settle();
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBOOT, 0);
}

static void infinite(void)
{
	config(5);
	obtain_with(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST, "\x33\4\xff\xff\xff\xff", 6);
	obtain_with(WHO(1, ID_MAC, PLACE_RELAY), HOW_LIST, "\x33\4\0\0\0\1", 6);
	obtain_with(WHO(2, ID_MAC, PLACE_LINK), HOW_LIST, "\x33\4\0\0\0\7", 6);
	pass(12);
	all_states(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST);
	reload(0);
	all_states(WHO(0, ID_MAC, PLACE_LINK), HOW_LIST);
}

static void damaged_again(void)
{
	config(0);
	obtain(WHO(0, ID_MAC, PLACE_LINK));
	say(REQUEST, WHO(0, ID_MAC, PLACE_LINK), REBIND, HOW_LIST);
	for (uint8_t at = 0; at < 20; at++) {
		u8(EXCHANGE_AGAIN);
		u8(2);
		u8(0);
		u8((uint8_t)(at * 12));
		u8(at);
	}
}

void exchanges_each(void (*fn)(const char *name, const uint8_t *data, size_t len))
{
	static const struct {
		const char *name;
		void (*write)(void);
	} all[] = {
		{"dora-and-all-states", dora},
		{"many-forms-of-one-client", many_forms},
		{"release-and-the-next", release_and_next},
		{"decline-and-quarantine", decline_and_quarantine},
		{"expiry-and-reuse", expiry_and_reuse},
		{"fast-renewals-extend-the-credit", fast_renewals_extend},
		{"a-grant-outlives-the-promise", grant_outlives_the_promise},
		{"relayed-direct-and-twin-relays", relayed},
		{"moved-to-another-network", moved},
		{"reservations-of-every-kind", reservations},
		{"circuit-and-direct-renewal", circuit_and_direct_renewal},
		{"link-selection-and-overrides", agent_overrides},
		{"cloned-client-ids", clones},
		{"identities-of-one-mac", identities_of_one_mac},
		{"bootp", bootp},
		{"pxe", pxe},
		{"rapid-commit", rapid_commit},
		{"names-and-fqdn", names},
		{"replies-that-must-be-short", short_replies},
		{"odd-requests", odd_requests},
		{"reloads", reloads},
		{"commits-fail", commits_fail},
		{"restarts-and-kills", restarts},
		{"one-batch", one_batch},
		{"infinite-and-clamped", infinite},
		{"damaged-copies", damaged_again},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		all[i].write();
		fn(all[i].name, text, len);
	}
}
