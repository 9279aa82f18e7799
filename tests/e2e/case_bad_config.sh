#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Bad configurations: each is refused with FILE:LINE:COL: MESSAGE at the place of the error, and nothing
# else, and exit code 1, by -t and at the start; several errors are all told at once.
. "$(dirname "$0")/lib.sh"

config
"$B/xdhcpd" -t -c "$DIR/s.yaml" || fail "the good configuration is refused"

n=0
# bad LINE:COL REGEX ... <FILE: exactly these errors, in any order
bad() {
	local file=$DIR/bad$((++n)).yaml status args out place
	cat >"$file"
	for args in -t ""; do
		status=0
		# shellcheck disable=SC2086
		timeout 10 "$B/xdhcpd" $args -c "$file" >"$DIR/out" 2>&1 || status=$?
		out=$(grep -v ': notice: ' "$DIR/out" || :)
		equal "exit code for $file $args" "$status" 1
		equal "number of errors in: $out" "$(wc -l <<<"$out")" $(($# / 2))
		set -- "$@" ""
		while [ -n "$1" ]; do
			place=$file:$1:
			grep -F "$place " <<<"$out" | grep -Eq "$2" || {
				echo "$out"
				fail "no '$place' with '$2'"
			}
			set -- "${@:3}" "$1" "$2"
		done
		shift
	done
}

bad 2:1 'valid-lifetme.*valid-lifetime' <<-EOT
	interfaces-config: {interfaces: [srv]}
	valid-lifetme: 600
EOT
bad 2:17 'valid-lifetime.*soon' <<-EOT
	interfaces-config: {interfaces: [srv]}
	valid-lifetime: soon
EOT
bad 3:19 '192.0.2.0/33' <<-EOT
	interfaces-config: {interfaces: [srv]}
	subnet4:
	- {id: 1, subnet: 192.0.2.0/33}
EOT
bad 5:18 '198.51.100.1 - 198.51.100.9.*192.0.2.0/24' <<-EOT
	interfaces-config: {interfaces: [srv]}
	subnet4:
	- id: 1
	  subnet: 192.0.2.0/24
	  pools: [{pool: 198.51.100.1 - 198.51.100.9}]
EOT
bad 4:8 'id 1' <<-EOT
	interfaces-config: {interfaces: [srv]}
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24}
	- {id: 1, subnet: 198.51.100.0/24}
EOT
bad 4:3 'overlap' <<-EOT
	interfaces-config: {interfaces: [srv]}
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24}
	- {id: 2, subnet: 192.0.2.128/25}
EOT
bad 3:10 'no-such-option' <<-EOT
	interfaces-config: {interfaces: [srv]}
	option-data:
	- {name: no-such-option, data: 1}
EOT
bad 3:25 'routers.*not an address' <<-EOT
	interfaces-config: {interfaces: [srv]}
	option-data:
	- {name: routers, data: not an address}
EOT
bad 6:18 'hw-address.*02:00:00' <<-EOT
	interfaces-config: {interfaces: [srv]}
	subnet4:
	- id: 1
	  subnet: 192.0.2.0/24
	  reservations:
	  - {hw-address: "02:00:00", ip-address: 192.0.2.5}
EOT
bad 2:19 'mode.*fast.*auto, native, generic, off' <<-EOT
	interfaces-config: {interfaces: [srv]}
	fast-path: {mode: fast}
EOT
bad 3:15 'syntax' <<-EOT
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24
	valid-lifetime: 5
EOT
bad 1:34 'syntax' <<-EOT
	{"Dhcp4": {"valid-lifetime": 600,, "subnet4": []}}
EOT
bad 1:1 'interfaces-config' 1:17 'valid-lifetime.*-1' 2:1 'min-valid-lifetme' 3:22 'horizon.*much' <<-EOT
	valid-lifetime: -1
	min-valid-lifetme: 5
	fast-path: {horizon: much}
EOT
say "$n bad configurations refused"
