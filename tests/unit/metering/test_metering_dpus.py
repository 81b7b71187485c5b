"""DPUs are Aurora DSQL's: its published worked examples, and figures recorded from real clusters."""

import pytest

from borealis.metering.dpu import Dpus, compute_dpu, counted_bytes, read_dpu, stream_dpu, write_dpu
from borealis.metering.rows import row_bytes, value_bytes
from borealis.metering.statement import estimate_lines

# "How billing works in Aurora DSQL", billing examples: seconds, request sizes, row sizes written, TotalDPU.
WORKED_EXAMPLES = {
    "simple point lookup": (0.003, [5 * 100], [], 0.00675),
    "filtered range scan": (0.008, [100 * 100], [], 0.02631),
    "single insert": (0.008, [16], [100], 0.06175),
    "bulk insert": (0.08, [100 * 16], [100] * 100, 0.70875),
}


@pytest.mark.parametrize(
    ("seconds", "requests", "rows", "total"), WORKED_EXAMPLES.values(), ids=WORKED_EXAMPLES
)
def test_published_examples(seconds, requests, rows, total):
    dpus = Dpus(compute_dpu(seconds), read_dpu(counted_bytes(requests)), write_dpu(counted_bytes(rows)))
    assert round(dpus.billed().total, 5) == total


def test_partition_minimum_of_the_published_example():
    assert counted_bytes([200, 50, 50, 50]) == 584


def test_stream_dpus_are_by_the_byte():
    assert stream_dpu(1_000_000) == pytest.approx(2.3283)


# Recorded: INSERT of one row (id text of 36 characters, data text of this many) and its Write.
WRITES = [
    (1, 0.00625),
    (64, 0.00625),
    (128, 0.00859),
    (256, 0.01484),
    (1024, 0.05234),
    (4096, 0.20234),
    (16384, 0.80234),
]


@pytest.mark.parametrize(("length", "recorded"), WRITES)
def test_recorded_writes(length, recorded):
    row = row_bytes([("i" * 36, -1, True), ("d" * length, -1, False)], has_key=True)
    assert write_dpu(counted_bytes([row])) == pytest.approx(recorded, abs=0.000005)


def test_recorded_writes_of_several_rows():
    row = row_bytes([("i" * 36, -1, True), ("d" * 1_048_576, -1, False)], has_key=True)
    assert write_dpu(counted_bytes([row] * 5)) == pytest.approx(256.01172, abs=0.000005)


# Recorded: Read of one row, less the 128 bytes of each request that planning made: 4, 6 and 2 of them.
READS = [
    ("text key", [("i" * 36, -1, True)], True, 4, {256: 0.00149, 4096: 0.00853, 1_048_576: 1.92103}),
    ("integer key", [(1, 4, True)], True, 6, {256: 0.00189, 4096: 0.00892, 1_048_576: 1.92142}),
    ("no key", [], False, 2, {256: 0.00097, 4096: 0.00801, 1_048_576: 1.92051}),
]


@pytest.mark.parametrize(
    ("key", "has_key", "planning", "recorded"), [each[1:] for each in READS], ids=[each[0] for each in READS]
)
def test_recorded_reads_within_one_percent(key, has_key, planning, recorded):
    for length, read in recorded.items():
        row = row_bytes([*key, ("d" * length, -1, False)], has_key=has_key)
        assert read_dpu(counted_bytes([row] + [1] * planning)) == pytest.approx(read, rel=0.01)


def test_value_bytes():
    assert value_bytes(None, -1) == 0
    assert value_bytes(7, 8) == 8
    assert value_bytes("häß", -1) == 4 + 5
    assert value_bytes(b"\0\0", -1, in_key=True) == 8 + 2


# Recorded blocks; the last one's Multi-Region line is recorded too, its sums are not.
BLOCKS = [
    (
        Dpus(0.00162, 0.00307, 0.01875),
        False,
        """Statement DPU Estimate:
  Compute: 0.00162 DPU
  Read: 0.00307 DPU (Transaction minimum: 0.00375)
  Write: 0.01875 DPU (Transaction minimum: 0.05000)
  Total: 0.02344 DPU""",
    ),
    (
        Dpus(1.46966, 0.04956, 0.0),
        False,
        """Statement DPU Estimate:
  Compute: 1.46966 DPU
  Read: 0.04956 DPU
  Write: 0.00000 DPU
  Total: 1.51922 DPU""",
    ),
    (
        Dpus(0.01437, 0.0053, 0.01748, 0.01748),
        True,
        """Statement DPU Estimate:
  Compute: 0.01437 DPU
  Read: 0.00530 DPU
  Write: 0.01748 DPU (Transaction minimum: 0.05000)
  Multi-Region Write: 0.01748 DPU (Transaction minimum: 0.05000)
  Total: 0.05463 DPU""",
    ),
]


@pytest.mark.parametrize(("dpus", "is_multi_region", "block"), BLOCKS)
def test_printed_block(dpus, is_multi_region, block):
    assert "\n".join(estimate_lines(dpus, is_multi_region=is_multi_region)) == block


def test_a_transaction_that_did_not_write_pays_no_minimum_for_it():
    assert Dpus(0.1, 0.001).billed() == Dpus(0.1, 0.00375)
