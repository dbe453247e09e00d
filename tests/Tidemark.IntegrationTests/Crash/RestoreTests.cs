using Microsoft.Data.Sqlite;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>A store that goes back in time: a backup is put back, or the WAL's tail is lost.</summary>
public sealed class RestoreTests : IDisposable
{
    readonly StoreFolder folder = new();
    readonly SqliteCrashStore store;

    public RestoreTests() => store = new(folder.Path);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_backup_that_is_put_back_after_all_processes_were_killed_goes_on_from_where_it_was_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store);
        var first = fleet.Start("--produce", "8", "--pause-ms", "0");
        await AskedAsync(fleet, 8);
        var backup = store.Database + ".backup";
        Stranger(store.Database, $"VACUUM INTO '{backup}'"); // under a running service, as a backup is taken
        var asked = fleet.Read().Tokens("acked");
        Fleet.Kill(first);
        for (var life = 0; life < 3; life++)
        {
            var later = fleet.Start("--produce", "2", "--pause-ms", "0");
            await Fleet.UpAsync(later);
            Fleet.Kill(later); // with its worker registered, and buried by nobody
        }

        foreach (var suffix in new[] { "", "-wal", "-shm" }) File.Delete(store.Database + suffix);
        File.Move(backup, store.Database);
        var last = fleet.Start();
        await Fleet.UpAsync(last);
        while (!asked.IsSubsetOf(fleet.Read().Done.Select(row => row.Token))) await Task.Delay(50, Ending);
        await Fleet.EndAsync(last);
        var history = fleet.Read();
        Assert.Empty(ExactlyOnce.Faults(history));
        Assert.All(history.Done.GroupBy(row => row.Token), token => Assert.Single(token));
        Assert.Equal("ok", store.Integrity());
    }

    [Fact]
    public async Task A_WAL_that_lost_its_tail_leaves_the_store_as_it_was_at_an_earlier_commit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await Fleet.OfAsync(store);
        var process = fleet.Start("--produce", "40", "--pause-ms", "0", "--wal-pages", "100000");
        await AskedAsync(fleet, 40);
        Fleet.Kill(process);
        using (var wal = new FileStream(store.Database + "-wal", FileMode.Open)) wal.SetLength(wal.Length / 2 + 1_000); // in the middle of a frame

        Assert.Equal("ok", store.Integrity());
        var there = Numbers(store.Database);
        Assert.Equal(Enumerable.Range(0, there.Count), there); // a beginning of what was asked for, without a gap
        Assert.InRange(there.Count, 1, 39);
        var last = fleet.Start();
        while (fleet.Read().Done.Count < there.Count) await Task.Delay(50, Ending);
        await Fleet.EndAsync(last);
        Assert.Empty(ExactlyOnce.Faults(fleet.Read()));
        Assert.Equal("ok", store.Integrity());
    }

    static async Task AskedAsync(Fleet fleet, int jobs)
    {
        while (fleet.Read().Of("acked").Count() < jobs) await Task.Delay(10, Ending);
    }

    // Of all jobs that the store knows, the number behind the dash of its token, by the dedup keys.
    static List<int> Numbers(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT key FROM dedup";
        using var reader = command.ExecuteReader();
        var numbers = new List<int>();
        while (reader.Read()) numbers.Add(int.Parse(reader.GetString(0).Split('-')[^1]));
        return [.. numbers.Order()];
    }

    static void Stranger(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
