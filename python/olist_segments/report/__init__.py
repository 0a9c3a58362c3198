"""The report on the customers and their segments, for people who write no SQL."""

from olist_segments.report.page import render_report

__all__ = ["render_report"]
