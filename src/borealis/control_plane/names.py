"""Names: what the clusters of an installation are called: ARNs, endpoints, the endpoint service of a private network."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass

from borealis.auth import arn

IDENTIFIER_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class Names:
    region: str
    domain: str

    def endpoint(self, identifier: str) -> str:
        return f"{identifier}.dsql.{self.region}.{self.domain}"

    @property
    def private_label(self) -> str:
        """Return the label that stands for `dsql` in names of private networks: dsql- and four letters of the Region's own."""
        digest = hashlib.sha256(f"borealis {self.region}".encode()).digest()
        return "dsql-" + base64.b32encode(digest[:5]).decode().lower()[:4]

    def private_endpoint(self, identifier: str) -> str:
        return f"{identifier}.{self.private_label}.{self.region}.{self.domain}"

    @property
    def vpc_service(self) -> str:
        return f"com.amazonaws.{self.region}.{self.private_label}"

    def cluster_arn(self, account: str, identifier: str) -> str:
        return arn.cluster_arn(self.region, account, identifier)

    def key_arn(self, account: str, name: str) -> str:
        return f"arn:{arn.PARTITION}:kms:{self.region}:{account}:key/{name}"


def new_identifier(random_: random.Random) -> str:
    """Return 26 characters of base32: as many bits as a UUID has."""
    return "".join(random_.choices(IDENTIFIER_ALPHABET, k=26))
