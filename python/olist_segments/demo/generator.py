"""Write synthetic demo data that looks like the e-commerce data of Olist.

The generator draws people, orders, order lines, payments and reviews from the
aggregates in ``parameters.json``; no row of the real data is in it. Orders are made in
chunks that share one world of places, sellers and products, so memory hardly grows
with the number of orders.
"""

from pathlib import Path

import numpy as np

from olist_segments.demo.catalogue import (
    make_products,
    make_sellers,
    write_products,
    write_sellers,
    write_translation,
)
from olist_segments.demo.csv_files import Files
from olist_segments.demo.deliveries import draw_approvals, set_deliveries
from olist_segments.demo.lines import make_lines, write_items
from olist_segments.demo.orders import make_orders, write_customers, write_orders
from olist_segments.demo.parameters import load_parameters
from olist_segments.demo.payments import write_payments
from olist_segments.demo.places import make_places, write_geolocation
from olist_segments.demo.reviews import write_reviews
from olist_segments.demo.shop import Shop

MIN_ORDERS = 500
_CHUNK_ORDERS = 250_000


def write_demo_data(
    folder: Path, orders: int = 5_000, seed: int = 42
) -> dict[str, int]:
    """Write the nine CSV files of a synthetic shop.

    The same number of orders and the same seed give the same bytes.

    Parameters
    ----------
    folder : Path
        Where to write; created if missing. Files of the same names are replaced,
        each only when its new content is complete.
    orders : int, default 5_000
        Number of orders, at least `MIN_ORDERS`. The real data have 99,441. Products,
        sellers and defects grow with it; places stop at 19,015 zip prefixes.
    seed : int, default 42
        Seed of every random draw.

    Returns
    -------
    dict of str to int
        Rows written per file, without the header, by the names in `FILES`.

    Raises
    ------
    ValueError
        If `orders` is below `MIN_ORDERS`.
    """
    if orders < MIN_ORDERS:
        raise ValueError(
            f"orders is {orders}: at least {MIN_ORDERS} are needed for the rare cases"
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parameters = load_parameters()
    world_seed, *chunk_seeds = np.random.SeedSequence(seed).spawn(
        1 + len(_chunk_sizes(orders))
    )
    rng = np.random.default_rng(world_seed)
    places = make_places(parameters, rng, orders)
    sellers = make_sellers(parameters, rng, orders, places)
    products = make_products(parameters, rng, orders, sellers)
    with Files(folder) as files:
        for size, chunk_seed in zip(_chunk_sizes(orders), chunk_seeds, strict=True):
            shop = Shop(
                parameters, np.random.default_rng(chunk_seed), places, sellers, products
            )
            _write_chunk(files, shop, size)
        write_sellers(files, places, sellers, products)
        write_products(files, parameters, rng, products)
        write_geolocation(files, parameters, rng, orders, places)
        write_translation(files, parameters)
        return files.rows


def _write_chunk(files: "Files", shop: Shop, size: int) -> None:
    orders = make_orders(shop, size)
    lines = make_lines(shop, orders)
    draw_approvals(shop, orders)
    set_deliveries(shop, orders, lines)
    shuffled = shop.rng.permutation(size)
    write_customers(files, shop, orders, shuffled)
    write_orders(files, orders, shuffled)
    write_items(files, shop, orders, lines)
    write_payments(files, shop, orders)
    write_reviews(files, shop, orders)


def _chunk_sizes(orders: int) -> list[int]:
    chunks = max(1, round(orders / _CHUNK_ORDERS))
    return [len(part) for part in np.array_split(np.empty(orders, np.int8), chunks)]
