"""What can be wrong with raw files: named ways to corrupt them, and what follows."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

CUSTOMERS = "olist_customers_dataset.csv"
GEOLOCATION = "olist_geolocation_dataset.csv"
ITEMS = "olist_order_items_dataset.csv"
PAYMENTS = "olist_order_payments_dataset.csv"
REVIEWS = "olist_order_reviews_dataset.csv"
ORDERS = "olist_orders_dataset.csv"
PRODUCTS = "olist_products_dataset.csv"
SELLERS = "olist_sellers_dataset.csv"
TRANSLATIONS = "product_category_name_translation.csv"


# --- Files that are refused before anything is built ----------------------------------


@dataclass
class Refused:
    """A way to corrupt a file as a whole, and the words that refuse it."""

    name: str
    file: str
    spoil: Callable[[Path], object]
    sentence: str

    def __str__(self) -> str:
        return self.name


def _replace(old: bytes, new: bytes, count: int = -1) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, count))

    return spoil


def _recode(encoding: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(
        path.read_text(encoding="utf-8").encode(encoding, errors="replace")
    )


def _content(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")


def _without_header(path: Path) -> None:
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])


def _to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _into_folder(path: Path) -> None:
    (path.parent / "archive").mkdir()
    path.rename(path.parent / "archive" / path.name)


def _append_crlf(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"1,2,3,4,5\r\n")


REFUSED = [
    Refused("missing", ORDERS, Path.unlink, "is missing from"),
    Refused(
        "missing, with a second download beside it",
        ITEMS,
        lambda path: path.rename(path.with_name("olist_order_items_dataset (1).csv")),
        "found 'olist_order_items_dataset (1).csv' there, rename it",
    ),
    Refused("a folder", SELLERS, _to_folder, "is a folder"),
    Refused("empty", PAYMENTS, _content(b""), "is empty: export it again"),
    Refused("white space only", PAYMENTS, _content(b" \r\n\n"), "is empty"),
    Refused("byte order mark only", PAYMENTS, _content(b"\xef\xbb\xbf"), "is empty"),
    Refused("header only", ORDERS, _header_only, "has a header but no rows"),
    Refused("header only, items", ITEMS, _header_only, "has a header but no rows"),
    Refused(
        "header and empty lines",
        ORDERS,
        lambda path: (
            _header_only(path),
            path.write_bytes(path.read_bytes() + b"\n\n"),
        ),
        "has a header but no rows",
    ),
    Refused(
        "line break in the header",
        CUSTOMERS,
        _replace(b'"customer_state"', b'"customer_state","no\nte"', 1),
        "has a line break in quotes in its first line",
    ),
    Refused(
        "link to nothing",
        SELLERS,
        lambda path: (path.unlink(), path.symlink_to("elsewhere.csv")),
        "is a link to elsewhere.csv, which is missing",
    ),
    Refused(
        "renamed column",
        ITEMS,
        _replace(b'"price"', b'"unit_price"', 1),
        "lacks the column price (nearest found: unit_price)",
    ),
    Refused(
        "column in capitals",
        ITEMS,
        _replace(b'"price"', b'"Price"', 1),
        "lacks the column price (nearest found: Price)",
    ),
    Refused(
        "all columns in capitals",
        SELLERS,
        _replace(b"seller_", b"SELLER_", 4),
        "lacks the columns seller_id (nearest found: SELLER_id), ",
    ),
    Refused(
        "typing error of the published header put right",
        PRODUCTS,
        _replace(b"_lenght", b"_length"),
        "lacks the columns product_name_lenght (nearest found: product_name_length), "
        "product_description_lenght (nearest found: product_description_length)",
    ),
    Refused(
        "missing column",
        CUSTOMERS,
        _replace(b',"customer_unique_id"', b"", 1),
        "lacks the column customer_unique_id",
    ),
    Refused(
        "column twice",
        CUSTOMERS,
        _replace(b'"customer_city"', b'"customer_city","customer_city"', 1),
        "names a column twice: customer_city",
    ),
    Refused(
        "no header", ORDERS, _without_header, "has none of its columns in the first"
    ),
    Refused(
        "semicolons",
        ORDERS,
        _replace(b",", b";"),
        "is separated by semicolons instead of commas",
    ),
    Refused(
        "tabs", SELLERS, _replace(b",", b"\t"), "is separated by tabs instead of commas"
    ),
    Refused("Latin-1", GEOLOCATION, _recode("latin-1"), "probably Latin-1"),
    Refused("UTF-16", CUSTOMERS, _recode("utf-16"), "is in UTF-16"),
    Refused("UTF-16 without mark", CUSTOMERS, _recode("utf-16-le"), "not a text file"),
    Refused("Excel workbook", ORDERS, _content(b"PK\x03\x04..."), "Excel workbook"),
    Refused(
        "gzip",
        ORDERS,
        _content(b"\x1f\x8b\x08..."),
        "compressed with gzip: add .gz to its name, or unpack it",
    ),
    Refused(
        "pointer of Git LFS",
        ORDERS,
        _content(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"),
        "is a pointer of Git LFS",
    ),
    Refused(
        "byte order mark twice",
        TRANSLATIONS,
        lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()),
        "marked as UTF-8 twice",
    ),
    Refused(
        "a million zeros",
        ORDERS,
        _content(b"0" * 1_000_000 + b"\n0\n"),
        "has none of its columns in the first line",
    ),
    Refused(
        "name in capitals",
        ORDERS,
        lambda path: path.rename(path.with_name(path.name.upper())),
        "found 'OLIST_ORDERS_DATASET.CSV' there, rename it if this is the file",
    ),
    Refused(
        "in a folder below",
        ORDERS,
        _into_folder,
        "found 'archive/olist_orders_dataset.csv' there, move it up if",
    ),
    Refused(
        "compressed in another way beside",
        ORDERS,
        lambda path: path.rename(path.with_name(f"{path.name}.bz2")),
        "found 'olist_orders_dataset.csv.bz2' there, unpack it if this is the file",
    ),
    Refused(
        "compressed beside",
        ORDERS,
        lambda path: path.rename(path.with_name(f"{path.name}.gz")),
        "found 'olist_orders_dataset.csv.gz' there, unpack it, as a build does",
    ),
    Refused("Parquet", ORDERS, _content(b"PAR1..."), "is a Parquet file"),
    Refused("login page", ORDERS, _content(b"<!doctype html>"), "is a web page"),
    Refused(
        "line ends mixed",
        CUSTOMERS,
        _append_crlf,
        "mixes line ends, 5,001 in LF and 1 in CRLF (line 5,002 first)",
    ),
]


# --- Lines that are rejected, and rows that are found by a check ----------------------


def read_line(line: bytes) -> list[str]:
    """Return the fields of one line of a CSV."""
    return next(csv.reader([line.decode("utf-8")]))


def write_line(fields: list[str]) -> bytes:
    """Return one line of a CSV, without its end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue().encode("utf-8")


