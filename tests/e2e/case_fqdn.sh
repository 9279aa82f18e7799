#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Option 81 (RFC 4702): dhclient sends its name in it and is answered, by the daemon and at T1 by XDP with the same; the
# lease has the name, and keeps it when a request does without; a reserved hostname wins.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
GLOBAL='renew-timer: 2'
SUBNET='  reservations: [{hw-address: "02:00:00:00:81:02", hostname: reserved.example.net}]'
rig
config
daemon
server=$(mac s srv)

cat >"$DIR/hook" <<-'EOT'
	#!/bin/sh
	[ -z "${new_ip_address:-}" ] || env | sed -n "s/^new_fqdn_/$reason /p" | sort >>"$EVENTS.fqdn"
	exec "$HOOK" "$@"
EOT
chmod +x "$DIR/hook"
cat >"$DIR/c1.conf" <<-EOT
	timeout 10; retry 1; select-timeout 0; initial-interval 1;
	send host-name "short"; send fqdn.fqdn "host.example.org."; send fqdn.encoded on; send fqdn.server-update on;
	request subnet-mask, routers, fqdn, host-name;
EOT
HOOK=$DIR/hook client_dhclient c1 c cli -e "HOOK=$HOOK"
await 10 "dhclient to be bound" happened c1 '^BOUND'
addr=$(address_of c1)
await 10 "two renewals" times_more c1 '^RENEW' 1
end "$PID"
# N: no DNS is updated; E: labels; and the result codes that RFC 4702 2.2 says
for reason in BOUND RENEW; do
	equal "what dhclient was told ($reason)" "$(sed -n "s/^$reason //p" "$DIR/c1.events.fqdn" | sort -u | xargs)" \
		"domainname=.example.org encoded=true fqdn=host.example.org hostname=host no_client_update=true rcode1=255 rcode2=255 server_update=false"
done
await 5 "all renewals to be answered by XDP" all_by_xdp c1
equal "its name" "$(lease_field "$addr" hostname)" host.example.org
expect "it in the log" logged "DHCPREQUEST for $addr from $(mac c cli) \(host.example.org\) via srv: DHCPACK$"

# fqdn FLAGS LABEL...: option 81 in labels, in hex
fqdn() {
	printf '%s0000' "$1"
	shift
	for label; do printf '%02x%s' "${#label}" "$(printf %s "$label" | xxd -p)"; done
	echo 00
}
again() { renew c cli "$addr" 192.0.2.1 "$server" xid=81 hex=1 wait=1500 prl=1,3,12 "$@"; }
told() { jq -r '.options | "\(."81") \(."12" // "" | if . == "" then "" else "12" end)"' <<<"$REPLY"; }
answer() { printf '%sffff%s ' "$1" "${2:6}"; } # FLAGS REQUESTED
kept() { equal "the name $1" "$(lease_field "$addr" hostname)" "${2:-host.example.org}"; }

# The renewals in both ways, by their bytes: S asked for is O in the answer
asked=$(fqdn 05 host example org)
both_ways "the name" again "option=81:$asked"
equal "the answer" "$(told)" "$(answer 0e "$asked")12"
both_ways "nothing of a name" again
equal "the answer" "$(told)" "null 12"
kept "when it is not sent"
both_ways "an empty one" again option=81:040000
equal "the answer" "$(told)" "0cffff 12"
kept "when it is empty"
both_ways "a part of it, as text" again "option=81:000000$(printf host | xxd -p)"
equal "the answer" "$(told)" "08ffff$(printf host.example.org | xxd -p) 12"
kept "when it is a part"
both_ways "no name at all" again option=81:050000c000
equal "the answer" "$(told)" "null 12"
kept "when what is sent is none"
asked=$(fqdn 04 other example org)
both_ways "another name" again "option=81:$asked" host=third
equal "the answer" "$(told)" "$(answer 0c "$asked")12"
kept "when another is sent" other.example.org

# A reserved hostname wins, in the lease as in the answer
ack=$(dora c cli chaddr=02:00:00:00:81:02 prl=1,3 "option=81:$asked") || fail "no lease"
addr=$(jq -r .yiaddr <<<"$ack")
equal "the reserved name" "$(lease_field "$addr" hostname)" reserved.example.net
both_ways "the reserved name" again chaddr=02:00:00:00:81:02 "option=81:$asked"
equal "the answer" "$(told)" "$(answer 0c "$(fqdn 04 reserved example net)")12"
n=$(acks_xdp)
again chaddr=02:00:00:00:81:02 "option=81:$asked" >/dev/null || fail "no renewal"
expect "an ACK by XDP" more_acks_than "$n"
