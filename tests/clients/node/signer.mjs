// A pg pool whose passwords are the signer's tokens, as the talk's db.ts makes it. Prints one line of JSON.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";

const { ENDPOINT: host, PORT: port, AWS_REGION: region, DATABASE_USER: user } = process.env;
const signer = new DsqlSigner({ hostname: host, region });
const pool = new pg.Pool({
  host,
  port: Number(port),
  user,
  database: "postgres",
  ssl: true,
  max: 4,
  password: () =>
    user === "admin" ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken(),
});

try {
  const { rows } = await pool.query("SELECT current_user AS name, $1::int + 1 AS next", [41]);
  const many = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      pool.query({ name: "square", text: "SELECT $1::bigint * $1 AS square", values: [n] }),
    ),
  );
  console.log(JSON.stringify({ ...rows[0], squares: many.map((one) => Number(one.rows[0].square)) }));
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
} finally {
  await pool.end();
}
