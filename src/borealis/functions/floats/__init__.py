"""real and double precision. NaN, which SQLite cannot hold, is the text 'NaN'; infinities are SQLite's own."""
