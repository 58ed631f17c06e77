#!/bin/sh
# Fetches the QR reader of the door page and checks that it is the very one. Its files are committed, so
# that a build needs no network; run this to check them or, with other values below, to move to another version.
set -eu

version=3.1.4
package=d7ebfca7bb1ab9d772495346fb27bb183ff44d2f79046db271d92b0be12706b1411641de22087352ddb2563b71dcdb9c25e36b427853f32180233eb4571f68d3

static=$(cd "$(dirname "$0")/../static" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent "zxing-wasm@$version" >name
echo "$package  $(cat name)" | sha512sum --check --quiet
tar xzf "$(cat name)"

cp package/dist/iife/reader/index.js "$static/scan-reader.js"
cp package/dist/reader/zxing_reader.wasm "$static/scan-reader.wasm"
chmod 644 "$static"/scan-reader.*
echo "zxing-wasm $version is in $static"
