using Microsoft.Data.Sqlite;

namespace Tidemark.TortureHost;

/// <summary>Total-queue: what was acknowledged is there, once; what is there was attempted; what was refused is not there.</summary>
internal static class Checker
{
    public static void Check(string folder, TortureReport report)
    {
        using var connection = new SqliteConnection($"Data Source={TortureStore.Database(folder)};Pooling=False;Default Timeout=60");
        connection.Open();
        var rows = ReadRows(connection, report);
        var attempted = SideLog.Read(folder, "attempted");
        var acknowledged = SideLog.Read(folder, "acknowledged");
        var refused = SideLog.Read(folder, "refused");
        report.Faults.AddRange(Compare(rows, attempted, acknowledged, refused));
        CompareTallies(connection, rows, report);
        if (Scalar(connection, "PRAGMA integrity_check") is var integrity && integrity != "ok") report.Faults.Add($"integrity_check: {integrity}");
        report.Count(rows, attempted, acknowledged, refused);
        if (report.LargestWal > TortureStore.WalLimit) report.Faults.Add($"the WAL grew to {report.LargestWal} bytes; the limit was {TortureStore.WalLimit}");

        // The control: the same eyes on a result with one acknowledged row less must see it.
        if (acknowledged.Length > 0)
        {
            var dropped = acknowledged[acknowledged.Length / 2];
            report.ControlSeen = Compare([.. rows.Where(key => key != dropped)], attempted, acknowledged, refused).Any(fault => fault.StartsWith("lost", StringComparison.Ordinal));
            if (!report.ControlSeen) report.Faults.Add("the checker did not see a row that was taken away on purpose");
        }
    }

    /// <summary>All arrays sorted.</summary>
    public static List<string> Compare(long[] rows, long[] attempted, long[] acknowledged, long[] refused)
    {
        var faults = new List<string>();
        Tell("lost (acknowledged, not there)", acknowledged.Where(key => Array.BinarySearch(rows, key) < 0));
        Tell("unexpected (there, never attempted)", rows.Where(key => Array.BinarySearch(attempted, key) < 0));
        Tell("back again (refused, but there)", refused.Where(key => Array.BinarySearch(rows, key) >= 0));
        Tell("there more than once", rows.Zip(rows.Skip(1)).Where(pair => pair.First == pair.Second).Select(pair => pair.First));
        return faults;

        void Tell(string what, IEnumerable<long> keys)
        {
            var found = keys.ToList();
            if (found.Count > 0) faults.Add($"{what}: {found.Count} rows, the first {RowKey.Text(found[0])}");
        }
    }

    private static long[] ReadRows(SqliteConnection connection, TortureReport report)
    {
        var keys = new List<long>();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT key, body FROM live UNION ALL SELECT key, body FROM done";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var key = reader.GetInt64(0);
            keys.Add(key);
            if (!reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(RowKey.Body(key))) report.Faults.Add($"row {RowKey.Text(key)} has another body");
        }

        keys.Sort();
        return [.. keys];
    }

    private static void CompareTallies(SqliteConnection connection, long[] rows, TortureReport report)
    {
        var counted = rows.GroupBy(RowKey.Writer).ToDictionary(group => group.Key, group => group.LongCount());
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT writer, rows FROM tally";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (writer, tally) = (reader.GetInt32(0), reader.GetInt64(1));
            counted.Remove(writer, out var there);
            if (there != tally) report.Faults.Add($"the tally of writer {writer} says {tally}; it has {there} rows");
        }

        foreach (var writer in counted.Keys) report.Faults.Add($"writer {writer} has rows and no tally");
    }

    private static string Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }
}
