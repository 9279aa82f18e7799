#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A stranger on the link names a giaddr that is no relay's, with sub-options that find a subnet (RFC 3527) and say to
# which port (RFC 8357): nothing is sent to what listens on the server, by loopback or by an address of its own.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
config
daemon
listen() { # ADDR
	local enter
	read -ra enter <<<"$(in_ns s)"
	background "$DIR/got-$1" "${enter[@]}" python3 -u -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('$1', 514))
print('up')
while True:
    print('GOT', len(s.recv(4000)))"
	await 5 "a listener on $1" grep -q up "$DIR/got-$1"
}
# asked GIADDR
asked() {
	one c cli discover giaddr="$1" sport=514 option=82:0504c00002011300 wait=300 >/dev/null || :
}
listen 127.0.0.1
listen 192.0.2.1
failed=$(statistic xdhcp-parse-failed-relay)
for giaddr in 127.0.0.1 0.0.0.1 224.0.0.1 255.255.255.255; do
	asked $giaddr
done
equal "no relay's addresses" $(($(statistic xdhcp-parse-failed-relay) - failed)) 4
asked 192.0.2.1
equal "DISCOVERs of a relay that has the server's own address" "$(statistic pkt4-discover-received)" 0
equal "what was heard" "$(cat "$DIR"/got-*)" "up
up"
equal "what could not be sent" "$(status | jq '.drops."send-failed"')" 0
asked 192.0.2.66
equal "DISCOVERs of a relay" "$(statistic pkt4-discover-received)" 1
