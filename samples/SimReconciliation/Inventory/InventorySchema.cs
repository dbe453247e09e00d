namespace SimReconciliation.Inventory;

/// <summary>The inventory's SQL.</summary>
internal static class InventorySchema
{
    // synchronous=FULL: Tidemark's checkpoint survives a power cut, so what it counts as done must do the same.
    public const string SqliteFile = """
        PRAGMA journal_mode = TRUNCATE;
        PRAGMA synchronous = FULL;
        """;

    public const string Table = """
        CREATE TABLE IF NOT EXISTS sims (
            iccid        TEXT PRIMARY KEY,
            msisdn       TEXT NOT NULL,
            plan         TEXT NOT NULL,
            status       TEXT NOT NULL,
            data_used_mb BIGINT NOT NULL,
            activated_on TEXT NOT NULL,
            key          TEXT NOT NULL,
            attempt      BIGINT NOT NULL,
            redone       INTEGER NOT NULL,
            retried      INTEGER NOT NULL
        );
        """;

    public const string SelectAll =
        "SELECT iccid, msisdn, plan, status, data_used_mb, activated_on, key, redone, retried FROM sims";

    // On the right of SET, sims is the row as it was. A new key begins to count anew.
    public const string Upsert = """
        INSERT INTO sims (iccid, msisdn, plan, status, data_used_mb, activated_on, key, attempt, redone, retried)
        VALUES (@iccid, @msisdn, @plan, @status, @data_used_mb, @activated_on, @key, @attempt, 0, 0)
        ON CONFLICT (iccid) DO UPDATE SET
            msisdn = excluded.msisdn,
            plan = excluded.plan,
            status = excluded.status,
            data_used_mb = excluded.data_used_mb,
            activated_on = excluded.activated_on,
            redone = CASE WHEN sims.key <> excluded.key THEN 0 WHEN sims.attempt <> excluded.attempt THEN sims.redone + 1 ELSE sims.redone END,
            retried = CASE WHEN sims.key <> excluded.key THEN 0 WHEN sims.attempt = excluded.attempt THEN sims.retried + 1 ELSE sims.retried END,
            key = excluded.key,
            attempt = excluded.attempt
        """;
}
