"""The inputs whose answers tools/record_types.py takes from PostgreSQL 16.2 into recorded.jsonl.

A case is a type, settings, and a text; combinations below are spelled out by hand and multiplied by the settings that matter.
"""

from __future__ import annotations

from collections.abc import Iterator

INTEGERS = (
    "0 1 -1 +7 32767 32768 -32768 -32769 2147483647 2147483648 -2147483648 -2147483649 9223372036854775807 "
    "9223372036854775808 -9223372036854775808 0x1F 0X7fff -0x1 0o17 0b101 0b2 1_000 1__0 _1 1_ 0x_1F 00012 1.0 1e3 abc "
    "12abc - + 99999999999999999999999"
).split() + ["", " ", " 5 ", "\t5\n", "5 5"]
NUMERICS = (
    "0 1 -1 1.50 0.00 -0.0 .5 5. . 1e3 1e-3 1.5e2 1.25e-10 12345678901234567890.123456789 NaN nan -NaN Infinity inf -inf "
    "+Infinity 1_000.5 1_000 0x10 1e 1e+ e5 abc 1.2.3 00001.10 -00.5 1e131071 1e131072 1e-16383 1e-16384 123456789.987654321 "
    "9999 10000 99990000 0.0001 0.00010000 -123.4567 1e20"
).split() + ["", " 1.5 ", "1 2"]
NUMERIC_TYPMODS = ("(5,2)", "(3)", "(18,6)", "(38,10)", "(5,-2)", "(3,5)", "(1000,500)", "(2,2)")
NUMERIC_FITTED = "0 1.005 1.015 -1.005 99.994 99.995 999.99 999.995 -999.99 12345 0.00001 0.01234 0.1 NaN Infinity 1e10 123.456".split()
FLOATS = (
    "0 -0 1 1.5 0.1 0.2 1e10 1e14 1e15 1e16 123456789012345 1234567890123456 1e-4 1e-5 0.00012345 3.141592653589793 1e308 "
    "1.8e308 1e400 -1e400 1e-307 1e-320 1e-400 5e-324 NaN nan inf -inf Infinity -Infinity infinity 16777216 16777217 1e38 3.5e38 "
    "1e-38 1e-46 1e-45 0.3 100000 1000000 123456.7 1234567 0x1p3 1.5.2 abc 1e .5 5. 1_0 2.2250738585072014e-308"
).split() + ["", " 1.5 "]
BOOLEANS = "t f true false TRUE tr fals y n yes no YE on off of o 1 0 2 tt x".split() + [
    "",
    " t ",
    "\ttrue\n",
]
UUIDS = (
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 {a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11} "
    "a0eebc999c0b4ef8bb6d6bb9bd380a11 a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11 {a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11} "
    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1 a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11x {a0eebc999c0b4ef8bb6d6bb9bd380a11 "
    "a-0eebc999c0b4ef8bb6d6bb9bd380a11 g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 00000000-0000-0000-0000-000000000000"
).split() + [""]
BYTEAS = [
    "\\x",
    "\\x00ff",
    "\\xDEADBEEF",
    "\\x1",
    "\\xzz",
    "\\x 12 34",
    "abc",
    "a\\\\b",
    "\\000\\377",
    "\\400",
    "\\1",
    "a\\",
    "é",
    "",
    "\\x1 2",
]
STRINGS = [
    "",
    "a",
    "abc",
    "abcd",
    "abcde",
    "ab   ",
    "abc   x",
    "     ",
    "é",
    "ééééé",
    "日本語テキスト",
    "a\tb",
    " lead",
]
DATES = """2024-01-05|2024-02-29|2023-02-29|2024-13-01|2024-00-10|2024-1-5|20240105|240105|2024.036|2024-036|1/8/1999|8/1/1999|18/1/1999
1/18/1999|99-01-08|01-08-99|January 8, 1999|Jan 8 1999|8 January 1999|1999-Jan-08|Jan-08-1999|08-Jan-1999|08-Jan-99|99-Jan-08|J2451187
j2451187|January 8, 99 BC|0044-03-15 BC|4714-11-24 BC|4714-11-23 BC|5874897-12-31|5874898-01-01|infinity|-infinity|+infinity|epoch|now x|
2024-01-05 10:00|2024-01-05 10:00:00+02|Mon Jan 08 1999|Monday, 8 Jan 1999|abc|10:00|2024|1|2024-01|0000-01-01|1-1-1|00-01-01|69-01-01|70-01-01
2024/02/03|2024.02.03|12.11.2024|31.12.1999|2024-02-30|2024-04-31|Feb 29 2023|12345-01-01|2024-01-05T10:00:00|2024-01-05 BC AD|March 32 2024""".replace(
    "\n", "|"
).split("|")
TIMES = """04:05:06.789|04:05:06|04:05|040506|040506.789|04:05 AM|04:05 PM|12:00 AM|12:00 PM|12:30 PM|13:00 PM|00:00|24:00|24:00:00|24:00:01
23:59:60|23:59:59.9999999|25:00|12:60|12:00:61|4:5:6|04:05:06-08|04:05:06 PST|04:05:06 America/New_York|2003-04-12 04:05:06 America/New_York
allballs|now x|abc|12|1200|12:00:00.123456789|04:05:06 z|04:05:06+15:59|04:05:06+16|04:05:06+05:30|12:34:56.1|2024-01-01|T10:00|10:00:00 foo""".replace(
    "\n", "|"
).split("|")
TIMESTAMPS = """2024-01-05 10:20:30|2024-01-05 10:20:30.5|2024-01-05 10:20:30.123456|2024-01-05 10:20:30.1234567|2024-01-05 23:59:59.9999999
2024-01-05T10:20:30|2024-01-05T10:20:30Z|20240105T102030|20240105 102030|2024-01-05 10:20|2024-01-05 10|2024-01-05|2024-01-05 24:00:00
2024-01-05 24:00:01|2024-01-05 10:20:30 PM|2024-01-05 3:04 PM|2024-01-05 10:20:30+02|2024-01-05 10:20:30 +02:00|2024-01-05 10:20:30-04:30
2024-01-05 10:20:30 UTC|2024-01-05 10:20:30 EST|2024-07-05 10:20:30 EDT|2024-07-05 10:20:30 Europe/Berlin|2024-07-05 10:20:30 europe/berlin
2024-07-05 10:20:30 Nowhere/Town|2024-07-05 10:20:30 XYZ|2024-03-31 02:30:00 Europe/Berlin|2024-10-27 02:30:00 Europe/Berlin
2024-03-10 02:30:00 America/New_York|2024-11-03 01:30:00 America/New_York|Fri Jan 05 10:20:30 2024|Fri Jan 05 10:20:30.5 2024 CET|Jan 5 2024 10:20:30
5 Jan 2024 10:20:30 BC|0001-01-01 00:00:00 BC|4714-11-24 00:00:00 BC|4714-11-23 00:00:00 BC|294276-12-31 23:59:59.999999|294277-01-01 00:00:00
infinity|-infinity|epoch|2024-02-30 10:00|2024-13-01 10:00|10:20:30|abc|2024-01-05 25:00|2024-01-05 10:61|1850-01-01 00:00:00+00|2024-01-05 10:20:30 PST8PDT|2024-01-05 10:20:30 GMT+3|2024-01-05 10:20:30+24|2024-01-05 10:20:30 z|2050-07-01 12:00:00+00
2500-07-01 12:00:00+00|9999-12-31 23:59:59+00|10000-01-01 00:00:00+00|2024-01-05 10:20:30 allballs|01/02/03 04:05:06|2024-366 10:00|J2460315 12:00""".replace(
    "\n", "|"
).split("|")
INTERVALS = """1 year|1 year 2 months|1 year 2 mons 3 days 04:05:06|-1 year|1 day|1 days|-1 day +02:03:04|1 day -02:03:04|04:05:06|-04:05:06|04:05|1:2:3.5
1 week|2 weeks 3 days|1.5 days|1.5 weeks|1.5 months|1.5 years|0.5 hours|1.25 minutes|0.1 month|-1.5 months|1 decade|1 century|1 millennium|1 mil
100 ms|5 us|1 second|1.5 seconds|1.123456789 seconds|1-2|1-2 3 4:05:06|-1-2 +3 -4:05:06|3 4:05:06|3 04:05|P1Y2M3DT4H5M6S|P1Y|PT1H|PT1.5S|P1W|P-1Y2M|P0.5Y
P0001-02-03T04:05:06|PT10:20:30|P|PT|1 minute ago|@ 1 minute|@ 1 year -2 mons +3 days 04:05:06|@ 1 day 2 hours ago|0|5|5 10|1 day 1 day|abc|1 foo|1 year 1-2|
1 mon|1 m|1 h|1 d|1 y|1 w|1 s|1 min|178000000 years|200000000 years|2147483647 months|2147483648 months|2147483648 days|10000000 hours|1 day 24:00:00|00:00:60|
00:61:00|1 year ago 2 days|1e3 seconds|12 mons|13 mons|25:00:00|100:59:59.999999|1 month -1 day|-1 month 1 day|1 year -13 months|0.000001 seconds|0.0000005 seconds
1 day 12:00 ago|1.5|-5|- 5 days|5days|5 days 3""".replace("\n", "|").split("|")
JSONS = ["{}", "[]", "null", "true", "1", "-1.50", "1e3", '"a"', '{"a":1}', '{"b":1,"a":2}', '{"aa":1,"b":2,"a":3}', '{"a":1,"a":2}', "[1, 2,  3]",
    ' {"a" : [ 1 , {"x":null} ] } ', '"\\u00e9\\n"', '"\\ud83d\\ude00"', '"tab\\t"', '"a/b"', '"\\/"', '"\x7f"', "[1.0,1.00,1e-2,123456789012345678901234567890]", '"é"', "{a:1}", "[1,", "", "nul", "01", "1.", '"abc', "'a'",
    "[1 2]", '{"a"}', '{"a":}', '{"a":1,}', "[,]", "tru", "+1", "-", '"\\x"', '"\\u12"', '"a\nb"', "NaN", '{"a":"\\u0000"}', '"\\ud800"', "[[[[]]]]", "1 2"]  # fmt: skip
ARRAYS = {
    "int4[]": ["{}", "{1,2,3}", "{1,NULL,3}", "{{1,2},{3,4}}", "{ 1 , 2 }", "{1,2", "1,2}", "{1,,2}", "{1,x}", "{{1},{2,3}}", "[1:2]={1,2}", "{{},{}}", '{"1"}', "{1}x", "", "{null}"],
    "text[]": ["{a,b}", '{"a b","c,d",e}', '{"NULL",NULL,null}', '{""}', "{a\\,b}", '{"a\\"b"}', "{ a b }", '{a"b}', "{é,日本}", '{"\\\\"}', "{a, b ,c}"],
    "numeric[]": ["{1.50,2}", "{NaN,1e3}"],
    "bool[]": ["{t,f,true}"],
    "timestamp[]": ['{"2024-01-05 10:20:30",infinity}'],
    "uuid[]": ["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"],
    "bytea[]": ['{"\\\\x00ff"}'],
    "float8[]": ["{1.5,NaN,-Infinity,1e100}"],
    "interval[]": ['{"1 day","2 mons"}'],
    "tsvector[]": ['{"a:1 b",c,NULL}', "{a:}"],
    "tsquery[]": ['{"a & (b & c)",d}', '{"a b"}'],
}  # fmt: skip
TSVECTORS = ["", "a", "'a b'  c", "a:1,2B b:3A", "a:3,1,2,1A,2", "'it''s' \\\\x a\\:b", "a:0", "a:99999", "a:", "a:x", "a:1x", ":a", "::", "a:1A2",
    "a:1AA", "a:1D", "a:*", "a:1*", "'", "''", "'a", "\\", "a b a:1 b", "'a'b", "'a':1b", "a:1,", "a:1 ,", "a:4294967296", "a:2147483648",
    "a:99999999999", "é:2 日本:1 z", "a:16383,16384A,1", "b !c & (d)", "  x  ", "a:1,2,3,4,5,6,7,8,8B,8A", "'a\\'b'", "a'b", "a''b", "\\'a b\\ c",
    "a:" + ",".join(map(str, range(300, 0, -1))), "x" * 2046, "x" * 2047, "a\tb\nc", "A a B b"]  # fmt: skip
TSQUERIES = ["", "a", "a & b", "a | b & c", "a & (b | c)", "(a & b) & c", "a & (b & c)", "!a", "!!a", "!(a&b)", "a <-> b", "a <2> b",
    "a <-> (b <-> c)", "(a<->b)<->c", "a <0> b", "a <16384> b", "a <16385> b", "a <-> ", "a <->", "a <x> b", "a < b", "a:AB & b:*", "a:*ab",
    "a:x", "a:", "'a b' & c", "'it''s'", "a\\ b", "(", ")", "()", "(a", "a)", "a b", "a &", "& a", ":a", "!", "a & !", "a:1", "!(a | b) <-> c",
    "a | !b", "!a:A <-> b", "a <-> b & c | d", "a&b|c<->d", "a!b", "a!", "é:* & 日本", "'' & a", "'", "a & '", "a\\", "((((a))))", "a <-1> b",
    "a <999999999999999999999> b", "!" * 31 + "a", "!" * 32 + "a", "!" * 33 + "a", "  ", " (a) ", "x" * 2046, "x" * 2047, "a <3> (b <4> c)"]  # fmt: skip
_STYLES = ({}, {"datestyle": "ISO, DMY"}, {"datestyle": "ISO, YMD"}, {"datestyle": "SQL, MDY"}, {"datestyle": "SQL, DMY"},
           {"datestyle": "Postgres, MDY"}, {"datestyle": "Postgres, DMY"}, {"datestyle": "German"})  # fmt: skip
_ZONES = (
    {},
    {"timezone": "America/New_York"},
    {"timezone": "Asia/Kolkata"},
    {"timezone": "Europe/Berlin", "datestyle": "Postgres, DMY"},
)
_INTERVAL_STYLES = (
    {},
    {"intervalstyle": "postgres_verbose"},
    {"intervalstyle": "sql_standard"},
    {"intervalstyle": "iso_8601"},
)


def cases() -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield (type, settings, text)."""
    for name in ("int2", "int4", "int8", "oid"):
        yield from ((name, {}, text) for text in INTEGERS)
    yield from (("numeric", {}, text) for text in NUMERICS)
    for modifier in NUMERIC_TYPMODS:
        yield from ((f"numeric{modifier}", {}, text) for text in NUMERIC_FITTED)
    for name in ("float4", "float8"):
        yield from ((name, {}, text) for text in FLOATS)
        yield from ((name, {"extra_float_digits": "0"}, text) for text in FLOATS[:20])
    for name, texts in (
        ("tsvector", TSVECTORS),
        ("tsquery", TSQUERIES),
        ("bool", BOOLEANS),
        ("uuid", UUIDS),
        ("bytea", BYTEAS),
        ("json", JSONS),
        ("jsonb", JSONS),
    ):
        yield from ((name, {}, text) for text in texts)
    for name in ("text", "varchar", "varchar(4)", "bpchar", "char(4)", "name"):
        yield from ((name, {}, text) for text in STRINGS)
    for style in _STYLES:
        yield from (("date", style, text) for text in DATES)
        yield from (("timestamp", style, text) for text in TIMESTAMPS)
    for zone in _ZONES:
        yield from (("timestamptz", zone, text) for text in TIMESTAMPS)
    yield from (("timetz", {}, text) for text in TIMES)
    yield from (("time", {}, text) for text in TIMES)
    for name in ("time(2)", "timestamp(2)", "timestamptz(0)"):
        yield from (
            (name, {}, text)
            for text in ("2024-01-05 10:20:30.125", "2024-01-05 10:20:30.5", "2024-01-05 23:59:59.999")
        )
    for style in _INTERVAL_STYLES:
        yield from (("interval", style, text) for text in INTERVALS)
    for name in ("interval(1)", "interval year", "interval day to minute", "interval hour"):
        yield from ((name, {}, text) for text in ("1 year 2 mons 3 days 04:05:06.789", "-1-2", "90 minutes"))
    for name, texts in ARRAYS.items():
        yield from ((name, {}, text) for text in texts)
