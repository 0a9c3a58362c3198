"""Connect a shop: propose what the columns of its files mean, and write it down."""
