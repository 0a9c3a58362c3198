"""The raw CSV files: where they are, what is wrong with them, which lines are kept."""
