"""The shop of a built database: how its money is written, and what it does not have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from olist_segments.project import UserError, called, is_synthetic

# The columns of tables, answers and exports that say nothing about a shop without some
# part of its orders. A part is a column of the table shop, without has_.
COLUMNS = {
    "state": "states",
    "city": "cities",
    "seller_state": "seller_states",
    "category": "categories",
    "payment_type": "payments",
    "payments": "payments",
    "payment_total": "payments",
    "placed_payment_total": "payments",
    "installments": "installments",
    "mean_installments": "installments",
    "review_score": "reviews",
    "mean_review_score": "reviews",
    "delivery_days": "deliveries",
    "mean_delivery_days": "deliveries",
    "delivery_delay_days": "promises",
    "late_share": "promises",
    "freight_share": "freight",
    "category_count": "categories",
    "distance_km": "distances",
}
COUNTRIES = {
    "state": "country",
    "State": "Country",
    "states": "countries",
    "States": "Countries",
}
# What a shop without a part does not have, in words.
PARTS = {
    "states": "states of customers",
    "cities": "cities of customers",
    "seller_states": "states of sellers",
    "promises": "promised days of delivery",
    "distances": "distances between customers and sellers",
}


@dataclass(frozen=True)
class Currency:
    """How amounts of money are written.

    Attributes
    ----------
    name : str
        In a sentence, in the plural, such as "euros".
    symbol : str
        Such as "€"; empty if the shop names none.
    prefix, suffix : str
        What stands before and after an amount, with a space where there is one.
    """

    name: str
    symbol: str
    prefix: str
    suffix: str

    def written(self, amount: float, decimals: int = 2) -> str:
        """Write an amount in the English way.

        Parameters
        ----------
        amount : float
        decimals : int, default 2

        Returns
        -------
        str
            Such as "€1,234.56", with a minus sign in front if it is negative. Not
            escaped.
        """
        sign = "-" if amount < 0 else ""
        return f"{sign}{self.prefix}{abs(amount):,.{decimals}f}{self.suffix}"

    def beside(self, text: str) -> str:
        """Write the symbol into a text with amounts, such as "25 to 50".

        Parameters
        ----------
        text : str

        Returns
        -------
        str
            Such as "€25 to €50", "R$ 25 to 50" or "25 to 50 €". Not escaped.
        """
        if self.prefix.endswith(" "):
            return f"{self.prefix}{text}"
        amounts = re.sub(r"\d[\d.,]*", lambda one: f"{self.prefix}{one[0]}", text)
        return f"{amounts}{self.suffix}"

    @property
    def unit(self) -> str:
        """What an axis of amounts counts: the symbol, or else the name."""
        return self.symbol or self.name


@dataclass(frozen=True)
class Shop:
    """The shop of a built database.

    Attributes
    ----------
    name : str
        As the variable shop has it.
    region : {"state", "country"}
        What the column state has.
    currency : Currency
    parts : frozenset of str
        The parts of its orders that are known, such as "reviews": the columns of the
        table shop that are true, without has_.
    """

    name: str
    region: str
    currency: Currency
    parts: frozenset[str]

    def has(self, part: str) -> bool:
        """Return whether a part of the orders is known.

        Parameters
        ----------
        part : str
            Such as "reviews".

        Returns
        -------
        bool
        """
        return part in self.parts

    def has_column(self, name: str) -> bool:
        """Return whether a column can say anything about this shop.

        Parameters
        ----------
        name : str
            Name of a column of a table, an answer or an export.

        Returns
        -------
        bool
            False for review_score, for example, if there are no reviews.
        """
        return name not in COLUMNS or self.has(COLUMNS[name])

    def called(self, column: str) -> str:
        """Call a column as people do.

        Parameters
        ----------
        column : str

        Returns
        -------
        str
            Such as "payment type"; "country" for a state that is one.
        """
        return self.worded(column.replace("_", " "))

    def worded(self, text: str) -> str:
        """Speak of countries instead of states where the shop has countries.

        Parameters
        ----------
        text : str
            Of the project, not of the data.

        Returns
        -------
        str
        """
        if self.region == "state":
            return text
        return re.sub(r"\b[Ss]tates?\b", lambda found: COUNTRIES[found[0]], text)

    def lacking(self, needs: Iterable[str]) -> str:
        """Say what is lacking for something that needs parts of the orders.

        Parameters
        ----------
        needs : iterable of str
            The parts, such as "reviews"; "states or cities" needs one of the two.

        Returns
        -------
        str
            Such as "this shop has no reviews"; empty if nothing is lacking.
        """
        for need in needs:
            parts = need.split(" or ")
            if not any(map(self.has, parts)):
                words = " and no ".join(PARTS.get(part, part) for part in parts)
                return f"this shop has no {words}"
        return ""


def read_shop(connection: duckdb.DuckDBPyConnection) -> Shop:
    """Read which shop a database was built for.

    Parameters
    ----------
    connection : DuckDBPyConnection
        To a built database.

    Returns
    -------
    Shop

    Raises
    ------
    UserError
        If the database has no such table.
    """
    try:
        (row,) = connection.sql("from shop").df().to_dict("records")
    except duckdb.CatalogException as error:
        raise UserError(
            f"the database has no table shop: run `{called('build')}` first"
        ) from error
    return Shop(
        row["shop"],
        row["region_kind"],
        Currency(
            row["currency_name"],
            row["currency_symbol"],
            row["amount_prefix"],
            row["amount_suffix"],
        ),
        frozenset(
            name.removeprefix("has_")
            for name, value in row.items()
            if name.startswith("has_") and value
        ),
    )


def built_shop(database: Path) -> Shop:
    """Read which shop a database was built for; see `read_shop`.

    Parameters
    ----------
    database : Path

    Returns
    -------
    Shop
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        return read_shop(connection)


def site_folder(root: Path, database: Path) -> Path:
    """Return the folder of the pages about a built database.

    Parameters
    ----------
    root : Path
        Root of the project.
    database : Path

    Returns
    -------
    Path
        ``site``, or ``site/NAME`` for a shop other than olist.
    """
    shop = built_shop(database).name
    return root / "site" if shop == "olist" else root / "site" / shop


def export_folder(root: Path, database: Path) -> Path:
    """Return the folder of the exports of a built database, unless another is named.

    Parameters
    ----------
    root : Path
        Root of the project.
    database : Path

    Returns
    -------
    Path
        ``exports/real``, ``exports/demo``, or ``exports/NAME`` for a shop other than
        olist.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        name = read_shop(connection).name
        if name == "olist":
            name = "demo" if is_synthetic(connection) else "real"
    return root / "exports" / name
