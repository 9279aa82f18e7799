# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The rig of the virtual machine cases, on top of that of the end-to-end ones: QEMU (TCG) runs
# Debian's stock cloud kernel with xdhcpd in it; the clients are on the host, in a network namespace,
# at the other end of a tap, so that they live through whatever happens to the machine and have a clock of their own.
# A case begins with
#
#     . "$(dirname "$0")/lib.sh"
#
# is started by tests/vm/run only (VM_KERNEL and VM_INITRD come from there), and says `passed WHAT` for
# each outcome it has seen; any other end than success is a failure.
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

MACHINE=q35
MEMORY=512
CLOCKSOURCE=acpi_pm
DISK=()     # further arguments of QEMU
BOOTS=0
QEMU=       # its pid
PIN=/sys/fs/bpf/xdhcp
STORE=/disk/s.db
NATIVE_NIC=guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,csum=off,gso=off # as native XDP wants it

passed() { echo "PASS $*"; }

# --- the machine ---

# On a busy host the machine must not go by what it finds out about its own clocks. That of CLOCKSOURCE is right to the
# second, the faster `tsc` to some per cent.
clocks() { echo "clocksource=$CLOCKSOURCE tsc=reliable tsc_early_khz=$("$B/tests/vm/ticks")"; }

# machine GUEST ARGS...: starts QEMU with the guest's script GUEST (tests/vm/init); its console is $DIR/console.
machine() {
	local guest=$1 enter
	shift
	BOOTS=$((BOOTS + 1))
	[ "$BOOTS" -gt 1 ] || LOGS+=("$DIR/console" "$DIR/qemu.log")
	read -ra enter <<<"$(in_ns c)"
	background "$DIR/qemu.log" "${enter[@]}" qemu-system-x86_64 -M "$MACHINE" -accel tcg,thread=multi -cpu max -smp 2 \
		-m "$MEMORY" -nodefaults -no-user-config -display none -no-reboot \
		-chardev "file,id=console,path=$DIR/console,append=on" -serial chardev:console \
		-kernel "$VM_KERNEL" -initrd "$VM_INITRD" \
		-append "console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off no_timer_check $(clocks) guest=$guest" "$@"
	QEMU=$PID
}

# client_side: the namespace of the clients, with the tap `cli` that the machine's NIC is connected to.
client_side() {
	namespace c
	inside c ip tuntap add cli mode tap
	ip -n "$ID-c" link set cli up
}

# boot: starts the machine and waits until it does what `guest` says. GUEST_STARTED is the host's
# CLOCK_BOOTTIME when the machine's was 0.
boot() {
	local n=$((BOOTS + 1))
	mkfifo "$DIR/agent.$n.in" "$DIR/agent.$n.out" "$DIR/monitor.$n.in" "$DIR/monitor.$n.out"
	exec {TO}<>"$DIR/agent.$n.in" {FROM}<>"$DIR/agent.$n.out"
	exec {MONITOR_TO}<>"$DIR/monitor.$n.in" {MONITOR_FROM}<>"$DIR/monitor.$n.out"
	machine agent "${DISK[@]}" \
		-chardev "pipe,id=agent,path=$DIR/agent.$n" -serial chardev:agent \
		-chardev "pipe,id=monitor,path=$DIR/monitor.$n" -mon chardev=monitor,mode=control \
		-netdev tap,id=a,ifname=cli,script=no,downscript=no \
		-device "virtio-net-pci,netdev=a,mac=02:00:00:00:0a:01,romfile=,$NATIVE_NIC"
	answer 180 >/dev/null || fail "the machine did not start"
	monitor qmp_capabilities
	guest "ip link set lo up; ip link set eth0 name srv; ip address add $NET.1/${PREFIX:-24} brd + dev srv; ip link set srv up"
	synchronise
}

close_channels() { exec {TO}>&- {FROM}>&- {MONITOR_TO}>&- {MONITOR_FROM}>&-; }

# power_cut: the machine is gone in an instant, with all that it had not written to its disk.
power_cut() {
	kill -9 "$QEMU"
	wait "$QEMU" 2>/dev/null || :
	close_channels
}

# gone SECONDS: the machine has switched itself off.
gone() {
	await "$1" "the machine to end" not alive "$QEMU"
	close_channels
}

# answer SECONDS: of the agent; its output and exit code are the command's. All of it is read before any is
# printed: whoever reads our output may have gone, and the next answer must not begin with the rest of this one.
answer() {
	local line text=
	while IFS= read -r -t "$1" line <&"$FROM"; do
		case $line in
		"=== "*)
			printf '%s' "$text"
			return "${line#=== }"
			;;
		esac
		text+=$line$'\n'
	done
	return 99
}

ask() {
	case $1 in
	*$'\n'*) fail "more than one line: $1" ;;
	esac
	printf '%s\n' "$1" >&"$TO"
}
# guest COMMAND: a line of shell, in the machine.
guest() {
	ask "$1"
	answer 120
}

# monitor COMMAND [JSON]: of QEMU's monitor; prints what it returns.
monitor() {
	local line
	printf '{"execute": "%s"%s}\n' "$1" "${2:+, \"arguments\": $2}" >&"$MONITOR_TO"
	while IFS= read -r -t 60 line <&"$MONITOR_FROM"; do
		case $line in
		*'"error"'*) fail "the monitor to $1: $line" ;;
		*'"return"'*) jq -c .return <<<"$line" >"$DIR/monitor.reply" && return ;;
		esac
	done
	fail "the monitor does not answer to $1"
}

