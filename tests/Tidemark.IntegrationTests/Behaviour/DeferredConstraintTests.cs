using Npgsql;
using Tidemark.IntegrationTests.PostgreSql;
using Xunit;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>
/// Effects under a constraint that is checked at the commit only: no write of theirs is ever refused. Each item writes a part, then what it is a part of,
/// so that a check that came too early would refuse the good ones.
/// </summary>
public sealed class DeferredConstraintTests : IAsyncLifetime
{
    const int Bound = 16;
    const int Bad = 20;
    static readonly JobKey<int> Load = new("load");
    PlainStore plain = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"""
            CREATE TABLE {plain.Schema}.whole (id int PRIMARY KEY);
            CREATE TABLE {plain.Schema}.part (id int PRIMARY KEY, whole int NOT NULL CONSTRAINT of_something REFERENCES {plain.Schema}.whole DEFERRABLE INITIALLY DEFERRED)
            """);
    }

    public ValueTask DisposeAsync() => plain.DisposeAsync();

    [Theory]
    [InlineData(Bound)]
    [InlineData(1)]
    public async Task A_bad_item_among_effects_as_commands_is_set_aside_alone(int bound)
    {
        var job = await RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync((items, batch) =>
        {
            foreach (var text in items.SelectMany(Texts)) batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
        }), bound);
        await AssertSetAsideAsync(job);
    }

    [Theory]
    [InlineData(Bound)]
    [InlineData(1)]
    public async Task A_bad_item_among_effects_in_a_transaction_is_set_aside_alone(int bound)
    {
        var job = await RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync(async (items, transaction, token) =>
        {
            await using var write = transaction.Connection!.CreateCommand();
            (write.Transaction, write.CommandText) = (transaction, string.Join(';', items.SelectMany(Texts)));
            await write.ExecuteNonQueryAsync(token);
        }), bound);
        await AssertSetAsideAsync(job);
    }

    [Fact]
    public async Task A_job_whose_writes_on_success_are_refused_at_the_commit_fails_with_what_the_server_said()
    {
        var job = await RunAsync((int n, JobContext job) => job.CommitOnSuccess(async (transaction, token) =>
        {
            await using var write = transaction.Connection!.CreateCommand();
            (write.Transaction, write.CommandText) = (transaction, $"INSERT INTO {plain.Schema}.part VALUES (1, {n})");
            await write.ExecuteNonQueryAsync(token);
        }));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("of_something", job.Error, StringComparison.Ordinal);
        Assert.Empty(await NumbersOfAsync("part"));
    }

    // Nobody can be blamed for it: the check finds nothing, and the commit is refused all the same.
    [Fact]
    public async Task What_only_the_commit_refuses_is_a_failure_of_the_job_and_not_of_the_store()
    {
        await plain.RunAsync($"""
            CREATE SEQUENCE {plain.Schema}.looks;
            CREATE FUNCTION {plain.Schema}.every_other_look() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF nextval('{plain.Schema}.looks') % 2 = 1 THEN RAISE EXCEPTION 'not now'; END IF; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER fickle AFTER INSERT ON {plain.Schema}.whole DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {plain.Schema}.every_other_look()
            """);
        var job = await RunAsync((int _, JobContext job) => job.Stream("items", Items.Of([0], i => $"{i}")).CommitAsync(async (_, transaction, token) =>
        {
            await using var write = transaction.Connection!.CreateCommand();
            (write.Transaction, write.CommandText) = (transaction, $"INSERT INTO {plain.Schema}.whole VALUES (0)");
            await write.ExecuteNonQueryAsync(token);
        }), retries: 1);

        Assert.Equal((JobState.Succeeded, 2, 1), (job.State, job.Attempt, job.Streams[0].Done));
        Assert.Single(await NumbersOfAsync("whole"));
    }

    static JobStream<int> Numbers(JobContext job, int count) => job.Stream("items", Items.Of(Enumerable.Range(0, count).ToArray(), i => $"{i}"));

    IEnumerable<string> Texts(StreamItem<int> item)
    {
        yield return $"INSERT INTO {plain.Schema}.part VALUES ({item.Value}, {item.Value})";
        if (item.Value != Bad) yield return $"INSERT INTO {plain.Schema}.whole VALUES ({item.Value})";
    }

    async Task<JobStatus> RunAsync(Delegate handler, int bound = Bound, int retries = 0)
    {
        await using var engine = await StartedEngine.StartAsync(tidemark =>
        {
            tidemark.UsePostgreSql(plain.Source, options => (options.Schema, options.PresenceDirectory) = (plain.Schema, plain.Folder));
            tidemark.AddJob(Load).HandledBy(handler).Retry(new() { MaxRetries = retries, BaseDelay = TimeSpan.Zero })
                .Stream("items", options => (options.ResumeCost, options.Retry, options.Breaker) = (ResumeCost.AtMost(bound), RetryPolicy.None, null));
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 40, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);
        return (await engine.Jobs.FindAsync(id, Token))!;
    }

    async Task AssertSetAsideAsync(JobStatus job)
    {
        Assert.Equal((JobState.Succeeded, 39, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != Bad), await NumbersOfAsync("part"));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != Bad), await NumbersOfAsync("whole"));
    }

    Task<int[]> NumbersOfAsync(string table) => plain.AskAsync<int[]>($"SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM {plain.Schema}.{table}");
}
