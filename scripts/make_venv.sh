#!/usr/bin/env bash
# make_venv.sh FOLDER newest|oldest CONSTRAINTS EXTRA: makes FOLDER, or brings it up to date, with the project in it.
#
# Packages are asked for by name and come from wherever pip is set up to look. The last line writes FOLDER/.installed,
# which make compares with the files that decide what is installed.
set -euo pipefail

folder=$1 which=$2 constraints=$3 extra=$4
cd "$(dirname "$0")/.."

if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
    python=$(scripts/find_python.sh "$which")
    echo "making $folder with $python"
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$constraints" --editable ".[$extra]"
"$folder/bin/python" -m pip check --disable-pip-version-check
touch "$folder/.installed"
