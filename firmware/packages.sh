#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh run|test: makes sure that the system packages for `make run` or `make test` are
# there. What counts is whether a tool works, not where it came from. What is missing is
# installed by apt, as root or by a sudo that asks for no password; where that cannot be, one
# line to paste is printed and the exit code is 2.
set -u

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
missing=

# need PACKAGE COMMAND...: notes PACKAGE as missing when COMMAND fails.
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 </dev/null || missing="$missing $package"
}

has() { command -v "$1"; }

# rust_for_wasm: whether one of the compilers on the path has the library for WebAssembly.
rust_for_wasm() {
    for rustc in $(echo "$PATH" | tr : '\n' | sed 's,$,/rustc,'); do
        [ -x "$rustc" ] && [ -d "$("$rustc" --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
    done
    return 1
}

# links SOURCE COMPILER...: whether the compiler makes a program of SOURCE.
links() {
    printf '%s\n' "$1" >"$scratch/probe.c"
    shift
    "$@" -o "$scratch/probe" "$scratch/probe.c"
}

# preprocesses HEADER COMPILER...: whether the compiler finds a header.
preprocesses() {
    printf '#include <%s>\n' "$1" >"$scratch/probe.c"
    shift
    "$@" -E "$scratch/probe.c"
}

# Both compilers look for their runtime in a package that carries clang's version.
clang_runtime_package() {
    version=$(clang --version 2>/dev/null | sed -n 's/.*clang version \([0-9]*\).*/\1/p')
    [ -n "$version" ] || version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] && echo "libclang-rt-$version-dev"
}

qemu_riscv_package() {
    if apt-cache show qemu-system-riscv >/dev/null 2>&1; then echo qemu-system-riscv; else echo qemu-system-misc; fi
}

qemu_xtensa_package() {
    if apt-cache show qemu-system-xtensa >/dev/null 2>&1; then echo qemu-system-xtensa; else echo qemu-system-misc; fi
}

# has_headers: whether Debian's Python has its headers; another's are not apt's to bring.
has_headers() {
    [ "$(command -v "${PYTHON:-python3}")" != /usr/bin/python3 ] ||
        "${PYTHON:-python3}" -c 'import sysconfig as s; open(s.get_paths()["include"] + "/Python.h")'
}

main='int main(void) { return 0; }'
fuzz='int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d[n] & 0; }'

probe_run() {
    need build-essential links '#include <stdio.h>
int main(void) { return puts(""); }' cc
    need pkg-config has pkg-config
    need libffi-dev pkg-config --exists libffi
    need python3-venv "${PYTHON:-python3}" -c 'import ensurepip, venv'
}

probe_test() {
    need python3-dev has_headers
    need gcc-arm-none-eabi has arm-none-eabi-gcc
    need libnewlib-arm-none-eabi preprocesses string.h arm-none-eabi-gcc
    need libstdc++-arm-none-eabi-newlib preprocesses cstdlib arm-none-eabi-g++ -x c++
    need cmake has cmake
    need gcc-xtensa-lx106 has xtensa-lx106-elf-gcc
    need gcc-riscv64-unknown-elf has riscv64-unknown-elf-gcc
    need picolibc-riscv64-unknown-elf links "$main" riscv64-unknown-elf-gcc --specs=picolibc.specs
    need qemu-system-arm has qemu-system-arm
    need "$(qemu_xtensa_package)" has qemu-system-xtensa
    need "$(qemu_riscv_package)" has qemu-system-riscv32
    need wabt has wat2wasm
    need binaryen has wasm-opt
    need rustc rust_for_wasm
    need libstd-rust-dev-wasm32 rust_for_wasm
    need lld has wasm-ld
    need valgrind has valgrind
    need clang has clang
    need "$(clang_runtime_package)" links "$fuzz" clang -fsanitize=fuzzer,address
    case $(uname -m) in
        x86_64) need gcc-multilib links "$main" cc -m32 ;;
    esac
}

probe() {
    missing=
    probe_run
    [ "$1" = run ] || probe_test
}

install() {
    # shellcheck disable=SC2086
    $root apt-get update -q && $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $missing
}

case ${1-} in
    run | test) ;;
    *) echo "usage: packages.sh run|test" >&2; exit 1 ;;
esac

probe "$1"
[ -n "$missing" ] || exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
    root=sudo
    sudo -n true 2>/dev/null || root=none
fi
if [ "$root" != none ] && has apt-get >/dev/null; then
    echo "packages: installing$missing ..."
    log=$scratch/apt.log
    install >"$log" 2>&1 || tail -n 20 "$log" >&2
    probe "$1"
fi
[ -n "$missing" ] || exit 0
if has apt-get >/dev/null; then
    echo "sudo apt-get install -y$missing" >&2
else
    echo "packages: please install what Debian calls$missing" >&2
fi
exit 2
