#!/usr/bin/env python3
"""Makes a Fabric workspace of an environment: on its capacity, with an identity, a lakehouse, shortcuts to the data
lake, and the role of jobs where they read the lakehouse. What exists is left alone. Prints its lines of the stack file.

Usage: pulumi stack output --json | fabric.py PROJECT/ENVIRONMENT WORKSPACE [--capacity NAME] [--private-link]
Needs the Azure CLI, signed in with the right to assign workspaces to the capacity in Fabric, and as an administrator of
a workspace that exists. With --private-link it also needs the right to write to the environment's resource group.

Requests: https://learn.microsoft.com/rest/api/fabric/core/ (workspaces, connections, OneLake shortcuts).
"""

import argparse
import json
import os
import subprocess
import sys
import time

API = "https://api.fabric.microsoft.com"
LAKEHOUSE = "lake"
#: How often, and after how many seconds, an identity that is being made is asked for.
TRIES, PAUSE = 20, float(os.environ.get("FABRIC_PAUSE", "15"))


def say(text):
    """Reports what was done."""
    sys.stderr.write(f"{text}\n")


def az(method, url, body=None, resource=API):
    """Returns the answer to a request, None for an empty one. Ends the program where the Azure CLI fails."""
    command = [os.environ.get("AZ", "az"), "rest", "--method", method, "--url", url, "--output", "json"]
    command += ["--resource", resource] if resource else []
    command += ["--headers", "Content-Type=application/json", "--body", json.dumps(body)] if body is not None else []
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{method} {url} failed (exit code {done.returncode} of the Azure CLI).")
    return json.loads(done.stdout) if done.stdout.strip() else None


def every(path):
    """Yields all items of a list of Fabric, which is sent in pages."""
    url = f"{API}/v1/{path}"
    while url:
        page = az("get", url)
        yield from page["value"]
        url = page.get("continuationUri")


def find(path, name):
    """Returns the item of a list with a name; None where there is none."""
    return next((item for item in every(path) if item["displayName"] == name), None)


def made_workspace(workspace, capacity):
    """Returns the ID of the workspace, which is on the capacity then."""
    found = {"id": workspace["id"]} if workspace["id"] else find("workspaces", workspace["name"])
    if found is not None and capacity is None:
        return found["id"]
    target = find("capacities", capacity) if capacity else None
    if target is None:
        sys.exit(f"Fabric shows no capacity {capacity or ''}. Name one with --capacity, which you may assign.")
    if found is None:
        body = {"displayName": workspace["name"], "capacityId": target["id"]}
        made = az("post", f"{API}/v1/workspaces", body)["id"]
        say(f"{workspace['name']}: created")
        return made
    if az("get", f"{API}/v1/workspaces/{found['id']}").get("capacityId") != target["id"]:
        az("post", f"{API}/v1/workspaces/{found['id']}/assignToCapacity", {"capacityId": target["id"]})
        say(f"{workspace['name']}: assigned to {capacity}")
    return found["id"]


def made_identity(workspace):
    """Returns the object ID of the workspace's identity."""
    for attempt in range(TRIES):
        identity = az("get", f"{API}/v1/workspaces/{workspace}").get("workspaceIdentity")
        if identity is not None:
            return identity["servicePrincipalId"]
        if attempt == 0:
            az("post", f"{API}/v1/workspaces/{workspace}/provisionIdentity")
            say("identity: requested")
        time.sleep(PAUSE)
    sys.exit("Fabric made no identity of the workspace yet. Run this again in some minutes.")


def give_role(workspace, principal):
    """Makes a service principal a contributor of the workspace, where it has no such role or a wider one."""
    roles = every(f"workspaces/{workspace}/roleAssignments")
    wide = ("Admin", "Member", "Contributor")
    if all(role["principal"]["id"] != principal or role["role"] not in wide for role in roles):
        body = {"principal": {"id": principal, "type": "ServicePrincipal"}, "role": "Contributor"}
        az("post", f"{API}/v1/workspaces/{workspace}/roleAssignments", body)
        say(f"{principal}: contributor")


