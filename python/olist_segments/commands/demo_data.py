"""``olist-segments demo-data``: synthetic CSV files."""

import argparse
from pathlib import Path

from olist_segments.project import UserError, project_root

HELP = "Write synthetic CSV files."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--folder", type=Path, help="default: data/demo")
    parser.add_argument(
        "--planted",
        type=int,
        metavar="K",
        help="plant K segments, 2 to 8, and write their labels to planted_segments.csv",
    )
    parser.add_argument(
        "--separation",
        type=float,
        default=1.0,
        help="how far apart they are, from 0 (not at all) to 1 (default)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files."""
    write(
        options.folder or project_root() / "data" / "demo",
        orders=options.orders,
        seed=options.seed,
        planted=options.planted,
        separation=options.separation,
    )
    return 0


def write(folder: Path, *, orders: int = 5000, seed: int = 42, **planted) -> None:
    """Write synthetic files, and print what is written.

    Parameters
    ----------
    folder : Path
    orders, seed, **planted
        As in `olist_segments.demo.write_demo_data`.

    Raises
    ------
    UserError
        If a value is out of range.
    """
    from olist_segments.demo import write_demo_data

    print(f"Writing {orders:,} synthetic orders to {folder} ...")
    try:
        write_demo_data(folder, orders=orders, seed=seed, **planted)
    except ValueError as error:
        raise UserError(str(error)) from error
