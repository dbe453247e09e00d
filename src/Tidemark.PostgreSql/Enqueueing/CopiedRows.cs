using Npgsql;
using NpgsqlTypes;
using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Enqueueing;

/// <summary>Many rows of the live table at once, as the server takes them fastest: their ids are drawn first, for COPY answers nothing.</summary>
internal static class CopiedRows
{
    static readonly Sql ReserveSql = Sql.Load("Enqueueing/Reserve");
    static readonly Sql CopySql = Sql.Load("Enqueueing/Copy");

    /// <summary>Answers their ids, in order.</summary>
    public static JobId[] Insert(WriteTransaction transaction, IReadOnlyList<NewJob> jobs, Lanes lanes)
    {
        var lane = jobs.ToLookup(job => (job.Queue, job.Name)).ToDictionary(group => group.Key, group => lanes.FindOrAdd(group.Key.Queue, group.Key.Name));
        var reserved = transaction.Prepare(ReserveSql).Bind(1, jobs.Count).All(row => (Id: row.Int64(0), Now: row.Int64(1)));
        using var copy = transaction.Statements.Connection.BeginBinaryImport(transaction.Statements.TextOf(CopySql));
        for (var at = 0; at < jobs.Count; at++) Write(copy, jobs[at], lane[(jobs[at].Queue, jobs[at].Name)], reserved[at].Id, reserved[0].Now);
        copy.Complete();
        return [.. reserved.Select(row => new JobId(row.Id))];
    }

    static void Write(NpgsqlBinaryImporter copy, NewJob job, long lane, long id, long now)
    {
        var due = job.DueAt.Ms() ?? now;
        copy.StartRow();
        copy.Write(id, NpgsqlDbType.Bigint);
        copy.Write(lane, NpgsqlDbType.Bigint);
        copy.Write((short)0, NpgsqlDbType.Smallint);
        copy.Write((short)(due <= now && job.Limit is null ? Gate.Open : Gate.Due), NpgsqlDbType.Smallint);
        copy.Write(StoreLaw.Rank(DateTimeOffset.FromUnixTimeMilliseconds(due), job.Priority), NpgsqlDbType.Bigint);
        copy.Write(due, NpgsqlDbType.Bigint);
        copy.Write(job.Priority, NpgsqlDbType.Integer);
        copy.Write(0L, NpgsqlDbType.Bigint);
        copy.Write(0, NpgsqlDbType.Integer);
        copy.Write(0, NpgsqlDbType.Integer);
        copy.Write(0, NpgsqlDbType.Integer);
        copy.Write(false, NpgsqlDbType.Boolean);
        copy.Write(now, NpgsqlDbType.Bigint);
        copy.Write(job.Arguments, NpgsqlDbType.Bytea);
        WriteOrNull(copy, job.Tags, NpgsqlDbType.Text);
        WriteOrNull(copy, job.Parent?.Value, NpgsqlDbType.Bigint);
        WriteOrNull(copy, (short?)job.Visit?.Kind, NpgsqlDbType.Smallint);
        WriteOrNull(copy, job.Visit?.Stream, NpgsqlDbType.Text);
        WriteOrNull(copy, NewRows.FreedKey(job), NpgsqlDbType.Text);
        copy.Write(false, NpgsqlDbType.Boolean);
        WriteOrNull(copy, job.Limit?.Key, NpgsqlDbType.Text);
        WriteOrNull(copy, (long?)job.Limit?.Places, NpgsqlDbType.Bigint);
    }

    static void WriteOrNull<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type)
    {
        if (value is null) copy.WriteNull();
        else copy.Write(value, type);
    }
}
