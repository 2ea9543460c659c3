"""The tables and what is in them at first: small, and the same every time."""

from datetime import date, timedelta
from types import MappingProxyType

CREATE = """
CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, joined_on DATE NOT NULL);
CREATE TABLE IF NOT EXISTS stock (
    sku TEXT PRIMARY KEY, title TEXT NOT NULL, on_hand INTEGER NOT NULL CHECK (on_hand >= 0), price_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, status TEXT NOT NULL, placed_on DATE NOT NULL,
    total_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
    order_id INTEGER NOT NULL REFERENCES orders, sku TEXT NOT NULL REFERENCES stock, quantity INTEGER NOT NULL,
    PRIMARY KEY (order_id, sku));
"""

_FIRST_DAY = date(2026, 1, 1)
_NAMES = (
    "Ada",
    "Blaise",
    "Chien-Shiung",
    "Dorothy",
    "Emmy",
    "Farida",
    "George",
    "Hedy",
    "Inge",
    "Jun'ichi",
    "Katherine",
    "Luís",
)
_CITIES = ("Lisbon", "Oslo", "Nairobi", "Kyoto", "Lima")
_STATUSES = ("open", "paid", "shipped", "shipped", "returned")
_ADJECTIVES = ("Plain", "Tall", "Blue", "Folding")
_THINGS = ("lamp", "chair", "kettle", "shelf", "clock", "rug", "mug", "desk", "vase", "stool")

_USERS = tuple(
    (
        n,
        f"{_NAMES[n % 12]} {chr(65 + n * 7 % 26)}.",
        _CITIES[n * 3 % 5],
        _FIRST_DAY + timedelta(days=n * 11 % 300),
    )
    for n in range(1, 61)
)
_STOCK = tuple(
    (
        f"{_THINGS[n % 10][:3].upper()}-{n:03}",
        f"{_ADJECTIVES[n % 4]} {_THINGS[n % 10]}",
        n * 13 % 47,
        499 + n * 371 % 9000,
    )
    for n in range(1, 41)
)
_LINES = tuple(
    (order, _STOCK[(order * 5 + k * 3) % 40][0], 1 + (order + k) % 3)
    for order in range(1, 241)
    for k in range(1 + order % 3)
)
_PRICES = {sku: price for sku, _, _, price in _STOCK}
_ORDERS = tuple(
    (
        n,
        1 + n * 17 % 60,
        _STATUSES[n * 7 % 5],
        _FIRST_DAY + timedelta(days=n * 5 % 310),
        sum(_PRICES[sku] * quantity for order, sku, quantity in _LINES if order == n),
    )
    for n in range(1, 241)
)

ROWS = MappingProxyType(
    {
        "INSERT INTO users (id, name, city, joined_on) VALUES ($1, $2, $3, $4)": _USERS,
        "INSERT INTO stock (sku, title, on_hand, price_cents) VALUES ($1, $2, $3, $4)": _STOCK,
        "INSERT INTO orders (id, user_id, status, placed_on, total_cents) VALUES ($1, $2, $3, $4, $5)": _ORDERS,
        "INSERT INTO lines (order_id, sku, quantity) VALUES ($1, $2, $3)": _LINES,
    }
)
"""Each INSERT with its rows, in an order that satisfies the references."""
