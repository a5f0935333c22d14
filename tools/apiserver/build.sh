#!/bin/sh
# Builds Kubernetes' API server and etcd from their Go modules, for tests/api_server: rendered objects are sent to
# them, without a cluster. build.sh [FOLDER], by default .tools/apiserver. Needs Go; some 20 minutes of two idle cores
# and 3 GB of disk, later from Go's cache.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${1:-$here/../../.tools/apiserver}
command -v go >/dev/null || {
    echo "tools/apiserver/build.sh: there is no go on PATH. Install Go 1.26 or later." >&2
    exit 2
}
mkdir -p "$to"
to=$(cd "$to" && pwd)
cd "$here"
export CGO_ENABLED=0
go build -mod=readonly -ldflags "-s -w" -o "$to/etcd" go.etcd.io/etcd/server/v3
go build -mod=readonly -ldflags "-s -w" -o "$to/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver
touch "$to/kube-apiserver" # the last, and so newer than what it is made from
