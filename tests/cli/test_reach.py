"""`amlz reach` on the command line: its formats, and inputs that it refuses."""

from __future__ import annotations

import json

import pytest

from tests.cli.in_process import amlz_here

ONE = ("reach", "dev", "--from", "snet-churn-dev-training", "--to", "pep-retail-churn-dev-vault")

SHOWN = """\
dev: who reaches what, by the requests that would be sent

snet-churn-dev-training to pep-retail-churn-dev-vault, tcp 443: reachable
    DNS proxy of afw-retail-hub: DNS: the name resolves to the private address,
    by links to vnet-retail-hub
    nsg-retail-churn-dev-training, own-endpoints: security group, outbound:
    allows it
    snet-churn-dev-training, route of the private endpoint: route: to
    vnet-retail-spoke-main
    nsg-retail-churn-dev-endpoints, computes: security group, inbound: allows it
    pep-retail-churn-dev-vault: private endpoint: accepts it
"""

#: Options, and the beginning of what is wrong with them.
WRONG = {
    "--from snet-churn-dev-trainig": "There is no source 'snet-churn-dev-trainig'. Did you mean snet-churn",
    "--from churn/prd": "There is no source 'churn/prd'. Did you mean churn/",
    "--from 8.8.8.8": "There is no source '8.8.8.8': it is in no subnet of this stack, nor in `onPremises`.",
    "--to pep-retail-churn-dev-valt": "There is no destination 'pep-retail-churn-dev-valt'. Did you mean pep-retail",
    "--to Storrage": "There is no destination 'Storrage'. ",
    "--to 10.250.0.0/24": "There is no destination '10.250.0.0/24': it is in no subnet of this stack",
    "--port 0": "Error: Invalid value for '--port': ",
    "--port 65536": "Error: Invalid value for '--port': ",
    "--port https": "Error: Invalid value for '--port': ",
    "--protocol tpc": "Error: Invalid value for '--protocol': 'tpc' is not one of 'tcp', 'udp', 'icmp'.",
    "--protocol 6": "Error: Invalid value for '--protocol': '6' is not one of 'tcp', 'udp', 'icmp'.",
    "--protocol icmp --port 3": "Error: Invalid value for --port: ICMP has no ports. Omit --port",
}


def test_the_command_shows_every_hop_of_an_answer() -> None:
    """In the order in which a packet meets them, the resolution of the name first."""
    ran = amlz_here(*ONE)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(SHOWN)


def test_programs_read_the_same_hops() -> None:
    """One object an answer, its deciding hop and all hops."""
    (answer,) = json.loads(amlz_here(*ONE, "--format", "json").stdout)["answers"]

    assert [hop["at"] for hop in answer.pop("hops")] == [
        "DNS proxy of afw-retail-hub",
        "nsg-retail-churn-dev-training",
        "snet-churn-dev-training",
        "nsg-retail-churn-dev-endpoints",
        "pep-retail-churn-dev-vault",
    ]
    assert answer == {
        "from": "snet-churn-dev-training",
        "fromEnvironment": "churn/dev",
        "to": "pep-retail-churn-dev-vault",
        "toKind": "endpoint",
        "toEnvironment": "churn/dev",
        "protocol": "tcp",
        "ports": "443",
        "verdict": "reachable",
        "decisive": {
            "at": "pep-retail-churn-dev-vault",
            "rule": "",
            "says": "private endpoint: accepts it",
            "passes": True,
        },
        "assumes": [],
    }


def test_the_whole_stack_fits_into_80_columns() -> None:
    """A table: for each source its destinations by verdict."""
    ran = amlz_here("reach", "dev")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert max(map(len, ran.stdout.splitlines())) <= 80
    sources = [line for line in ran.stdout.split("Not modelled")[0].splitlines()[1:] if line and line[0] != " "]
    assert sources == [
        "snet-churn-dev-training (churn/dev)",
        "snet-pricing-dev-training (pricing/dev)",
        "internet",
    ]


@pytest.mark.parametrize("options", WRONG)
def test_a_wrong_input_is_refused_with_what_is_near(options: str) -> None:
    """Exit code 2, nothing on standard output, no traceback."""
    ran = amlz_here("reach", "dev", *options.split())

    assert (ran.returncode, ran.stdout) == (2, "")
    assert WRONG[options] in ran.stderr
    assert "Traceback" not in ran.stderr
