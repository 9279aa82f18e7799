#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 60
#
# tests/vm/guest_fastpath in a machine with two virtio NICs connected back to back: the prog-run tests, a native
# attach, a real client's lease and its renewal answered by XDP.
. "$(dirname "$0")/lib.sh"

TIMEOUT=${TIMEOUT:-900}
MEMORY=1024 CLOCKSOURCE=tsc
namespace c
machine fastpath -netdev hubport,id=a,hubid=0 -device "virtio-net-pci,netdev=a,mac=02:00:00:00:0a:01,romfile=,$NATIVE_NIC" \
	-netdev hubport,id=b,hubid=0 -device "virtio-net-pci,netdev=b,mac=02:00:00:00:0b:01,romfile=,$NATIVE_NIC"
await "$TIMEOUT" "the machine to come to its end" not alive "$QEMU"
tr -d '\r' <"$DIR/console" | grep -a '^\(PASS\|FAIL\|NOTE\) ' || :
tr -d '\r' <"$DIR/console" | grep -aqx 'VM END' || fail "the machine did not come to its end"
expect "all of it to pass" not grep -aq '^FAIL ' "$DIR/console"
