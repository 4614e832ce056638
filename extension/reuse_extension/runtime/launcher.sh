#!/bin/sh
# Runs the extension's sources, which lie beside this file's folder, with the function's own Python.
for python in /var/lang/bin/python3 python3; do
    if command -v "$python" >/dev/null 2>&1; then
        exec "$python" -I -S -B "${0%/*}/../lambda-reuse" "$0"
    fi
done
echo "lambda-reuse: this layer was built from the source tree and needs python3; the standalone layer does not" >&2
exit 1
