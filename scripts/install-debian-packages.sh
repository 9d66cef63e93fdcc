#!/bin/sh
# Installs Debian packages for Parley's lab, as root, and starts nothing of what they bring:
#
#   sh scripts/install-debian-packages.sh PACKAGE... [-- PACKAGE-THAT-MAY-BE-MISSING...]
#
# Debian starts a server as soon as it is installed, on every interface, and again at every boot. The lab starts its own
# on loopback, so those of the system are neither started now nor enabled. What was on this computer before stays as it
# was, running or enabled; an administrator's own policy-rc.d is left alone and has its say.
# DPKG_ROOT (as in dpkg's own scripts) is the folder that is taken for /.
set -eu

root=${DPKG_ROOT:-}
policy=$root/usr/sbin/policy-rc.d
mark='# Written by Parley for as long as it installs packages.'
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1

required=
optional=
is_optional=
for name in "$@"; do
  if [ "$name" = -- ]; then is_optional=yes
  elif [ -n "$is_optional" ]; then optional="$optional $name"
  else required="$required $name"
  fi
done

# Names of all that the system may start, as init scripts and as units.
startable() {
  for folder in /etc/init.d /etc/systemd/system /lib/systemd/system /usr/lib/systemd/system; do
    if [ -d "$root$folder" ]; then ls "$root$folder"; fi
  done | sort -u
}

before=$(startable)
was_there() {
  printf '%s\n' "$before" | grep -Fqx -e "$1"
}

# One of ours that a power cut left behind is ours to replace.
if { [ ! -e "$policy" ] && [ ! -L "$policy" ]; } || grep -Fqx -e "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' HUP INT TERM
  {
    printf '#!/bin/sh\n%s\ncase "$1" in\n' "$mark"
    printf '%s\n' "$before" | sed -n "s/^[A-Za-z0-9@:_.+-]\{1,\}\$/'&') exit 104 ;;/p"
    printf 'esac\nexit 101\n'
  } >"$policy"
  chmod 755 "$policy"
fi

apt() {
  apt-get --quiet --yes --option DPkg::Lock::Timeout=120 "$@"
}
add() {
  apt install --no-install-recommends "$@"
}

# A source that cannot be reached does not matter while the lists of the others are there.
apt update || echo 'The lists of packages could not all be fetched.' >&2

# shellcheck disable=SC2086 # names of packages hold no blanks
failed=
if ! add $required $optional; then
  if [ -n "$required" ]; then add $required || failed=yes; fi
  for name in $optional; do add "$name" || echo "Left out: $name" >&2; done
fi

# What came with these packages and is new here.
if command -v systemctl >/dev/null; then
  for name in $required $optional; do
    dpkg --listfiles "$name" 2>/dev/null || true
  done |
    sed -n -e 's#^/etc/init\.d/\([^/]*\)$#\1.service#p' \
      -e 's#^\(/usr\)\{0,1\}/lib/systemd/system/\([^/]*\.\(service\|socket\)\)$#\2#p' |
    sort -u |
    while read -r unit; do
      if was_there "$unit" || was_there "${unit%.service}"; then continue; fi
      systemctl --quiet disable "$unit" || true
      if [ -d "$root/run/systemd/system" ]; then systemctl --quiet stop "$unit" || true; fi
    done
fi
if [ -n "$failed" ]; then exit 1; fi