@dataclass
class Line:
    """A way to corrupt one line of a file, and the message about it.

    `spoil` takes the line and gives one or several; `column` and `reason` are what
    rejected_rows says, `checks` how many rows more each check finds.
    """

    name: str
    file: str
    spoil: Callable[[bytes], bytes]
    column: str | None = None
    reason: str | None = None
    checks: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _set(**values: str) -> Callable[[bytes], bytes]:
    """Set fields, by position in the file: _set(f2="x") sets the third."""

    def spoil(line: bytes) -> bytes:
        fields = read_line(line)
        for key, value in values.items():
            fields[int(key[1:])] = value
        return write_line(fields)

    return spoil


def _again(**values: str) -> Callable[[bytes], bytes]:
    """Repeat the line, with some fields set in the second one."""
    return lambda line: line + b"\n" + _set(**values)(line)


def _open_quote(line: bytes) -> bytes:
    return b'"' + line.replace(b'"', b"") + b"\n" + b'"x",y,z'


def _header_again(*names: str, mark: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda _: mark + write_line(list(names))


COMMA = "not a number: 12,90 (a decimal comma: save it with points)"
ITEM_AMOUNT = {"items_without_amount": 1}
REJECTED = [
    # The first of its file, so that the warning names no column.
    Line("an item too wide", ITEMS, lambda line: line + b",x", None, "too many fields"),
    Line("price in words", ITEMS, _set(f5="abc"), "price", "not a number: abc"),
    Line("decimal comma", ITEMS, _set(f5="12,90"), "price", COMMA),
    Line("currency", ITEMS, _set(f6="R$ 9"), "freight_value", "not a number: R$ 9"),
    Line("price too large", ITEMS, _set(f5="1e20"), "price", "not a number: 1e20"),
    Line(
        "header again, customers",
        CUSTOMERS,
        _header_again(
            *("customer_id", "customer_unique_id", "customer_zip_code_prefix"),
            *("customer_city", "customer_state"),
        ),
        None,
        "repeats the header",
    ),
    Line(
        "header again, with a byte order mark",
        SELLERS,
        _header_again(
            *("seller_id", "seller_zip_code_prefix", "seller_city", "seller_state"),
            mark=b"\xef\xbb\xbf",
        ),
        None,
        "repeats the header",
    ),
    Line(
        "header again, translations",
        TRANSLATIONS,
        _header_again("product_category_name", "product_category_name_english"),
        None,
        "repeats the header",
    ),
    Line(
        "header again, payments",
        PAYMENTS,
        _header_again(
            *("order_id", "payment_sequential", "payment_type"),
            *("payment_installments", "payment_value"),
        ),
        None,
        "repeats the header",
    ),
    Line(
        "quotes after backslashes",
        REVIEWS,
        lambda line: _set(f4="@")(line).replace(b"@", b'"so \\"good\\""'),
        "review_comment_message",
        "a quote is not closed, or text follows it "
        '(it has \\": write a quote in a text as "")',
    ),
    Line(
        "day among times",
        ORDERS,
        _set(f3="2018-01-01"),
        "order_purchase_timestamp",
        "not a date: 2018-01-01 (a day in a column of times: add 00:00:00)",
    ),
    Line(
        "date called NULL",
        ORDERS,
        _set(f4="NULL"),
        "order_approved_at",
        "not a date: NULL (leave the cell of a missing value empty)",
    ),
    Line("item in words", ITEMS, _set(f1="one"), "order_item_id", "not a number: one"),
    Line(
        "day that does not exist",
        ORDERS,
        _set(f3="2018-02-30 10:00:00"),
        "order_purchase_timestamp",
        "not a date: 2018-02-30 10:00:00",
    ),
    Line(
        "date as Excel writes it",
        ORDERS,
        _set(f3="02/10/2017 10:56"),
        "order_purchase_timestamp",
        "not a date: 02/10/2017 10:56",
    ),
    Line(
        "date in words",
        ITEMS,
        _set(f4="yesterday"),
        "shipping_limit_date",
        "not a date: yesterday",
    ),
    Line(
        "time with PM",
        ORDERS,
        _set(f3="2018-01-01 10:00:00 PM"),
        "order_purchase_timestamp",
        "not a date: 2018-01-01 10:00:00 PM",
    ),
    Line(
        "time of another zone",
        REVIEWS,
        _set(f5="2018-01-01 10:00:00-03"),
        "review_creation_date",
        "not a date: 2018-01-01 10:00:00-03",
    ),
    Line(
        "too few fields",
        CUSTOMERS,
        lambda line: write_line(read_line(line)[:3]),
        "customer_city",
        "too few fields",
    ),
    Line(
        "too many fields",
        CUSTOMERS,
        lambda line: line + b",x,y",
        None,
        "too many fields",
    ),
    Line(
        "comma in a text without quotes",
        SELLERS,
        lambda line: line.replace(b",", b",rio, grande,", 1),
        None,
        "too many fields",
    ),
    Line(
        "quote that is not closed",
        ORDERS,
        _open_quote,
        "order_id",
        "a quote is not closed, or text follows it",
    ),
    Line(
        "text behind a closing quote",
        PAYMENTS,
        lambda line: b'"a"b,' + line.replace(b'"', b"").split(b",", 1)[1],
        "order_id",
        "a quote is not closed, or text follows it",
    ),
    Line(
        "one letter in Latin-1",
        GEOLOCATION,
        lambda line: line + b"\xe3",
        "geolocation_state",
        "not UTF-8",
    ),
    Line(
        "coordinate in words",
        GEOLOCATION,
        _set(f1="S23"),
        "geolocation_lat",
        "not a number: S23",
    ),
    Line(
        "installments in words",
        PAYMENTS,
        _set(f3="three"),
        "payment_installments",
        "not a number: three",
    ),
    Line(
        "payment in words",
        PAYMENTS,
        _set(f4="free"),
        "payment_value",
        "not a number: free",
    ),
    Line(
        "score in words", REVIEWS, _set(f2="five"), "review_score", "not a number: five"
    ),
    Line(
        "weight with a unit",
        PRODUCTS,
        _set(f5="2 kg"),
        "product_weight_g",
        "not a number: 2 kg",
    ),
    Line(
        "comment of three million letters",
        REVIEWS,
        _set(f4="x" * 3_000_000),
        None,
        "longer than 2,000,000 bytes",
    ),
]
FOUND = [
    Line("order without id", ORDERS, _set(f0=""), checks={"orders_without_id": 1}),
    Line("order twice", ORDERS, _again(f2="created"), checks={"orders_repeated": 1}),
    Line(
        "order twice, entirely",
        ORDERS,
        _again(),
        checks={"orders_repeated": 0, "orders_repeated_entirely": 1},
    ),
    Line(
        "status with a capital",
        ORDERS,
        _set(f2="Delivered ", f6=""),
        checks={"orders_of_unknown_status": 0, "orders_delivered_without_date": 1},
    ),
    Line(
        "order of a customer called None",
        ORDERS,
        _set(f1="None"),
        checks={"orders_of_unknown_customers": 1, "orders_with_null_words": 1},
    ),
    Line(
        "order of an unknown customer",
        ORDERS,
        _set(f1="nobody"),
        checks={"orders_of_unknown_customers": 1},
    ),
    Line(
        "order without purchase date",
        ORDERS,
        _set(f3=""),
        checks={"orders_without_purchase_date": 1},
    ),
    Line(
        "order at no possible time",
        ORDERS,
        _set(f2="shipped", f3="1066-10-14 09:00:00", f6=""),
        checks={"orders_without_purchase_date": 1},
    ),
    Line(
        "order of an unknown status",
        ORDERS,
        _set(f2="lost"),
        checks={"orders_of_unknown_status": 1},
    ),
    Line(
        "purchase after the as-of date",
        ORDERS,
        _set(f2="shipped", f3="2018-12-24 10:00:00", f4="", f6=""),
        checks={"orders_after_as_of_date": 1},
    ),
    Line(
        "delivery before purchase",
        ORDERS,
        _set(f2="delivered", f3="2018-03-01 10:00:00", f4="", f6="2018-02-01 10:00:00"),
        checks={"orders_delivered_before_purchase": 1},
    ),
    Line(
        "delivered without a date",
        ORDERS,
        _set(f2="delivered", f6=""),
        checks={"orders_delivered_without_date": 1},
    ),
    Line(
        "shipped without a date",
        ORDERS,
        _set(f2="shipped", f5="", f6=""),
        checks={"orders_shipped_without_date": 1},
    ),
    Line(
        "delivered in a mistyped year",
        ORDERS,
        _set(f2="delivered", f6="2108-01-01 10:00:00"),
        checks={"orders_delivered_after_as_of_date": 1},
    ),
    Line(
        "promised in a year that no shop has",
        ORDERS,
        _set(f7="2999-01-01 00:00:00"),
        checks={"orders_with_impossible_dates": 1},
    ),
    Line(
        "approved before the purchase",
        ORDERS,
        _set(f4="2010-01-01 00:00:00"),
        checks={"orders_approved_before_purchase": 1},
    ),
    Line("item without order", ITEMS, _set(f0=""), checks={"items_without_key": 1}),
    Line("item twice", ITEMS, _again(f5="0.01"), checks={"items_repeated": 1}),
    Line(
        "item of an unknown order",
        ITEMS,
        _set(f0="nothing"),
        checks={"items_of_unknown_orders": 1},
    ),
    Line(
        "item of an unknown product",
        ITEMS,
        _set(f2="nothing"),
        checks={"items_of_unknown_products": 1},
    ),
    Line(
        "item of an unknown seller",
        ITEMS,
        _set(f3="nobody"),
        checks={"items_of_unknown_sellers": 1},
    ),
    Line("item without price", ITEMS, _set(f5=""), checks=ITEM_AMOUNT),
    Line(
        "negative price", ITEMS, _set(f5="-5"), checks={"items_with_negative_price": 1}
    ),
    Line(
        "negative freight",
        ITEMS,
        _set(f6="-5"),
        checks={"items_with_negative_freight": 1},
    ),
    Line(
        "price with parts of cents",
        ITEMS,
        _set(f5="9.999"),
        checks={"items_with_parts_of_cents": 1},
    ),
    Line(
        "price with tiny parts of cents",
        ITEMS,
        _set(f5="9.9999999"),
        checks={"items_with_parts_of_cents": 1},
    ),
    Line(
        "payment without order",
        PAYMENTS,
        _set(f0=""),
        checks={"payments_without_key": 1},
    ),
    Line(
        "payment twice, entirely",
        PAYMENTS,
        _again(),
        checks={"payments_repeated": 0, "payments_repeated_entirely": 1},
    ),
    Line("payment twice", PAYMENTS, _again(f4="0.01"), checks={"payments_repeated": 1}),
    Line(
        "payment of an unknown order",
        PAYMENTS,
        _set(f0="nothing"),
        checks={"payments_of_unknown_orders": 1},
    ),
    Line(
        "payment without value",
        PAYMENTS,
        _set(f4=""),
        checks={"payments_without_amount": 1},
    ),
    Line("negative payment", PAYMENTS, _set(f4="-1"), checks={"payments_negative": 1}),
    Line(
        "payment with parts of cents",
        PAYMENTS,
        _set(f4="10.005"),
        checks={"payments_with_parts_of_cents": 1},
    ),
    Line(
        "payment in 0 installments",
        PAYMENTS,
        _set(f3="0"),
        checks={"payments_without_installments": 1},
    ),
    Line(
        "payment in billions of installments",
        PAYMENTS,
        _set(f3="3000000000"),
        checks={"payments_without_installments": 1},
    ),
    Line(
        "payment in half installments",
        PAYMENTS,
        _set(f3="2.5"),
        checks={"payments_without_installments": 1},
    ),
    Line(
        "payment of a new type",
        PAYMENTS,
        _set(f2="pix"),
        checks={"payments_of_unknown_type": 1},
    ),
    Line(
        "payment not defined",
        PAYMENTS,
        _set(f2="not_defined"),
        checks={"payments_not_defined": 1},
    ),
    Line("review without id", REVIEWS, _set(f0=""), checks={"reviews_without_key": 1}),
    Line("review twice", REVIEWS, _again(f2="1"), checks={"reviews_repeated": 1}),
    Line(
        "review of an unknown order",
        REVIEWS,
        _set(f1="nothing"),
        checks={"reviews_of_unknown_orders": 1},
    ),
    Line(
        "comment that says N/A",
        REVIEWS,
        _set(f3="None", f4="N/A"),
        checks={"reviews_with_null_words": 0},
    ),
    Line("score of 0", REVIEWS, _set(f2="0"), checks={"reviews_outside_1_to_5": 1}),
    Line("score of 6", REVIEWS, _set(f2="6"), checks={"reviews_outside_1_to_5": 1}),
    Line("score of 4.5", REVIEWS, _set(f2="4.5"), checks={"reviews_outside_1_to_5": 1}),
    Line("no score", REVIEWS, _set(f2=""), checks={"reviews_outside_1_to_5": 1}),
    Line(
        "review after the as-of date",
        REVIEWS,
        _set(f5="2018-12-24 00:00:00"),
        checks={"reviews_after_as_of_date": 1},
    ),
    Line(
        "customer twice", CUSTOMERS, _again(f3="zzz"), checks={"customers_repeated": 1}
    ),
    Line(
        "customer without person",
        CUSTOMERS,
        _set(f1=""),
        checks={"customers_without_person": 1},
    ),
    Line(
        "person called nan",
        CUSTOMERS,
        _set(f1=" NaN\t", f3="NULL", f4="N/A"),
        checks={"customers_without_person": 1, "customers_with_null_words": 1},
    ),
    Line(
        "zip code with all its digits",
        CUSTOMERS,
        _set(f2="1310100"),
        checks={"customers_with_odd_zip_code_prefix": 1},
    ),
    Line(
        "zip code prefix in words",
        CUSTOMERS,
        _set(f2="caixas"),
        checks={"customers_with_odd_zip_code_prefix": 1},
    ),
    Line("seller twice", SELLERS, _again(f2="zzz"), checks={"sellers_repeated": 1}),
    Line("product twice", PRODUCTS, _again(f3="1"), checks={"products_repeated": 1}),
    Line(
        "product without category",
        PRODUCTS,
        _set(f1=""),
        checks={"products_without_category": 1},
    ),
    Line(
        "category called \\N",
        PRODUCTS,
        _set(f1="\\N"),
        checks={"products_without_category": 1, "products_with_null_words": 1},
    ),
    Line(
        "product without weight",
        PRODUCTS,
        _set(f5=""),
        checks={"products_without_weight": 1},
    ),
    Line(
        "category twice",
        TRANSLATIONS,
        _again(f1="zzz"),
        checks={"categories_repeated": 1},
    ),
    Line(
        "point of a prefix called nan",
        GEOLOCATION,
        _set(f0="nan"),
        checks={"points_with_null_words": 1},
    ),
    Line(
        "point in Europe",
        GEOLOCATION,
        _set(f1="38.7", f2="-9.1"),
        checks={"points_outside_brazil": 1, "points_outside_the_mainland": 1},
    ),
    Line(
        "point on Fernando de Noronha",
        GEOLOCATION,
        _set(f1="-3.85", f2="-32.42"),
        checks={"points_outside_brazil": 0, "points_outside_the_mainland": 1},
    ),
    Line(
        "point without latitude",
        GEOLOCATION,
        _set(f1=""),
        checks={"points_outside_brazil": 1, "points_outside_the_mainland": 1},
    ),
]
LINES = REJECTED + FOUND


def spoil_lines(folder: Path) -> dict[str, int]:
    """Add a spoiled line to a folder of raw files for each of LINES.

    Each is a copy of a line with a key of its own, so that the other lines stay valid.
    Returns the line number of each case in its file.
    """
    numbers = {}
    for name in {case.file for case in LINES}:
        content = (folder / name).read_bytes()
        end = b"\r\n" if content.split(b"\n")[0].endswith(b"\r") else b"\n"
        lines = content.split(end)
        spoiled, cases = lines[:1], [case for case in LINES if case.file == name]
        width = len(read_line(lines[0]))
        for line in lines[1:]:
            spoiled.append(line)
            fields = read_line(line) if line.count(b'"') % 2 == 0 else []
            whole = all(fields) or name == REVIEWS
            if cases and len(fields) == width and whole:
                case = cases.pop(0)
                numbers[case.name] = b"\n".join(spoiled).count(b"\n") + 2
                added = case.spoil(_with_own_key(name, fields, len(cases)))
                spoiled += added.split(b"\n")
        assert not cases, name
        (folder / name).write_bytes(end.join(spoiled))
    return numbers


def _with_own_key(file: str, fields: list[str], number: int) -> bytes:
    """Return a line with a key that no other line has, where the file has one."""
    if file in (ITEMS, PAYMENTS):
        fields[1] = str(1_000 + number)
    elif file != GEOLOCATION:
        fields[0] = f"added {number}"
    return write_line(fields)
