#!/usr/bin/env bash
# Builds the layer, one zip for each architecture, in dist/.
#
#   layer_build.sh                       both architectures
#   layer_build.sh --arch x86_64         one of x86_64, arm64, or native: this machine's
#   layer_build.sh --from-source-tree    for Python functions only: the extension's sources, run by the
#                                        function's own python3; needs no compiler
#   layer_build.sh --frozen DIR FILE     nothing but an executable for this machine, with the Python
#                                        packages of DIR in place of the extension's: how the tests
#                                        run the core under MicroPython
#
# In each zip are extensions/lambda-reuse, a static executable that needs nothing of the machine it
# runs on, and python/lambda_reuse, the helper. Beside the zips are SHA256SUMS and a CycloneDX list of
# what is inside. The same sources give the same bytes, in whatever folder they are built.
#
# It needs python3 with pip, gcc, make, and node with npm, and gets the rest itself: MicroPython's source
# from Debian's archive (or from a file that you bring: MICROPYTHON_SOURCE=FILE), a compiler for both
# architectures from PyPI, and from npm the Pythons that compile the helper. What it gets and makes is
# kept in build/, so that a second run is quick.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

ROOT=$PWD
RUNTIME=$ROOT/extension/reuse_extension/runtime
BUILD=$ROOT/build/runtime
PYTHON=${PYTHON:-python3}
# shellcheck source=extension/reuse_extension/runtime/versions.sh
source "$RUNTIME/versions.sh"
export SOURCE_DATE_EPOCH
# The compiler's own libraries, made once for each architecture, and what it compiles for us.
export ZIG_GLOBAL_CACHE_DIR=$BUILD/zig-libraries ZIG_LOCAL_CACHE_DIR=$BUILD/zig-cache

main() {
    local architectures=() from_source='' other_sources='' other_executable=''
    while [ $# -gt 0 ]; do
        case $1 in
            --arch) architectures+=("$(known_architecture "${2:-}")"); shift 2 ;;
            --from-source-tree) from_source=1; shift ;;
            --frozen)
                [ $# -ge 3 ] || { usage >&2; exit 252; }
                other_sources=$2 other_executable=$3; shift 3 ;;
            --help | -h) usage; exit 0 ;;
            *) usage >&2; exit 252 ;;
        esac
    done
    need "$PYTHON" "Python 3.11 or newer: set PYTHON to where it is"
    mkdir -p "$BUILD" dist
    exec 9> "$BUILD/lock"
    flock 9 # one build at a time in one folder
    if [ -n "$from_source" ]; then
        stage_sources
        pack "$ROOT/build/layer-source" dist/lambda-reuse-layer.zip
        return
    fi
    case $ROOT in *[[:space:]]*) fail "make needs a path without blanks, and this folder is $ROOT" ;; esac
    [ ${#architectures[@]} -gt 0 ] || architectures=(x86_64 arm64)
    need gcc "a C compiler for the build's own tools: apt-get install gcc"
    need make "make: apt-get install make"
    need node "Node.js, which runs the Pythons that compile the helper: apt-get install nodejs"
    need npm "npm: apt-get install npm"
    get_source
    get_packages
    build_tools
    if [ -n "$other_sources" ]; then
        build_executable "$(known_architecture native)" "$other_sources" "$BUILD/other"
        cp "$BUILD/other/lambda-reuse" "$other_executable"
        return
    fi
    tools reuse_cli.layers.frozen_sources "$BUILD/frozen"
    local architecture made=()
    for architecture in "${architectures[@]}"; do
        build_executable "$architecture" "$BUILD/frozen" "$BUILD/executable-$architecture"
        stage "$architecture"
        pack "$ROOT/build/layer-$architecture" "dist/lambda-reuse-layer-$architecture.zip"
        made+=("lambda-reuse-layer-$architecture.zip")
    done
    tools layer_tools.sbom "$RUNTIME/versions.sh" dist/lambda-reuse-layer.cdx.json
    (cd dist && sha256sum -- "${made[@]}" lambda-reuse-layer.cdx.json > SHA256SUMS)
}

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
}

fail() {
    echo "layer_build.sh: $1" >&2
    exit 253
}

need() {
    command -v "$1" >/dev/null || fail "there is no $1; it needs $2"
}

