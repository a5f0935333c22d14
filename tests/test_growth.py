"""Work grows with the landing zone, not with its square: calls are counted at two sizes, seconds are not."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from typing import Any

import pytest

from amlz.azure.graph import Resource, ResourceGraph
from amlz.checks.order import parallel_writes as order_parallel_writes
from amlz.core.plan import make_plan
from amlz.core.problems import StackFileError
from amlz.policy.engine.definition import Existence
from amlz.policy.engine.existence import Related
from amlz.policy.engine.subject import Subject
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT, STACKS
from tools.benchmarks.generated import landing_zone

#: Work of four times the size, as a multiple: four, and some that grows with the logarithm.
MOST = 4.6


def calls(work: Callable[[], Any]) -> int:
    """How many functions work calls, Python's own included."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def growth(work: Callable[[int], Callable[[], Any]], small: int) -> float:
    """How many times the calls of four times the size are those of the small one. `work` prepares, uncounted."""
    calls(work(small))  # fills caches
    return calls(work(4 * small)) / calls(work(small))


@pytest.mark.parametrize("operated", [False, True], ids=["without operation", "with operation"])
def test_planning_grows_with_the_projects(operated: bool) -> None:
    """All in one spoke and two, with every check of the stack file. Operation adds alerts to each environment."""
    assert growth(lambda size: lambda: make_plan(from_object(landing_zone(size, operated=operated))), 10) < MOST


def with_subnets(size: int) -> dict[str, Any]:
    """A landing zone each of whose environments has the four subnets of data platforms, a cluster and runners."""
    value = landing_zone(size)
    ranges = ipaddress.IPv4Network("10.128.0.0/12").subnets(new_prefix=26)
    value |= {"dataLake": {}, "hub": {"addressSpace": "10.20.0.0/23"}}
    value["spokes"]["spoke00"]["addressSpace"].append("10.128.0.0/12")
    for project in value["projects"].values():
        host, container, nodes, runners = (str(next(ranges)) for _ in range(4))
        project["environments"]["dev"] |= {
            "databricks": {"hostNetwork": host, "containerNetwork": container},
            "aks": {
                "network": nodes,
                "podNetwork": "100.64.0.0/18",
                "serviceNetwork": "100.65.0.0/24",
                "pools": {"cpu": {"size": "Standard_D8s_v5", "maxNodes": 3}},
            },
            "runners": {"network": runners, "service": "github"},
        }
    return value


def test_planning_grows_with_the_subnets_of_capabilities() -> None:
    """Each is found by its owner, and its rules by its environment, without looking at those of the others."""
    assert growth(lambda size: lambda: make_plan(from_object(with_subnets(size))), 10) < MOST


@pytest.mark.parametrize(
    ("entry", "size"),
    [
        ("    key{number}: 1\n", 200),
        ("    location: westeurope\n", 200),
        ("    spokes: {{main: {{addressSpace: [10.1.{number}.0/24], tags: {{a: b}}}}}}\n", 50),
    ],
    ids=["unknown keys", "one key twice and more", "a mapping twice and more"],
)
def test_mistakes_of_a_stack_file_are_found_without_comparing_each_with_each(entry: str, size: int) -> None:
    """Each of them is reported."""

    def refused(count: int) -> Callable[[], Any]:
        text = (ROOT / STACKS["minimal"]).read_text(encoding="utf-8").rstrip() + "\n"
        raw = (text + "".join(entry.format(number=number) for number in range(count))).encode()

        def work() -> None:
            with pytest.raises(StackFileError) as error:
                load("Pulumi.large.yaml", raw=raw)
            assert len(error.value.problems) >= count

        return work

    assert growth(refused, size) < MOST


def test_ranges_that_overlap_are_found_without_comparing_each_with_each() -> None:
    """Every range twice: every second environment is a problem with a separate range that is free."""

    def overlapping(size: int) -> Callable[[], Any]:
        written = landing_zone(size)
        environments = [project["environments"]["dev"] for project in written["projects"].values()]
        for one, other in zip(environments[::2], environments[1::2], strict=True):
            other["network"] = one["network"]
        config = from_object(written)

        def plan() -> None:
            with pytest.raises(StackFileError, match="overlaps"):
                make_plan(config)

        return plan

    assert growth(overlapping, 20) < MOST


def test_unknown_keys_take_little_each() -> None:
    """Each is reported with its possible position; the model is walked for it once."""

    def unknown(size: int) -> Callable[[], Any]:
        written = landing_zone(1)
        written["projects"]["project0000"]["environments"]["dev"] |= {f"key{n}": n for n in range(size)}

        def read() -> None:
            with pytest.raises(StackFileError):
                from_object(written)

        return read

    assert growth(unknown, 50) < MOST
    # Mostly comparisons with each key that an environment can have, for the nearest.
    assert calls(unknown(50)) / 50 < 2600


def _chain(length: int) -> ResourceGraph:
    """Subnets of one network, each of which waits for the one before."""
    network = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/vnet"
    urns = [f"urn:{number:05}" for number in range(length)]
    return ResourceGraph(
        tuple(
            Resource(
                urn=urn,
                token="azure-native:network:Subnet",
                arm_type="Microsoft.Network/virtualNetworks/subnets",
                api_version="2024-01-01",
                id=f"{network}/subnets/{number}",
                name=str(number),
                location="",
                subscription="s",
                resource_group="g",
                body={},
                depends_on=(urns[number - 1],) if number else (),
            )
            for number, urn in enumerate(urns)
        )
    )


def test_a_chain_of_subnets_is_followed_once() -> None:
    """However long: no depth of calls, and no set of everything before for each of them."""

    def check(length: int) -> Callable[[], Any]:
        graph = _chain(length)
        return lambda: list(order_parallel_writes.find(graph))

    assert list(order_parallel_writes.find(_chain(2000))) == []
    assert growth(check, 500) < MOST


def test_what_exists_beside_a_resource_is_found_where_it_lies() -> None:
    """Extensions below a resource, children, resources of its resource group: none compared with each of its type."""

    def search(size: int) -> Callable[[], Any]:
        groups = [f"/subscriptions/s/resourceGroups/g{number}/providers" for number in range(size)]
        vaults = [_subject("t.p/vaults", f"{group}/t.p/vaults/v") for group in groups]
        logs = [_subject("t.p/logs", f"{vault.id}/providers/t.p/logs/l") for vault in vaults]
        children = [_subject("t.p/vaults/keys", f"{vault.id}/keys/k") for vault in vaults]
        beside = [_subject("t.p/plans", f"{group}/t.p/plans/p") for group in groups]

        def find() -> None:
            related = Related((*vaults, *logs, *children, *beside))
            for number, vault in enumerate(vaults):
                for kind, expected in (("logs", logs), ("vaults/keys", children), ("plans", beside)):
                    assert related.near(vault, Existence(f"t.p/{kind}"), "") == [expected[number]]

        find()  # so that every id has been parsed
        return find

    assert growth(search, 100) < MOST


def _subject(kind: str, resource_id: str) -> Subject:
    return Subject(kind, "", resource_id, {}, open=False)
