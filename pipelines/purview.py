#!/usr/bin/env python3
"""Registers the data lake of a landing zone in Purview, with a scan that works as the account's identity. What exists
is written again.

Usage: pulumi stack output --json | purview.py COLLECTION [--runtime NAME] [--run]
Needs the Azure CLI, signed in as a data source administrator of the collection, and a runner that reaches the account.
COLLECTION: the name of a collection, of six characters for one that was made in the portal; the account's name for the
root. --runtime: the integration runtime of a managed network, which reaches a lake without public network access.
--run starts the scan.

Requests: https://learn.microsoft.com/rest/api/purview/scanningdataplane/ (2023-09-01).
"""

import argparse
import json
import os
import subprocess
import sys
import uuid

VERSION = "2023-09-01"
SCAN = "landing-zone"


def az(method, url, body=None):
    """Sends a request. Ends the program where the Azure CLI fails."""
    command = [os.environ.get("AZ", "az"), "rest", "--method", method, "--url", url, "--output", "none"]
    command += ["--resource", "https://purview.azure.net"]
    command += ["--headers", "Content-Type=application/json", "--body", json.dumps(body)] if body is not None else []
    code = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        sys.exit(f"{method} {url} failed (exit code {code} of the Azure CLI).")


def main():
    """Writes the source and its scan."""
    parser = argparse.ArgumentParser(description="Registers the data lake of a landing zone in Purview.")
    parser.add_argument("collection", metavar="COLLECTION")
    parser.add_argument("--runtime", metavar="NAME", help="an integration runtime of a managed network of the account")
    parser.add_argument("--run", action="store_true", help="start the scan")
    given = parser.parse_args()
    made = json.load(sys.stdin).get("purview")
    if not made or made["lake"] is None:
        what = "Purview account" if not made else "data lake on which the account has its role"
        sys.exit(f"The outputs of the stack have no {what}. Set `purview` and `dataLake` in the stack file.")
    _, _, subscription, _, group, *_, lake = made["lake"].split("/")
    source = f"https://{made['tenantId']}-api.purview-service.microsoft.com/scan/datasources/{lake}"
    collection = {"referenceName": given.collection, "type": "CollectionReference"}
    properties = {
        "endpoint": f"https://{lake}.dfs.core.windows.net/",
        "subscriptionId": subscription,
        "resourceGroup": group,
        "resourceName": lake,
        "location": made["location"],
        "collection": collection,
    }
    az("put", f"{source}?api-version={VERSION}", {"kind": "AdlsGen2", "name": lake, "properties": properties})
    sys.stdout.write(f"source {lake}: written\n")
    scan = {"scanRulesetName": "AdlsGen2", "scanRulesetType": "System", "collection": collection}
    if given.runtime:
        scan["connectedVia"] = {"referenceName": given.runtime}
    path = f"{source}/scans/{SCAN}"
    az("put", f"{path}?api-version={VERSION}", {"kind": "AdlsGen2Msi", "name": SCAN, "properties": scan})
    sys.stdout.write(f"scan {SCAN}: written\n")
    if given.run:
        az("post", f"{path}:run?runId={uuid.uuid4()}&scanLevel=Full&api-version={VERSION}")
        sys.stdout.write(f"scan {SCAN}: started\n")


if __name__ == "__main__":
    main()
