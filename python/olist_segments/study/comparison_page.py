"""Write a page that shows real and demo distributions side by side."""

from pathlib import Path
from tempfile import TemporaryDirectory

from olist_segments.demo import write_demo_data
from olist_segments.pages import Chart, grouped_bars, page
from olist_segments.study.comparison import (
    FEATURES,
    MEASURES,
    load_comparison,
    measure,
    overlap,
)
from olist_segments.study.raw_tables import load_files


def demo_report(orders: int = 100_000, seed: int = 42) -> str:
    """Show in charts how similar demo data are to the real data.

    Parameters
    ----------
    orders : int, default 100_000
        Size of the demo data, which are created for this page and removed.
    seed : int, default 42
        Their seed.

    Returns
    -------
    str
        A page of HTML that needs no other file. The real data appear only as the
        aggregates in ``comparison.json``.

    Raises
    ------
    ValueError
        If there are too few `orders`.
    """
    with TemporaryDirectory() as folder:
        write_demo_data(Path(folder), orders=orders, seed=seed)
        demo = measure(load_files(Path(folder)))
    known = load_comparison()
    charts = [_chart(key, known["real"][key], demo[key]) for key in MEASURES]
    return page(
        "Demo data and the real data",
        [
            f"This page compares shares, means and medians of {orders:,} synthetic "
            f"orders (seed {seed}) with those of Olist's 99,441 orders, computed by "
            "the same SQL. No row of the real data is in the generator or on this "
            "page.",
            _told_apart(known["told_apart"]),
        ],
        charts,
    )


def _chart(key: str, real: dict[str, float], demo: dict[str, float]) -> Chart:
    one = MEASURES[key]
    figure = grouped_bars(
        {"real data": real, "demo data": demo},
        x_title=one.x_title,
        y_title=one.y_title,
        is_share=one.is_share,
        is_logarithmic=key == "order_count",
    )
    note = ""
    if one.is_share:
        note = f"The two distributions overlap by {overlap(real, demo):.1%}."
    return Chart(one.title, figure, note)


def _told_apart(auc: dict[str, float]) -> str:
    """Say how well a classifier does, and which features give the demo data away."""
    first, second = sorted(FEATURES, key=auc.get)[:2]
    return (
        "Boosted trees that know the six default features tell real customers from "
        f"those of 100,000 demo orders of seed 42 with an AUC of {auc['all']:.3f}, "
        f"where 0.5 is chance. The most telling features are {first} and {second}: "
        f"without the first the AUC is {auc[first]:.3f}, without the second "
        f"{auc[second]:.3f}."
    )