now() { cut -d' ' -f1 /proc/uptime; }
guest_now() { guest "cut -d' ' -f1 /proc/uptime"; }
calculate() { awk "BEGIN { printf \"%.2f\", ($1) }"; }
holds() { awk "BEGIN { exit !($1) }"; } # a comparison of numbers with fractions

# synchronise: what the machine's boottime clock is behind the host's: BEHIND seconds, and at most AT_MOST.
synchronise() {
	local before there after
	before=$(now)
	there=$(guest_now)
	after=$(now)
	BEHIND=$(calculate "$before - $there") AT_MOST=$(calculate "$after - $there")
}

# --- its disk ---

# disk: an ext4 of its own, mounted by mount_disk. Between the machine and it stands a volatile cache: after a
# power cut cut_disk leaves of what was not flushed what chance wills.
disk() {
	local file=$DIR/disk log=$DIR/disk.log
	truncate -s 48M "$file"
	mke2fs -q -t ext4 "$file"
	DISK=(-blockdev "driver=file,filename=$file,node-name=disk_file" -blockdev driver=raw,file=disk_file,node-name=disk
		-blockdev "driver=file,filename=$log,node-name=log_file" -blockdev driver=raw,file=log_file,node-name=log
		-blockdev driver=blklogwrites,file=disk,log=log,node-name=logged -device virtio-blk-pci,drive=logged)
	keep_disk
}
# As it is before the machine is started.
keep_disk() {
	cp --sparse=always "$DIR/disk" "$DIR/disk.before"
	rm -f "$DIR/disk.log"
	truncate -s 1G "$DIR/disk.log"
}
# cut_disk SEED
cut_disk() {
	cp --sparse=always "$DIR/disk.before" "$DIR/disk"
	"$B/tests/vm/unsynced" "$DIR/disk" "$DIR/disk.log" "$1" || fail "no disk from the log of writes"
	keep_disk
}
mount_disk() { guest "mount -t ext4 /dev/vda /disk"; }

# --- the daemon in the machine; what e2e's library says of it goes through the agent ---

pin() { echo "$PIN"; }
guest_bpftool() { guest "bpftool $*"; }
BPFTOOL=guest_bpftool
ctl() { guest "xdhcpctl -s /run/xdhcp.sock --pin-path $PIN --json $*"; }
leases_txt() { guest "cat $PIN/leases_txt"; }

# send FILE PATH: copies a small file into the machine.
send() { guest "echo $(base64 -w 0 "$1") | base64 -d >$2"; }

# config: e2e's, with the machine's paths.
eval "e2e_$(declare -f config)"
config() {
	e2e_config
	sed -i "s|socket-name: [^}]*|socket-name: /run/xdhcp.sock|; s|name: $DIR/$S.db|name: $STORE|" "$DIR/$S.yaml"
}

started_more_than() { [ "$(guest "grep -c 'server version .* started' /tmp/daemon.log")" -gt "$1" ]; }

# daemon: starts it and waits until it is ready.
daemon() {
	local n
	send "$DIR/$S.yaml" /etc/xdhcp.yaml
	n=$(guest "grep -c 'server version .* started' /tmp/daemon.log 2>/dev/null || :")
	guest "setsid xdhcpd -c /etc/xdhcp.yaml </dev/null >>/tmp/daemon.log 2>&1 & echo \$! >/tmp/daemon.pid"
	await 120 "xdhcpd to start" started_more_than "${n:-0}"
}
stop() { guest 'kill $(cat /tmp/daemon.pid); while kill -0 $(cat /tmp/daemon.pid) 2>/dev/null; do sleep 0.1; done'; }
crash() { guest 'kill -9 $(cat /tmp/daemon.pid); while kill -0 $(cat /tmp/daemon.pid) 2>/dev/null; do sleep 0.1; done'; }
daemon_log() { guest "cat /tmp/daemon.log"; }

# --- clients ---

client() { echo "02:00:00:00:01:$(printf %02x "$1")"; }
# lease_of N [WORDS...]: the N-th client's; prints its address.
lease_of() {
	local n=$1
	shift
	dora c cli "chaddr=$(client "$n")" "$@" | jq -r .yiaddr
}
# renewal N ADDRESS [WORDS...]: prints the reply; succeeds with an ACK.
renewal() {
	local n=$1 addr=$2 reply
	shift 2
	reply=$(renew c cli "$addr" "$NET.1" 02:00:00:00:0a:01 "chaddr=$(client "$n")" "$@") || return 1
	echo "$reply"
	[ "$(jq -r '"\(.type) \(.yiaddr)"' <<<"$reply")" = "ack $addr" ]
}

# of_slot ADDRESS FIELD: of its open slot: generation, last, granted_until, ack_until, hits.
of_slot() {
	leases_txt | awk -v addr="$1" -v field="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == field) at = i }
		NR > 1 && $2 == addr { print $at }'
}
# row ADDRESS FIELD: of the store, as it is on the machine's disk.
row() { guest "sqlite3 -readonly $STORE \"SELECT $2 FROM lease WHERE addr = $(as_number "$1")\""; }
