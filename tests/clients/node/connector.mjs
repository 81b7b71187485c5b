// AWS's connector for node-postgres: a client, and a pool whose transactions try again. Prints one line of JSON.
import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";

const { ENDPOINT: host, PORT } = process.env;
const port = Number(PORT);

const client = new AuroraDSQLClient({ host, port, user: "admin" });
await client.connect();
await client.query("CREATE TABLE node_accounts (id int PRIMARY KEY, balance int NOT NULL)");
await client.query("INSERT INTO node_accounts SELECT id, 100 FROM generate_series(1, 4) AS id");
const { rows: [{ name }] } = await client.query("SELECT current_setting('application_name') AS name");

const pool = new AuroraDSQLPool({ host, port, user: "admin", max: 4, retry: { maxRetries: 100 } });
let attempts = 0;
const transfer = (payer, payee) =>
  pool.transaction(async (one) => {
    attempts += 1;
    await one.query("UPDATE node_accounts SET balance = balance - 1 WHERE id = $1 RETURNING balance", [payer]);
    await one.query("UPDATE node_accounts SET balance = balance + 1 WHERE id = $1", [payee]);
  });
await Promise.all(Array.from({ length: 40 }, (_, n) => transfer(1 + (n % 2), 2 - (n % 2))));

// Two that surely conflict: the second commits while the first is open.
const mistakes = [];
await client.query("BEGIN");
await client.query("UPDATE node_accounts SET balance = balance WHERE id = 3");
await pool.query("UPDATE node_accounts SET balance = balance WHERE id = 3");
await client.query("COMMIT").catch((error) => mistakes.push({ code: error.code, message: error.message }));

const { rows: balances } = await client.query("SELECT id, balance FROM node_accounts ORDER BY id");
await client.query("DROP TABLE node_accounts");
console.log(JSON.stringify({ name, attempts, mistakes, balances: balances.map((one) => one.balance) }));
await client.end();
await pool.end();
