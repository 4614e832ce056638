#!/usr/bin/env bash
# Builds the layer: dist/lambda-reuse-layer.zip with the extension and the helper, and nothing else.
#
#   layer_build.sh --from-source-tree    the extension's sources, run by the function's own python3
#
# The zip holds no dates, owners or paths of this machine: the same sources give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 252
}

for argument in "$@"; do
    case "$argument" in
        --from-source-tree) ;;
        *) usage ;;
    esac
done

python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "layer_build.sh: there is no $python" >&2; exit 253; }

layer=build/layer-source
mkdir -p build dist
PYTHONPATH=cli:extension:python_helper "$python" -m reuse_cli.local.source_layer "$layer"
PYTHONPATH=cli "$python" -m reuse_cli.local.zip_folder "$layer" dist/lambda-reuse-layer.zip
echo "dist/lambda-reuse-layer.zip"
