#!/bin/sh
# Make the lock files anew. Hashed, for all platforms, without any registry address. Needs uv.
set -eu
cd "$(dirname "$0")/.."
options="--quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11"
uv pip compile $options pyproject.toml --extra server --extra build -o requirements.lock
uv pip compile $options pyproject.toml --extra server --extra build --group dev -o requirements-dev.lock
