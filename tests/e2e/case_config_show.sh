#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# A configuration in two files: a daemon serves what the included one says, a reload reads it again, and what is
# wrong there has its place there. xdhcpctl config show tells what is in effect in the daemon, with the places of when
# it was read, whatever the files have become since.
. "$(dirname "$0")/lib.sh"

rig
LIFETIME=600
GLOBAL='<?include "more.yaml"?>'
more() { printf 'max-valid-lifetime: %s\n%s' "$1" "$2" >"$DIR/more.yaml"; }
more 900 'renew-timer: 100'
config
daemon

# shown KEY: its value, where it is from and its place, of subnet 1
shown() { ctl config show 1 | jq -r --arg key "$1" '.[] | select(.in == "subnet4[1]" and .key == $key) |
	"\(.value) \(.from) \(.at)"'; }
equal "T1 of the included file, in an ACK" "$(dora c cli | jq -r .t1)" 100
equal "the global lifetime" "$(shown valid-lifetime)" "600 global $DIR/s.yaml:5:17"
equal "the included file's" "$(shown renew-timer)" "100 global $DIR/more.yaml:2:14"
equal "a default" "$(shown t2-percent)" "0.875 default null"

more 900 'renew-timer: 200
rebind-timre: 300'
status=0
ctl reload >"$DIR/reload.out" || status=$?
expect "the reload to be refused" test "$status" != 0
expect "the place in the included file" grep -q "more.yaml:3:1: unknown key .*rebind-timer" "$DIR/reload.out"
equal "what is in effect is as it was" "$(shown renew-timer)" "100 global $DIR/more.yaml:2:14"

more 900 '# a comment
renew-timer: 200'
equal "before the reload" "$(shown renew-timer)" "100 global $DIR/more.yaml:2:14"
ctl reload >/dev/null || fail "the reload failed"
equal "after it" "$(shown renew-timer)" "200 global $DIR/more.yaml:3:14"
