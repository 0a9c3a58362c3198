"""Builds on Spark, and how they compare with DuckDB's."""
