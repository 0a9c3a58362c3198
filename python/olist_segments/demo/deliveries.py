"""Draw when orders are approved, promised, carried and delivered."""

import numpy as np

from olist_segments.demo.draws import (
    DAY,
    EPOCH,
    normal_cdf,
    pick,
    pick_columns,
    seconds,
)
from olist_segments.demo.orders import LAST_PURCHASE
from olist_segments.demo.planted import plant_delays
from olist_segments.demo.shop import Shop


def draw_approvals(shop: Shop, orders: dict) -> None:
    """Draw how each order is paid, by its value, and when payment is approved."""
    parameters, size = shop.parameters, len(orders["bought"])
    band = np.searchsorted(parameters["card_value_edges"], orders["value"] / 100)
    weights = np.array(parameters["payment_kind_orders"])[band]
    orders["kind"] = pick_columns(shop.rng, weights)
    if shop.planted:
        # Only cards are paid in installments.
        card = parameters["payment_kinds"].index("credit_card")
        orders["kind"][orders["target"]["installments"] > 1] = card
    hours = np.zeros(size)
    by_kind = parameters["approval_hours"]
    for index, kind in enumerate(parameters["payment_kinds"]):
        own = orders["kind"] == index
        values = by_kind.get(kind, by_kind["credit_card"])
        hours[own] = shop.quantile(values, size=np.count_nonzero(own))
    orders["approved"] = orders["bought"] + seconds(hours * 3600)


def set_deliveries(shop: Shop, orders: dict, lines: dict) -> None:
    """Set when each order reaches the carrier and the customer, and the promise."""
    rng, parameters, bought = shop.rng, shop.parameters, orders["bought"]
    size, month = len(bought), shop.month_of(bought)
    facts = list(parameters["months"].values())
    handling_pace, transit_pace, promise_pace = (
        np.array([own[key] for own in facts])[month]
        for key in ("handling", "transit", "estimate")
    )
    number = np.bincount(lines["order"], minlength=size)
    total = np.bincount(lines["order"], lines["distance"], size)
    distance = np.where(number > 0, total / np.maximum(number, 1), 400.0)
    band = np.searchsorted(parameters["distance_edges_km"], distance)
    # Slow sellers and roads are partly foreseen, so the promise depends on both.
    on_handling, on_transit = np.array(parameters["promise_weights"])[band].T
    handling_z, transit_z, promise_z = rng.normal(size=(3, size))
    promise_z *= np.sqrt(1 - on_handling**2 - on_transit**2)
    promise_z += on_handling * handling_z + on_transit * transit_z
    handling = shop.quantile(parameters["handling_days"], normal_cdf(handling_z))
    transit, promise = np.zeros((2, size))
    for days, z, key in (
        (transit, transit_z, "transit_days"),
        (promise, promise_z, "estimate_days"),
    ):
        for index, values in enumerate(parameters[key]):
            own = band == index
            days[own] = shop.quantile(values, normal_cdf(z[own]))

    carried = orders["approved"] + seconds(handling * handling_pace * DAY)
    carried = np.maximum(carried, bought + 600)
    carried = _at_usual_times(shop, carried, "carrier", orders["approved"])
    delivered = carried + seconds(transit * transit_pace * DAY)
    delivered = _at_usual_times(shop, delivered, "delivery", carried)
    over = delivered > LAST_PURCHASE
    left = (LAST_PURCHASE - carried)[over].astype(np.int64)
    delivered[over] = carried[over] + seconds(left * rng.uniform(0.3, 1, len(left)))
    promised = (bought - EPOCH).astype(np.int64) / DAY + promise * promise_pace
    arrival = np.ceil((delivered - EPOCH).astype(np.int64) / DAY)
    promised = _with_late_shares(
        promised, arrival, band, parameters["late_by_distance"]
    )
    delays = [own["delay_days"] for own in facts]
    promised = _with_usual_delays(shop, promised, delivered, month, delays)
    promised = _on_working_days(shop, np.round(promised), delivered)
    estimated = EPOCH + seconds(promised * DAY)
    earliest = bought.astype("datetime64[D]").astype("datetime64[s]") + 2 * DAY
    orders["carried"], orders["delivered"] = carried, delivered
    orders["estimated"] = np.maximum(estimated, earliest)
    if shop.planted:
        plant_delays(orders)
    _blank_dates(shop, orders)


