"""Write rows in the format of the published CSV files."""

import os
from pathlib import Path

import numpy as np

FILES = {
    "customers": "olist_customers_dataset.csv",
    "geolocation": "olist_geolocation_dataset.csv",
    "items": "olist_order_items_dataset.csv",
    "payments": "olist_order_payments_dataset.csv",
    "reviews": "olist_order_reviews_dataset.csv",
    "orders": "olist_orders_dataset.csv",
    "products": "olist_products_dataset.csv",
    "sellers": "olist_sellers_dataset.csv",
    "translation": "product_category_name_translation.csv",
}
PLANTED_FILE = "planted_segments.csv"
COLUMNS = {
    "customers": "customer_id customer_unique_id customer_zip_code_prefix "
    "customer_city customer_state",
    "geolocation": "geolocation_zip_code_prefix geolocation_lat geolocation_lng "
    "geolocation_city geolocation_state",
    "items": "order_id order_item_id product_id seller_id shipping_limit_date price "
    "freight_value",
    "payments": "order_id payment_sequential payment_type payment_installments "
    "payment_value",
    "reviews": "review_id order_id review_score review_comment_title "
    "review_comment_message review_creation_date review_answer_timestamp",
    "orders": "order_id customer_id order_status order_purchase_timestamp "
    "order_approved_at order_delivered_carrier_date order_delivered_customer_date "
    "order_estimated_delivery_date",
    # The published files spell it "lenght".
    "products": "product_id product_category_name product_name_lenght "
    "product_description_lenght product_photos_qty product_weight_g product_length_cm "
    "product_height_cm product_width_cm",
    "sellers": "seller_id seller_zip_code_prefix seller_city seller_state",
    "translation": "product_category_name product_category_name_english",
    "planted": "customer_unique_id planted_segment",
}
WRITE_ROWS = 50_000


class Files:
    """Files under temporary names; renamed when all of them are complete."""

    def __init__(self, folder: Path, names: dict[str, str]):
        self.paths = {key: folder / name for key, name in names.items()}
        self.rows = dict.fromkeys(names, 0)

    def __enter__(self):
        """Open the temporary files and write their headers."""
        self.handles = {
            key: open(self._temporary(path), "wb")  # noqa: SIM115
            for key, path in self.paths.items()
        }
        for key, handle in self.handles.items():
            handle.write(_header(key))
        return self

    def __exit__(self, kind, *_):
        """Rename the complete files, or remove them after an error."""
        for handle in self.handles.values():
            handle.close()
        for path in self.paths.values():
            if kind is None:
                os.replace(self._temporary(path), path)
            else:
                self._temporary(path).unlink()

    def write(self, key: str, *columns: np.ndarray) -> None:
        """Append rows given as columns of bytes, in blocks."""
        end = b"\r\n" if key == "translation" else b"\n"
        rows = len(columns[0])
        for start in range(0, rows, WRITE_ROWS):
            block = [column[start : start + WRITE_ROWS] for column in columns]
            self.handles[key].write(_rows_text(block, end))
        self.rows[key] += rows

    @staticmethod
    def _temporary(path: Path) -> Path:
        return path.with_name(path.name + ".partial")


def quoted_ids(ids: np.ndarray) -> np.ndarray:
    """Quote the ids that begin with a digit, as the real files do."""
    characters = _characters(ids)
    quoted = np.zeros((len(ids), 34), dtype=np.uint8)
    quoted[:, 1:33] = characters
    quoted[characters[:, 0] < ord("a"), 0] = ord('"')
    quoted[:, 33] = quoted[:, 0]
    return _text(quoted)


def zip_text(prefix: np.ndarray) -> np.ndarray:
    """Write prefixes as five digits in quotes."""
    quote = np.full((len(prefix), 1), ord('"'), dtype=np.uint8)
    return _text(np.hstack([quote, _digits(prefix, 5), quote]))


def money_text(cents: np.ndarray) -> np.ndarray:
    """Write cents as an amount with two decimals."""
    whole = _characters((cents // 100).astype("S"))
    point = np.full((len(cents), 1), ord("."), dtype=np.uint8)
    return _text(np.hstack([whole, point, _digits(cents % 100, 2)]))


def degrees_text(degrees: np.ndarray) -> np.ndarray:
    """Write degrees with 14 decimals."""
    size = np.abs(degrees)
    sign = np.where(degrees < 0, ord("-"), 0).astype(np.uint8)[:, None]
    whole = _characters(np.floor(size).astype(np.int64).astype("S"))
    point = np.full((len(size), 1), ord("."), dtype=np.uint8)
    decimals = _digits(np.floor(size % 1 * 10**14).astype(np.int64), 14)
    return _text(np.hstack([sign, whole, point, decimals]))


def whole_text(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Write whole numbers; a missing one is empty."""
    text = np.asarray(values).astype(np.int64).astype("S")
    text[missing] = b""
    return text


def time_text(times: np.ndarray) -> np.ndarray:
    """Write times as the real files do; a missing one is empty."""
    text = np.datetime_as_string(times, unit="s").astype("S19")
    characters = _characters(text)
    characters[:, 10] = ord(" ")
    characters[np.isnat(times)] = 0
    return _text(characters)


def field(text: str) -> bytes:
    """Quote a CSV field if it needs quotes."""
    if any(mark in text for mark in ',"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()


def _header(key: str) -> bytes:
    """Return a header as published: quoted in most files, in one after a byte mark."""
    names = COLUMNS[key].split()
    if key == "translation":
        return ("\ufeff" + ",".join(names) + "\r\n").encode()
    if key in ("reviews", "planted"):
        return (",".join(names) + "\n").encode()
    return (",".join(f'"{name}"' for name in names) + "\n").encode()


def _rows_text(columns: list[np.ndarray], end: bytes) -> bytes:
    """Join columns of zero-padded bytes into CSV rows; the padding is dropped."""
    number = len(columns[0])
    parts = []
    for column in columns:
        parts += [_characters(column), np.full((number, 1), ord(","), np.uint8)]
    parts[-1] = np.tile(np.frombuffer(end, np.uint8), (number, 1))
    rows = np.hstack(parts)
    return rows[rows != 0].tobytes()


def _characters(text: np.ndarray) -> np.ndarray:
    text = np.ascontiguousarray(text)
    return text.view(np.uint8).reshape(len(text), text.dtype.itemsize)


def _text(characters: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(characters).view(f"S{characters.shape[1]}").ravel()


def _digits(values: np.ndarray, width: int) -> np.ndarray:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = np.asarray(values, dtype=np.int64)[:, None] // powers % 10
    return (digits + ord("0")).astype(np.uint8)
