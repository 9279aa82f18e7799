#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Ten bad configurations: each is refused with FILE:LINE:COL: MESSAGE at the place of the error and exit
# code 1, by -t and at the start; several errors are all told at once.
. "${0%/*}/lib.sh"

config
"$B/xdhcpd" -t -c "$DIR/s.yaml" || fail "the good configuration is refused"

n=0
bad() { # LINE WORDS <FILE: the first error lies in LINE and its text matches WORDS
	local file=$DIR/bad$((++n)).yaml status=0 out args
	cat >"$file"
	for args in -t ""; do
		status=0
		# shellcheck disable=SC2086
		out=$(timeout 10 "$B/xdhcpd" $args -c "$file" 2>&1) || status=$?
		equal "exit code for $file $args" "$status" 1
		grep -Eq "^$file:$1:[0-9]+: .*($2)" <<<"$out" || {
			cat "$file"
			echo "$out"
			fail "no $file:$1:COL: with '$2'"
		}
	done
	[ -n "${KEEP_OUT:-}" ] && echo "$out"
	OUT=$out
}

bad 2 'valid-lifetme' <<-EOT
	subnet4: []
	valid-lifetme: 600
EOT
bad 1 'valid-lifetime' <<-EOT
	valid-lifetime: soon
EOT
bad 2 '192.0.2.0/33|subnet' <<-EOT
	subnet4:
	- {id: 1, subnet: 192.0.2.0/33}
EOT
bad 4 'pool|outside|subnet' <<-EOT
	subnet4:
	- id: 1
	  subnet: 192.0.2.0/24
	  pools: [{pool: 198.51.100.1 - 198.51.100.9}]
EOT
bad 3 'id' <<-EOT
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24}
	- {id: 1, subnet: 198.51.100.0/24}
EOT
bad 3 'overlap|192.0.2' <<-EOT
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24}
	- {id: 2, subnet: 192.0.2.128/25}
EOT
bad 2 'no-such-option|option' <<-EOT
	option-data:
	- {name: no-such-option, data: 1}
EOT
bad 2 'routers|address' <<-EOT
	option-data:
	- {name: routers, data: not an address}
EOT
bad 5 'hw-address|MAC' <<-EOT
	subnet4:
	- id: 1
	  subnet: 192.0.2.0/24
	  reservations:
	  - {hw-address: "02:00:00", ip-address: 192.0.2.5}
EOT
bad 1 'mode|auto' <<-EOT
	fast-path: {mode: fast}
EOT
bad '[23]' '.' <<-EOT
	subnet4:
	- {id: 1, subnet: 192.0.2.0/24
	valid-lifetime: 5
EOT
bad 1 '.' <<-EOT
	{"Dhcp4": {"valid-lifetime": 600,, "subnet4": []}}
EOT

# all of them in one run
bad 1 'valid-lifetime' <<-EOT
	valid-lifetime: -1
	min-valid-lifetme: 5
	fast-path: {horizon: much}
EOT
equal "errors told at once" "$(grep -c "^$DIR/bad$n.yaml:[0-9]*:[0-9]*: " <<<"$OUT")" 3
say "$n bad configurations refused"
