#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 20
#
# Daemons with a planted fault each (tests/crash/broken_*.c): the kill loop finds it, as what it is,
# within 40 rounds.
. "$(dirname "$0")/lib.sh"

ended='not in the store: .* state [03],' # free or held, and promised beyond that
declare -A found=(
	[late_commit]='not in the store|open without its store|has not come through'
	[early_publish]='not in the store|open without its store|has not come through'
	[stale_memo]='so says no configuration'
	[open_slot]="open without its store|while .* holds it|so says no configuration|$ended"
	[blind_harvest]="(offered|promised) to .* while .* holds it|$ended"
	[forgetful]='(offered|promised) to .* while .* holds it|refused to|is forgotten'
)
equal "planted faults" "$(printf '%s\n' "${!found[@]}" | sort)" \
	"$(for f in "$TOP"/tests/crash/broken_*.c; do f=${f##*/broken_} && echo "${f%.c}"; done | sort)"
declare -A pids
for fault in "${!found[@]}"; do
	background "$DIR/$fault.log" "$TOP/tests/crash/killloop" -n 40 -b "$B/broken/$fault"
	pids[$fault]=$PID
	LOGS+=("$DIR/$fault.log")
done
for fault in "${!found[@]}"; do
	status=0
	wait "${pids[$fault]}" || status=$?
	equal "killloop's exit code with $fault" "$status" 1
	grep -Eq "^violation: .*(${found[$fault]})" "$DIR/$fault.log" || fail "$fault was not found as what it is"
	say "$fault: $(grep -m 1 '^violation:' "$DIR/$fault.log")"
done
