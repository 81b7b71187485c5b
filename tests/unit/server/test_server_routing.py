"""Routing: which cluster the names a client gives are for."""

import pytest

from borealis.errors import ConnectionFailure
from borealis.server.routing import cluster_label, route

ID, OTHER = "abcdefghijklmnopqrstuvwxy2", "z" * 26


class Some:
    def __init__(self, *found):
        self.found = found

    def only(self):
        return self.found[0] if len(self.found) == 1 else None


@pytest.mark.parametrize(
    ("name", "label"),
    [
        (f"{ID}.dsql.us-east-1.localhost", ID),
        (f"{ID}.dsql.us-east-1.on.aws", ID),
        (f"{ID}.dsql-fnh4.us-east-1.on.aws", ID),
        (f"{ID.upper()}.DSQL.us-east-1.on.aws", ID),
        (f"{ID}.dsqlx.us-east-1.on.aws", None),
        (f"{ID}.example.com", None),
        (f"{ID[:-1]}.dsql.us-east-1.on.aws", None),
        ("vpce-1.dsql-fnh4.us-east-1.vpce.amazonaws.com", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("", None),
        (None, None),
    ],
)
def test_labels(name, label):
    assert cluster_label(name) == label


@pytest.mark.parametrize(
    ("found", "name", "option", "expected"),
    [
        ([ID], None, None, ID),
        ([ID], "localhost", None, ID),
        ([ID], f"{OTHER}.dsql.us-east-1.localhost", None, OTHER),  # refused when it is opened
        ([ID, OTHER], None, OTHER, OTHER),
        ([ID, OTHER], "localhost", OTHER.upper(), OTHER),
        ([ID, OTHER], f"{ID}.dsql.us-east-1.localhost", OTHER, ID),
        ([ID], None, "nonsense", "nonsense"),
    ],
)
def test_what_a_client_says_first(found, name, option, expected):
    assert route(Some(*found), name, option) == expected


@pytest.mark.parametrize("found", [[], [ID, OTHER]])
@pytest.mark.parametrize("name", [None, "localhost", "127.0.0.1"])
def test_no_cluster_is_guessed(found, name):
    with pytest.raises(ConnectionFailure, match="^unable to accept connection, sni was not received$"):
        route(Some(*found), name, None)
