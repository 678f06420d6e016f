#!/usr/bin/env bash
# environment.sh run|test: makes .venv hold what locks/build.txt and locks/run.txt or locks/test.txt say, and this
# checkout as an editable install. Needs no root, and on Debian and Ubuntu no python3-venv and no pip.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=$1
python=${PYTHON:-python3}
export PIP_DISABLE_PIP_VERSION_CHECK=1

fail() {
    echo "environment: $1" >&2
    exit 1
}

# Debian keeps pip's wheel in a package of its own, and anyone may download a package. Its lists may be missing or old,
# and only root may renew them, so apt gets lists of its own in a folder that goes away again.
pip_from_debian() {
    command -v apt-get >/dev/null || return 1
    (
        venv=$PWD/.venv
        scratch=$(mktemp -d)
        trap 'rm -rf "$scratch"' EXIT
        cd "$scratch"
        mkdir -p state/lists/partial cache/archives/partial
        apt() { apt-get -qq -o Dir::State="$scratch/state" -o Dir::Cache="$scratch/cache" "$@"; }
        apt update && apt download python3-pip-whl && dpkg-deb -x python3-pip-whl_*.deb . || exit 1
        wheel=$(echo "$scratch"/usr/share/python-wheels/pip-*.whl)
        "$venv/bin/python" "$wheel/pip" install --quiet --no-index "$wheel"
    )
}

make_venv() {
    rm -rf .venv
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    else
        # Debian's python3 has venv but not ensurepip, which comes with python3-venv.
        "$python" -m venv --without-pip .venv && pip_from_debian
    fi || fail "cannot make .venv with pip in it: install the package python3-venv"
}

command -v "$python" >/dev/null || fail "no $python here: install Python 3.11 or newer, or name it: make PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: 3.11 or newer is needed; name another: make PYTHON=python3.12"

.venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv

pip() { .venv/bin/python -m pip "$@" --quiet; }
pip install --require-hashes -r locks/build.txt
# Without build isolation, so that what is published as source only is built with what locks/build.txt has.
pip install --require-hashes --no-build-isolation -r "locks/$kind.txt"
pip install --no-deps --no-build-isolation --editable .

touch .venv/run.stamp ".venv/$kind.stamp" # the test lock holds the run lock
