#!/usr/bin/env bash
# Approves a managed private endpoint on its target, where it is pending. Fails while the target has no connection of it.
# synapse.sh and data-factory.sh call it.
# Usage: approve-endpoint.sh TARGET_ID OWNER.ENDPOINT
# Needs the Azure CLI, signed in with the right to approve on the target.
set -euo pipefail
az=${AZ:-az}
target=${1:?Usage: approve-endpoint.sh TARGET_ID OWNER.ENDPOINT}
name=${2:?Usage: approve-endpoint.sh TARGET_ID OWNER.ENDPOINT}
connections=$("$az" network private-endpoint-connection list --id "$target" --output tsv < /dev/null \
  --query "[?properties.privateEndpoint.id && ends_with(properties.privateEndpoint.id, '/$name')].[id, properties.privateLinkServiceConnectionState.status]")
if test -z "$connections"; then
  echo "$name: no connection on $target yet. Run this again in a minute." >&2
  exit 1
fi
state=
while IFS=$'\t' read -r connection status; do
  case $status in
    Approved) state=ready ;;
    Pending)
      "$az" network private-endpoint-connection approve --id "$connection" --description "$name" --output none < /dev/null
      echo "$name: approved"
      state=ready
      ;;
    *) state=${state:-$status} ;;
  esac
done <<< "$connections"
if test "$state" != ready; then
  echo "$name: its connection on $target is $state. Ask the owner of the target, or delete the endpoint and run this again." >&2
  exit 1
fi
