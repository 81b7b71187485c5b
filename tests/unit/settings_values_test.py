"""What a transaction's end makes of SET, SET LOCAL and RESET, held against a model of three layers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borealis.errors import SqlError
from borealis.settings.identifiers import quote_identifier, split_identifiers
from borealis.settings.values import Settings

DEFAULTS = {"application_name": "", "intervalstyle": "postgres", "extra_float_digits": "1"}
VALUES = {
    "application_name": ["x", "y"],
    "intervalstyle": ["iso_8601", "sql_standard"],
    "extra_float_digits": ["0", "3"],
}

NAMES = st.sampled_from(sorted(DEFAULTS))
STEPS = st.one_of(
    st.builds(
        lambda name, at, local: ("set", name, VALUES[name][at], local),
        NAMES,
        st.integers(0, 1),
        st.booleans(),
    ),
    st.builds(lambda name, local: ("set", name, None, local), NAMES, st.booleans()),
    st.sampled_from([("commit",), ("rollback",), ("reset all",)]),
)


class Model:
    """before: what ROLLBACK brings back; kept: what COMMIT keeps; now: what SHOW answers."""

    def __init__(self):
        self.before, self.kept, self.now = dict(DEFAULTS), dict(DEFAULTS), dict(DEFAULTS)

    def step(self, kind, *arguments):
        match kind:
            case "set":
                name, value, local = arguments
                self.now[name] = DEFAULTS[name] if value is None else value
                if not local:
                    self.kept[name] = self.now[name]
            case "reset all":
                self.now, self.kept = dict(DEFAULTS), dict(DEFAULTS)
            case "commit":
                self.now, self.before = dict(self.kept), dict(self.kept)
            case "rollback":
                self.now, self.kept = dict(self.before), dict(self.before)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_settings_follow_the_transaction(steps):
    ours, model = Settings("admin"), Model()
    told = dict(DEFAULTS)
    for kind, *arguments in steps:
        model.step(kind, *arguments)
        match kind:
            case "set":
                ours.set(arguments[0], arguments[1], local=arguments[2])
            case "reset all":
                ours.reset_all()
            case "commit":
                ours.commit()
            case "rollback":
                ours.rollback()
        assert {name: ours[name] for name in DEFAULTS} == model.now
        version = ours.version
        told |= {name.lower(): value for name, value in ours.take_changes()}
        assert ours.version == version
        assert told == model.now | {"extra_float_digits": told["extra_float_digits"]}


def test_the_version_moves_with_every_change():
    ours = Settings("admin")
    seen = [ours.version]
    ours.set("search_path", "a")
    seen.append(ours.version)
    ours.rollback()
    seen.append(ours.version)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize(
    "name", ["statement_timeout", "role", "TRANSACTION", "default_transaction_read_only", "a.b", ""]
)
def test_off_the_list(name):
    with pytest.raises(SqlError) as raised:
        Settings("admin").set(name, "1")
    assert raised.value.message == f'setting configuration parameter "{name}" not supported'


@given(st.lists(st.text(alphabet=st.sampled_from('aB1_$ ",é-'), min_size=1, max_size=6), max_size=4))
def test_quoted_identifiers_are_split_again(names):
    assert split_identifiers(", ".join(map(quote_identifier, names))) == names


@pytest.mark.parametrize("text", [",", "a,", "a b", '"a', "a,,b", '"a" b'])
def test_what_is_no_list(text):
    assert split_identifiers(text) is None


def test_unquoted_names_are_folded_and_long_ones_cut():
    assert split_identifiers(' A ,"B" , "c""d"') == ["a", "B", 'c"d']
    assert split_identifiers("é" * 40) == ["é" * 31]
