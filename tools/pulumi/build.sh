#!/bin/sh
# Builds Pulumi's CLI and its Python host from their Go modules: for tests on machines where Pulumi is not installed.
# build.sh [FOLDER], by default .tools/pulumi. Needs Go; some three minutes on two cores, later from Go's cache.
#
# cli/go.mod pins the CLI and all it is made of. host/go.mod pins the host: sdk/v3 contained it up to v3.79.0, and that
# one works with later CLIs, but does not know the project file's `virtualenv`: the program's python3 has to be the first
# on PATH. The script that the host starts the program with is the CLI's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${1:-$here/../../.tools/pulumi}
sdk=github.com/pulumi/pulumi/sdk/v3
command -v go >/dev/null || {
    echo "tools/pulumi/build.sh: there is no go on PATH. Install Go 1.25 or later, or Pulumi itself." >&2
    exit 2
}
mkdir -p "$to"
to=$(cd "$to" && pwd)

cd "$here/host"
go build -mod=readonly -o "$to/pulumi-language-python" "$sdk/python/cmd/pulumi-language-python"

cd "$here/cli"
go mod download "$sdk"
install -m 755 "$(go list -mod=readonly -m -f '{{.Dir}}' "$sdk")/python/cmd/pulumi-language-python-exec" "$to"
pulumi=github.com/pulumi/pulumi/pkg/v3
version=$(go list -mod=readonly -m -f '{{.Version}}' "$pulumi")
go build -mod=readonly -o "$to/pulumi" -ldflags "-s -w -X $sdk/go/common/version.Version=$version" "$pulumi/cmd/pulumi"
touch "$to/pulumi" # the last, and so newer than what it is made from
