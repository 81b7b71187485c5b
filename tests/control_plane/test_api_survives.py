"""Many clusters and kill -9: what was answered is carried out by the next control process, and nothing is left by half."""

import contextlib
import os
import signal
import threading

import psycopg
import pytest

pytestmark = pytest.mark.slow


def trust(node, **options):
    return node.conninfo(sslmode="require", **options)


def in_options(identifier):
    return {"options": f"-camzn-cluster-id={identifier}"}


def test_connections_find_their_cluster(start_api):
    """By SNI, by the startup option, as the only one; and no cluster is guessed."""
    api = start_api()
    node, first = api.node, api.node.said["cluster"]
    with psycopg.connect(trust(node), autocommit=True) as only:
        only.execute("CREATE TABLE of_first (id int PRIMARY KEY)")
    second = api.create()
    with psycopg.connect(trust(node), **in_options(second["identifier"]), autocommit=True) as connection:
        connection.execute("CREATE TABLE of_second (id int PRIMARY KEY)")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM of_first")
    by_name = trust(node, hostaddr="127.0.0.1") + f" host={second['endpoint']}"
    public = trust(node, hostaddr="127.0.0.1") + f" host={second['identifier']}.dsql.us-east-1.on.aws"
    for conninfo in (by_name, public):
        with psycopg.connect(conninfo.replace("host=127.0.0.1 ", "")) as connection:
            assert connection.execute("SELECT * FROM of_second").fetchall() == []
    with psycopg.connect(trust(node), **in_options(first.upper())) as connection:
        assert connection.execute("SELECT * FROM of_first").fetchall() == []
    with pytest.raises(psycopg.OperationalError, match="unable to accept connection, sni was not received"):
        psycopg.connect(trust(node))
    for nobody in ("z" * 26, "..", "x"):
        with pytest.raises(psycopg.OperationalError, match="unable to accept connection, access denied"):
            psycopg.connect(trust(node), **in_options(nobody))
    api.delete(second["identifier"])
    with psycopg.connect(trust(node)) as connection:  # the only one again
        assert connection.execute("SELECT * FROM of_first").fetchall() == []


def test_killed_processes_leave_nothing_by_half(start_api, eventually):
    """Clusters come and go while the control process and the storage process are killed in turns."""
    api = start_api(None, "--workers", 1)
    kept = {api.node.said["cluster"]}
    stop = threading.Event()
    asked = []

    def come_and_go():
        while not stop.is_set():
            with contextlib.suppress(
                Exception
            ):  # the control process is gone: what was answered is what counts
                asked.append(None)
                made = api.dsql.create_cluster(deletionProtectionEnabled=False)["identifier"]
                kept.add(made)
                api.settle(made)
                if len(kept) > 3:
                    api.dsql.delete_cluster(identifier=made)
                    kept.discard(made)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for victim in ("control", "storage", "control", "control", "storage", "control"):
            pid = eventually(lambda name=victim: api.node.running().get(name), what=f"{victim} running")
            goal = len(asked) + 2
            eventually(lambda count=goal: len(asked) >= count, what="some clusters more")
            os.kill(pid, signal.SIGKILL)
            eventually(
                lambda name=victim, old=pid: api.node.running().get(name, old) != old,
                what=f"another {victim}",
            )
    finally:
        stop.set()
        thread.join()

    def states():
        found = {}
        for listed in api.dsql.list_clusters()["clusters"]:
            with contextlib.suppress(api.dsql.exceptions.ResourceNotFoundException):  # it has just gone
                name = listed["identifier"]
                found[name] = api.dsql.get_cluster(identifier=name)["status"]
        return found

    eventually(lambda: set(states().values()) == {"ACTIVE"}, what="all clusters active")
    assert kept <= set(states())  # and perhaps one whose answer, or whose deletion's answer, nobody heard
    directories = {path.name for path in (api.node_directory / "clusters").iterdir()}
    assert directories == set(states())
    for identifier in states():
        with psycopg.connect(trust(api.node), **in_options(identifier), autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY)")
    assert api.node.stop() == 0


