"""How long a build takes, beside what people do today: `make bench`."""
