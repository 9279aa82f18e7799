#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# modes: native generic
# slow: 20
#
# A PXE ROM, iPXE in a virtual machine on a tap: it gets its address, server and boot file from
# the daemon, loads that by TFTP, and the loaded script says which address it has.
. "$(dirname "$0")/lib.sh"

SUBNET="  next-server: 192.0.2.1
  boot-file-name: boot.ipxe
  option-data: [{name: routers, data: 192.0.2.1}]"
namespace s
ip -n "$ID-s" tuntap add dev srv mode tap
ip -n "$ID-s" link set srv up
address s srv "$NET.1/24"
SUBNET=$(sed '$d' <<<"$SUBNET") # config() writes the option
config
daemon

mkdir "$DIR/tftp"
cat >"$DIR/tftp/boot.ipxe" <<-'EOT'
	#!ipxe
	chain tftp://${next-server}/${ip}-${filename}-${dhcp-server}-${netmask}-${gateway}
EOT
chmod -R a+rX "$DIR/tftp"
: >"$DIR/tftp.log"
LOGS+=("$DIR/tftp.log")
read -ra enter <<<"$(in_ns s)"
background "$DIR/tftp.log" "${enter[@]}" dnsmasq --keep-in-foreground --log-facility=- --port=0 --user=root \
	--conf-file=/dev/null --pid-file= --enable-tftp --tftp-root="$DIR/tftp" --interface=srv --bind-interfaces
await 5 "the TFTP server" grep -q TFTP "$DIR/tftp.log"
background "$DIR/qemu.log" "${enter[@]}" qemu-system-x86_64 -accel tcg -m 128 -display none -monitor none \
	-serial none -boot n -netdev tap,id=n,ifname=srv,script=no,downscript=no,vhost=off \
	-device virtio-net-pci,netdev=n,mac=52:54:00:12:34:56
LOGS+=("$DIR/qemu.log")
await 60 "the boot file to be loaded" grep -q "sent .*/boot.ipxe to 192.0.2.1" "$DIR/tftp.log"
await 20 "the script to run" grep -Eq "file .*/192\.0\.2\.1[0-9][0-9]-boot\.ipxe-192\.0\.2\.1-255\.255\.255\.0-192\.0\.2\.1 not found" "$DIR/tftp.log"
equal "the lease" "$(live_leases)" 1
