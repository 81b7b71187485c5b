"""Django through AWS's adapter, unmodified: migrations, models with relations, queries, admin pages, inspectdb; keys are UUIDs.

The tables of Django's own applications are made from their models as they are now (--run-syncdb): their histories change
types of columns, which DSQL refuses (dsql-facts.md §4.5).

The project runs in a process of its own, since Django keeps its settings for a process's life. The adapter makes its tokens
itself; an entry in the hosts file is libpq's hostaddr.
"""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

if "CI" not in os.environ:
    pytest.importorskip("aurora_dsql_django", reason="needs the extra `clients`: make test installs it")

SETTINGS = """
import json, os
given = json.loads(os.environ["DATABASE"])
DATABASES = {"default": {"ENGINE": "aurora_dsql_django", "NAME": "postgres", "USER": "admin", **given}}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin", "django.contrib.messages",
                  "django.contrib.sessions", "library"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware",
              "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
ROOT_URLCONF = "urls"
SECRET_KEY = "for a test"
MIGRATION_MODULES = {name: None for name in ("admin", "auth", "contenttypes", "sessions")}
USE_TZ = True
ALLOWED_HOSTS = ["*"]
"""

URLS = """
from django.contrib import admin
from django.urls import path
urlpatterns = [path("admin/", admin.site.urls)]
"""

MODELS = """
import uuid
from django.db import models

class Author(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True)
    born = models.DateField(null=True)

class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    word = models.CharField(max_length=20)

class Book(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200, db_index=True)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    tags = models.ManyToManyField(Tag)
    extra = models.JSONField(default=dict)
    printed = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="price_is_no_debt")]
"""

ADMIN = """
from django.contrib import admin
from library.models import Author, Book
admin.site.register(Author)

@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "price"]
    list_filter = ["author"]
    search_fields = ["title"]
"""

QUERIES = """
import datetime, decimal, json
import django
django.setup()
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import Avg, Count, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Lower, RowNumber, TruncYear
from django.test import Client
from library.models import Author, Book, Tag

said = {}
ada = Author.objects.create(name="Ada", born=datetime.date(1815, 12, 10))
bob = Author.objects.create(name="Bob")
tags = Tag.objects.bulk_create([Tag(word=word) for word in ("sea", "sky", "rock")])
books = Book.objects.bulk_create(
    Book(title=f"Volume {n}", author=ada if n % 2 else bob, price=decimal.Decimal(n), extra={"n": n, "odd": bool(n % 2)})
    for n in range(1, 7)
)
for n, book in enumerate(books):
    book.tags.add(tags[n % 3])
said["filtered"] = list(Book.objects.filter(author__name="Ada", price__gt=1).order_by("title").values_list("title", flat=True))
said["annotated"] = [[a.name, a.number, str(a.total)] for a in
    Author.objects.annotate(number=Count("books"), total=Sum("books__price")).order_by("name")]
said["tags"] = list(Tag.objects.annotate(n=Count("book")).filter(n=2).order_by("word").values_list("word", flat=True))
said["json"] = [book.extra for book in Book.objects.order_by("title")[:2]]  # by key: vendor dsql has no SQL for it
said["lower"] = list(Author.objects.annotate(low=Lower("name")).values_list("low", flat=True).order_by("low"))
said["window"] = list(Book.objects.annotate(place=Window(RowNumber(), partition_by=["author"], order_by=F("price").desc()))
    .filter(place=1).order_by("title").values_list("title", flat=True))
dearest = Book.objects.filter(author=OuterRef("pk")).order_by("-price").values("title")[:1]
said["subquery"] = list(Author.objects.annotate(top=Subquery(dearest)).order_by("name").values_list("top", flat=True))
said["either"] = Book.objects.filter(Q(title__icontains="VOLUME 1") | Q(price__in=[2, 3])).exclude(author=bob).count()
said["updated"] = Book.objects.filter(author=bob).update(price=F("price") * 2)
said["average"] = str(Book.objects.aggregate(a=Avg("price"))["a"])
said["year"] = Author.objects.annotate(y=TruncYear("born")).get(name="Ada").y.isoformat()
said["prefetched"] = sum(len(b.tags.all()) for b in Book.objects.prefetch_related("tags").select_related("author"))
said["created"] = Author.objects.update_or_create(name="Bob", defaults={"born": datetime.date(1900, 1, 1)})[1]
mistakes = []
for attempt in (lambda: Author.objects.create(name="Ada"), lambda: Book.objects.create(title="x", author=ada, price=-1)):
    try:
        attempt()
    except IntegrityError as error:
        mistakes.append(error.__cause__.sqlstate)
said["mistakes"] = mistakes
said["deleted"] = ada.delete()[1]["library.Book"]
User.objects.create_superuser("root", "root@example.com", "secret")
client = Client()
said["login"] = client.login(username="root", password="secret")
pages = ["/admin/", "/admin/library/book/?q=vol&author__id__exact=%s" % bob.pk, "/admin/auth/user/", "/admin/library/book/add/"]
said["pages"] = [client.get(page).status_code for page in pages]
added = client.post("/admin/library/author/add/", {"name": "Cleo", "born": "2001-02-03"})
said["added"] = [added.status_code, Author.objects.filter(name="Cleo").count()]
with connection.cursor() as cursor:
    said["tables"] = sorted(t.name for t in connection.introspection.get_table_list(cursor) if t.name.startswith("library_"))
    found = connection.introspection.get_constraints(cursor, "library_book").values()
    said["constraints"] = [sum(bool(one[kind]) for one in found) for kind in ("primary_key", "check", "foreign_key")]
print(json.dumps(said))
"""


