"""How long a build takes, compared with what people do today: `make bench`."""
