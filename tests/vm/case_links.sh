#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 90
#
# VLANs and bonds, for which not every kernel that builds this is made: the cases of tests/vm/inside run in the machine.
. "$(dirname "$0")/lib.sh"

MEMORY=1024 CLOCKSOURCE=tsc
namespace c
machine inside
await "${TIMEOUT:-900}" "the machine to come to its end" not alive "$QEMU"
tr -d '\r' <"$DIR/console" | grep -a '^\(PASS\|FAIL\|NOTE\) ' || :
tr -d '\r' <"$DIR/console" | grep -aqx 'VM END' || fail "the machine did not come to its end"
expect "all of it to pass" not grep -aq '^FAIL ' "$DIR/console"
for case in "$TOP"/tests/vm/inside/case_*.sh; do
	case=${case##*/case_}
	expect "${case%.sh} to have run" grep -aq "^NOTE ${case%.sh} took" "$DIR/console"
done
