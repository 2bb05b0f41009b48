"""No word escapes the catalogue: in the pseudo-language every letter stands in brackets, but for code and data."""