# A program of layer_tools, or of those that `local run` shares: reuse_cli.layers.
tools() {
    PYTHONPATH=$ROOT:$ROOT/cli:$ROOT/extension:$ROOT/python_helper:${ZIG:-} "$PYTHON" -B -m "$1" "${@:2}"
}

known_architecture() {
    case $1 in
        x86_64 | amd64) echo x86_64 ;;
        arm64 | aarch64) echo arm64 ;;
        native) known_architecture "$(uname -m)" ;;
        *) echo "layer_build.sh: $1 is no architecture of Lambda: x86_64 or arm64" >&2; exit 252 ;;
    esac
}

# MicroPython's source, checked, unpacked and patched.
get_source() {
    local source=$BUILD/micropython/$MICROPYTHON_VERSION archive=$BUILD/$MICROPYTHON_FILE patches
    MICROPYTHON=$source/tree
    patches=$(cd "$RUNTIME/patches" && find . -name '*.sed' -exec sha256sum {} + | sort)
    [ "$(cat "$source/complete" 2>/dev/null)" != "$patches" ] || return 0
    if [ -n "${MICROPYTHON_SOURCE:-}" ]; then
        [ -f "$MICROPYTHON_SOURCE" ] || fail "MICROPYTHON_SOURCE names $MICROPYTHON_SOURCE, which is not there"
        archive=$MICROPYTHON_SOURCE
    elif [ ! -f "$archive" ]; then
        download_source
    fi
    if ! echo "$MICROPYTHON_SHA256  $archive" | sha256sum --check --status; then
        fail "$archive is not the source of MicroPython $MICROPYTHON_VERSION that this layer is built from
    (its sha256 is not $MICROPYTHON_SHA256)"
    fi
    rm -rf "$source"
    mkdir -p "$MICROPYTHON"
    tar -xf "$archive" -C "$MICROPYTHON" --strip-components=1
    apply_patches
    echo "$patches" > "$source/complete"
}

# patches/FILE.sed changes FILE; each says why.
apply_patches() {
    local patch file
    while read -r patch; do
        file=$MICROPYTHON/${patch%.sed}
        cp "$file" "$BUILD/unpatched"
        sed -i -f "$RUNTIME/patches/$patch" "$file"
        ! cmp -s "$file" "$BUILD/unpatched" || fail "patches/$patch changes nothing in MicroPython $MICROPYTHON_VERSION"
    done < <(cd "$RUNTIME/patches" && find . -name '*.sed' -printf '%P\n')
}

# From Debian's archive, by the mirror this machine is set up for, with lists of our own: the
# machine's are left alone.
download_source() {
    local bring="bring it: MICROPYTHON_SOURCE=FILE names $MICROPYTHON_FILE from Debian's package micropython $MICROPYTHON_DEBIAN"
    command -v apt-get >/dev/null || fail "MicroPython's source comes from Debian's archive, and there is no apt-get here; $bring"
    local mirror apt=$BUILD/apt
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | sort -u | head -n 1)
    [ -n "$mirror" ] || fail "apt-get knows no mirror of Debian's archive; $bring"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/download"
    # The archive is checked by its sha256 below, whoever signed the list that named it.
    echo "deb-src [trusted=yes] $mirror $MICROPYTHON_SUITE main" > "$apt/sources.list"
    local options=(
        -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
    )
    if ! { apt-get -q "${options[@]}" update &&
        (cd "$apt/download" && apt-get -q "${options[@]}" source --download-only "micropython=$MICROPYTHON_DEBIAN"); } \
        > "$BUILD/apt.log" 2>&1; then
        fail "MicroPython's source could not be had from Debian's archive ($BUILD/apt.log says why); $bring"
    fi
    mv "$apt/download/$MICROPYTHON_FILE" "$BUILD/"
}

