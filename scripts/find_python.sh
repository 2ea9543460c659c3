#!/usr/bin/env bash
# Prints the path of a Python that the project can use: `find_python.sh newest` or `find_python.sh oldest`.
#
# Usable is: CPython 3.11 or newer, a final release, with the interpreter lock (a free-threaded build is another product),
# with venv, ensurepip and sqlite3. Looked at: python3.N and python3 on PATH, and what pyenv has installed.
set -euo pipefail

which=${1:-newest}
case $which in newest | oldest) ;; *)
    echo "find_python.sh: say newest or oldest, not '$which'" >&2
    exit 2
    ;;
esac

probe='
import sys, sysconfig
usable = (
    sys.implementation.name == "cpython"
    and sys.version_info >= (3, 11)
    and sys.version_info.releaselevel == "final"
    and not sysconfig.get_config_var("Py_GIL_DISABLED")
    and sys.prefix == sys.base_prefix
)
if not usable:
    raise SystemExit(1)
import ensurepip, sqlite3, ssl, venv
print("%d %d %d %s" % (*sys.version_info[:3], sys.executable))
'

candidates() {
    local minor folder
    for minor in $(seq 11 30); do type -aP "python3.$minor" || true; done
    type -aP python3 || true
    for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/; do
        if [ -x "${folder}bin/python3" ]; then echo "${folder}bin/python3"; fi
    done
}

found=$(candidates | while read -r python; do "$python" -I -c "$probe" 2>/dev/null </dev/null || true; done | sort -u -k1,1n -k2,2n -k3,3n)
if [ -z "$found" ]; then
    echo "no usable Python: perfmagic needs CPython 3.11 or newer with venv and sqlite3." >&2
    echo "Install the packages python3 and python3-venv (Debian: apt-get install python3 python3-venv)." >&2
    exit 1
fi
case $which in
    newest) tail -n 1 <<<"$found" ;;
    oldest) head -n 1 <<<"$found" ;;
esac | cut -d ' ' -f 4-
