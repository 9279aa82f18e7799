#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 50
#
# Ten rounds of kill -9 at random moments under a storm of clients; tests/crash/killloop says what is checked.
# With LONG=1 a hundred.
exec "$(dirname "$0")/../crash/killloop" -n "$([ -n "${LONG:-}" ] && echo 100 || echo 10)"