def made_lakehouse(workspace):
    """Returns the ID of the lakehouse."""
    found = find(f"workspaces/{workspace}/lakehouses", LAKEHOUSE)
    if found is None:
        az("post", f"{API}/v1/workspaces/{workspace}/items", {"displayName": LAKEHOUSE, "type": "Lakehouse"})
        say(f"{LAKEHOUSE}: created")
    for _ in range(TRIES):
        found = found or find(f"workspaces/{workspace}/lakehouses", LAKEHOUSE)
        if found is not None:
            return found["id"]
        time.sleep(PAUSE)
    sys.exit("Fabric made no lakehouse yet. Run this again in some minutes.")


def connection(name, url, container):
    """Returns the ID of a connection to a container of the lake, which signs in as the workspace's identity."""
    found = find("connections", name)
    if found is None:
        parameters = [("server", url), ("path", container)]
        body = {
            "connectivityType": "ShareableCloud",
            "displayName": name,
            "connectionDetails": {
                "type": "AzureDataLakeStorage",
                "creationMethod": "AzureDataLakeStorage",
                "parameters": [{"dataType": "Text", "name": key, "value": value} for key, value in parameters],
            },
            "privacyLevel": "Organizational",
            "credentialDetails": {
                "singleSignOnType": "None",
                "connectionEncryption": "NotEncrypted",
                "skipTestConnection": False,
                "credentials": {"credentialType": "WorkspaceIdentity"},
            },
        }
        found = az("post", f"{API}/v1/connections", body)
        say(f"connection {name}: created")
    return found["id"]


def make_shortcuts(workspace, lakehouse, name, made):
    """Makes a shortcut to each container in the folder Files of the lakehouse."""
    items = f"workspaces/{workspace}/items/{lakehouse}/shortcuts"
    known = {item["name"] for item in every(items)}
    for container in made["containers"]:
        if container not in known:
            target = {
                "location": made["lakeUrl"],
                "subpath": f"/{container}",
                "connectionId": connection(f"{name}-{container}", made["lakeUrl"], container),
            }
            az("post", f"{API}/v1/{items}", {"path": "Files", "name": container, "target": {"adlsGen2": target}})
            say(f"shortcut {container}: created")


def main():
    """Makes what is missing, and prints the workspace for the stack file."""
    parser = argparse.ArgumentParser(description="Makes a Fabric workspace of an environment.")
    parser.add_argument("environment", metavar="PROJECT/ENVIRONMENT")
    parser.add_argument("workspace", metavar="WORKSPACE")
    parser.add_argument("--capacity", metavar="NAME", help="a capacity that exists, where the environment has none")
    parser.add_argument("--private-link", action="store_true", help="make its private link service, too")
    given = parser.parse_args()
    made = json.load(sys.stdin).get("fabric", {}).get(given.environment)
    workspace = made["workspaces"].get(given.workspace) if made is not None else None
    if workspace is None:
        what = f"Fabric workspace {given.workspace} of {given.environment}"
        sys.exit(f"The outputs of the stack have no {what}. Name one as PROJECT/ENVIRONMENT WORKSPACE.")
    fabric_id = made_workspace(workspace, given.capacity or made["capacity"])
    identity = made_identity(fabric_id)
    give_role(fabric_id, identity)
    lakehouse = made_lakehouse(fabric_id)
    if workspace["id"]:  # the lake lets it in
        make_shortcuts(fabric_id, lakehouse, workspace["name"], made)
    if workspace["datastore"]:
        give_role(fabric_id, made["jobPrincipalId"])
    if given.private_link:
        body = {"location": "global", "properties": {"tenantId": made["tenantId"], "workspaceId": fabric_id}}
        az("put", f"https://management.azure.com{workspace['link']}?api-version=2024-06-01", body, resource=None)
        say(f"private link service {workspace['link']}: written")
    lines = [f"id: {fabric_id}", f"identity: {identity}", f"# lakehouse: {lakehouse}"]
    sys.stdout.write(f"{given.workspace}:\n  " + "\n  ".join(lines) + "\n")


if __name__ == "__main__":
    main()
