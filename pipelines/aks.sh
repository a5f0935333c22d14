#!/usr/bin/env bash
# Prints the namespaces and the instance types of an environment's AKS cluster, as a list that kubectl applies.
# Usage: pulumi stack output --json | aks.sh PROJECT/ENVIRONMENT | kubectl apply -f -
# Instance types need Azure ML's extension on the cluster, and kubectl a runner that reaches the API server.
set -euo pipefail
python3 -c '
import json, sys
key = sys.argv[1]
made = json.load(sys.stdin).get("aksClusters", {}).get(key)
if made is None:
    sys.exit(f"The outputs of the stack have no AKS cluster of {key}. Name one as PROJECT/ENVIRONMENT.")
if "objects" not in made:
    sys.exit(f"The AKS cluster of {key} is not attached to a workspace. Set `attach`, then run `pulumi up`.")
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": made["objects"]}, indent=2))
' "${1:?Usage: aks.sh PROJECT/ENVIRONMENT}"
