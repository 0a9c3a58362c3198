"""Write synthetic demo data that looks like the e-commerce data of Olist.

The generator draws people, orders, order lines, payments and reviews from the
aggregates in ``parameters.json``, which has no row of the real data. Orders are made in
chunks that share the same places, sellers and products, so memory hardly grows
with the number of orders.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from olist_segments.demo.catalogue import (
    make_products,
    make_sellers,
    write_products,
    write_sellers,
    write_translation,
)
from olist_segments.demo.csv_files import FILES, PLANTED_FILE, Files
from olist_segments.demo.deliveries import draw_approvals, set_deliveries
from olist_segments.demo.lines import make_lines, write_items
from olist_segments.demo.orders import make_orders, write_customers, write_orders
from olist_segments.demo.payments import write_payments
from olist_segments.demo.places import make_places, write_geolocation
from olist_segments.demo.planted import Planted, write_labels
from olist_segments.demo.reviews import write_reviews
from olist_segments.demo.shop import Shop

MIN_ORDERS = 500
_CHUNK_ORDERS = 250_000
# Seconds before a progress bar appears.
_QUIET_S = 3


def write_demo_data(
    folder: Path,
    orders: int = 5_000,
    seed: int = 42,
    *,
    planted: int | None = None,
    separation: float = 1.0,
) -> dict[str, int]:
    """Write the nine CSV files of a synthetic shop.

    The same arguments give the same bytes, on any number of threads. A run of more
    than a few seconds shows a progress bar on standard error, if that is a terminal.

    Parameters
    ----------
    folder : Path
        The folder to write to; created if missing. Files of the same names are
        replaced, each only when its new content is complete.
    orders : int, default 5_000
        Number of orders, at least `MIN_ORDERS`. The real data have 99,441. Products,
        sellers and defects grow with it; there are at most 19,015 zip prefixes.
    seed : int, default 42
        Seed of every random draw.
    planted : int, optional
        Plant this many segments, from 2 to 8: people whose orders make them high or
        low on each of the six default features. They buy about five times each, in
        any season; all else is the same. A tenth file, ``planted_segments.csv``, has
        the label, from 1 on, of every customer_unique_id.
    separation : float, default 1.0
        How far apart the planted segments are: from 0, where labels are random and
        all people vary about one centre, to 1, where hardly anybody is between two.

    Returns
    -------
    dict of str to int
        Rows written per file, without the header, by the names in `FILES`; labels
        by the name planted.

    Raises
    ------
    ValueError
        If `orders` is below `MIN_ORDERS`, or `planted` or `separation` out of range.
    """
    if orders < MIN_ORDERS:
        raise ValueError(
            f"orders is {orders}: at least {MIN_ORDERS} are needed for the rare cases"
        )
    plan = None if planted is None else Planted(planted, separation)
    names = FILES if planted is None else {**FILES, "planted": PLANTED_FILE}
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parameters = load_parameters()
    sizes = _chunk_sizes(orders)
    world_seed, *chunk_seeds = np.random.SeedSequence(seed).spawn(1 + len(sizes))
    rng = np.random.default_rng(world_seed)
    places = make_places(parameters, rng, orders)
    sellers = make_sellers(parameters, rng, orders, places)
    products = make_products(parameters, rng, orders, sellers)
    bar = tqdm(
        total=orders, unit=" orders", unit_scale=True, delay=_QUIET_S, disable=None
    )
    with Files(folder, names) as files, bar:
        for size, chunk_seed in zip(sizes, chunk_seeds, strict=True):
            own_rng = np.random.default_rng(chunk_seed)
            shop = Shop(parameters, own_rng, places, sellers, products, plan)
            for done in _write_chunk(files, shop, size):
                bar.update(done)
        write_sellers(files, places, sellers, products)
        write_products(files, parameters, rng, products)
        write_geolocation(files, parameters, rng, orders, places)
        write_translation(files, parameters)
    if planted is None:
        # Old labels belong to other people.
        (folder / PLANTED_FILE).unlink(missing_ok=True)
    return files.rows


def load_parameters() -> dict:
    """Return the aggregates of the real data that the generator draws from.

    Returns
    -------
    dict
        The content of ``parameters.json``.
    """
    path = Path(__file__).with_name("parameters.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _write_chunk(files: Files, shop: Shop, size: int) -> Iterator[float]:
    """Make and write orders; after each fifth of the work, yield a fifth of them."""
    orders = make_orders(shop, size)
    lines = make_lines(shop, orders)
    yield size / 5
    draw_approvals(shop, orders)
    set_deliveries(shop, orders, lines)
    yield size / 5
    shuffled = shop.rng.permutation(size)
    write_customers(files, shop, orders, shuffled)
    write_orders(files, orders, shuffled)
    yield size / 5
    write_items(files, shop, orders, lines)
    yield size / 5
    write_payments(files, shop, orders)
    write_reviews(files, shop, orders)
    if shop.planted:
        write_labels(files, orders)
    yield size / 5


def _chunk_sizes(orders: int) -> list[int]:
    chunks = max(1, round(orders / _CHUNK_ORDERS))
    return [len(part) for part in np.array_split(np.empty(orders, np.int8), chunks)]
