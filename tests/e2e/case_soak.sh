#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# slow: 30
#
# A few lifetimes of soak; tests/soak/soak says what is checked. `make soak` is the long one.
exec "$(dirname "$0")/../soak/soak" -t 20 -n 1500 -a 6
