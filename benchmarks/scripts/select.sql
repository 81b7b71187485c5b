\set id random(1, :accounts)
SELECT balance FROM accounts WHERE id = :id;
