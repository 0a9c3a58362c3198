"""Synthetic exports of shop systems, in the formats that these document."""

import csv
import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

CENT = Decimal("0.01")
# The header of Shopify's orders export.
_SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,"
    "Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
    "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,"
    "Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References"
)
# The columns of WooCommerce's export with one row per item.
_WOOCOMMERCE = (
    "order_id,order_number_formatted,order_number,order_date,status,shipping_total,"
    "shipping_tax_total,fee_total,fee_tax_total,tax_total,discount_total,order_total,"
    "refunded_total,order_currency,payment_method,shipping_method,customer_id,"
    "billing_first_name,billing_last_name,billing_full_name,billing_company,"
    "billing_email,billing_phone,billing_address_1,billing_address_2,billing_postcode,"
    "billing_city,billing_state,billing_state_code,billing_country,"
    "shipping_first_name,shipping_last_name,shipping_full_name,shipping_address_1,"
    "shipping_address_2,shipping_postcode,shipping_city,shipping_state,"
    "shipping_state_code,shipping_country,shipping_company,customer_note,item_id,"
    "item_product_id,item_name,item_sku,item_quantity,item_subtotal,"
    "item_subtotal_tax,item_total,item_total_tax,item_refunded,item_refunded_qty,"
    "item_meta,shipping_items,fee_items,tax_items,coupon_items,refunds,order_notes,"
    "download_permissions"
)


# The header of Online Retail.
_ONLINE_RETAIL = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
)


class Item(NamedTuple):
    """An item of an order: name, pieces, and the price of one."""

    sku: str
    quantity: int
    price: Decimal


