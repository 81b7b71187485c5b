"""Condition keys that tell of a request itself, and of the resource it is about.

Those of the network AWS is in (aws:SourceVpc, aws:SourceVpce) never exist here: a policy that asks for them with Null sees that.
Source: AWS's "AWS global condition context keys"; dsql-facts.md §2.7.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

NO_TAGS: Mapping[str, str] = {}


def request_keys(
    now_s: float,
    *,
    source_ip: str | None,
    is_secure: bool,
    region: str,
    account: str,
    resource_tags: Mapping[str, str] = NO_TAGS,
) -> dict[str, tuple[str, ...]]:
    """Return the condition keys of a request, by name; source_ip is None where no network is between."""
    keys: dict[str, tuple[str, ...]] = {
        "aws:CurrentTime": (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s)),),
        "aws:EpochTime": (str(int(now_s)),),
        "aws:RequestedRegion": (region,),
        "aws:ResourceAccount": (account,),
        "aws:SecureTransport": ("true" if is_secure else "false",),
    }
    if source_ip is not None:
        keys["aws:SourceIp"] = (source_ip,)
    for name, value in resource_tags.items():
        keys[f"aws:ResourceTag/{name}"] = (value,)
    return keys
