"""Whatever JSON a policy is, it is a policy or it is malformed; whatever policy, a request is decided, and Deny wins."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.auth.policies.document import MalformedPolicyError
from borealis.auth.policies.evaluate import Decision, Request, authorize
from borealis.auth.policies.operators import OPERATORS
from borealis.auth.policies.parse import parse_policy, parse_resource_policy
from borealis.auth.policies.pattern import matches
from borealis.auth.principals import Principal

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/alice"
CLUSTER = f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/abcdefghijklmnopqrstuvwx23"
KEYS = {"aws:SourceIp": ("127.0.0.1",), "k": ("1",), "many": ("a", "b")}

texts = st.one_of(
    st.sampled_from(
        ["*", "dsql:*", "dsql:DbConnect", USER, CLUSTER, "arn:aws:dsql:*:*:*", "127.0.0.0/8", "1", "true"]
    ),
    st.sampled_from(["${aws:username}", "${", "2020-01-01", "2012-10-17", "Allow", "Deny", ""]),
    st.text(max_size=6),
)
operators = st.sampled_from(sorted(operator.name for operator in OPERATORS.values()))
names = st.one_of(
    operators,
    operators.map(lambda name: f"ForAnyValue:{name}"),
    operators.map(lambda name: f"{name}IfExists"),
    texts,
)
values = st.one_of(texts, st.lists(texts, max_size=2), st.booleans(), st.integers(), st.none())
conditions = st.dictionaries(names, st.dictionaries(st.sampled_from(["k", "many", "aws:SourceIp", "absent"]), values, max_size=2), max_size=2)  # fmt: skip
statements = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": values, "Resource": values},
    optional={"Condition": conditions, "Principal": values, "Sid": values, "NotAction": values},
)
loose = st.recursive(
    values, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3))
)
documents = st.one_of(
    loose,
    st.fixed_dictionaries(
        {"Version": texts, "Statement": st.one_of(statements, st.lists(statements, max_size=3))}
    ),
)
sound_statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.sampled_from(["*", "dsql:Db*", "rds:*"]),
        "Resource": st.just("*"),
    },
    optional={
        "Condition": st.dictionaries(
            st.sampled_from(
                ["StringLike", "StringNotEquals", "StringEqualsIfExists", "ForAnyValue:StringEquals"]
            ),
            st.dictionaries(st.sampled_from(["k", "many", "absent"]), texts, min_size=1, max_size=2),
            max_size=2,
        )
    },
)


def principal(*policies):
    return Principal(USER, USER, "AIDA1", ACCOUNT, "alice", "AKIA1", policies)


@settings(max_examples=300, deadline=None)
@given(documents)
def test_any_json_is_a_policy_or_malformed(document):
    text = json.dumps(document)
    for parse in (parse_policy, parse_resource_policy):
        try:
            policy = parse(text)
        except MalformedPolicyError:
            continue
        request = Request(principal(policy), "dsql:DbConnect", CLUSTER, KEYS)
        assert isinstance(authorize(request, policy), Decision)


@settings(max_examples=100, deadline=None)
@given(st.lists(sound_statements, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_and_grouping_of_statements_decide_nothing(found, chance):
    """One policy of all statements, each its own policy, and any order of them: one decision."""

    def decision(*groups):
        policies = [
            parse_policy(json.dumps({"Version": "2012-10-17", "Statement": list(group)})) for group in groups
        ]
        return authorize(Request(principal(*policies), "dsql:DbConnect", CLUSTER, KEYS))

    together = decision(found)
    shuffled = found[:]
    chance.shuffle(shuffled)
    assert decision(shuffled) is together
    assert decision(*([statement] for statement in shuffled)) is together
    denying = decision([statement for statement in found if statement["Effect"] == "Deny"] or [{"Effect": "Deny", "Action": "x:y", "Resource": "*"}])  # fmt: skip
    assert (denying is Decision.DENIED_BY_IDENTITY) is (together is Decision.DENIED_BY_IDENTITY)


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", max_size=7), st.text("ab", max_size=7))
def test_patterns_match_as_regular_expressions_do(pattern, text):
    import re

    expression = "".join({"*": ".*", "?": "."}.get(character, character) for character in pattern)
    assert matches(pattern, text, {}, has_variables=True) is bool(re.fullmatch(expression, text))