class Order(NamedTuple):
    """A synthetic order; money adds up to `total`."""

    number: int
    person: int | None
    placed: datetime.datetime
    status: str
    is_cancelled: bool
    items: list[Item]
    discount: Decimal
    tax: Decimal
    shipping: Decimal
    refunded: Decimal

    @property
    def list_price(self) -> Decimal:
        """What the items cost without discount and tax."""
        return sum((one.quantity * one.price for one in self.items), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the customer has to pay."""
        return self.list_price - self.discount + self.tax + self.shipping


class Expected(NamedTuple):
    """What a build must find in the orders."""

    orders: int
    customers: int
    revenue: Decimal
    guests: int


def orders(count: int = 1200, people: int = 400, seed: int = 7) -> list[Order]:
    """Draw orders with all that is awkward in an export."""
    draw = random.Random(seed)
    prices = [Decimal(draw.randint(199, 8999)) / 100 for _ in range(40)]
    begin = datetime.datetime(2023, 1, 1, 8)
    found = []
    for number in range(1001, 1001 + count):
        items = [
            Item(f"SKU-{place:02}", draw.choice([1, 1, 1, 2, 5]), prices[place])
            for place in draw.sample(range(40), draw.choice([1, 1, 2, 3, 4]))
        ]
        listed = sum((one.quantity * one.price for one in items), Decimal(0))
        discount = (listed * draw.choice([0, 0, 0, 10, 33]) / 100).quantize(CENT)
        tax = ((listed - discount) * 7 / 100).quantize(CENT)
        shipping = draw.choice([Decimal(0), Decimal("4.95"), Decimal("9.90")])
        total = listed - discount + tax + shipping
        status, is_cancelled, refunded = "paid", False, Decimal(0)
        if number % 25 == 0:
            status, is_cancelled, refunded = "refunded", True, total
        elif number % 40 == 1:
            status, refunded = "refunded", total
        elif number % 20 == 3:
            status = "partially_refunded"
            refunded = (total / 3).quantize(CENT)
        elif number % 50 == 7:
            status = "voided"
        elif number % 60 == 9:
            status = "pending"
        found.append(
            Order(
                number,
                None if number % 30 == 4 else int(people * draw.random() ** 2),
                begin + datetime.timedelta(hours=draw.randint(0, 17_000)),
                status,
                is_cancelled,
                items,
                discount,
                tax,
                shipping,
                refunded,
            )
        )
    return found


def expected(found: list[Order]) -> Expected:
    """Add up what counts: paid orders of known people, less what was refunded."""
    counted = [
        one
        for one in found
        if not one.is_cancelled
        and one.status in ("paid", "partially_refunded", "refunded")
    ]
    known = [one for one in counted if one.person is not None]
    return Expected(
        len(known),
        len({one.person for one in found if one.person is not None}),
        sum((one.total - one.refunded for one in known), Decimal(0)),
        sum(one.person is None for one in found),
    )


def write_shopify(folder: Path, found: list[Order], currency: str = "USD") -> Path:
    """Write an orders export of Shopify: order fields on the first line only."""
    return _write(
        folder / "orders_export_1.csv",
        _SHOPIFY.split(","),
        _shopify_rows(found, currency),
    )


def write_woocommerce(folder: Path, found: list[Order], currency: str = "USD") -> Path:
    """Write an export of WooCommerce: order fields on all lines of an order."""
    return _write(
        folder / "orders-export-2025-01-01-10-00-00.csv",
        _WOOCOMMERCE.split(","),
        _woocommerce_rows(found, currency),
    )


def write_online_retail(folder: Path, found: list[Order]) -> Path:
    """Write a flat file like Online Retail, and lines in it that cannot be read."""
    path = _write(
        folder / "online_retail.csv",
        _ONLINE_RETAIL.split(","),
        _online_retail_rows(found),
    )
    with path.open("a", encoding="utf-8", newline="\r\n") as opened:
        opened.write(
            f"{_ONLINE_RETAIL}\n"
            "7,SKU-01,two,2,2024-02-03 10:00:00,1.50,5.0\n"
            "8,SKU-01,a word,two,2024-02-03 10:00:00,1.50,5.0,Iceland\n"
            "9,SKU-01,a day,2,2024-02-30 10:00:00,1.50,5.0,Iceland\n"
            '10,SKU-01,"two\nlines",2,2024-02-28 10:00:00,1.50,5.0,Iceland\n'
        )
    return path


def _write(path: Path, header: list[str], rows: Iterator[dict]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, header, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _shopify_rows(found: list[Order], currency: str) -> Iterator[dict]:
    for order in found:
        email = "" if order.person is None else f"Person{order.person}@Example.com"
        created = order.placed.strftime("%Y-%m-%d %H:%M:%S -0500")
        for place, item in enumerate(order.items):
            row = {
                "Name": f"#{order.number}",
                "Email": email,
                "Created at": created,
                "Lineitem quantity": item.quantity,
                "Lineitem name": f"Thing, {item.sku}",
                "Lineitem price": item.price,
                # Some shops have no stock keeping units.
                "Lineitem sku": "" if item.sku == "SKU-00" else item.sku,
                "Vendor": "Acme",
                "Lineitem discount": "0.00",
            }
            if place == 0:
                row |= {
                    "Financial Status": order.status,
                    "Currency": currency,
                    "Subtotal": order.list_price - order.discount,
                    "Shipping": order.shipping,
                    "Taxes": order.tax,
                    "Total": order.total,
                    "Discount Amount": order.discount,
                    "Shipping City": ["Salem", "Austin", "Reno"][order.number % 3],
                    "Shipping Province": ["OR", "TX", "NV"][order.number % 3],
                    "Shipping Zip": ["'97301", "'73301", "'89501"][order.number % 3],
                    "Shipping Country": "US",
                    "Cancelled at": created if order.is_cancelled else "",
                    "Payment Method": ["Shopify Payments", "PayPal"][order.number % 2],
                    "Refunded Amount": order.refunded,
                    "Id": 5_000_000_000 + order.number,
                }
            yield row


def _woocommerce_rows(found: list[Order], currency: str) -> Iterator[dict]:
    statuses = {"paid": "completed", "partially_refunded": "completed"}
    statuses |= {"voided": "failed", "pending": "on-hold"}
    for order in found:
        status = statuses.get(order.status, order.status)
        goods, given = order.list_price, Decimal(0)
        for place, item in enumerate(order.items):
            # The discount is spread over the items, the last takes what is left.
            listed = item.quantity * item.price
            share = (order.discount * listed / goods).quantize(CENT)
            if place == len(order.items) - 1:
                share = order.discount - given
            given += share
            yield {
                "order_id": order.number,
                "order_date": order.placed.strftime("%Y-%m-%d %H:%M:%S"),
                "status": "cancelled" if order.is_cancelled else status,
                "shipping_total": order.shipping,
                "fee_total": "0.00",
                "fee_tax_total": "0.00",
                "shipping_tax_total": order.tax,
                "tax_total": order.tax,
                "order_total": order.total,
                "refunded_total": order.refunded,
                "order_currency": currency,
                "payment_method": ["stripe", "paypal"][order.number % 2],
                # Guests have an email: 0 stands for "has no account".
                "customer_id": (order.person or 0) if order.number % 2 else 0,
                "billing_email": ""
                if order.person is None
                else f"Person{order.person}@Example.com",
                "billing_city": ["Salem", "Austin", "Reno"][order.number % 3],
                "billing_state": ["Oregon", "Texas", "Nevada"][order.number % 3],
                "billing_country": "US",
                "billing_postcode": ["97301", "73301", "89501"][order.number % 3],
                "item_id": order.number * 10 + place,
                "item_product_id": 100 + int(item.sku[-2:]),
                "item_name": f"Thing, {item.sku}",
                "item_sku": "" if item.sku == "SKU-00" else item.sku,
                "item_quantity": item.quantity,
                "item_subtotal": listed,
                "item_total": listed - share,
                "item_total_tax": "0.00",
                "item_refunded": "0.00",
            }


def _online_retail_rows(found: list[Order]) -> Iterator[dict]:
    for order in found:
        # What is refunded is returned, on an invoice of its own.
        sides = [("", 1)] + [("C", -1)] * (order.status == "refunded")
        for letter, sign in sides:
            for item in order.items:
                yield {
                    "InvoiceNo": f"{letter}{order.number}",
                    "StockCode": item.sku,
                    "Description": f'A "thing", {item.sku}',
                    "Quantity": sign * item.quantity,
                    "InvoiceDate": order.placed.strftime("%Y-%m-%d %H:%M:%S"),
                    "UnitPrice": item.price,
                    "CustomerID": "" if order.person is None else f"{order.person}.0",
                    "Country": ["Norway", "Unspecified", "EIRE"][order.number % 3],
                }
