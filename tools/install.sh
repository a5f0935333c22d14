#!/bin/sh
# Installs amlz as a package into a new virtual environment: `tools/install.sh FOLDER`. Every package is installed by its
# checksum, and compiled when it is first imported. PYTHON: the interpreter. Callers: Dockerfile, action.yml,
# pipelines/azure-devops/package/preview.yml.
set -eu
target=$1
repository=$(cd "$(dirname "$0")/.." && pwd)
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/python" -m pip install -q --disable-pip-version-check --no-compile --only-binary :all: --require-hashes \
	-r "$repository/requirements-runtime.lock" -r "$repository/requirements-build.lock"
"$target/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation "$repository"
