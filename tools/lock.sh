#!/bin/sh
# Make the lock files anew. Hashed, for all platforms, without any registry address. Needs uv.
# The full lock is the development one and Spark (half a gigabyte): for who tests every part.
set -eu
cd "$(dirname "$0")/.."
options="--quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11"
uv pip compile $options pyproject.toml --extra server --extra build -o requirements.lock
uv pip compile $options pyproject.toml --extra server --extra build --group dev -o requirements-dev.lock
# The same versions of what both hold.
uv pip compile $options pyproject.toml --extra server --extra spark --extra build --group dev \
    -c requirements-dev.lock -o requirements-full.lock
