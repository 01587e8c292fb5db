"""Processes in containers, networks and volumes: what is refused of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.policy import ask, rules

EXEC, NETWORK, VOLUME = "/containers/web/exec", "/networks/create", "/volumes/create"


def subnet(subnet: str, **more: Any) -> dict[str, Any]:
    return {"Name": "n", "IPAM": {"Driver": "default", "Options": {}, "Config": [{"Subnet": subnet, **more}]}}


@pytest.mark.parametrize(
    ("uri", "sent", "rule", "violation"),
    [
        (EXEC, {"Cmd": ["sh"], "Privileged": True}, "privileged", False),
        (EXEC, {"Cmd": ["x" * 70_000]}, "too-much", False),
        (EXEC, {"Cmd": ["x" * 40_000, "x" * 40_000]}, "payload", False),
        (EXEC, {"Cmd": ["sh"], "CapAdd": ["ALL"]}, "unknown-field", True),
        (EXEC, {"Cmd": "sh", "Env": ["A=b"], "User": "0", "WorkingDir": "/", "ConsoleSize": [24, 80]}, None, False),
        ("/exec/0123/start", {"Detach": True, "Tty": False}, None, False),
        ("/exec/0123/start", {"Detach": True, "Privileged": True}, "unknown-field", True),
        (NETWORK, {"Name": "n"}, None, False),
        (
            NETWORK,
            {"Name": "n", "Driver": "bridge", "Scope": "local", "Internal": True, "Attachable": True},
            None,
            False,
        ),
        (NETWORK, {"Name": "n", "Driver": "host"}, "network-driver", False),
        (NETWORK, {"Name": "n", "Driver": "macvlan"}, "network-driver", False),
        (NETWORK, {"Name": "n", "Driver": "overlay"}, "network-driver", False),
        (NETWORK, {"Name": "n", "Scope": "swarm"}, "network-driver", False),
        (NETWORK, {"Name": "n", "Ingress": True}, "network-driver", False),
        (NETWORK, {"Name": "n", "ConfigOnly": True}, "network-driver", False),
        (NETWORK, {"Name": "n", "ConfigFrom": {"Network": "other"}}, "network-driver", False),
        (NETWORK, {"Name": "n", "ConfigFrom": {"Network": ""}}, None, False),
        (NETWORK, {"Name": "n", "EnableIPv6": True}, "ipv6", False),
        (NETWORK, {"Name": "n", "EnableIPv4": True, "EnableIPv6": False}, None, False),
        (NETWORK, {"Name": "n", "Options": {"com.docker.network.bridge.name": "docker0"}}, "network-options", False),
        (NETWORK, {"Name": "n", "IPAM": {"Driver": "other"}}, "ipam", False),
        (NETWORK, {"Name": "n", "IPAM": {"Options": {"a": "b"}}}, "ipam", False),
        (NETWORK, subnet("10.1.0.0/16", Gateway="10.1.0.1", IPRange="10.1.1.0/24"), None, False),
        (NETWORK, subnet("10.1.0.0/16", AuxiliaryAddresses={"a": "10.1.0.9"}), "ipam", False),
        (NETWORK, subnet("10.0.0.0/8"), "subnet", False),
        (NETWORK, subnet("10.1.0.0/31"), "subnet", False),
        (NETWORK, subnet("127.0.0.0/24"), "subnet", False),
        (NETWORK, subnet("8.8.8.0/24"), "subnet", False),
        (NETWORK, subnet("fd00::/64"), "subnet", False),
        (NETWORK, subnet("10.1.0.0/16", Gateway="10.2.0.1"), "subnet", False),
        (NETWORK, subnet("10.1.0.0/16", IPRange="10.2.0.0/24"), "subnet", False),
        (NETWORK, {"Name": "n", "IPAM": {"Config": [{}, {}]}}, "too-much", False),
        ("/networks/n/disconnect", {"Container": "web", "Force": True}, None, False),
        ("/networks/host/connect", {"Container": "web"}, "host-network", False),
        ("/networks/h%6Fst/connect", {"Container": "web"}, "host-network", False),
        (VOLUME, {"Name": "v1", "Driver": "local", "Labels": {"a": "b"}}, None, False),
        (VOLUME, {"Name": "v1", "Driver": "local", "DriverOpts": {}}, None, False),
        (VOLUME, {"DriverOpts": {"type": "none", "o": "bind", "device": "/"}}, "volume-options", True),
        (VOLUME, {"DriverOpts": {"type": "nfs", "o": "addr=192.0.2.1", "device": ":/x"}}, "volume-options", True),
        (VOLUME, {"Driver": "other"}, "volume-driver", True),
        (VOLUME, {"ClusterVolumeSpec": {"Group": "x"}}, "mount-type", False),
        (VOLUME, {"driveropts": {}}, "unknown-field", True),
        ("/commit?container=web&repo=x", {"Cmd": ["sh"]}, None, False),
        ("/commit?container=web&repo=x", {"HostConfig": {}}, "unknown-field", True),
        ("/commit?container=web&repo=x&changes=CMD+a&changes=ENV+b", None, None, False),
    ],
)
def test_bodies(uri: str, sent: Any, rule: str | None, violation: bool) -> None:  # noqa: FBT001 - a column
    verdict = ask("POST", uri, sent)
    assert (verdict.allowed, verdict.rule, verdict.violation) == (rule is None, rule, violation), verdict.message


def test_the_container_of_a_network_is_told() -> None:
    verdict = ask("POST", "/networks/n/connect", {"Container": "web"})
    assert verdict.arguments == {"network": "n", "container": "web"}


def test_the_hosts_network_can_be_allowed() -> None:
    assert ask("POST", "/networks/host/connect", {"Container": "web"}, by=rules(host_network=True)).allowed
