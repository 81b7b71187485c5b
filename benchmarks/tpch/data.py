"""The rows of TPC-H's tables, as COPY reads them: seeded, so that both servers and every run get the same.

Sizes, keys, dates, prices, segments, modes and the words that queries look for are distributed as the specification says (§4.2);
comments are shorter mixtures of its words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

SEED = 19_920_101
FIRST, LAST, CURRENT = date(1992, 1, 1), date(1998, 8, 2), date(1995, 6, 17)

REGIONS = ("AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST")
NATIONS = (
    ("ALGERIA", 0), ("ARGENTINA", 1), ("BRAZIL", 1), ("CANADA", 1), ("EGYPT", 4), ("ETHIOPIA", 0), ("FRANCE", 3),
    ("GERMANY", 3), ("INDIA", 2), ("INDONESIA", 2), ("IRAN", 4), ("IRAQ", 4), ("JAPAN", 2), ("JORDAN", 4), ("KENYA", 0),
    ("MOROCCO", 0), ("MOZAMBIQUE", 0), ("PERU", 1), ("CHINA", 2), ("ROMANIA", 3), ("SAUDI ARABIA", 4), ("VIETNAM", 2),
    ("RUSSIA", 3), ("UNITED KINGDOM", 3), ("UNITED STATES", 1),
)  # fmt: skip
COLORS = [
    "almond",
    "antique",
    "aquamarine",
    "azure",
    "beige",
    "bisque",
    "black",
    "blanched",
    "blue",
    "blush",
    "brown",
    "burlywood",
    "burnished",
    "chartreuse",
    "chiffon",
    "chocolate",
    "coral",
    "cornflower",
    "cornsilk",
    "cream",
    "cyan",
    "dark",
    "deep",
    "dim",
    "dodger",
    "drab",
    "firebrick",
    "floral",
    "forest",
    "frosted",
    "gainsboro",
    "ghost",
    "goldenrod",
    "green",
    "grey",
    "honeydew",
    "hot",
    "indian",
    "ivory",
    "khaki",
    "lace",
    "lavender",
    "lawn",
    "lemon",
    "light",
    "lime",
    "linen",
    "magenta",
    "maroon",
    "medium",
    "metallic",
    "midnight",
    "mint",
    "misty",
    "moccasin",
    "navajo",
    "navy",
    "olive",
    "orange",
    "orchid",
    "pale",
    "papaya",
    "peach",
    "peru",
    "pink",
    "plum",
    "powder",
    "puff",
    "purple",
    "red",
    "rose",
    "rosy",
    "royal",
    "saddle",
    "salmon",
    "sandy",
    "seashell",
    "sienna",
    "sky",
    "slate",
    "smoke",
    "snow",
    "spring",
    "steel",
    "tan",
    "thistle",
    "tomato",
    "turquoise",
    "violet",
    "wheat",
    "white",
    "yellow",
]
TYPES = (
    ("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"),
    ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"),
    ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER"),
)
CONTAINERS = (
    ("SM", "LG", "MED", "JUMBO", "WRAP"),
    ("CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"),
)
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD")
PRIORITIES = ("1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW")
INSTRUCTIONS = ("DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN")
MODES = ("REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB")
WORDS = [
    "foxes",
    "ideas",
    "theodolites",
    "pinto",
    "beans",
    "instructions",
    "dependencies",
    "excuses",
    "platelets",
    "asymptotes",
    "courts",
    "dolphins",
    "multipliers",
    "sauternes",
    "warthogs",
    "frets",
    "dinos",
    "attainments",
    "somas",
    "Tiresias",
    "patterns",
    "forges",
    "braids",
    "hockey",
    "players",
    "frays",
    "warhorses",
    "dugouts",
    "notornis",
    "epitaphs",
    "pearls",
    "tithes",
    "waters",
    "orbits",
    "gifts",
    "sheaves",
    "depths",
    "sentiments",
    "decoys",
    "realms",
    "pains",
    "grouches",
    "escapades",
    "sleep",
    "wake",
    "are",
    "cajole",
    "haggle",
    "nag",
    "use",
    "boost",
    "affix",
    "detect",
    "integrate",
    "special",
    "pending",
    "unusual",
    "express",
    "furious",
    "sly",
    "careful",
    "blithe",
    "quick",
    "fluffy",
    "slow",
    "quiet",
    "ruthless",
    "thin",
    "close",
    "dogged",
    "daring",
    "brave",
    "stealthy",
    "permanent",
    "enticing",
    "idle",
    "busy",
    "regular",
    "final",
    "ironic",
    "even",
    "bold",
    "silent",
    "requests",
    "deposits",
    "packages",
    "accounts",
]

TABLES = ("region", "nation", "part", "supplier", "partsupp", "customer", "orders", "lineitem")


class Data:
    """The rows of one scale; 1.0 has six million line items."""

    def __init__(self, scale: float) -> None:
        self._random = random.Random(SEED)
        self.parts = max(int(200_000 * scale), 20)
        self.suppliers = max(int(10_000 * scale), 10)
        self.customers = max(int(150_000 * scale), 15)
        self.orders = self.customers * 10
        self._lines: list[str] = []

    def lines(self, table: str) -> Iterator[str]:
        """Yield a table's rows in COPY's text format. orders come before lineitem, which is made along with them."""
        return getattr(self, f"_{table}")()  # type: ignore[no-any-return]

    def _comment(self, words: int) -> str:
        return " ".join(self._random.choices(WORDS, k=words))

    def _phone(self, nation: int) -> str:
        chance = self._random
        return f"{nation + 10}-{chance.randint(100, 999)}-{chance.randint(100, 999)}-{chance.randint(1000, 9999)}"

    def _region(self) -> Iterator[str]:
        for key, name in enumerate(REGIONS):
            yield f"{key}\t{name}\t{self._comment(8)}\n"

    def _nation(self) -> Iterator[str]:
        for key, (name, region) in enumerate(NATIONS):
            yield f"{key}\t{name}\t{region}\t{self._comment(8)}\n"

    def _part(self) -> Iterator[str]:
        chance = self._random
        for key in range(1, self.parts + 1):
            maker = chance.randint(1, 5)
            words = (
                " ".join(chance.sample(COLORS, 5)),
                f"Manufacturer#{maker}",
                f"Brand#{maker}{chance.randint(1, 5)}",
                " ".join(map(chance.choice, TYPES)),
                str(chance.randint(1, 50)),
                " ".join(map(chance.choice, CONTAINERS)),
                f"{price_cents(key) / 100:.2f}",
                self._comment(2)[:23],
            )
            yield f"{key}\t" + "\t".join(words) + "\n"

    def _supplier(self) -> Iterator[str]:
        chance = self._random
        # Five in ten thousand were complained about, and as many recommended; a small table has one of each.
        marked = max(self.suppliers * 5 // 10_000, 1)
        special = chance.sample(range(1, self.suppliers + 1), 2 * marked)
        for key in range(1, self.suppliers + 1):
            nation = chance.randrange(25)
            comment = self._comment(8)
            if key in special:
                comment = f"{comment[:30]} Customer {self._comment(1)} {'Complaints' if key in special[:marked] else 'Recommends'}"
            yield (
                f"{key}\tSupplier#{key:09d}\t{self._comment(2)[:40]}\t{nation}\t{self._phone(nation)}\t"
                f"{chance.randint(-99_999, 999_999) / 100:.2f}\t{comment[:101]}\n"
            )

    def _partsupp(self) -> Iterator[str]:
        chance = self._random
        for part in range(1, self.parts + 1):
            for number in range(4):
                yield (
                    f"{part}\t{supplier_of(part, number, self.suppliers)}\t{chance.randint(1, 9_999)}\t"
                    f"{chance.randint(100, 100_000) / 100:.2f}\t{self._comment(14)[:199]}\n"
                )

    def _customer(self) -> Iterator[str]:
        chance = self._random
        for key in range(1, self.customers + 1):
            nation = chance.randrange(25)
            yield (
                f"{key}\tCustomer#{key:09d}\t{self._comment(2)[:40]}\t{nation}\t{self._phone(nation)}\t"
                f"{chance.randint(-99_999, 999_999) / 100:.2f}\t{chance.choice(SEGMENTS)}\t{self._comment(9)[:117]}\n"
            )

    def _orders(self) -> Iterator[str]:
        chance = self._random
        self._lines = []
        days = (LAST - FIRST).days - 151
        for number in range(1, self.orders + 1):
            key = (number // 8) * 32 + number % 8  # a quarter of the keys is used
            customer = chance.randint(1, self.customers)
            while customer % 3 == 0:  # a third of the customers never orders
                customer = chance.randint(1, self.customers)
            ordered = FIRST + timedelta(chance.randint(0, days))
            states, total = set(), 0.0
            for line in range(1, chance.randint(1, 7) + 1):
                state, price = self._line(key, line, ordered)
                states.add(state)
                total += price
            state = states.pop() if len(states) == 1 else "P"
            comment = self._comment(5)
            if chance.random() < 0.01:
                comment = f"special {self._comment(1)} requests {comment}"
            yield (
                f"{key}\t{customer}\t{state}\t{total:.2f}\t{ordered}\t{chance.choice(PRIORITIES)}\t"
                f"Clerk#{chance.randint(1, max(self.orders // 1500, 1)):09d}\t0\t{comment[:79]}\n"
            )

    def _line(self, order: int, number: int, ordered: date) -> tuple[str, float]:
        chance = self._random
        part = chance.randint(1, self.parts)
        supplier = supplier_of(part, chance.randrange(4), self.suppliers)
        quantity, discount, tax = chance.randint(1, 50), chance.randint(0, 10), chance.randint(0, 8)
        cents = quantity * price_cents(part)
        shipped = ordered + timedelta(chance.randint(1, 121))
        committed = ordered + timedelta(chance.randint(30, 90))
        received = shipped + timedelta(chance.randint(1, 30))
        state = "O" if shipped > CURRENT else "F"
        returned = "N" if received > CURRENT else chance.choice("RA")
        self._lines.append(
            f"{order}\t{part}\t{supplier}\t{number}\t{quantity}\t{cents / 100:.2f}\t0.{discount:02d}\t0.{tax:02d}\t{returned}\t"
            f"{state}\t{shipped}\t{committed}\t{received}\t{chance.choice(INSTRUCTIONS)}\t{chance.choice(MODES)}\t"
            f"{self._comment(4)[:44]}\n"
        )
        return state, cents / 100 * (1 + tax / 100) * (1 - discount / 100)

    def _lineitem(self) -> Iterator[str]:
        yield from self._lines


def price_cents(part: int) -> int:
    return 90_000 + (part // 10) % 20_001 + 100 * (part % 1_000)


def supplier_of(part: int, number: int, suppliers: int) -> int:
    """Return one of the four suppliers of a part."""
    return (part + (part - 1) // suppliers + number * (suppliers // 4)) % suppliers + 1
