#!/bin/sh
# Previews every stack of the current folder with an installed amlz, for pipelines:
# `tools/preview.sh AMLZ REPORT FAIL_ON [AGAINST]`. Writes preview.md and index.html into the folder REPORT. Exit code:
# that of amlz. Callers: action.yml, pipelines/azure-devops/package/preview.yml.
set -eu
amlz=$1 report=$2 fail_on=$3 against=${4:-}
mkdir -p "$report"
set -- preview --all --today "$(date -u +%F)"
if [ -n "$against" ]; then set -- "$@" --against "$against"; fi
code=0
"$amlz" "$@" --fail-on "$fail_on" --format markdown --output "$report/preview.md" || code=$?
if [ "$code" -le 1 ]; then "$amlz" "$@" --fail-on none --format html --output "$report/index.html"; fi
exit "$code"
