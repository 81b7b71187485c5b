"""A mix of transactions like TPC-C's: orders, payments, deliveries and two questions, over a few warehouses."""
