#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 40
#
# dhclient asks for every option that can be configured, in portions that fit a frame, and prints what was
# configured: byte by byte, and those it knows itself in its own words.
. "$(dirname "$0")/lib.sh"

LIFETIME=3600
rig
# 108 (RFC 8925) comes below; 116 (RFC 2563) is for clients that get no address.
"$B/tests/e2e/optionlist" | grep -vE '^(108|116)' >"$DIR/options"
count=$(wc -l <"$DIR/options")
expect "options in the table ($count)" test "$count" -gt 130
GLOBAL="option-data:
$(awk -F'\t' '{ gsub(/\\/, "\\\\", $3); gsub(/"/, "\\\"", $3)
	printf "- {name: \"%s\", data: \"%s\"}\n", $2, $3 }' "$DIR/options")"
ROUTER='"192.0.2.1, 192.0.2.2"'
config
daemon

cat >"$DIR/hook" <<-'EOT'
	#!/bin/sh
	env | grep '^new_' >>"$OUT"
EOT
chmod +x "$DIR/hook"

# ask NAME: one lease with $DIR/NAME.conf; what dhclient knows of it is in $DIR/NAME.out
ask() {
	: >"$DIR/$1.out" >"$DIR/$1.leases"
	inside c timeout 20 dhclient -4 -1 -v -sf "$DIR/hook" -e OUT="$DIR/$1.out" -cf "$DIR/$1.conf" \
		-lf "$DIR/$1.leases" -pf "$DIR/$1.pid" cli >"$DIR/$1.log" 2>&1 || { cat "$DIR/$1.log"; fail "no lease ($1)"; }
	await 5 "the client to say its pid" test -s "$DIR/$1.pid"
	end "$(cat "$DIR/$1.pid")"
}

# dhclient takes the names of hosts and domains only under its own names, if they are such names.
own() {
	case $1 in
	12) echo host-name ;;
	15) echo domain-name ;;
	40) echo nis-domain ;;
	47) echo netbios-scope ;;
	*) return 1 ;;
	esac
}

split -l 12 -d "$DIR/options" "$DIR/part."
seen=0
for part in "$DIR"/part.*; do
	name=${part##*/}
	wanted=
	while IFS=$'\t' read -r code _; do
		own "$code" >/dev/null || echo "option xd-$code code $code = array of unsigned integer 8;"
		wanted+=", $(own "$code" || echo "xd-$code")"
	done <"$part" >"$DIR/$name.conf"
	echo "timeout 10; request ${wanted#, };" >>"$DIR/$name.conf"
	ask "$name"
	while IFS=$'\t' read -r code option text bytes; do
		key=$(own "$code") && bytes=$text || key=xd-$code
		got=$(sed -n "s/^new_${key//-/_}=//p" "$DIR/$name.out")
		equal "option $code ($option: $text)" "$got" "$bytes"
		seen=$((seen + 1))
	done <"$part"
done
equal "options seen" "$seen" "$count"

# As dhclient itself reads them: what it prints does not come from our table.
cat >"$DIR/words.conf" <<-EOT
	timeout 10; request subnet-mask, time-offset, routers, domain-name-servers, ip-forwarding, policy-filter,
		static-routes, interface-mtu, ntp-servers, nis-domain, netbios-node-type, domain-search, default-url, pcode;
EOT
ask words
word() { sed -n "s/^new_$1=//p" "$DIR/words.out"; }
equal routers "$(word routers)" "192.0.2.1 192.0.2.2"
equal domain-search "$(word domain_search)" "example.org. a.example.org."
equal subnet-mask "$(word subnet_mask)" 255.255.254.0
equal time-offset "$(word time_offset)" -3600
equal ip-forwarding "$(word ip_forwarding)" true

# RFC 8925 3.2: who asks for 108 where there is IPv6 enough is told so, and takes no address.
sed -i 's/^option-data:$/&\n- {name: v6-only-preferred, data: 86400}/' "$DIR/s.yaml"
inside s "$B/xdhcpd" -t -c "$DIR/s.yaml" >/dev/null || fail "the configuration with option 108 is refused"
kill -HUP "$(daemon_pid)"
await 5 "the reload" logged "reloaded from"
echo "option xd-108 code 108 = unsigned integer 32; timeout 3; request subnet-mask, xd-108;" >"$DIR/v6.conf"
: >"$DIR/v6.leases"
inside c timeout 10 dhclient -4 -1 -v -sf "$DIR/hook" -e OUT="$DIR/v6.out" -cf "$DIR/v6.conf" -lf "$DIR/v6.leases" \
	-pf "$DIR/v6.pid" cli >"$DIR/v6.log" 2>&1 || :
expect "dhclient to give up IPv4" grep -q "v6 only preferred for 86400" "$DIR/v6.log"
