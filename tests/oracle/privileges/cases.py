"""Statements, and the privileges each might need: every subset of them is one role's, and PostgreSQL says what that role may.

A case's privileges are named by the keys of GRANTS. Roles are shared by cases: m_<keys>.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

SETUP = (
    "CREATE SCHEMA mx",
    "CREATE TABLE mx.t (a int PRIMARY KEY, b int, c int)",
    "CREATE TABLE mx.u (a int PRIMARY KEY, b int)",
    "CREATE TABLE mx.k (a int PRIMARY KEY, r int REFERENCES mx.t ON DELETE CASCADE)",
    "CREATE VIEW mx.w AS SELECT a, b FROM mx.t",
    "CREATE SEQUENCE mx.q CACHE 1",
    "CREATE DOMAIN mx.d AS int",
    "CREATE FUNCTION mx.f() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(a) FROM mx.t'",
    "CREATE FUNCTION mx.g() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT max(a) FROM mx.t'",
    "CREATE VIEW mx.wf AS SELECT mx.f() AS x",
    "REVOKE EXECUTE ON FUNCTION mx.f() FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION mx.g() FROM PUBLIC",
    "REVOKE USAGE ON DOMAIN mx.d FROM PUBLIC",
    "INSERT INTO mx.t VALUES (1, 2, 3)",
    "INSERT INTO mx.u VALUES (1, 2)",
    "INSERT INTO mx.k VALUES (1, 1)",
)

GRANTS = {
    "use": "USAGE ON SCHEMA mx",
    "create": "CREATE ON SCHEMA mx",
    "r": "SELECT ON mx.t",
    "ra": "SELECT (a) ON mx.t",
    "rb": "SELECT (b) ON mx.t",
    "rc": "SELECT (c) ON mx.t",
    "i": "INSERT ON mx.t",
    "ia": "INSERT (a) ON mx.t",
    "ib": "INSERT (b) ON mx.t",
    "w": "UPDATE ON mx.t",
    "wb": "UPDATE (b) ON mx.t",
    "wc": "UPDATE (c) ON mx.t",
    "d": "DELETE ON mx.t",
    "x": "REFERENCES ON mx.t",
    "xa": "REFERENCES (a) ON mx.t",
    "u_r": "SELECT ON mx.u",
    "u_ra": "SELECT (a) ON mx.u",
    "u_i": "INSERT ON mx.u",
    "k_i": "INSERT ON mx.k",
    "w_r": "SELECT ON mx.w",
    "w_ra": "SELECT (a) ON mx.w",
    "w_i": "INSERT ON mx.w",
    "w_w": "UPDATE ON mx.w",
    "w_wb": "UPDATE (b) ON mx.w",
    "w_d": "DELETE ON mx.w",
    "wf_r": "SELECT ON mx.wf",
    "q_use": "USAGE ON SEQUENCE mx.q",
    "q_r": "SELECT ON SEQUENCE mx.q",
    "q_w": "UPDATE ON SEQUENCE mx.q",
    "f": "EXECUTE ON FUNCTION mx.f()",
    "g": "EXECUTE ON FUNCTION mx.g()",
    "dom": "USAGE ON DOMAIN mx.d",
}


@dataclass(frozen=True)
class Case:
    statement: str
    privileges: tuple[str, ...]

    def subsets(self) -> list[tuple[str, ...]]:
        return [
            subset
            for size in range(len(self.privileges) + 1)
            for subset in combinations(self.privileges, size)
        ]


_TEXT = """
use r ra rb | SELECT a FROM mx.t
use r ra rb | SELECT a FROM mx.t WHERE b = 2
use r ra rb | SELECT max(a) FROM mx.t GROUP BY b
use r ra rb | SELECT 1 FROM mx.t ORDER BY b
use r ra rb | SELECT x.a FROM mx.t AS x JOIN mx.t AS y ON x.a = y.b
r rb i wb   | SELECT count(*) FROM mx.t
r ra rb rc  | SELECT * FROM mx.t
r ra rb rc  | SELECT t FROM mx.t
r ra rb rc  | SELECT row_to_json(t) FROM mx.t
r ra rb rc  | SELECT (t).a FROM mx.t
r ra rb rc  | SELECT count(t) FROM mx.t
r ra w wb   | SELECT a FROM mx.t FOR UPDATE
r ra w wb   | SELECT a FROM mx.t FOR KEY SHARE
r ra w wb   | SELECT a FROM (SELECT a FROM mx.t FOR UPDATE) AS s
r ra u_r u_ra | SELECT t.a FROM mx.t JOIN mx.u USING (a)
r ra u_r u_ra | SELECT 1 WHERE EXISTS (SELECT FROM mx.t WHERE t.a IN (SELECT u.a FROM mx.u))
r ra u_r u_ra | SELECT a FROM mx.t UNION SELECT a FROM mx.u
r ra u_r u_ra | WITH x AS (SELECT a FROM mx.t) SELECT x.a, (SELECT max(u.a) FROM mx.u) FROM x
r ra u_r u_ra | SELECT s.a FROM mx.t, LATERAL (SELECT u.a FROM mx.u WHERE u.a = t.a) AS s
r ra u_r u_ra w | SELECT t.a FROM mx.t JOIN mx.u USING (a) FOR UPDATE OF t
use i ia ib | INSERT INTO mx.t (a) VALUES (5)
i ia ib     | INSERT INTO mx.t (a, b) VALUES (5, 6)
i ia ib     | INSERT INTO mx.t VALUES (5, 6, 7)
i ia ib r ra | INSERT INTO mx.t (a) VALUES (5) RETURNING a
i ia r rb   | INSERT INTO mx.t (a) VALUES (5) RETURNING b
i ia r rb   | INSERT INTO mx.t (a) VALUES (5) RETURNING 1
i ia r ra   | INSERT INTO mx.t (a) SELECT max(a) + 1 FROM mx.t
i ia u_r u_ra | INSERT INTO mx.t (a) SELECT a + 10 FROM mx.u
i ia r ra   | INSERT INTO mx.t (a) VALUES (1) ON CONFLICT DO NOTHING
i ia r ra   | INSERT INTO mx.t (a) VALUES (1) ON CONFLICT (a) DO NOTHING
i r ra w wb | INSERT INTO mx.t (a, b, c) VALUES (1, 1, 1) ON CONFLICT (a) DO UPDATE SET b = 9
i ra rb w wb | INSERT INTO mx.t (a, b, c) VALUES (1, 1, 1) ON CONFLICT (a) DO UPDATE SET b = t.b + 1
i ra rb w wb | INSERT INTO mx.t (a, b, c) VALUES (1, 1, 1) ON CONFLICT (a) DO UPDATE SET b = excluded.b
i ra rc w wb | INSERT INTO mx.t (a, b, c) VALUES (1, 1, 1) ON CONFLICT (a) DO UPDATE SET b = 9 WHERE t.c = 3
use w wb wc | UPDATE mx.t SET b = 1
w wb wc     | UPDATE mx.t SET b = 1, c = 2
w wb r ra rb | UPDATE mx.t SET b = a
w wb r ra rb | UPDATE mx.t SET b = 1 WHERE a = 1
w wb r ra rb | UPDATE mx.t SET b = 1 RETURNING b
w wb r rb   | UPDATE mx.t SET b = 1 RETURNING 7
w wb r ra rc | UPDATE mx.t SET b = 1 RETURNING *
w wb u_r u_ra | UPDATE mx.t SET b = u.a FROM mx.u
w wb r ra u_r | UPDATE mx.t SET b = (SELECT max(u.a) FROM mx.u WHERE u.a = t.a)
use d r ra  | DELETE FROM mx.t
d r ra rb   | DELETE FROM mx.t WHERE a = 7
d r ra rb   | DELETE FROM mx.t RETURNING b
d r ra u_r u_ra | DELETE FROM mx.t USING mx.u WHERE u.a = 7
d r ra u_r  | DELETE FROM mx.t WHERE a IN (SELECT a FROM mx.u)
w wb r ra   | WITH x AS (UPDATE mx.t SET b = 1 RETURNING a) SELECT a FROM x
d r ra u_i  | WITH x AS (DELETE FROM mx.t RETURNING a) INSERT INTO mx.u SELECT a + 20, 1 FROM x
k_i r ra x xa | INSERT INTO mx.k VALUES (7, 1)
use w_r w_ra r | SELECT a FROM mx.w
w_r w_ra r  | SELECT * FROM mx.w
w_r w_ra w_w w | SELECT a FROM mx.w FOR UPDATE
use w_i i   | INSERT INTO mx.w VALUES (8, 1)
w_w w_wb w wb | UPDATE mx.w SET b = 1
w_w w_wb w_r w_ra | UPDATE mx.w SET b = 1 WHERE a = 1
w_d d w_r w_ra | DELETE FROM mx.w WHERE a = 1
wf_r f r    | SELECT x FROM mx.wf
use q_use q_r q_w | SELECT nextval('mx.q')
use q_use q_r q_w | SELECT setval('mx.q', 5)
use q_use q_r q_w | SELECT last_value FROM mx.q
use f r ra  | SELECT mx.f()
use f r ra  | SELECT * FROM mx.f()
use g r ra  | SELECT mx.g()
f g r ra    | SELECT mx.f() + mx.g()
use dom     | SELECT 1::mx.d
use create dom | CREATE TABLE mx.n (a int)
use create x xa r | CREATE TABLE mx.n (a int REFERENCES mx.t)
create x xa ra | CREATE TABLE mx.n (a int, FOREIGN KEY (a) REFERENCES mx.t (a))
use create dom | CREATE TABLE mx.n (a mx.d)
use create r ra | CREATE VIEW mx.n AS SELECT a FROM mx.t
create f r  | CREATE VIEW mx.n AS SELECT mx.f() AS x
use create  | CREATE SEQUENCE mx.n CACHE 1
use create dom | CREATE DOMAIN mx.n AS int
use create dom | CREATE DOMAIN mx.n AS mx.d
use create r | CREATE FUNCTION mx.n() RETURNS int LANGUAGE sql AS 'SELECT max(a) FROM mx.t'
use create dom | CREATE FUNCTION mx.n(x mx.d) RETURNS int LANGUAGE sql AS 'SELECT 1'
"""


def _cases() -> list[Case]:
    cases = []
    for line in _TEXT.strip().splitlines():
        keys, _, statement = line.partition("|")
        named = tuple(keys.split())
        # What is not asked about a schema has USAGE there, or nothing else would be told apart.
        cases.append(Case(statement.strip(), named))
    return cases


CASES = _cases()


def held(case: Case, subset: tuple[str, ...]) -> tuple[str, ...]:
    """Return all that the role of a subset holds: USAGE of the schema too where the case does not ask about it."""
    return tuple(sorted(subset if "use" in case.privileges else (*subset, "use")))


def role_of(privileges: tuple[str, ...]) -> str:
    return "_".join(("m", *privileges))


def grants() -> list[str]:
    """Return the statements that make the roles and give each what it holds."""
    roles = {role_of(one): one for case in CASES for one in (held(case, subset) for subset in case.subsets())}
    made = [f"CREATE ROLE {role}" for role in roles]
    for key, what in GRANTS.items():
        holders = [role for role, privileges in roles.items() if key in privileges]
        if holders:
            made.append(f"GRANT {what} TO {', '.join(holders)}")
    return made
