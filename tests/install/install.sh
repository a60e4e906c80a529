#!/usr/bin/env bash
# install.sh BUILD_DIR - installs into an empty place, then builds and runs a program against it, found by pkg-config and by
# CMake. The library exports what minescar.h declares and nothing else; the header is C++ too.
set -eu
build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
place=$work/place
cmake --install "$build" --prefix "$place" >/dev/null
library=$(find "$place" -name 'libminescar.so')
"$place/bin/minescar" --version | grep -q '^minescar [0-9.]*$'

nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' | sort >"$work/exported"
tr '\n' ' ' <"$place/include/minescar.h" | grep -oE 'MSC_API [^;]*;' | grep -oE 'msc_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
[ -s "$work/declared" ]
diff "$work/declared" "$work/exported"

# Sanitized libraries need their own run-time loaded first: such a build has been installed, that is all.
nm -D --undefined-only "$library" | grep -qE '__(asan|tsan|ubsan)_' && exit 0

export PKG_CONFIG_PATH=$(dirname "$(find "$place" -name minescar.pc)")
[ "$(pkg-config --modversion minescar)" = "$("$place/bin/minescar" --version | cut -d' ' -f2)" ]
pkg-config --static --libs minescar >/dev/null
cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$here/program.c" $(pkg-config --cflags --libs minescar) -o "$work/by_pkg_config"
LD_LIBRARY_PATH=$(dirname "$library") "$work/by_pkg_config"
echo '#include <minescar.h>' | c++ -Wall -Wextra -Wpedantic -Werror -I"$place/include" -x c++ -fsyntax-only -

cmake -S "$here" -B "$work/by_cmake" -DCMAKE_PREFIX_PATH="$place" >/dev/null
cmake --build "$work/by_cmake" >/dev/null
"$work/by_cmake/program"
echo "$(wc -l <"$work/declared") functions"
