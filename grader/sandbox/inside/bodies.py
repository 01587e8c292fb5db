"""Every field of the other requests that have a body: processes in containers, networks, volumes."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Final

from . import limits
from .container import CONFIG, CONSOLE, ENDPOINT
from .rules import Refusal, attempt, refused
from .shapes import flag, items, judged, mapping, nothing, one_of, struct, text, without, words

if TYPE_CHECKING:
    from .rules import Rules

_PRIVATE: Final = tuple(ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_WIDEST: Final = 16
_NARROWEST: Final = 30

COMMIT: Final = struct(CONFIG)

EXEC_CREATE: Final = judged(
    struct(
        {
            "Container": text,
            "User": text,
            "Privileged": nothing(
                refused("privileged", "--privileged", "a privileged process has all rights of the machine it runs on")
            ),
            "Tty": flag,
            "ConsoleSize": CONSOLE,
            "AttachStdin": flag,
            "AttachStderr": flag,
            "AttachStdout": flag,
            "Detach": flag,
            "DetachKeys": text,
            "Env": items(text),
            "WorkingDir": text,
            "Cmd": words,
        }
    ),
    limits.payload,
)
EXEC_START: Final = struct({"Detach": flag, "Tty": flag, "ConsoleSize": CONSOLE})


def _subnet(value: dict[str, Any], _rules: Rules) -> Refusal | None:
    """Decide about `--subnet` and what belongs to it: a private one of a common size."""
    subnet, gateway, area = (value.get(name, "") for name in ("Subnet", "Gateway", "IPRange"))
    why = "write a private IPv4 network of a common size, such as 10.1.0.0/24, and addresses inside it"
    refusal = refused("subnet", f"--subnet {subnet}", why)
    try:
        network = ipaddress.IPv4Network(subnet)
        inside = ipaddress.IPv4Address(gateway) in network if gateway else True
        inside = inside and (ipaddress.IPv4Network(area).subnet_of(network) if area else True)
    except ValueError:
        return refusal
    private = any(network.subnet_of(one) for one in _PRIVATE if isinstance(one, ipaddress.IPv4Network))
    return None if private and inside and _WIDEST <= network.prefixlen <= _NARROWEST else refusal


_DRIVER: Final = refused("network-driver", "--driver", "networks are of the driver bridge")
_IPAM: Final = refused("ipam", "an address driver of one's own", "Docker's own gives out addresses")

NETWORK_CREATE: Final = struct({
    "Name": text,
    "CheckDuplicate": flag,
    "Driver": one_of("bridge", refusal=_DRIVER),
    "Scope": one_of("local", refusal=refused("network-driver", "--scope", "networks are local")),
    "EnableIPv4": flag,
    "EnableIPv6": nothing(refused("ipv6", "--ipv6", "networks are of IPv4")),
    "IPAM": struct({
        "Driver": without(one_of("default", refusal=_IPAM), "default"),
        "Options": nothing(_IPAM),
        "Config": items(
            judged(
                struct({
                    "Subnet": text,
                    "IPRange": text,
                    "Gateway": text,
                    "AuxiliaryAddresses": nothing(refused("ipam", "--aux-address", "Docker gives out addresses")),
                }),
                _subnet,
            ),
            1,
        ),
    }),
    "Internal": flag,
    "Attachable": flag,
    "Ingress": nothing(refused("network-driver", "--ingress", "there is no swarm here")),
    "ConfigOnly": nothing(refused("network-driver", "--config-only", "there is no swarm here")),
    "ConfigFrom": nothing(refused("network-driver", "--config-from", "there is no swarm here")),
    "Options": nothing(refused("network-options", "--opt", "a bridge network needs no options")),
    "Labels": mapping(text),
})  # fmt: skip
NETWORK_CONNECT: Final = struct({"Container": text, "EndpointConfig": ENDPOINT})
NETWORK_DISCONNECT: Final = struct({"Container": text, "Force": flag})

VOLUME_CREATE: Final = struct({
    "Name": text,
    "Driver": one_of("local", refusal=attempt("volume-driver", "--driver", "volumes are of the driver local")),
    "DriverOpts": nothing(
        attempt("volume-options", "--opt", "a volume with options can be any folder of the machine; use a plain volume")
    ),
    "Labels": mapping(text),
    "ClusterVolumeSpec": nothing(refused("mount-type", "a cluster volume", "there is no cluster here")),
})  # fmt: skip