@pytest.fixture
def project(installation, tmp_path):
    """Return a function that runs Python with the project's settings."""
    said = installation.said
    library = tmp_path / "library"
    library.mkdir()
    for path, text in (
        (tmp_path / "settings.py", SETTINGS),
        (tmp_path / "urls.py", URLS),
        (tmp_path / "queries.py", QUERIES),
        (library / "__init__.py", ""),
        (library / "models.py", MODELS),
        (library / "admin.py", ADMIN),
    ):
        path.write_text(text)
    database = {
        "HOST": f"{said['cluster']}.dsql.{said['region']}.on.aws",
        "PORT": said["port"],
        "OPTIONS": {"hostaddr": "127.0.0.1", "sslmode": "verify-full", "sslrootcert": said["ca_file"]},
    }
    environment = {
        "DATABASE": json.dumps(database),
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": str(tmp_path),
    }

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
        return done.stdout

    return run


def test_a_project_from_its_migrations_to_its_admin_pages(project):
    project("-m", "django", "makemigrations", "library")
    migrated = project("-m", "django", "migrate", "--no-color", "--run-syncdb")
    assert "Applying library.0001_initial... OK" in migrated
    assert "No migrations to apply" in project("-m", "django", "migrate", "--no-color")
    said = json.loads(project("queries.py"))
    assert said == {
        "filtered": ["Volume 3", "Volume 5"],
        "annotated": [["Ada", 3, "9.00"], ["Bob", 3, "12.00"]],
        "tags": ["rock", "sea", "sky"],
        "json": [{"n": 1, "odd": True}, {"n": 2, "odd": False}],
        "lower": ["ada", "bob"],
        "window": ["Volume 5", "Volume 6"],
        "subquery": ["Volume 5", "Volume 6"],
        "either": 2,
        "updated": 3,
        "average": "5.5000000000000000",
        "year": "1815-01-01",
        "prefetched": 6,
        "created": False,
        "mistakes": ["23505", "23514"],
        "deleted": 3,
        "login": True,
        "pages": [200, 200, 200, 200],
        "added": [302, 1],
        "tables": ["library_author", "library_book", "library_book_tags", "library_tag"],
        "constraints": [1, 1, 1],
    }
    inspected = project("-m", "django", "inspectdb", "library_author", "library_book")
    assert "class LibraryBook(models.Model):" in inspected
    assert "price = models.DecimalField(max_digits=8, decimal_places=2)" in inspected
    assert "author = models.ForeignKey(LibraryAuthor, models.DO_NOTHING)" in inspected
    assert "name = models.CharField(unique=True, max_length=80)" in inspected
