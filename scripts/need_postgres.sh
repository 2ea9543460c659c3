#!/usr/bin/env bash
# Says which system package is missing for the integration tests, before minutes were spent on the other tests.
set -euo pipefail

shopt -s nullglob
for program in initdb postgres; do
    found=(/usr/lib/postgresql/*/bin/"$program")
    if [ ${#found[@]} -eq 0 ] && ! command -v "$program" >/dev/null; then
        echo "missing: the PostgreSQL server program '$program' (a client alone is not enough)." >&2
        echo "Install the package postgresql (Debian, as root: apt-get install postgresql). No server needs to be running." >&2
        exit 1
    fi
done
