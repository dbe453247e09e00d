using Npgsql;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Leasing;
using Tidemark.PostgreSql.Running;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>What share a commit, and one of them cannot be done, or the connection breaks between its two halves: each of the others is told what became of itself.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    const long Deep = 60_000; // milliseconds that a look from the bottom took: the next one begins above, and looks twice

    PlainStore? plain;
    Database? database;
    Lanes? lanes;
    NpgsqlConnection? connection;
    StatementCache? statements;
    WorkerId worker;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateAsync();
        worker = await plain.Store.RegisterAsync(Given.Worker);
        database = new(plain.Others, new() { Schema = plain.Schema });
        lanes = new(database);
        Reconnect();
    }

    public async ValueTask DisposeAsync()
    {
        statements?.Dispose();
        connection?.Dispose();
        await plain!.DisposeAsync();
    }

    [Fact]
    public async Task A_claim_that_is_made_again_answers_nothing_of_the_time_before()
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        var claim = Claim(HighWater());
        var refused = new WriteDelegate<bool>(_ => throw new InvalidOperationException("not this one"));
        Run(claim, refused);

        var taken = Assert.Single((await claim.Completion).Jobs);
        Assert.Equal(1, taken.Attempt);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await refused.Completion);
    }

    // In between somebody else may have got what it had.
    [Fact]
    public async Task A_claim_that_is_made_again_does_not_answer_what_another_has_taken_meanwhile()
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        var other = await plain.ConnectAsync();
        var rival = await other.RegisterAsync(Given.Worker);
        var claim = Claim(HighWater());
        var runs = 0;
        var refused = new WriteDelegate<bool>(transaction =>
        {
            if (++runs == 1) throw new InvalidOperationException("not this one");
            return true;
        });
        // The one that is refused first is made again first: between the two the job is free.
        var between = new WriteDelegate<int>(_ => runs == 1 ? other.ClaimAsync(new() { Worker = rival, Demands = [new(Given.Queue, 1)], SuspectAllowed = false }).AsTask().GetAwaiter().GetResult().Jobs.Length : 0);
        Run(between, claim, refused);

        Assert.Equal(1, await between.Completion);
        Assert.Empty((await claim.Completion).Jobs);
    }

    [Fact]
    public async Task A_claim_whose_first_half_is_committed_goes_on_from_it_on_another_connection()
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        var water = new LowWater();
        water.Found([(lanes!.FindOrAdd(Given.Queue, Given.Name), long.MinValue)], Deep); // what is there is found above it
        var claim = Claim(water);
        var runs = 0;
        var breaking = new WriteDelegate<bool>(transaction =>
        {
            if (++runs > 1) connection!.Close();
            throw new InvalidOperationException("not this one"); // so that all are done again, one by one
        });
        List<WriteOperation> waiting = [breaking, claim];
        Assert.False(new WriteBatch(database!, statements!, waiting).Run());
        await Assert.ThrowsAsync<StoreException>(async () => await breaking.Completion);
        Assert.Same(claim, Assert.Single(waiting));

        Reconnect();
        Assert.True(new WriteBatch(database!, statements!, waiting).Run());
        Assert.Single((await claim.Completion).Jobs); // it would be nobody's else, and leased for ever to one who lives
    }

    [Fact]
    public async Task A_claim_whose_lane_cannot_be_looked_up_is_told_as_unknown_and_what_travels_with_it_as_done()
    {
        await plain!.Store.EnqueueAsync([Given.Job], null);
        var shut = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(plain.Others.ConnectionString) { Username = "nobody_is_called_so" }.ConnectionString).Build();
        await using var closing = shut;
        var claim = new ClaimOperation(new() { Worker = worker, Demands = [new(Given.Queue, 5)], SuspectAllowed = false }, [Given.Name], new Lanes(new(shut, new() { Schema = plain.Schema })), new LowWater());
        lanes!.FindOrAdd(Given.Queue, Given.Name);
        EnqueueOperation beside = new([Given.Job], lanes, new InsertSet(lanes), copyFrom: 100);
        Run(claim, beside);

        Assert.True((await Assert.ThrowsAsync<StoreException>(async () => await claim.Completion)).OutcomeUnknown);
        Assert.Equal(EnqueueVerdict.Created, Assert.Single(await beside.Completion).Verdict);
    }

    [Fact]
    public async Task Saves_that_share_a_statement_are_each_their_own_jobs_and_held_to_its_lease()
    {
        await plain!.Store.EnqueueAsync([Given.Job, Given.Job, Given.Job], null);
        var claimed = (await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 3)], SuspectAllowed = false })).Jobs;
        var superseded = claimed[1];
        foreach (var (job, slot) in claimed.Select((job, slot) => (job, slot))) await new Held(plain.Store, worker, job, slot).SaveAsync(Given.Rows);
        // Not in the order in which their rows are locked.
        var saves = claimed.Reverse().Select(job => new CheckpointOperation(
            new()
            {
                Lease = new(job.Id, job == superseded ? job.Fence - 1 : job.Fence, worker),
                Stream = Given.Stream,
                Number = 2,
                Rows = Given.Rows with { Cursor = Given.Json($"{job.Id.Value}") },
                Effects = null,
            },
            TimeSpan.FromMinutes(1))).ToArray();
        Run(saves);

        foreach (var (save, job) in saves.Zip(claimed.Reverse()))
        {
            Assert.Equal(job == superseded ? SaveVerdict.LeaseLost : SaveVerdict.Saved, (await save.Completion).Verdict);
            var stream = Assert.Single((await plain.Store.RecallAsync(job.Id, null)).Streams);
            Assert.Equal(job == superseded ? null : Given.Json($"{job.Id.Value}"), stream.Cursor);
        }
    }

    [Fact]
    public async Task A_value_that_the_driver_cannot_send_is_refused_alone_and_known_to_be()
    {
        var inserting = new InsertSet(lanes!);
        EnqueueOperation half = new([Given.Job with { Limit = new() { Key = "\ud83d", Places = 1 } }], lanes!, inserting, copyFrom: 100), whole = new([Given.Job], lanes!, inserting, copyFrom: 100);
        Run(half, whole);

        Assert.Equal(EnqueueVerdict.Created, Assert.Single(await whole.Completion).Verdict);
        var refused = await Record.ExceptionAsync(async () => await half.Completion);
        Assert.False(refused is null or StoreException { OutcomeUnknown: true });
        Assert.Single((await plain!.Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task A_value_that_the_server_keeps_nowhere_is_not_a_fault_of_the_store()
    {
        var refused = await Record.ExceptionAsync(async () => await plain!.Store.EnqueueAsync([Given.Job with { Limit = new() { Key = "a\0b", Places = 1 } }], null));
        Assert.IsType<TidemarkException>(refused); // a store that is ill is asked again, for ever
        Assert.Contains("U+0000", refused.Message, StringComparison.Ordinal);
    }

    // Nothing is found above it: the claim looks once more, from the bottom.
    LowWater HighWater()
    {
        var water = new LowWater();
        water.Found([(lanes!.FindOrAdd(Given.Queue, Given.Name), long.MaxValue)], Deep);
        return water;
    }

    ClaimOperation Claim(LowWater water) => new(new() { Worker = worker, Demands = [new(Given.Queue, 5)], SuspectAllowed = false }, [Given.Name], lanes!, water);

    void Run(params WriteOperation[] operations)
    {
        List<WriteOperation> waiting = [.. operations];
        Assert.True(new WriteBatch(database!, statements!, waiting).Run());
        Assert.Empty(waiting);
    }

    void Reconnect()
    {
        statements?.Dispose();
        connection?.Dispose();
        connection = database!.Open();
        statements = new(connection, database, prepare: true);
    }
}
