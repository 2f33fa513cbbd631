#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The schema that swd prints is the one in the tree, so that a change of the API is seen in review.
# $1: swd, $2: the file.
[ -x "$1" ] && [ -f "$2" ] || { echo "usage: $0 SWD FILE" >&2; exit 2; }
"$1" --schema | diff -u "$2" - && exit 0
echo "The API changed, as the lines above say. If that is meant, renew the file and commit it too:"
echo "  build/swd --schema >tests/unit/data/schema.json"
exit 1
