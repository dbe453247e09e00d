using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Storage;

/// <summary>Lines that are only ever added: interruptions, audits, logs.</summary>
internal static class Ledger
{
    const int Truncated = 1_000;
    static readonly string InterruptionSql = Sql.Load("Storage/InsertInterruption");
    static readonly string AuditSql = Sql.Load("Storage/InsertAudit");
    static readonly string LogSql = Sql.Load("Settling/AddLog");
    static readonly string TrimSql = Sql.Load("Settling/TrimLog");

    public static void Add(WriteTransaction transaction, JobId job, int attempt, Interruption what) => transaction.Prepare(InterruptionSql)
        .Bind(1, job.Value).Bind(2, attempt).Bind(3, transaction.Now.Ms()).Bind(4, (long)what.Cause).Bind(5, what.CostItems).Bind(6, what.CostMs)
        .Bind(7, what.Exact).Bind(8, KeptText.Of(what.Detail, Truncated)).Bind(9, what.Until.Ms()).Run();

    public static void Audit(WriteTransaction transaction, string by, string action, JobId? job, string? queue, string? detail) => transaction.Prepare(AuditSql)
        .Bind(1, transaction.Now.Ms()).Bind(2, by).Bind(3, action).Bind(4, job?.Value).Bind(5, queue).Bind(6, detail).Run();

    public static void Add(WriteTransaction transaction, JobId job, IReadOnlyList<LogLine> lines)
    {
        if (lines.Count == 0) return;
        foreach (var line in lines) transaction.Prepare(LogSql).Bind(1, job.Value).Bind(2, line.At.Ms()).Bind(3, line.Level).Bind(4, line.Text).Run();
        transaction.Prepare(TrimSql).Bind(1, job.Value).Bind(2, Tidemark.Storage.StoreLimits.LogLinesKept).Run();
    }
}
