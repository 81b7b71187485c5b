"""TPC-H's tables and its 22 queries, with data of our own making: comparable between two servers, not with published results."""
