# What the executable is built from, pinned. Read by layer_build.sh.

# MicroPython, as Debian packages its source: the release's own files without its bundled libraries.
MICROPYTHON_VERSION=1.25.0
MICROPYTHON_DEBIAN=1.25.0+ds-1
MICROPYTHON_SUITE=trixie
MICROPYTHON_FILE=micropython_1.25.0+ds.orig.tar.xz
MICROPYTHON_SHA256=7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea

# The compiler for both architectures, with musl and compiler-rt in source.
ZIG_VERSION=0.17.0

# The date that a build claims, so that it does not tell the day: MicroPython 1.25.0's release.
SOURCE_DATE_EPOCH=1744675200