# The compiler: zig, which carries musl for every architecture; and what compresses the zips.
get_packages() {
    local wanted
    ZIG=$BUILD/zig-$ZIG_VERSION
    wanted=$(sha256sum < "$RUNTIME/requirements.txt")
    if [ "$(cat "$ZIG/complete" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "$ZIG"
        "$PYTHON" -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
            --require-hashes --target "$ZIG" -r "$RUNTIME/requirements.txt" > "$BUILD/pip.log" 2>&1 ||
            fail "the compiler could not be had from PyPI ($BUILD/pip.log says why)"
        echo "$wanted" > "$ZIG/complete"
    fi
    local target
    for target in x86_64 aarch64; do
        printf '#!/bin/sh\nexec "%s/ziglang/zig" cc -target %s-linux-musl "$@"\n' "$ZIG" "$target" > "$ZIG/cc-$target"
        printf '#!/bin/sh\nexec "%s/ziglang/zig" ar "$@"\n' "$ZIG" > "$ZIG/ar"
        chmod +x "$ZIG/cc-$target" "$ZIG/ar"
    done
}

# Runs make; what it says is kept, and shown when it fails.
quietly() {
    local log=$BUILD/$1.log
    # Without GIT_DIR, MicroPython would take this repository's version for its own.
    if ! GIT_DIR=/nonexistent make -j "$(nproc)" --no-print-directory "${@:2}" > "$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "$1 could not be built ($log says why)"
    fi
}

# mpy-cross, which compiles Python to the bytecode that is frozen in.
build_tools() {
    [ -x "$MICROPYTHON/mpy-cross/build/mpy-cross" ] && return
    quietly mpy-cross -C "$MICROPYTHON/mpy-cross" CFLAGS_EXTRA=-Wno-error
}

# build_executable ARCHITECTURE SOURCES FOLDER: FOLDER/lambda-reuse, with the packages of SOURCES
# frozen in.
build_executable() {
    local target=${1/arm64/aarch64} frozen=$2 output=$3
    # What make knows of the C files does not reach all that is generated from them, nor its own flags.
    local made_of
    made_of=$(cd "$RUNTIME" && find main.c variant modules patches "$ROOT/layer_build.sh" -type f -printf '%f ' -exec sha256sum '{}' ';' | cut -d ' ' -f 1,2 | sort)
    [ "$(cat "$output/made-of" 2>/dev/null)" = "$made_of" ] || rm -rf "$output"
    cmp -s "$RUNTIME/main.c" "$MICROPYTHON/ports/unix/main.c" || cp "$RUNTIME/main.c" "$MICROPYTHON/ports/unix/main.c"
    mkdir -p "$BUILD/no-library"
    touch "$BUILD/no-library/README.md" # the build asks for a library folder, which Debian's source leaves out
    local flags=(
        -Wno-error -g0 -fno-pie -fomit-frame-pointer -include stdlib.h
        -fno-asynchronous-unwind-tables -fno-unwind-tables # nothing unwinds: C, and longjmp
        "-ffile-prefix-map=$MICROPYTHON=." "-ffile-prefix-map=$RUNTIME=."
    )
    quietly "$(basename "$output")" -C "$MICROPYTHON/ports/unix" \
        VARIANT=extension VARIANT_DIR="$RUNTIME/variant" USER_C_MODULES="$RUNTIME/modules" \
        MICROPY_MANIFEST_REUSE_SOURCES="$frozen" MPY_LIB_DIR="$BUILD/no-library" \
        BUILD="$output" PROG=lambda-reuse CROSS_COMPILE= \
        CC="$ZIG/cc-$target" AR="$ZIG/ar" CPP="gcc -E" STRIP=true SIZE=true \
        COPT="-Os -DNDEBUG -fdata-sections -ffunction-sections" CFLAGS_EXTRA="${flags[*]}" \
        LDFLAGS_ARCH="-Wl,--gc-sections" LDFLAGS_EXTRA="-static -s"
    echo "$made_of" > "$output/made-of"
}

# The folder as it will lie under /opt.
stage() {
    local layer=$ROOT/build/layer-$1
    rm -rf "$layer"
    mkdir -p "$layer/extensions"
    install -m 755 "$BUILD/executable-$1/lambda-reuse" "$layer/extensions/lambda-reuse"
    tools reuse_cli.layers.helper "$layer/python"
    tools layer_tools.shrink "$layer/python"
    mkdir -p "$ROOT/build/interpreters"
    tools layer_tools.bytecode "$layer/python" "$ROOT/build/interpreters" 2> "$BUILD/bytecode.log" ||
        fail "the helper could not be compiled: $(tail -n 1 "$BUILD/bytecode.log")"
}

stage_sources() {
    tools reuse_cli.layers.source_layer "$ROOT/build/layer-source"
}

pack() {
    tools layer_tools.zip_folder "$1" "$2.new"
    mv "$2.new" "$2" # whoever reads the old one meanwhile has all of it
    echo "$2"
}

main "$@"
