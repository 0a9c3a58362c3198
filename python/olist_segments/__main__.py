"""Run the command line: ``python -m olist_segments``."""

from olist_segments.cli import main

raise SystemExit(main())
