#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A daemon started where bpffs cannot be seen (a service manager's sandbox, `ip netns exec`), while the program that
# is pinned there still answers: it refuses to start and says the remedy, with the fast path on, as it comes, or off.
. "$(dirname "$0")/lib.sh"

LIFETIME=600
POOL="192.0.2.100 - 192.0.2.100"
one_=chaddr=02:00:00:00:00:01 two=chaddr=02:00:00:00:00:02
rig
config
daemon
dora c cli $one_ >/dev/null || fail "no lease"
again() { renew c cli 192.0.2.100 192.0.2.1 "$(mac s srv)" $one_ wait=1500; }
again >/dev/null || fail "no renewal"
crash

hidden() { # WAY: the words that run a command so
	case $1 in
	unmounted) hidden=(unshare --mount --propagation private sh -c 'while umount /sys/fs/bpf; do :; done 2>/dev/null; exec "$@"' sh) ;;
	covered) hidden=(unshare --mount --propagation private sh -c 'mount -t tmpfs none /sys/fs/bpf && exec "$@"' sh) ;;
	netns-exec) hidden=(ip netns exec "$ID-s") ;;
	esac
}
configured=$MODE
for MODE in $configured auto off; do
	config
	for way in unmounted covered netns-exec; do
		hidden $way
		expect "$way: the pins not to be seen" not inside s "${hidden[@]}" test -e "$(pin)/leases"
		refused "${hidden[@]}"
		expect "$MODE, $way: the interface and the remedy, not: $(cat "$DIR/refused")" \
			grep -Eq ' error: .*(bpffs|pin-path).*--detach-fast-path' "$DIR/refused"
		n=$(acks_xdp)
		again >/dev/null || fail "$MODE, $way: no renewal by XDP"
		expect "$MODE, $way: it to be XDP's" more_acks_than "$n"
		expect "$MODE, $way: nothing for another client" not dora c cli $two wait=200
	done
done

# seen again: all is as it was
MODE=$configured
config
daemon
expect "a line about adoption" logged ' 1 slots adopted'
n=$(acks_xdp)
again >/dev/null || fail "no renewal"
expect "it to be XDP's" more_acks_than "$n"
