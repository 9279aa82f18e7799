#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 40
#
# DECLINE: dhcpcd finds by ARP that the address is used by another host, dhclient is told so by its script;
# the address is quarantined, shown as declined, and given out again when the quarantine is over.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.101"
GLOBAL="decline-probation-period: 12"
segment
for n in s c d h; do namespace $n; done
port s srv
port c cli
port d cli
port h eth
address s srv 192.0.2.1/24
config
daemon

# one address of the two is taken by a client, the other by a host that never asked
taken=$(dora c cli chaddr=02:00:00:00:00:01 | jq -r .yiaddr)
used=192.0.2.100
[ "$taken" != "$used" ] || used=192.0.2.101
address h eth "$used/24"

client_dhcpcd c2 d cli
await 30 "the DECLINE" logged "DHCPDECLINE.* $used.*declined"
await 10 "the quarantine" equal_silent 1 lease_field "$used" state
equal "declined addresses" "$(statistic declined-addresses)" 1
expect "no slot for it" not in_txt "$used"
expect "no offer of it meanwhile" not one c cli discover chaddr=02:00:00:00:00:02
ip -n "$ID-h" address flush dev eth
await 60 "dhcpcd to get it after the quarantine" happened c2 "^BOUND $used "
end "$PID"
one d cli release ciaddr="$used" src="$used" server=192.0.2.1 >/dev/null
await 5 "the release" unbound "$used"

echo "$used" >"$DIR/c1.events.conflict"
client_dhclient c1 c cli
await 30 "dhclient's script to refuse" happened c1 "^CONFLICT $used"
await 10 "the DECLINE" equal_silent 1 statistic declined-addresses
expect "not to be renewed" not in_txt "$used"
rm "$DIR/c1.events.conflict"
await 60 "dhclient to get it after the quarantine" happened c1 "^BOUND $used "
