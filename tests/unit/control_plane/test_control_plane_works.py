"""A cluster's way from status to status: what is kept before it is answered, what is tried again, what a start takes up."""

import asyncio

import pytest
from msgspec.structs import replace

from borealis.control_plane import clusters as clusters_module
from borealis.control_plane.clusters import Clusters
from borealis.control_plane.record import ACTIVE, CREATING, DELETING, UPDATING, ClusterRecord

ID = "c" * 26


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(clusters_module, "_RETRY_S", (0.0,))


async def settle(world):
    await asyncio.gather(*world.clusters._works.values())


def test_creating_is_kept_before_it_is_answered_and_active_when_built(play):
    async def script(world):
        made = await world.call("CreateCluster")
        [record] = world.records.all()
        assert (record.status, made.parsed["status"]) == (CREATING, "CREATING")
        await settle(world)
        assert world.host.asked == [("build", record.identifier, None)]
        assert world.records.kept[record.identifier].status == ACTIVE

    play(script)


def test_work_that_fails_is_tried_again(play):
    async def script(world):
        world.host.failures = [OSError("disk full"), RuntimeError("whatever")]
        identifier = (await world.call("CreateCluster", kmsEncryptionKey="mine")).parsed["identifier"]
        await settle(world)
        assert world.host.asked == [("build", identifier, "mine")] * 3
        assert world.records.kept[identifier].status == ACTIVE

    play(script)


@pytest.mark.parametrize(
    ("status", "works"),
    [
        (CREATING, [("build", ID, "mine")]),
        (UPDATING, [("rewrap", ID, "mine")]),
        (DELETING, [("release", ID), ("remove", ID)]),
        (ACTIVE, []),
    ],
)
def test_a_start_takes_up_what_a_crash_left(play, status, works):
    async def script(world):
        world.records.kept[ID] = ClusterRecord(ID, status, 0.0, key="mine")
        clusters = Clusters(world.records, world.host)
        clusters.resume()
        await asyncio.gather(*clusters._works.values())
        assert world.host.asked == works
        assert [record.status for record in clusters] == ([] if status == DELETING else [ACTIVE])

    play(script)


def test_a_release_that_finds_no_storage_process_is_asked_again(play):
    async def script(world):
        identifier = (await world.call("CreateCluster", deletionProtectionEnabled=False)).parsed["identifier"]
        await settle(world)
        world.host.asked.clear()
        world.host.failures = [ConnectionRefusedError()]
        await world.call("DeleteCluster", identifier=identifier)
        again = await world.call("DeleteCluster", identifier=identifier)
        assert again.parsed["status"] == "DELETING"
        await settle(world)
        assert world.host.asked == [("release", identifier)] * 2 + [("remove", identifier)]
        assert (await world.call("GetCluster", identifier=identifier)).status == 404

    play(script)


def test_tags_set_while_a_cluster_is_on_its_way_are_kept(play):
    async def script(world):
        made = (await world.call("CreateCluster")).parsed
        await world.call("TagResource", resourceArn=made["arn"], tags={"a": "b"})
        await settle(world)
        record = world.records.kept[made["identifier"]]
        assert (record.status, record.tags) == (ACTIVE, {"a": "b"})

    play(script)


def test_a_key_that_does_not_exist_is_refused_and_one_taken_away_is_told(play):
    async def script(world):
        refused = await world.call("CreateCluster", kmsEncryptionKey="yours")
        assert [found["name"] for found in refused.parsed["fieldList"]] == ["kmsEncryptionKey"]
        identifier = (await world.call("CreateCluster", kmsEncryptionKey="mine")).parsed["identifier"]
        await settle(world)
        details = (await world.call("GetCluster", identifier=identifier)).parsed["encryptionDetails"]
        assert details == {
            "encryptionType": "CUSTOMER_MANAGED_KMS_KEY",
            "kmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/mine",
            "encryptionStatus": "ENABLED",
        }
        world.service.keys.names = set()
        details = (await world.call("GetCluster", identifier=identifier)).parsed["encryptionDetails"]
        assert details["encryptionStatus"] == "KMS_KEY_INACCESSIBLE"
        refused = await world.call("UpdateCluster", identifier=identifier)
        assert refused.parsed["Error"]["Code"] == "ConflictException"

    play(script)


def test_a_record_that_cannot_be_kept_is_no_answer(play):
    """The disk is full: the client hears of an internal error, and nothing of it shows."""

    async def script(world):
        identifier = (await world.call("CreateCluster")).parsed["identifier"]
        await settle(world)

        def full(record):
            raise OSError("No space left on device")

        world.records.replace = full
        answer = await world.call("UpdateCluster", identifier=identifier, deletionProtectionEnabled=False)
        assert (answer.status, answer.parsed["Error"]["Code"]) == (500, "InternalServerException")
        assert b"No space" not in answer.body
        found = (await world.call("GetCluster", identifier=identifier)).parsed
        assert (found["status"], found["deletionProtectionEnabled"]) == ("ACTIVE", True)

    play(script)


def test_a_cluster_keeps_only_the_last_answers():
    record = ClusterRecord(ID, ACTIVE, 0.0)
    from borealis.control_plane.record import REMEMBERED_MAX, Remembered

    for number in range(REMEMBERED_MAX * 2):
        record = record.remembering(Remembered("UpdateCluster", str(number), "", {}))
    assert [done.token for done in record.remembered] == [
        str(number) for number in range(REMEMBERED_MAX, REMEMBERED_MAX * 2)
    ]
    assert replace(record, tags={"a": "b"}).remembered == record.remembered
