#!/usr/bin/env bash
# Installs the Debian packages that the tests need, as far as they are missing. Changes nothing when all are there.
set -euo pipefail

# What the tests run, and the package that brings it.
needs=(
  'mariadbd:mariadb-server'
  'mariadb-install-db:mariadb-server'
  'rsync:rsync'
  'lsof:lsof'
  'setpriv:util-linux'
  'curl:curl'
  'openssl:openssl'
  'python3:python3'
)
files=(
  '/usr/lib/galera/libgalera_smm.so:galera-4'
)
modules=(
  'cs:python3-cs'
  'libcloud:python3-libcloud'
)

fail() {
  echo "setup-tests: $*" >&2
  exit 1
}

PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
packages=()
for need in "${needs[@]}"; do
  command -v "${need%%:*}" >/dev/null || packages+=("${need#*:}")
done
for file in "${files[@]}"; do
  [ -e "${file%%:*}" ] || packages+=("${file#*:}")
done
for module in "${modules[@]}"; do
  # Debian's python, where its packages put the modules: another one may come first in the PATH.
  /usr/bin/python3 -c "import ${module%%:*}" 2>/dev/null || packages+=("${module#*:}")
done
[ "${#packages[@]}" -eq 0 ] && exit 0
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)

echo "setup-tests: the tests need ${packages[*]}: installing"
command -v apt-get >/dev/null || fail "there is no apt-get here; install what these Debian packages bring: ${packages[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "root is needed, and there is no sudo; as root run: apt-get install ${packages[*]}"
  as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    fail "apt-get $1 failed (its output is above); the tests need: ${packages[*]}"
  }
}
install update
install install -y --no-install-recommends "${packages[@]}"
echo 'setup-tests: done'
