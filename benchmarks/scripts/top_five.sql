\set payer random(1, :accounts)
SELECT id, payee_id, amount, created_at FROM transactions WHERE payer_id = :payer ORDER BY created_at DESC LIMIT 5;
