#!/usr/bin/env bash
# Makes the managed network of an environment's data factory, its integration runtime, its credential and its managed private
# endpoints, and approves the endpoints on their targets. What exists is written again.
# Usage: pulumi stack output --json | data-factory.sh PROJECT/ENVIRONMENT
# Needs the Azure CLI, signed in with Data Factory Contributor on the factory and the right to approve on the targets.
set -euo pipefail
az=${AZ:-az}
approve=$(dirname "$0")/approve-endpoint.sh
rows=$(python3 -c '
import json, sys
key = sys.argv[1]
made = json.load(sys.stdin).get("dataFactories", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no data factory of {key}. Name one as PROJECT/ENVIRONMENT.")
network = {"type": "ManagedVirtualNetworkReference", "referenceName": "default"}
runtime = {"type": "Managed", "typeProperties": {"computeProperties": {"location": "AutoResolve"}}, "managedVirtualNetwork": network}
credential = {"type": "ManagedIdentity", "typeProperties": {"resourceId": made["identityId"]}}
print(made["factoryId"])
def put(path, properties, target=""):
    print(path, json.dumps({"properties": properties}), target, sep="\t")
put("managedVirtualNetworks/default", {})
put("integrationRuntimes/AutoResolveIntegrationRuntime", runtime)
put("credentials/landing-zone", credential)
for endpoint in made["managedEndpoints"]:
    body = {"privateLinkResourceId": endpoint["target"], "groupId": endpoint["group"]}
    put("managedVirtualNetworks/default/managedPrivateEndpoints/" + endpoint["name"], body, endpoint["target"])
' "${1:?Usage: data-factory.sh PROJECT/ENVIRONMENT}")
factory=$(head -n 1 <<< "$rows")
missing=0
while IFS=$'\t' read -r path body target; do
  "$az" rest --method put --url "$factory/$path?api-version=2018-06-01" --body "$body" --output none < /dev/null
  echo "$path: written"
  test -n "$target" || continue
  "$approve" "$target" "${factory##*/}.${path##*/}" < /dev/null || missing=1
done < <(tail -n +2 <<< "$rows")
exit "$missing"
