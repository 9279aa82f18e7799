#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# SIGHUP: a bad file changes nothing and the log says so; a good one applies: the changed option comes with the
# next renewal, which is slow once; clients of an unchanged subnet never leave the fast path.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
rig
veth s srv2 c cli2
address s srv2 198.51.100.1/24
pass c cli2
IFACE="srv, srv2"
second() { # ROUTER
	SUBNET="- id: 2
  subnet: 198.51.100.0/24
  pools: [{pool: 198.51.100.100 - 198.51.100.199}]
  option-data: [{name: routers, data: $1}]"
	config
}
second 198.51.100.1
daemon

a=$(dora c cli | jq -r .yiaddr)
b=$(dora c cli2 | jq -r .yiaddr)
renew_a() { renew c cli "$a" 192.0.2.1 "$(mac s srv)"; }
renew_b() { renew c cli2 "$b" 198.51.100.1 "$(mac s srv2)"; }
renew_a >/dev/null || fail "no renewal"
equal "router in the renewal" "$(renew_b | jq -r .router)" 198.51.100.1
equal "ACKs by XDP" "$(acks_xdp)" 2

echo "no-such-key: 1" >>"$DIR/s.yaml"
kill -HUP "$(daemon_pid)"
await 5 "the refusal in the log" logged 'not reloaded, nothing changed'
expect "the place of the error in the log" logged "s.yaml:[0-9]+:[0-9]+: .*no-such-key"
renew_a >/dev/null || fail "no renewal"
equal "router after the bad reload" "$(renew_b | jq -r .router)" 198.51.100.1
equal "ACKs by XDP: nobody left the fast path" "$(acks_xdp)" 4
status=0
ctl reload >"$DIR/reload.out" || status=$?
expect "config-reload to refuse it, too" test "$status" != 0
expect "its reply to say where" grep -q 'no-such-key' "$DIR/reload.out"

second 198.51.100.254
kill -HUP "$(daemon_pid)"
await 5 "the reload in the log" logged 'reloaded from'
renew_a >/dev/null || fail "no renewal"
equal "ACKs by XDP: the unchanged subnet hits on" "$(acks_xdp)" 5
equal "router after the good reload" "$(renew_b | jq -r .router)" 198.51.100.254
equal "ACKs by XDP: the changed subnet's first is slow" "$(acks_xdp)" 5
again() { [ "$(renew_b | jq -r .router)" = 198.51.100.254 ] && [ "$(acks_xdp)" -ge 6 ]; }
await 5 "the changed subnet to hit again" again
for i in 1 2 3 4 5; do renew_a >/dev/null || fail "no renewal"; done
equal "requests of the unchanged subnet that were slow" "$(verdict pass_gate_scope) $(verdict pass_form)" "0 0"
