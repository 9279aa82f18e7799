#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 30
#
# A client that has moved: it asks for its address of another network (INIT-REBOOT), gets a NAK and then
# a lease of this one. With dhclient, dhcpcd and single requests; and who is not NAKed.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
segment
for n in s c d; do namespace $n; done
port s srv
port c cli
port d cli
address s srv 192.0.2.1/24
config
daemon
client_dhclient c1 c cli
dhclient=$PID
client_dhcpcd c2 d cli
dhcpcd=$PID
await 30 "dhclient to be bound" happened c1 '^BOUND 192\.0\.2\.'
await 30 "dhcpcd to be bound" happened c2 '^BOUND 192\.0\.2\.'
kill -9 "$dhclient"
end "$dhcpcd"
stop

# the same wire, another network
ip -n "$ID-s" address flush dev srv
address s srv 198.51.100.1/24
NET=198.51.100
config
daemon

ip -n "$ID-c" address flush dev cli
ip -n "$ID-d" address flush dev cli
client_dhclient c1 c cli
client_dhcpcd c2 d cli
await 30 "dhclient to be bound anew" happened c1 '^(BOUND|REBOOT) 198\.51\.100\.1[0-9][0-9] '
await 30 "dhcpcd to be bound anew" happened c2 '^(BOUND|REBOOT) 198\.51\.100\.1[0-9][0-9] '
expect "a NAK in dhclient's log" grep -q 'DHCPNAK from 198.51.100.1' "$DIR/c1.log"
expect "a NAK in dhcpcd's log" grep -qi 'NAK.*198.51.100.1' "$DIR/c2.log"
expect "at least two NAKs counted" test "$(statistic pkt4-nak-sent)" -ge 2

reply=$(one c cli request chaddr=02:00:00:00:00:01 requested=10.9.9.9) || fail "no answer to an address of another network"
equal "the answer" "$(jq -r '.type + " " + .dst + " " + .dmac' <<<"$reply")" "nak 255.255.255.255 ff:ff:ff:ff:ff:ff"
reply=$(one c cli request chaddr=02:00:00:00:00:01 requested="$(address_of c1)") || fail "no answer to another's address"
equal "the answer to who asks for another's address" "$(jq -r .type <<<"$reply")" nak
expect "silence to an unknown client (we are not authoritative)" \
	not one c cli request chaddr=02:00:00:00:00:01 requested=198.51.100.177
