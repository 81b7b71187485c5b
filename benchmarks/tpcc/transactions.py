"""The five transactions. Source: TPC-C specification §2; what a terminal would show is left out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

DISTRICTS = 10
_LAST_NAMES = ["BAR", "OUGHT", "ABLE", "PRI", "PRES", "ESE", "ANTI", "CALLY", "ATION", "EING"]


@dataclass(frozen=True)
class Size:
    warehouses: int = 4
    customers: int = 60
    """Of a district."""
    items: int = 1_000


def last_name(number: int) -> str:
    return "".join(_LAST_NAMES[int(digit)] for digit in f"{number % 1000:03d}")


async def new_order(connection: asyncpg.Connection[Any], chance: random.Random, size: Size) -> None:
    """Order five to fifteen items; one in a hundred orders names an item that is not there, and is rolled back."""
    warehouse, district = chance.randint(1, size.warehouses), chance.randint(1, DISTRICTS)
    customer = chance.randint(1, size.customers)
    items = chance.sample(range(1, size.items + 1), chance.randint(5, 15))
    if chance.random() < 0.01:
        items[-1] = size.items + 1
    now = datetime.now(UTC)  # noqa: TID251 - what an application would do
    tax = await connection.fetchval("SELECT w_tax FROM warehouse WHERE w_id = $1", warehouse)
    row = await connection.fetchrow(
        "UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_w_id = $1 AND d_id = $2 RETURNING d_next_o_id - 1, d_tax",
        warehouse,
        district,
    )
    assert row is not None
    order, district_tax = row
    discount = await connection.fetchval(
        "SELECT c_discount FROM customer WHERE c_w_id = $1 AND c_d_id = $2 AND c_id = $3",
        warehouse,
        district,
        customer,
    )
    await connection.execute(
        "INSERT INTO orders VALUES ($1, $2, $3, $4, $5, NULL, $6)",
        warehouse,
        district,
        order,
        customer,
        now,
        len(items),
    )
    await connection.execute("INSERT INTO new_order VALUES ($1, $2, $3)", warehouse, district, order)
    for number, item in enumerate(items, 1):
        price = await connection.fetchval("SELECT i_price FROM item WHERE i_id = $1", item)
        if price is None:
            raise UnknownItemError
        quantity = chance.randint(1, 10)
        await connection.execute(
            "UPDATE stock SET s_quantity = CASE WHEN s_quantity >= $3 + 10 THEN s_quantity - $3 ELSE s_quantity - $3 + 91 END, "
            "s_ytd = s_ytd + $3, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = $1 AND s_i_id = $2",
            warehouse,
            item,
            quantity,
        )
        amount = round(quantity * price * (1 + tax + district_tax) * (1 - discount), 2)
        await connection.execute(
            "INSERT INTO order_line VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)",
            warehouse,
            district,
            order,
            number,
            item,
            quantity,
            amount,
        )


class UnknownItemError(Exception):
    """The order is to be rolled back."""


async def payment(connection: asyncpg.Connection[Any], chance: random.Random, size: Size) -> None:
    warehouse, district = chance.randint(1, size.warehouses), chance.randint(1, DISTRICTS)
    amount = chance.randint(100, 500_000) / 100
    customer = chance.randint(1, size.customers)
    if chance.random() < 0.6:  # by last name: the middle one of those called so
        found = await connection.fetch(
            "SELECT c_id FROM customer WHERE c_w_id = $1 AND c_d_id = $2 AND c_last = $3 ORDER BY c_id",
            warehouse,
            district,
            last_name(chance.randint(1, size.customers)),
        )
        customer = found[len(found) // 2][0] if found else customer
    paid = f"{amount:.2f}"
    await connection.execute(
        "UPDATE warehouse SET w_ytd = w_ytd + $2::text::numeric WHERE w_id = $1", warehouse, paid
    )
    await connection.execute(
        "UPDATE district SET d_ytd = d_ytd + $3::text::numeric WHERE d_w_id = $1 AND d_id = $2",
        warehouse,
        district,
        paid,
    )
    await connection.execute(
        "UPDATE customer SET c_balance = c_balance - $4::text::numeric, c_ytd_payment = c_ytd_payment + $4::text::numeric, "
        "c_payment_cnt = c_payment_cnt + 1 WHERE c_w_id = $1 AND c_d_id = $2 AND c_id = $3",
        warehouse,
        district,
        customer,
        paid,
    )
    await connection.execute(
        "INSERT INTO history (h_c_w_id, h_c_d_id, h_c_id, h_date, h_amount) VALUES ($1, $2, $3, now(), $4::text::numeric)",
        warehouse,
        district,
        customer,
        paid,
    )


async def order_status(connection: asyncpg.Connection[Any], chance: random.Random, size: Size) -> None:
    warehouse, district = chance.randint(1, size.warehouses), chance.randint(1, DISTRICTS)
    order = await connection.fetchval(
        "SELECT o_id FROM orders WHERE o_w_id = $1 AND o_d_id = $2 AND o_c_id = $3 ORDER BY o_id DESC LIMIT 1",
        warehouse,
        district,
        chance.randint(1, size.customers),
    )
    await connection.fetch(
        "SELECT ol_i_id, ol_quantity, ol_amount, ol_delivery_d FROM order_line "
        "WHERE ol_w_id = $1 AND ol_d_id = $2 AND ol_o_id = $3",
        warehouse,
        district,
        order or 0,
    )


async def delivery(connection: asyncpg.Connection[Any], chance: random.Random, size: Size) -> None:
    """Deliver the oldest order of each district of a warehouse."""
    warehouse, carrier = chance.randint(1, size.warehouses), chance.randint(1, 10)
    for district in range(1, DISTRICTS + 1):
        order = await connection.fetchval(
            "SELECT no_o_id FROM new_order WHERE no_w_id = $1 AND no_d_id = $2 ORDER BY no_o_id LIMIT 1",
            warehouse,
            district,
        )
        if order is None:
            continue
        place = (warehouse, district, order)
        await connection.execute(
            "DELETE FROM new_order WHERE no_w_id = $1 AND no_d_id = $2 AND no_o_id = $3", *place
        )
        customer = await connection.fetchval(
            "UPDATE orders SET o_carrier_id = $4 WHERE o_w_id = $1 AND o_d_id = $2 AND o_id = $3 RETURNING o_c_id",
            *place,
            carrier,
        )
        await connection.execute(
            "UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = $1 AND ol_d_id = $2 AND ol_o_id = $3",
            *place,
        )
        total = await connection.fetchval(
            "SELECT sum(ol_amount)::text FROM order_line WHERE ol_w_id = $1 AND ol_d_id = $2 AND ol_o_id = $3",
            *place,
        )
        await connection.execute(
            "UPDATE customer SET c_balance = c_balance + $4::text::numeric, c_delivery_cnt = c_delivery_cnt + 1 "
            "WHERE c_w_id = $1 AND c_d_id = $2 AND c_id = $3",
            warehouse,
            district,
            customer,
            total,
        )


async def stock_level(connection: asyncpg.Connection[Any], chance: random.Random, size: Size) -> None:
    """Count the items of a district's last twenty orders that are short."""
    await connection.fetchval(
        "SELECT count(DISTINCT s_i_id) FROM district JOIN order_line ON ol_w_id = d_w_id AND ol_d_id = d_id "
        "AND ol_o_id >= d_next_o_id - 20 AND ol_o_id < d_next_o_id JOIN stock ON s_w_id = d_w_id AND s_i_id = ol_i_id "
        "WHERE d_w_id = $1 AND d_id = $2 AND s_quantity < $3",
        chance.randint(1, size.warehouses),
        chance.randint(1, DISTRICTS),
        chance.randint(10, 20),
    )


MIX = ((new_order, 45), (payment, 43), (order_status, 4), (delivery, 4), (stock_level, 4))
"""What of a hundred each is."""