def test_clusters_are_there_after_a_restart(start_api, start_node):
    api = start_api()
    second = api.create(tags={"a": "b"}, deletionProtectionEnabled=True)
    with psycopg.connect(trust(api.node), **in_options(second["identifier"]), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    assert api.node.stop() == 0
    again = start_api()
    assert again.node.said["cluster"] == api.node.said["cluster"]  # the oldest is still the first
    found = again.dsql.get_cluster(identifier=second["identifier"])
    for name in ("arn", "creationTime", "tags", "deletionProtectionEnabled", "status"):
        assert found[name] == second[name]
    with psycopg.connect(trust(again.node), **in_options(second["identifier"])) as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == []


def test_a_cluster_policy_keeps_clients_out(api, cluster):
    """What the API sets, the next connection meets."""
    everyone = '"Principal":"*","Resource":"*"'
    lenient = f'{{"Effect":"Allow","Action":"dsql:*",{everyone}}}'
    deny = f'{{"Effect":"Deny","Action":"dsql:DbConnectAdmin",{everyone}}}'
    with api.connect(cluster["endpoint"]) as connection:
        api.dsql.put_cluster_policy(
            identifier=cluster["identifier"],
            policy=f'{{"Version":"2012-10-17","Statement":[{lenient},{deny}]}}',
        )
        with pytest.raises(psycopg.OperationalError, match="access denied"):
            api.connect(cluster["endpoint"])
        assert connection.execute("SELECT 1").fetchone() == (1,)  # who is in stays in
    api.dsql.delete_cluster_policy(identifier=cluster["identifier"])
    api.connect(cluster["endpoint"]).close()


def test_the_http_port_of_another_is_named(start_node, borealis_command, tmp_path):
    node = start_node()
    taken = node.said["http_endpoint"].rpartition(":")[2]
    second = borealis_command("start", "--data", tmp_path / "other", "--port", 0, "--http-port", taken)
    assert second.returncode == 2
    assert second.stderr == (
        f"Error: port {taken} on 127.0.0.1 is taken; choose another with --http-port, or --http-port 0 for any free one\n"
    )


def test_a_cluster_is_deleted_under_load(start_api, eventually):
    """Its clients are told, each in words a driver knows; those of another cluster notice nothing, and no process dies."""
    api = start_api(None, "--workers", 2)
    doomed, other = api.create()["identifier"], api.node.said["cluster"]
    told, written = {doomed: [], other: []}, {doomed: 0, other: 0}
    stop = threading.Event()

    def write(cluster, client):
        try:
            with psycopg.connect(trust(api.node), **in_options(cluster), autocommit=True) as connection:
                for number in range(100_000):
                    if stop.is_set():
                        return
                    with connection.transaction():
                        connection.execute("INSERT INTO t VALUES (%s, %s)", (client, number))
                        connection.execute("SELECT count(*) FROM t WHERE client = %s", (client,))
                    written[cluster] += 1
        except Exception as error:
            told[cluster].append(error)

    for cluster in (doomed, other):
        with psycopg.connect(trust(api.node), **in_options(cluster), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (client int, number int, PRIMARY KEY (client, number))")
    threads = [
        threading.Thread(target=write, args=(cluster, n)) for cluster in (doomed, other) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    eventually(lambda: min(written.values()) > 50, what="some commits in both")
    processes = api.node.running()
    api.delete(doomed)
    eventually(lambda: len(told[doomed]) == 6, what="every client of the deleted cluster told")
    goal = written[other] + 50
    eventually(lambda: written[other] > goal, what="more commits in the other")
    stop.set()
    for thread in threads:
        thread.join()
    assert told[other] == []
    for error in told[doomed]:
        is_uncertain = isinstance(error, psycopg.errors.InternalError_) and "server unavailable" in str(error)
        assert is_uncertain or isinstance(error, psycopg.OperationalError), repr(error)
    assert api.node.running() == processes
    assert api.node.events("process died") == api.node.events("connection failed") == []
    assert [path.name for path in (api.node_directory / "clusters").iterdir()] == [other]


def test_a_damaged_cluster_harms_no_other(start_api):
    """The node starts, the others are served; who asks for the damaged one is told nothing of files."""
    api = start_api()
    damaged = api.create()["identifier"]
    assert api.node.stop() == 0
    (api.node_directory / "clusters" / damaged / "cluster.db").write_bytes(b"not a database" * 1_000)
    again = start_api()
    with psycopg.connect(trust(again.node), **in_options(api.node.said["cluster"])) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="the cluster cannot be opened") as caught:
        psycopg.connect(trust(again.node), **in_options(damaged))
    assert str(api.node_directory) not in str(caught.value)
    assert "is damaged" in again.node.log.read_text()
    again.dsql.update_cluster(identifier=damaged, deletionProtectionEnabled=False)
    again.settle(damaged)
    again.delete(damaged)


def test_the_api_listens_on_loopback_even_where_sql_does_not(start_node):
    node = start_node(None, "--auth", "iam", "--host", "0.0.0.0")
    port = int(node.said["http_endpoint"].rpartition(":")[2])
    with open("/proc/net/tcp") as listed:
        fields = [line.split() for line in listed.readlines()[1:]]
    listening = {line[1] for line in fields if line[3] == "0A"}
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{node.port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening
