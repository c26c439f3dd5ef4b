#!/bin/sh
# Makes the component's virtual environment, "venv", in the current directory, which a nucleus sets
# to the component's work directory, and in it the operator's command, "associator". The nucleus may call this at each of its starts: when the lock
# file and Python are the ones of last time, nothing is done and no network is needed.
#
# A new environment is made beside the old one and takes its place when it is complete. So an
# install that fails or loses power leaves the old one as it was, for a rollback with no network.
set -eu

# Whatever the nucleus was started with: who may write to the environment may run programs as the
# component's user, who has its credentials.
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
package=$(CDPATH='' cd -- "$here/.." && pwd)
lock_file="$here/requirements.txt"
environment=venv
unfinished=venv.new
replaced=venv.old
stamp=.installed-for

say() {
    printf '%s\n' "client-device-associator install: $*"
}

fail() {
    say "$*" >&2
    exit 1
}

# Some systems have an old python3 and a newer one beside it under its full name.
find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    found=$(python3 --version 2>&1) || found="no python3 at all"
    fail "Python 3.10 or newer is needed, and this device has $found." \
        "Install one (on Debian or Ubuntu: apt-get install python3 python3-venv), then deploy again."
}

# Removes what an earlier install left. Nucleus lite gives a new posixUser the work directory and not
# what is in it: what that user cannot remove, it can give another name, where it harms nobody.
clear_away() {
    [ -e "$1" ] || [ -h "$1" ] || return 0
    rm -rf "$1" 2>/dev/null && return 0
    number=1
    while [ -e "$1.$number" ]; do
        number=$((number + 1))
    done
    mv "$1" "$1.$number" ||
        fail "could neither remove nor rename $(pwd)/$1. Remove it as root, then deploy again."
    say "$(pwd)/$1.$number belongs to another user and can be removed by root alone" >&2
}

# What an environment depends on: the lock file's contents, and the Python that it links to.
fingerprint() {
    "$1" - "$lock_file" <<'PYTHON'
import hashlib, sys
with open(sys.argv[1], "rb") as lock_file:
    print(hashlib.sha256(lock_file.read()).hexdigest(), *sys.version_info[:2], sys.executable)
PYTHON
}

# The command of this version, which may be new although the environment is not. Python is told to
# import from nowhere else: the current directory of an operator who is root may be anybody's.
write_command() {
    command="$environment/bin/associator"
    cat >"$command.new" <<SCRIPT || return 1
#!/bin/sh
exec '$(pwd)/$environment/bin/python3' -I -c 'import sys
sys.path.insert(0, sys.argv.pop(1))
from client_device_associator.command.main import run_command
sys.exit(run_command(sys.argv[1:]))' '$package' "\$@"
SCRIPT
    chmod 700 "$command.new" && mv "$command.new" "$command"
}

# The component works without it.
offer_command() {
    write_command || say "could not write the command $(pwd)/$environment/bin/associator" >&2
}

[ -r "$lock_file" ] || fail "$lock_file is missing: the artifact is damaged. Build and deploy it again."
python=$(find_python)
wanted=$(fingerprint "$python")

# Power may have been lost between the two renamings at the end.
if [ ! -e "$environment" ] && [ -e "$replaced" ]; then
    mv "$replaced" "$environment"
fi
clear_away "$unfinished"
clear_away "$replaced"
if [ "$(cat "$environment/$stamp" 2>/dev/null)" = "$wanted" ] &&
    "$environment/bin/python3" -c '' 2>/dev/null; then
    # An earlier version may have made it for everybody. This closes all that is in it.
    chmod go-rwx "$environment" 2>/dev/null || :
    offer_command
    say "the virtual environment is up to date"
    exit 0
fi

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv or pip module." \
        "Install them (on Debian or Ubuntu: apt-get install python3-venv), then deploy again."

say "making a virtual environment with $python"
"$python" -m venv "$unfinished" ||
    fail "could not make a virtual environment in $(pwd): see the lines above (is the disk full?)."
"$unfinished/bin/python3" -m pip install --quiet --disable-pip-version-check --no-input \
    --no-cache-dir --require-hashes --only-binary :all: -r "$lock_file" ||
    fail "could not install the Python packages: see pip's message above." \
        "The device must reach its package index (PIP_INDEX_URL and proxies are respected)," \
        "and awscrt has wheels for x86_64 and aarch64 only. The nucleus will try again."

# The stamp says that all the rest is complete, so the rest must be on the disk before it.
sync
printf '%s\n' "$wanted" >"$unfinished/$stamp"
sync
if [ -e "$environment" ]; then
    mv "$environment" "$replaced"
fi
mv "$unfinished" "$environment"
clear_away "$replaced"
offer_command
say "the virtual environment is ready"
