#!/usr/bin/env bash
# Previews the newest version of upstream, and makes its merge as a bundle of git: without a token, since the preview runs
# the program of that version. Usage: upgrade.sh URL FOLDER. Writes to FOLDER: tag, report.md, and upgrade.bundle if nothing
# stops the upgrade.
set -euo pipefail
url=$1 to=$2 amlz=${AMLZ:-.venv/bin/amlz}
mkdir -p "$to"
git fetch --quiet --no-recurse-submodules --tags "$url"
"$amlz" upgrade status --format json --output "$to/status.json" || test $? = 1
tag=$(python3 -c 'import json, sys; print(next(iter(json.load(open(sys.argv[1]))["tags"]), ""))' "$to/status.json")
printf '%s' "$tag" > "$to/tag"
if test -z "$tag"; then
  echo "No version is newer than the one that is merged." | tee "$to/report.md"
  exit 0
fi
# Exit codes: 0 the branch is made; 1 something stops it; 2 with a report: an effect is not certain.
code=0
"$amlz" upgrade merge "$tag" --branch "upgrade-$tag" --format markdown --output "$to/report.md" || code=$?
test -s "$to/report.md" || exit "$code"
if test "$code" = 0; then
  git bundle create --quiet "$to/upgrade.bundle" "refs/heads/upgrade-$tag" "^HEAD"
fi
cat >> "$to/report.md" <<EOF

### By hand

\`\`\`shell
git fetch $url --tags
amlz upgrade preview $tag
amlz upgrade merge $tag
git push origin upgrade-$tag
\`\`\`

$(test "$code" != 2 || echo "Where \`requirements.lock\` differs, add \`--allow-other-packages\` to \`merge\`: no effect above is certain.
")
Open a pull request for the branch, and complete it with a merge commit: never squash an upgrade.
EOF
cat "$to/report.md"
