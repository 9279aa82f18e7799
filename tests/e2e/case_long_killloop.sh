#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 1500
#
# The same as case_killloop.sh, 2,000 rounds in eight rigs at once.
exec "$(dirname "$0")/../crash/killloop" -n 2000 -j 8
