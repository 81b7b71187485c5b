"""Benchmarks beside a PostgreSQL on the same machine: `make bench`.

Both servers are up, both durable; each workload runs on one, then on the other, several times in turn, and what is printed
is the ratio of the medians, since machines are noisy and ratios are not.
"""
