using System.Data.Common;
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
    const int Together = 8;
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
    [InlineData(Bound, 20)]
    [InlineData(Bound, 3)] // in the first list, which goes another way
    [InlineData(1, 20)]
    public async Task A_bad_item_among_effects_as_commands_is_set_aside_alone(int bound, int bad) => await AssertSetAsideAsync(await RunAsCommandsAsync(bound, bad), bad);

    [Theory]
    [InlineData(Bound, 20)]
    [InlineData(Bound, 3)]
    [InlineData(1, 20)]
    public async Task A_bad_item_among_effects_in_a_transaction_is_set_aside_alone(int bound, int bad) => await AssertSetAsideAsync(await RunInTransactionAsync(bound, bad), bad);

    // A trigger says what it likes; one of these is also what the store itself refuses a lost lease with.
    [Theory]
    [InlineData("TM001")]
    [InlineData("22012")]
    [InlineData("42P01")]
    [InlineData("23505")]
    public async Task Whatever_a_trigger_says_at_the_commit_its_item_is_found(string state)
    {
        await MakeTriggerAsync($"IF NEW.id = {Bad} THEN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END IF; RETURN NULL;");
        await AssertSetAsideAsync(await RunAsCommandsAsync(Bound, bad: null), Bad);
        await plain.RunAsync($"TRUNCATE {plain.Schema}.part, {plain.Schema}.whole");
        await AssertSetAsideAsync(await RunInTransactionAsync(Bound, bad: null), Bad);
    }

    // Pairs lean on each other, first and last, second and last but one; one item of no pair is refused by its own write.
    [Fact]
    public async Task Items_that_lean_on_each_other_stay_if_another_one_is_refused_at_once()
    {
        var job = await RunAsync((int n, JobContext job) => Numbers(job, n + 1).CommitAsync((items, transaction, token) => WriteAsync(items.SelectMany<StreamItem<int>, string>(item =>
            item.Value == 40 ? ["SELECT 1 / 0"] : [$"INSERT INTO {plain.Schema}.part VALUES ({item.Value}, {39 - item.Value})", $"INSERT INTO {plain.Schema}.whole VALUES ({item.Value})"]), transaction, token)), bound: 41);

        Assert.Equal((JobState.Succeeded, 40, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40), await NumbersOfAsync("part"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(3)]
    public async Task An_error_that_the_handler_swallows_is_its_item_s(int bad)
    {
        var job = await RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync(async (items, transaction, token) =>
        {
            await WriteAsync(items.SelectMany(item => Texts(item, bad: null)), transaction, token);
            try
            {
                if (items.Any(item => item.Value == bad)) await WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES ({bad})"], transaction, token);
            }
            catch (PostgresException) // and the transaction is no good from here on
            {
            }
        }));
        await AssertSetAsideAsync(job, bad);
    }

    // As one does who takes a row that is there already for good news. Those that come after it in its list are not to blame.
    [Fact]
    public async Task An_error_that_the_handler_swallows_in_the_middle_of_a_list_is_its_item_s()
    {
        var job = await RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync(async (items, transaction, token) =>
        {
            foreach (var item in items)
            {
                try
                {
                    await WriteAsync(Texts(item, bad: null), transaction, token);
                    if (item.Value == Bad) await WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES ({Bad})"], transaction, token);
                }
                catch (PostgresException there) when (there.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                }
            }
        })).WaitAsync(TimeSpan.FromMinutes(1), Token);
        await AssertSetAsideAsync(job, Bad);
    }

    [Fact]
    public async Task A_job_whose_writes_on_success_are_refused_at_the_commit_fails_with_what_the_server_said()
    {
        var job = await RunAsync((int n, JobContext job) => job.CommitOnSuccess((transaction, token) => WriteAsync([$"INSERT INTO {plain.Schema}.part VALUES (1, {n})"], transaction, token)));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("of_something", job.Error, StringComparison.Ordinal);
        Assert.Empty(await NumbersOfAsync("part"));
    }

    // Nobody can be blamed for it: the look finds nothing, and the commit is refused all the same.
    [Fact]
    public async Task What_no_look_finds_is_a_failure_of_the_job_and_not_of_the_store()
    {
        await MakeHiddenTriggerAsync();
        var job = await RunAsync((int _, JobContext job) => Numbers(job, 1).CommitAsync((_, transaction, token) => WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES (0)"], transaction, token)), retries: 1);

        Assert.Equal((JobState.Failed, 2), (job.State, job.Attempt));
        Assert.Contains("not now", job.Error, StringComparison.Ordinal);
        Assert.Empty(await NumbersOfAsync("whole"));
    }

    // "Try again", it says, and never means it.
    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task A_trigger_that_always_asks_to_be_tried_again_fails_the_job(string state)
    {
        await MakeTriggerAsync($"RAISE EXCEPTION 'later' USING ERRCODE = '{state}';");
        foreach (var handler in new Delegate[]
        {
            (int _, JobContext job) => Numbers(job, 1).CommitAsync((_, transaction, token) => WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES (0)"], transaction, token)),
            (int _, JobContext job) => job.CommitOnSuccess((transaction, token) => WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES (0)"], transaction, token)),
        })
        {
            var job = await RunAsync(handler);
            Assert.Equal(JobState.Failed, job.State);
            Assert.Contains("later", job.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Outcomes_of_which_no_look_finds_the_fault_fail_their_jobs_and_hold_up_no_other()
    {
        await MakeHiddenTriggerAsync();
        var begun = 0;
        var all = new TaskCompletionSource();
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load).Retry(RetryPolicy.None).HandledBy((int n, JobContext job) =>
        {
            if (n % 2 == 1) job.CommitOnSuccess((transaction, token) => WriteAsync([$"INSERT INTO {plain.Schema}.whole VALUES ({n})"], transaction, token));
            if (Interlocked.Increment(ref begun) == Together) all.SetResult(); // so that their outcomes come together
            return all.Task;
        }));
        var jobs = new List<JobId>();
        for (var n = 0; n < Together; n++) jobs.Add((await engine.Jobs.EnqueueAsync(Load, n, cancellationToken: Token)).Id);
        foreach (var (n, job) in jobs.Index())
        {
            var ended = await engine.Jobs.WaitAsync(job, Token);
            Assert.Equal(n % 2 == 1 ? JobState.Failed : JobState.Succeeded, ended.State);
        }
        Assert.Empty(await NumbersOfAsync("whole"));
    }

    static JobStream<int> Numbers(JobContext job, int count) => job.Stream("items", Items.Of(Enumerable.Range(0, count).ToArray(), i => $"{i}"));

    Task<JobStatus> RunAsCommandsAsync(int bound, int? bad) => RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync((items, batch) =>
    {
        foreach (var text in items.SelectMany(item => Texts(item, bad))) batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
    }), bound);

    Task<JobStatus> RunInTransactionAsync(int bound, int? bad) => RunAsync((int n, JobContext job) => Numbers(job, n).CommitAsync((items, transaction, token) =>
        WriteAsync(items.SelectMany(item => Texts(item, bad)), transaction, token)), bound);

    static async Task WriteAsync(IEnumerable<string> texts, DbTransaction transaction, CancellationToken token)
    {
        await using var write = transaction.Connection!.CreateCommand();
        (write.Transaction, write.CommandText) = (transaction, string.Join(';', texts));
        await write.ExecuteNonQueryAsync(token);
    }

    IEnumerable<string> Texts(StreamItem<int> item, int? bad)
    {
        yield return $"INSERT INTO {plain.Schema}.part VALUES ({item.Value}, {item.Value})";
        if (item.Value != bad) yield return $"INSERT INTO {plain.Schema}.whole VALUES ({item.Value})";
    }

    // The look is inside a savepoint, the commit is not: what is written in the one bears the number of a subtransaction.
    async Task MakeHiddenTriggerAsync()
    {
        await plain.RunAsync($"CREATE TABLE {plain.Schema}.looks (id int)");
        await MakeTriggerAsync($"""
            INSERT INTO {plain.Schema}.looks VALUES (NEW.id);
            IF EXISTS (SELECT FROM {plain.Schema}.looks WHERE id = NEW.id AND xmin::text = pg_current_xact_id()::text) THEN RAISE EXCEPTION 'not now'; END IF;
            RETURN NULL;
            """);
    }

    Task MakeTriggerAsync(string body) => plain.RunAsync($"""
        CREATE FUNCTION {plain.Schema}.judge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
        CREATE CONSTRAINT TRIGGER judge AFTER INSERT ON {plain.Schema}.whole DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {plain.Schema}.judge()
        """);

    Task<StartedEngine> StartAsync(Action<TidemarkBuilder> configure) => StartedEngine.StartAsync(tidemark =>
    {
        tidemark.UsePostgreSql(plain.Source, options => (options.Schema, options.PresenceDirectory) = (plain.Schema, plain.Folder));
        configure(tidemark);
    });

    async Task<JobStatus> RunAsync(Delegate handler, int bound = Bound, int retries = 0)
    {
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(handler).Retry(new() { MaxRetries = retries, BaseDelay = TimeSpan.Zero })
            .Stream("items", options => (options.ResumeCost, options.Retry, options.Breaker) = (ResumeCost.AtMost(bound), RetryPolicy.None, null)));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 40, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);
        return (await engine.Jobs.FindAsync(id, Token))!;
    }

    async Task AssertSetAsideAsync(JobStatus job, int bad)
    {
        Assert.Equal((JobState.Succeeded, 39, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != bad), await NumbersOfAsync("part"));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != bad), await NumbersOfAsync("whole"));
    }

    Task<int[]> NumbersOfAsync(string table) => plain.AskAsync<int[]>($"SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM {plain.Schema}.{table}");
}
