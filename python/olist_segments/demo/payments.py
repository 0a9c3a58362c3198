"""Split the value of orders over payment rows."""

import numpy as np

from olist_segments.demo.csv_files import money_text, quoted_ids
from olist_segments.demo.draws import pick_columns, pick_key
from olist_segments.demo.shop import Shop


def write_payments(files, shop: Shop, orders: dict) -> None:
    """Split each order's value over its payment rows."""
    rng, parameters, size = shop.rng, shop.parameters, len(orders["value"])
    counts, kinds = parameters["counts"], parameters["payment_kinds"]
    status_names = list(orders["status_names"])
    kind = np.array(kinds)[orders["kind"]]
    value = _paid_value(shop, orders)
    empty = orders["lines"] == 0
    canceled = empty & (orders["status"] == status_names.index("canceled"))
    undefined = shop.some(counts["not_defined"], np.flatnonzero(canceled), size)
    delivered = np.flatnonzero(orders["status"] == status_names.index("delivered"))
    unpaid = shop.some(counts["orders_without_payment"], delivered, size)
    kind[undefined], value[undefined] = "not_defined", 0

    vouchers = np.zeros(size, dtype=np.int64)
    for name, rows in parameters["voucher_rows"].items():
        own = kind == name
        vouchers[own] = pick_key(rng, rows, np.count_nonzero(own))
        vouchers[np.flatnonzero(own)[:1]] = 4
    share = shop.quantile(parameters["voucher_share_of_value"], size=size)
    mixed = kind == "card+voucher"
    vouched = np.where(kind == "voucher", value, 0)
    vouched[mixed] = np.clip(np.round(value * share), 1, value - 1)[mixed]
    cards = np.where(
        kind == "cards", 2, np.where(mixed | (kind == "credit_card"), 1, 0)
    )
    other = np.isin(kind, ("boleto", "debit_card", "not_defined")).astype(np.int64)
    main = cards + other
    rows = main + vouchers
    rows[unpaid] = 0

    order = np.repeat(np.arange(size), rows)
    sequence = np.arange(len(order)) - np.searchsorted(order, order)
    is_voucher = sequence >= main[order]
    names = np.where(np.isin(kind, ("cards", "card+voucher")), "credit_card", kind)
    name = np.where(is_voucher, "voucher", names[order]).astype("S")
    first_card = np.where(
        kind == "cards", np.round(value * rng.uniform(0.3, 0.7, size)), value - vouched
    ).astype(np.int64)
    amount = np.where(sequence == 0, first_card[order], (value - first_card)[order])
    amount[is_voucher] = _split(rng, vouched, order[is_voucher])
    installments = np.ones(len(order), dtype=np.int64)
    is_card = name == b"credit_card"
    if shop.planted:
        installments[is_card] = orders["target"]["installments"][order[is_card]]
    else:
        installments[is_card] = _draw_installments(shop, amount[is_card])
    single = np.flatnonzero(is_card & (rows[order] == 1))
    installments[shop.some(counts["no_installments"], single, size)] = 0
    shuffled = rng.permutation(len(order))
    files.write(
        "payments",
        quoted_ids(orders["order_id"][order[shuffled]]),
        (sequence[shuffled] + 1).astype("S"),
        name[shuffled],
        installments[shuffled].astype("S"),
        money_text(amount[shuffled]),
    )


def _paid_value(shop: Shop, orders: dict) -> np.ndarray:
    """Return the payment of each order in cents: mostly price plus freight exactly."""
    parameters, size = shop.parameters, len(orders["value"])
    value = orders["value"].copy()
    draw = shop.rng.random(size)
    several = orders["lines"] > 1
    # Orders of several lines have roundings, card orders have interest.
    cents = several & (draw < parameters["cents_gap_share"] / max(several.mean(), 0.01))
    value[cents] += shop.rng.choice([-1, 1], size)[cents]
    draw = shop.rng.random(size)
    card = orders["kind"] == 0
    interest = (
        card & (orders["lines"] > 0) & (draw < parameters["interest_share"] / 0.75)
    )
    value[interest] = np.round(value[interest] * parameters["interest_factor"])
    under = (draw > 1 - parameters["underpaid_share"]) & (value > 2_000)
    value[under] = np.round(value[under] * 0.9)
    return np.maximum(value, 2)


def _split(rng, totals: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Split each owner's total in cents exactly over its rows, at random."""
    weight = rng.exponential(size=len(owner)) + 0.1
    upto = np.cumsum(weight)
    start = np.searchsorted(owner, owner)
    before = upto[start] - weight[start]
    last = np.searchsorted(owner, owner, side="right") - 1
    whole = upto[last] - before
    ends = np.floor((upto - before) / whole * totals[owner] + 1e-6).astype(np.int64)
    ends[last] = totals[owner[last]]
    begins = np.concatenate([[0], ends[:-1]])
    begins[start] = 0
    return ends - begins


def _draw_installments(shop: Shop, cents: np.ndarray) -> np.ndarray:
    """Draw the installments of card rows: more for larger amounts."""
    parameters = shop.parameters
    band = np.searchsorted(parameters["card_value_edges"], cents / 100)
    return 1 + pick_columns(shop.rng, np.array(parameters["installment_rows"])[band])
