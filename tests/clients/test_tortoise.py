"""Tortoise ORM through AWS's adapter, unmodified, with its tokens: schemas, relations, queries, a transaction that conflicts."""

import asyncio
import os
import socket
import sys
import types
import uuid

import asyncpg
import pytest

pytestmark = pytest.mark.slow

if "CI" not in os.environ:
    pytest.importorskip("aurora_dsql_tortoise", reason="needs the extra `clients`: make test installs it")


@pytest.fixture
def models():
    """Return a module of models: Tortoise finds them in modules by name."""
    from tortoise import fields
    from tortoise.models import Model

    class Owner(Model):
        id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
        name = fields.CharField(max_length=100, unique=True)

    class Pet(Model):
        id = fields.UUIDField(primary_key=True, default=uuid.uuid4)
        name = fields.CharField(max_length=100)
        owner = fields.ForeignKeyField("models.Owner", related_name="pets")
        weight = fields.DecimalField(max_digits=6, decimal_places=2, null=True)
        facts = fields.JSONField(default=dict)
        seen = fields.DatetimeField(auto_now_add=True)

    module = types.ModuleType("tortoise_models_of_a_test")
    for model in (Owner, Pet):
        model.__module__ = module.__name__
        setattr(module, model.__name__, model)
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


@pytest.fixture
def configuration(installation, models, monkeypatch):
    said = installation.said
    name = f"{said['cluster']}.dsql.{said['region']}.on.aws"
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **named: resolve("127.0.0.1" if host == name else host, *rest, **named),
    )
    return {
        "connections": {
            "default": {
                "engine": "aurora_dsql_tortoise.asyncpg",
                "credentials": {
                    "host": name,
                    "port": said["port"],
                    "user": "admin",
                    "sslmode": "verify-full",
                    "sslrootcert": said["ca_file"],
                },
            }
        },
        "apps": {"models": {"models": [models.__name__], "default_connection": "default"}},
        "use_tz": True,
    }


def test_models_queries_and_a_conflict(configuration, models, installation):
    from tortoise import Tortoise
    from tortoise.exceptions import IntegrityError
    from tortoise.expressions import F, Q
    from tortoise.functions import Count, Sum
    from tortoise.transactions import in_transaction

    def rename(owner):
        with installation.connect(installation.token()) as other:
            other.execute("UPDATE owner SET name = 'second' WHERE id = %s", [owner])

    async def work():
        await Tortoise.init(config=configuration)
        await Tortoise.generate_schemas()
        await Tortoise.generate_schemas(safe=True)
        ada = await models.Owner.create(name="Ada")
        bob = await models.Owner.create(name="Bob")
        await models.Pet.bulk_create(
            [
                models.Pet(name=f"pet {n}", owner=ada if n % 2 else bob, weight=n, facts={"n": n})
                for n in range(1, 6)
            ]
        )
        found = await models.Pet.filter(Q(owner__name="Ada") & Q(weight__gt=1)).order_by("name")
        assert [(pet.name, pet.facts) for pet in found] == [("pet 3", {"n": 3}), ("pet 5", {"n": 5})]
        owners = await models.Owner.annotate(n=Count("pets"), kg=Sum("pets__weight")).order_by("name")
        assert [(one.name, one.n, one.kg) for one in owners] == [("Ada", 3, 9), ("Bob", 2, 6)]
        assert await models.Pet.filter(owner=bob).update(weight=F("weight") * 2) == 2
        fetched = await models.Owner.all().order_by("name").prefetch_related("pets")
        assert [len(owner.pets) for owner in fetched] == [3, 2]
        with pytest.raises(IntegrityError):
            await models.Owner.create(name="Ada")
        with pytest.raises(asyncpg.SerializationError, match="OC000"):
            async with in_transaction() as first:
                await models.Owner.filter(id=ada.id).using_db(first).update(name="first")
                await asyncio.to_thread(rename, ada.id)
        assert (await models.Owner.get(id=ada.id)).name == "second"
        assert await bob.pets.all().count() == 2
        assert await models.Pet.filter(owner=bob).delete() == 2

    async def run():
        try:
            await work()
        finally:
            await Tortoise.close_connections()

    asyncio.run(asyncio.wait_for(run(), 60))
