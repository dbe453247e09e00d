using Npgsql;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql.Storage;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The history may be long: who asks for what cannot be in it does not read it.</summary>
public sealed class HistoryReadTests : IAsyncLifetime
{
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task Failed_and_waiting_jobs_are_listed_while_somebody_has_the_history_for_himself_and_finished_ones_while_he_has_the_living()
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        await using (var holder = await plain.HoldAsync($"LOCK TABLE {plain.Schema}.finished IN ACCESS EXCLUSIVE MODE"))
        {
            Assert.Single(await ListAsync(JobState.Pending, JobState.Failed));
            await Holding.LetGoAsync(holder);
        }
        await using (var holder = await plain.HoldAsync($"LOCK TABLE {plain.Schema}.job IN ACCESS EXCLUSIVE MODE"))
        {
            Assert.Empty(await ListAsync(JobState.Succeeded, JobState.Cancelled));
            await Holding.LetGoAsync(holder);
        }
    }

    // A run asks for its own name before it begins.
    [Theory]
    [InlineData("Reading/ListFinished", "NULL", "'nobody'")]
    [InlineData("Reading/ListFinished", "'nobody'", "NULL")]
    [InlineData("Reading/ListLive", "NULL", "'nobody'")]
    [InlineData("Reading/ListLive", "'nobody'", "NULL")]
    public async Task A_name_or_queue_of_which_nobody_has_heard_is_looked_for_in_no_row(string statement, string name, string queue)
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        string[] values = ["1000000", "NULL::bigint", name, queue, "NULL::text", "50"];
        var text = Sql.Load(statement).In(plain.Schema);
        for (var at = values.Length; at > 0; at--) text = text.Replace($"${at}", values[at - 1], StringComparison.Ordinal);
        await using var command = plain.Others.CreateCommand($"EXPLAIN (ANALYZE, COSTS false) {text}");
        await using var rows = await command.ExecuteReaderAsync(Ending);
        var plan = new List<string>();
        while (await rows.ReadAsync(Ending)) plan.Add(rows.GetString(0));
        Assert.All(plan.Where(line => line.Contains(" on job", StringComparison.Ordinal) || line.Contains(" on finished", StringComparison.Ordinal)), line => Assert.Contains("never executed", line, StringComparison.Ordinal));
    }

    async Task<Tidemark.Reading.JobReading[]> ListAsync(params JobState[] states) => (await plain!.Store.ListJobsAsync(new() { States = states }).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Ending)).Jobs;
}