def _at_usual_times(shop: Shop, times, event: str, earliest) -> np.ndarray:
    """Move times to usual days of the week and hours where possible."""
    hours = np.array(shop.parameters[f"{event}_hours"], dtype=float)
    # The mean time of the day moves away from noon, so days move back by as much.
    later = np.average(np.arange(24) + 0.5, weights=hours) / 24 - 0.5
    days = (times - EPOCH).astype(np.int64) / DAY - later
    days = _on_usual_days(shop.rng, days, shop.parameters[f"{event}_weekdays"])
    second = 3600 * pick(shop.rng, np.cumsum(hours), len(times))
    second += shop.rng.integers(0, 3600, len(times))
    moved = EPOCH + seconds(np.floor(days) * DAY + second)
    # Move back as far as forth; otherwise times near the earliest would come later.
    return np.where(np.abs(moved - times) < times - earliest, moved, times)


def _on_working_days(shop: Shop, promised: np.ndarray, delivered) -> np.ndarray:
    """Move promises to usual days of the week; late orders stay late."""
    arrived = (delivered - EPOCH).astype(np.int64) / DAY
    moved = _on_usual_days(shop.rng, promised, shop.parameters["promise_weekdays"])
    turned = (arrived > moved) != (arrived > promised)
    return np.where(turned, moved - 7 * np.sign(moved - promised), moved)


def _on_usual_days(rng, days: np.ndarray, weekday_counts: list[int]) -> np.ndarray:
    """Move days since the epoch by up to three, so that weekdays get their shares.

    The probability that a day stays is proportional to the count of its weekday. Other
    days move to one of the seven days around them, again in proportion.
    """
    counts = np.array(weekday_counts, dtype=float)
    # The epoch was a Thursday; counts begin with Monday.
    weekday = (np.floor(days).astype(np.int64) + 3) % 7
    stays = rng.random(len(days)) < (counts / counts.max())[weekday]
    target = pick(rng, np.cumsum(counts), len(days))
    shift = (target - weekday + 3) % 7 - 3
    return np.where(stays, days, days + shift)


def _with_late_shares(promised, arrival, groups, shares) -> np.ndarray:
    """Shift the promises of each group so that its share of late arrivals is right."""
    promised = promised.copy()
    for group, share in enumerate(shares):
        own = np.flatnonzero(groups == group)
        if len(own) >= 20:
            promised[own] -= np.quantile(promised[own] - arrival[own], share)
    return promised


def _with_usual_delays(shop: Shop, promised, delivered, groups, delays) -> np.ndarray:
    """Give the delays of each group the real quantiles, and keep their order."""
    promised = promised.copy()
    arrived = (delivered - EPOCH).astype(np.int64) / DAY
    for group, values in enumerate(delays):
        own = np.flatnonzero(groups == group)
        if values is not None and len(own) > 0:
            order = np.argsort(arrived[own] - promised[own], kind="stable")
            uniform = np.empty(len(own))
            uniform[order] = (np.arange(len(own)) + 0.5) / len(own)
            levels = shop.parameters["catalogue_probabilities"]
            promised[own] = arrived[own] - np.interp(uniform, levels, values)
    return promised


def _blank_dates(shop: Shop, orders: dict) -> None:
    """Remove the dates that a status does not reach, and plant the rare defects."""
    rng, counts, size = shop.rng, shop.parameters["counts"], len(orders["bought"])
    names = list(orders["status_names"])
    status = orders["status"]
    delivered = np.flatnonzero(status == names.index("delivered"))
    slow = orders["carried"] - orders["bought"] > np.timedelta64(1, "D")
    slow = delivered[slow[delivered]]
    chosen = shop.some(counts["customer_before_carrier"], slow, size)
    orders["delivered"][chosen] = orders["carried"][chosen] - 40_000
    canceled = status == names.index("canceled")
    late_cancel = canceled & (rng.random(size) < 0.12)
    no_delivery = status != names.index("delivered")
    no_carrier = no_delivery & (status != names.index("shipped")) & ~late_cancel
    no_approval = (status == names.index("created")) | (
        canceled & ~late_cancel & (rng.random(size) < 0.25)
    )
    no_approval[shop.some(counts["delivered_without_approval"], delivered, size)] = True
    no_delivery[shop.some(counts["delivered_without_date"], delivered, size)] = True
    nothing = np.datetime64("NaT")
    orders["approved"][no_approval] = nothing
    orders["carried"][no_carrier] = nothing
    orders["delivered"][no_delivery] = nothing
