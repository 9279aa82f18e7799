#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
#
# Rapid commit (RFC 4039): dhcpcd is bound by one DISCOVER, of which the lease is on disk when the answer comes; its
# renewals are XDP's once the daemon has answered one. Where the subnet does not say so, it takes two exchanges.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
SUBNET='  rapid-commit: true'
rig
config
daemon
messages() { # DISCOVERs, OFFERs, REQUESTs, ACKs
	echo "$(statistic pkt4-discover-received) $(statistic pkt4-offer-sent)" \
		"$(statistic pkt4-request-received) $(statistic pkt4-ack-sent)"
}

cat >"$DIR/c1.conf" <<-EOT
	hostname
	option subnet_mask, routers, rapid_commit
	require dhcp_server_identifier
	noipv4ll
	noarp
	timeout 15
EOT
client_dhcpcd c1 c cli
await 15 "dhcpcd to be bound" happened c1 '^BOUND 192\.0\.2\.1[0-9][0-9] 600 192\.0\.2\.1$'
addr=$(address_of c1)
expect "the client to know of no offer" not grep -q offered "$DIR/c1.log"
equal "messages" "$(messages)" "1 0 0 1"
expect "so in the log" logged "DHCPDISCOVER for $addr from $(mac c cli) .*via srv: DHCPACK \(rapid commit\)"
equal "the store" "$(sql "SELECT state FROM leases WHERE address = '$addr'")" bound
expect "the daemon to show the lease" bound "$addr" "$(mac c cli)"

for n in 1 2 3; do
	kill -USR1 "$PID" # dhcpcd's word for: renew
	await 10 "renewal $n" equal_silent "$n" times c1 '^RENEW'
done
equal "messages" "$(messages)" "1 0 3 4"
equal "renewals answered by XDP" "$(verdict ack_renewing)" 2

# RFC 4039 3.1: the answer has the option, and nobody who does not send it is bound so
answer() { one c cli discover chaddr=02:00:00:00:80:01 "$@" | jq -r '.type + " " + .options."80"'; }
equal "who sends it" "$(answer option=80:)" "ack "
equal "who does not" "$(answer)" "offer "
equal "its option" "$(one c cli discover chaddr=02:00:00:00:80:01 option=80: | jq '.options | has("80")')" true
sed -i 's/rapid-commit: true/rapid-commit: false/' "$DIR/s.yaml"
ctl reload >/dev/null
equal "where it is not allowed" "$(answer option=80:)" "offer "
