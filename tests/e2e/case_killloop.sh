#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 45
#
# Rounds of kill -9 at random moments under a storm of clients, reloads, upgrades to another map ABI and
# back; tests/crash/killer.c says what is checked. case_long_killloop.sh has 2,000 of them.
exec "$(dirname "$0")/../crash/killloop" -n 30 -j 2
