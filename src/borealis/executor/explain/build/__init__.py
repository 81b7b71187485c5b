"""Plan nodes out of a planned statement: builder (what all share), scans, joins, select, sets, writes, subplans."""
