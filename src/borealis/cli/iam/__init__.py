"""`borealis iam`: an installation's users, roles, access keys and policies; the node need not run, and need not be told.

borealis iam user create app && borealis iam key create app --profile app
borealis iam policy attach AmazonAuroraDSQLFullAccess --user app
"""

from __future__ import annotations

import click

from borealis.cli.iam.keys import key
from borealis.cli.iam.policies import policy
from borealis.cli.iam.roles import role
from borealis.cli.iam.users import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def iam() -> None:
    """Users, roles, access keys and policies of the installation."""


for _command in (user, role, key, policy):
    iam.add_command(_command)
