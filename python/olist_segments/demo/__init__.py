"""Synthetic demo data that looks like the e-commerce data of Olist."""

from olist_segments.demo.csv_files import FILES
from olist_segments.demo.generator import (
    MIN_ORDERS,
    load_parameters,
    write_demo_data,
)

__all__ = ["FILES", "MIN_ORDERS", "load_parameters", "write_demo_data"]
