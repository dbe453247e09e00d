using Tidemark.PostgreSql.Writing;
using Tidemark.Lifecycle;
using Tidemark.Settling;

namespace Tidemark.PostgreSql.Storage;

/// <summary>Lines that are only ever added: interruptions, audits, logs.</summary>
internal static class Ledger
{
    const int Truncated = 1_000;
    static readonly Sql InterruptionSql = Sql.Load("Storage/InsertInterruption");
    static readonly Sql AuditSql = Sql.Load("Storage/InsertAudit");
    static readonly Sql LogSql = Sql.Load("Settling/AddLog");
    static readonly Sql TrimSql = Sql.Load("Settling/TrimLog");

    public static void Add(WriteTransaction transaction, JobId job, int attempt, Interruption what) => transaction.Prepare(InterruptionSql)
        .Bind(1, job.Value).Bind(2, attempt).Bind(3, (long)what.Cause).Bind(4, what.CostItems).Bind(5, what.CostMs)
        .Bind(6, what.Exact).Bind(7, KeptText.Of(what.Detail, Truncated)).Bind(8, what.Until.Ms()).Run();

    public static void Audit(WriteTransaction transaction, string by, string action, JobId? job, string? queue, string? detail) => transaction.Prepare(AuditSql)
        .Bind(1, by).Bind(2, action).Bind(3, job?.Value).Bind(4, queue).Bind(5, detail).Run();

    public static void Add(WriteTransaction transaction, JobId job, IReadOnlyList<LogLine> lines)
    {
        if (lines.Count == 0) return;
        transaction.Prepare(LogSql).Bind(1, job.Value).Bind(2, [.. lines.Select(line => line.At.Ms())]).Bind(3, [.. lines.Select(line => line.Level)])
            .Bind(4, [.. lines.Select(line => line.Text)]).Run();
        transaction.Prepare(TrimSql).Bind(1, job.Value).Bind(2, Tidemark.Storage.StoreLimits.LogLinesKept).Run();
    }
}
