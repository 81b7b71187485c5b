\set payer random(1, :accounts)
\set payee random(1, :accounts)
BEGIN;
UPDATE accounts SET balance = balance - 1 WHERE id = :payer;
UPDATE accounts SET balance = balance + 1 WHERE id = :payee;
INSERT INTO transactions (payer_id, payee_id, amount) VALUES (:payer, :payee, 1);
COMMIT;
