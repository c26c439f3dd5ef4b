#!/bin/sh
# Finds a Python and has it make the component's virtual environment in the current directory, which
# a nucleus sets to the component's work directory. What is made, and when, is said in
# component_installer/main.py beside this folder. In plain POSIX shell: a device may have no other.
set -eu

# Whatever the nucleus was started with: who may write to the environment may run programs as the
# component's user, who has its credentials.
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
package=$(CDPATH='' cd -- "$here/.." && pwd)

fail() {
    printf '%s\n' "client-device-associator install: $*" >&2
    exit 1
}

[ -r "$package/component_installer/main.py" ] ||
    fail "$package/component_installer is missing: the artifact is damaged. Build and deploy it again."

# Some systems have an old python3 and a newer one beside it under its full name. Python is told to
# import from nowhere but the artifact.
for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if "$candidate" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        exec "$candidate" -I -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
from component_installer.main import main
sys.exit(main(sys.argv[1:]))' "$package" "$package"
    fi
done

found=$(python3 --version 2>&1) || found="no python3 at all"
fail "Python 3.10 or newer is needed, and this device has $found." \
    "Install one (on Debian or Ubuntu: apt-get install python3 python3-venv), then deploy again."
