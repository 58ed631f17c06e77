#!/bin/sh
# Installs what the tests drive, where it is missing: Debian's chromium, Chinese
# fonts, npm for axe-core and the SMSC that the tests speak to, PostgreSQL, a
# PKCS#11 token in software, and the tool that reads alerts.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v npm >/dev/null 2>&1 || missing="$missing npm nodejs"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v softhsm2-util >/dev/null 2>&1 || missing="$missing softhsm2"
command -v promtool >/dev/null 2>&1 || missing="$missing prometheus"
[ -z "$missing" ] && exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "tools: missing$missing; install them as root, or run make test with sudo installed" >&2; exit 1; }
  sudo="sudo"
fi
command -v apt-get >/dev/null 2>&1 || { echo "tools: missing$missing; install them with this system's package manager" >&2; exit 1; }
echo "tools: installing$missing"
$sudo apt-get update -qq
case "$missing" in *postgresql*)
  # The tests start clusters of their own: the package need not make and start one.
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
  $sudo sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
esac
case "$missing" in *prometheus*)
  # Its tool alone is wanted: the service stays off.
  [ -e /etc/systemd/system/prometheus.service ] || { $sudo mkdir -p /etc/systemd/system && $sudo ln -s /dev/null /etc/systemd/system/prometheus.service; }
esac
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
