#!/bin/sh
# Make .venv and install a requirements file into it: `sh scripts/install.sh requirements.txt`.
# A second run with the same files does nothing. Wants Python 3.11 or later with pip; PYTHON= names one.
set -eu
cd "$(dirname "$0")/.."
requirements=$1
venv=.venv
python=$venv/bin/python
stamp=$venv/.installed-${requirements%.txt}
wanted=$(cat requirements.txt "$requirements" | cksum)

fail() {
    echo "$1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && new_enough "$python"; then
    exit 0
fi
[ -w . ] || fail "The folder $(pwd) cannot be written, so the environment $venv cannot be made in it."

if ! new_enough "$python"; then
    for base in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if new_enough "$base"; then break; fi
        base=
    done
    [ -n "$base" ] || fail "The portal needs Python 3.11 or later, and there is none on this machine's PATH."
    echo "Making the environment $venv with $("$base" --version)."
    rm -rf "$venv"
    # Some distributions leave ensurepip out; a pip of the machine can install into the environment as well.
    if ! "$base" -m venv "$venv" >/dev/null 2>&1; then
        rm -rf "$venv"
        "$base" -m venv --without-pip "$venv" || fail "The environment $venv could not be made."
        "$base" -m pip --version >/dev/null 2>&1 || fail "Python has no pip. Install it (on Debian: python3-pip)."
        "$base" -m pip --python "$python" install --quiet --disable-pip-version-check pip ||
            fail "pip could not be installed into $venv; what pip said is above."
    fi
fi

echo "Installing $requirements into $venv."
"$python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" ||
    fail "The packages of $requirements could not be installed; what pip said is above."
echo "$wanted" >"$stamp"
