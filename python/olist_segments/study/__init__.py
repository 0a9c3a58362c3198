"""The study of how far segments hold, run by hand."""
