"""SQLAlchemy's dialect suite through AWS's dialect, unmodified, and the ORM with transactions that try again.

The suite runs in a process of its own: it is a plugin of pytest. What may fail stands in sqlalchemy_known_failures.txt with its
reason; any other failure fails the test.
"""

import os
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

if "CI" not in os.environ:
    pytest.importorskip("aurora_dsql_sqlalchemy", reason="needs the extra `clients`: make test installs it")

KNOWN = Path(__file__).parent / "sqlalchemy_known_failures.txt"

CONFTEST = """
import pytest
pytest.register_assert_rewrite("sqlalchemy.testing.assertions")
from sqlalchemy.testing.plugin.pytestplugin import *
"""

# What DSQL has not: temporary tables, DESC in indexes, cursors of the server, savepoints (dsql-facts.md §4.2).
REQUIREMENTS = """
from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements

class Requirements(SuiteRequirements):
    @property
    def savepoints(self):
        return exclusions.closed()

    temporary_tables = temp_table_names = temporary_views = temp_table_reflect_indexes = savepoints
    temp_table_reflection = has_temp_table = temp_table_comment_reflection = savepoints
    indexes_with_ascdesc = reflect_indexes_with_ascdesc = server_side_cursors = savepoints
"""

SETUP = "[sqla_testing]\nrequirement_cls=dsql_requirements:Requirements\nprofile_file=profiles.txt\n"


@pytest.fixture(scope="module")
def url(run_node, tmp_path_factory):
    import psycopg

    with run_node(tmp_path_factory.mktemp("sqlalchemy") / "data", "--tls", "prefer") as node:
        with psycopg.connect(node.conninfo(sslmode="disable"), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA test_schema")
        yield f"auroradsql+psycopg://admin@127.0.0.1:{node.port}/postgres?sslmode=disable"


def test_dialect_suite(url, tmp_path):
    for name, text in (
        ("conftest.py", CONFTEST),
        ("dsql_requirements.py", REQUIREMENTS),
        ("setup.cfg", SETUP),
        ("test_suite.py", "from sqlalchemy.testing.suite import *\n"),
    ):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rfE",
            "--tb=line",
            "-p",
            "no:cacheprovider",
            "test_suite.py",
            "--dburi",
            url,
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?)", done.stdout)}
    assert counts.get("passed", 0) >= 850, done.stdout[-3000:]
    known = [line for line in KNOWN.read_text().splitlines() if line and not line.startswith("#")]
    failed = re.findall(
        r"^(?:FAILED|ERROR) test_suite\.py::(\w+?)_auroradsql\S*?::(\S+)", done.stdout, re.MULTILINE
    )
    new = [f"{suite}::{test}" for suite, test in failed if not _is_known(f"{suite}::{test}", known)]
    assert not new, "\n".join(new) + done.stdout[-3000:]


def _is_known(name, known):
    return any(fnmatchcase(name, pattern) for pattern in known)


def test_orm_round_trip_with_retries(url):
    from sqlalchemy import ForeignKey, Numeric, String, create_engine, func, inspect, select
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Owner(Base):
        __tablename__ = "orm_owners"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String(40), unique=True)
        accounts: Mapped[list["Account"]] = relationship(back_populates="owner")

    class Account(Base):
        __tablename__ = "orm_accounts"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("orm_owners.id"), index=True)
        balance: Mapped[object] = mapped_column(Numeric(12, 2))
        owner: Mapped[Owner] = relationship(back_populates="accounts")

    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Owner(name="Ada", accounts=[Account(balance=100), Account(balance=50)]))
        session.commit()
    with Session(engine) as session:
        query = select(Owner.name, func.sum(Account.balance)).join(Owner.accounts).group_by(Owner.name)
        assert session.execute(query).all() == [("Ada", 150)]
        first = session.scalars(select(Account).order_by(Account.balance.desc())).first()
        number = first.id

    def add(session, amount):
        session.get(Account, number).balance += amount

    def with_retries(amount):
        attempts = 0
        while True:
            attempts += 1
            try:
                with Session(engine) as session:
                    add(session, amount)
                    session.flush()
                    if attempts == 1:  # somebody else is first
                        with Session(engine) as other:
                            add(other, 1)
                            other.commit()
                    session.commit()
                return attempts
            except OperationalError as error:
                assert error.orig.sqlstate == "40001"

    assert with_retries(10) == 2
    with Session(engine) as session:
        assert session.get(Account, number).balance == 111
    looked_at = inspect(engine)
    assert [column["name"] for column in looked_at.get_columns("orm_accounts")] == [
        "id",
        "owner_id",
        "balance",
    ]
    assert looked_at.get_pk_constraint("orm_accounts")["constrained_columns"] == ["id"]
    [foreign] = looked_at.get_foreign_keys("orm_accounts")
    assert (foreign["referred_table"], foreign["constrained_columns"]) == ("orm_owners", ["owner_id"])
    assert [index["column_names"] for index in looked_at.get_indexes("orm_accounts")] == [["owner_id"]]
    Base.metadata.drop_all(engine)
    engine.dispose()
