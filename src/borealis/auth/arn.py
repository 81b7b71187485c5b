"""Amazon Resource Names: arn:partition:service:region:account:resource."""

from __future__ import annotations

import re
from dataclasses import dataclass

PARTITION = "aws"
SERVICE = "dsql"

_IAM_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_IAM_PATH = re.compile(r"/(?:[\x21-\x2e\x30-\x7e]+/)*", re.ASCII)
_IAM_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(role|user)/([\x21-\x7e]+)")


@dataclass(frozen=True, slots=True)
class Arn:
    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """Read an ARN; None if the text is none."""
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            return None
        return cls(*parts[1:])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def cluster_arn(region: str, account: str, cluster_id: str) -> str:
    return f"arn:{PARTITION}:{SERVICE}:{region}:{account}:cluster/{cluster_id}"


def root_arn(account: str) -> str:
    """Return the name of an account itself."""
    return f"arn:{PARTITION}:iam::{account}:root"


def user_arn(account: str, path: str, name: str) -> str:
    return f"arn:{PARTITION}:iam::{account}:user{path}{name}"


def role_arn(account: str, path: str, name: str) -> str:
    return f"arn:{PARTITION}:iam::{account}:role{path}{name}"


def policy_arn(account: str, path: str, name: str) -> str:
    """Return a managed policy's name; account is "aws" for AWS's own."""
    return f"arn:{PARTITION}:iam::{account}:policy{path}{name}"


def assumed_role_arn(account: str, role: str, session: str) -> str:
    """Return the name of a role's session, in which a role's path does not show."""
    return f"arn:{PARTITION}:sts::{account}:assumed-role/{role}/{session}"


def is_iam_name(name: str) -> bool:
    """Tell whether users, roles and policies may be named so."""
    return _IAM_NAME.fullmatch(name) is not None


def is_iam_path(path: str) -> bool:
    return _IAM_PATH.fullmatch(path) is not None and len(path) <= 512


def is_principal_arn(text: str) -> bool:
    """Tell whether a text is what AWS IAM GRANT takes: the ARN of a role or a user."""
    return _IAM_ARN.fullmatch(text) is not None
