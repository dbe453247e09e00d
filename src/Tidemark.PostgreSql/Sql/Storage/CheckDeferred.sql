-- Looked at inside a savepoint, and gone back: a constraint that was told to be checked at once would stay so for the writes that follow, whose rows may
-- lean on one that comes after them, and no statement says "as it was declared".
SAVEPOINT tidemark_checked;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO SAVEPOINT tidemark_checked;
RELEASE SAVEPOINT tidemark_checked
