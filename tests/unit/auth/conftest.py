"""An installation's identities, with boto3's own clients to sign with them."""

import boto3
import pytest

from borealis.auth.policies.managed import ADMINISTRATOR_ACCESS
from borealis.auth.principals import AccessKey, Identities, Role, User

ACCOUNT = "123456789012"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def identities():
    """Return an account with a user who may do everything, one who may do nothing, and a role."""
    return Identities(
        account=ACCOUNT,
        session_secret=bytes(range(32)),
        users={
            "root": User("root", "AIDAROOT", 0, attached=(ADMINISTRATOR_ACCESS,)),
            "nobody": User("nobody", "AIDANOBODY", 0, path="/people/"),
        },
        roles={"app": Role("app", "AROAAPP", 0, "{}", attached=(ADMINISTRATOR_ACCESS,))},
        access_keys={
            "AKIDEXAMPLE": AccessKey("AKIDEXAMPLE", "root", SECRET, 0),
            "AKIDNOBODY": AccessKey("AKIDNOBODY", "nobody", "n" * 40, 0),
            "AKIDDISABLED": AccessKey("AKIDDISABLED", "root", "d" * 40, 0, is_active=False),
            "AKIDORPHAN": AccessKey("AKIDORPHAN", "gone", "o" * 40, 0),
        },
    )


@pytest.fixture(scope="session")
def token_of():
    """Return a function that has boto3 make a token."""
    clients = {}

    def make(
        host,
        *,
        action="DbConnectAdmin",
        key="AKIDEXAMPLE",
        secret=SECRET,
        session=None,
        region="us-east-1",
        expires_s=900,
    ):
        chosen = (key, secret, session)
        if chosen not in clients:
            clients[chosen] = boto3.Session().client(
                "dsql",
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=session,
            )
        name = {
            "DbConnect": "generate_db_connect_auth_token",
            "DbConnectAdmin": "generate_db_connect_admin_auth_token",
        }[action]
        return getattr(clients[chosen], name)(Hostname=host, Region=region, ExpiresIn=expires_s)

    return make
