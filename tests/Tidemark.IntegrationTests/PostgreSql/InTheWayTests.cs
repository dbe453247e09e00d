using Npgsql;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Locking;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Somebody else has a row or a table in his hands, for a while: who need not wait for him does not, and what he does meanwhile is seen.</summary>
public sealed class InTheWayTests : IAsyncLifetime
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20); // far less than anybody holds anything here, which is until the test lets go
    PlainStore? plain;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    PostgreSqlJobStore Store => plain!.Store;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task A_worker_beats_while_it_waits_for_the_line_of_a_lock()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        await using var holder = await plain!.HoldAsync($"SELECT pg_advisory_xact_lock(hashtextextended('{plain!.Schema}.lock:' || 'l', 0))");
        var asking = Store.AskLockAsync(new() { Worker = worker, Call = 1, Name = "l", Places = 1, Owner = null, Waits = true }).AsTask();
        await plain!.WaitedForAsync(holder);

        var beat = await Task.Run(() => Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 }).AsTask(), Ending).WaitAsync(Soon, Ending);
        Assert.True(beat.Alive);
        await Holding.LetGoAsync(holder);
        Assert.Equal(LockVerdict.Held, (await asking.WaitAsync(Soon, Ending)).Verdict);
    }

    [Fact]
    public async Task A_key_that_somebody_is_taking_anew_is_left_by_the_prune_which_waits_for_nobody()
    {
        var job = Given.Job with { Dedup = Given.Key("k", DedupScope.ForDuration, TimeSpan.FromMilliseconds(1)) };
        await Store.EnqueueAsync([job], null);
        while (!await plain!.AskAsync<bool>($"SELECT expires <= {plain.Schema}.now_ms() FROM {plain.Schema}.dedup")) await Task.Delay(1, Ending);
        await using var connection = await plain.Others.OpenConnectionAsync(Ending);
        await using var transaction = await connection.BeginTransactionAsync(Ending);
        var again = job with { Dedup = Given.Key("k", DedupScope.ForDuration, TimeSpan.FromHours(1)) };
        var taken = (await Store.EnqueueAsync([again], transaction))[0];
        Assert.Equal(EnqueueVerdict.Created, taken.Verdict);
        Assert.False(await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 }).AsTask().WaitAsync(Soon, Ending));
        await transaction.CommitAsync(Ending);

        Assert.Equal(new EnqueueReply(taken.Id, EnqueueVerdict.Existing), (await Store.EnqueueAsync([again], null))[0]);
    }

    [Fact]
    public async Task The_coming_days_are_put_off_while_somebody_reads_the_history_for_hours_and_hold_nobody_up()
    {
        var dropped = await plain!.AskAsync<string>($"SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{plain.Schema}.finished'::regclass AND inhrelid <> '{plain.Schema}.finished_default'::regclass ORDER BY 1 DESC LIMIT 1");
        await plain.RunAsync($"DROP TABLE {dropped}");
        await using var reader = await plain!.HoldAsync($"LOCK TABLE {plain.Schema}.finished IN ACCESS SHARE MODE");
        await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 }).AsTask().WaitAsync(Soon, Ending);
        await plain.ConnectAsync().WaitAsync(Soon, Ending);
        Assert.False(await plain.AskAsync<bool>($"SELECT to_regclass('{dropped}') IS NOT NULL"));

        await Holding.LetGoAsync(reader);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        do await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 });
        while (!await plain.AskAsync<bool>($"SELECT to_regclass('{dropped}') IS NOT NULL") && !limit.IsCancellationRequested);
        Assert.False(limit.IsCancellationRequested);
    }

    [Fact]
    public async Task Who_waits_for_a_key_that_an_open_transaction_has_taken_keeps_nobody_waiting()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        await Store.EnqueueAsync([Given.Job], null);
        var keyed = Given.Job with { Name = "keyed", Dedup = Given.Key("k") };
        await using var connection = await plain!.Others.OpenConnectionAsync(Ending);
        await using var transaction = await connection.BeginTransactionAsync(Ending);
        await Store.EnqueueAsync([keyed], transaction);
        var waiting = Enumerable.Range(0, 4).Select(_ => Store.EnqueueAsync([keyed], null).AsTask()).ToList();
        await plain!.WaitedForAsync(connection);

        var job = Assert.Single((await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false }).AsTask().WaitAsync(Soon, Ending)).Jobs);
        Assert.Equal(Settling.SettleVerdict.Settled, await new Held(Store, worker, job, slot: 0).SettleAsync(JobEvent.Succeed).WaitAsync(Soon, Ending));
        await transaction.CommitAsync(Ending);
        foreach (var reply in await Task.WhenAll(waiting)) Assert.Equal(EnqueueVerdict.Existing, Assert.Single(reply).Verdict);
    }

    [Fact]
    public async Task A_schema_script_that_is_applied_again_beside_a_dump_keeps_nobody_waiting()
    {
        await using var dump = await plain!.HoldAsync($"LOCK TABLE {plain!.Schema}.migration, {plain.Schema}.worker, {plain.Schema}.job IN ACCESS SHARE MODE");
        await plain.RunAsync(SchemaScript.Of(plain.Schema, 0, Migration.Embedded.Count)).WaitAsync(Soon, Ending);
        await Holding.LetGoAsync(dump);
    }

    [Fact]
    public async Task A_migration_that_needs_what_a_dump_reads_lets_others_pass_and_is_made_once_the_dump_is_through()
    {
        await using var old = await PlainStore.CreateUnopenedAsync();
        var before = Migration.Embedded.Last(migration => migration.Sql.Contains("ALTER TABLE tidemark.worker", StringComparison.Ordinal)).Version - 1;
        await old.RunAsync(SchemaScript.Of(old.Schema, 0, before));
        await using var dump = await old.HoldAsync($"LOCK TABLE {old.Schema}.worker IN ACCESS SHARE MODE");
        var opening = old.ConnectAsync();
        await old.WaitedForAsync(dump);
        // Whoever comes behind it waits for no longer than it does.
        await old.RunAsync($"UPDATE {old.Schema}.worker SET running = 0").WaitAsync(Soon, Ending);
        Assert.False(opening.IsCompleted);
        await Holding.LetGoAsync(dump);
        await opening.WaitAsync(Soon, Ending);
    }

    [Fact]
    public async Task A_claim_that_meets_the_sign_off_of_its_worker_takes_nothing()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        await Store.EnqueueAsync([Given.Job], null);
        await using var signing = await plain!.HoldAsync(Sql.Load("Leasing/Retire").In(plain!.Schema).Replace("$1", $"{worker.Value}", StringComparison.Ordinal));
        var claiming = ClaimAsync(worker);
        await Task.WhenAny(claiming, plain!.WaitedForAsync(signing));
        await Holding.CommitAsync(signing);

        Assert.Empty((await claiming.WaitAsync(Soon, Ending)).Jobs);
    }

    [Fact]
    public async Task A_claim_passes_by_one_in_line_whom_somebody_has_in_his_hands_and_the_next_lets_him_in()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var limited = Given.Job with { Limit = new() { Key = "l", Places = 1 } };
        await Store.EnqueueAsync([limited], null);
        var before = Assert.Single((await ClaimAsync(worker)).Jobs);
        var id = (await Store.EnqueueAsync([limited], null))[0].Id;
        Assert.Empty((await ClaimAsync(worker)).Jobs); // in line from here on
        await Store.SettleAsync([Given.Outcome(before, worker, JobEvent.Succeed)]);
        await using var holder = await plain!.HoldAsync($"SELECT 1 FROM {plain!.Schema}.job WHERE id = {id.Value} FOR UPDATE");
        var none = await ClaimAsync(worker).WaitAsync(Soon, Ending);
        Assert.Empty(none.Jobs);
        await Holding.LetGoAsync(holder);

        for (var looks = 0; looks < 3; looks++)
        {
            if ((await ClaimAsync(worker)).Jobs is [var job])
            {
                Assert.Equal(id, job.Id);
                return;
            }
        }
        Assert.Fail("Nobody has let it in.");
    }

    [Fact]
    public async Task Limits_whose_jobs_come_and_go_without_end_keep_no_other_one_waiting()
    {
        const int Keys = 150, Each = 4;
        var worker = await Store.RegisterAsync(Given.Worker with { Slots = Keys });
        await Store.EnqueueAsync([.. Enumerable.Range(0, Keys * Each).Select(number => Given.Job with { Limit = new() { Key = $"k{number % Keys:000}", Places = 1 } })], null);
        var last = new List<ClaimedJob>();
        for (var looks = 0; looks < 3 && !last.Exists(job => job.Limit?.Key == $"k{Keys - 1}"); looks++)
        {
            last = [.. (await ClaimAsync(worker)).Jobs];
            await Store.SettleAsync([.. last.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]);
        }
        Assert.Contains(last, job => job.Limit?.Key == $"k{Keys - 1}");
    }

    [Fact]
    public async Task What_the_role_begins_by_default_is_not_what_the_store_begins()
    {
        await using var source = NpgsqlDataSource.Create($"{plain!.Source.ConnectionString};Options=-c default_transaction_isolation=serializable");
        await using var connection = new Database(source, new() { Schema = plain.Schema }).Open();
        await using var shown = new NpgsqlCommand("SHOW transaction_isolation", connection);
        Assert.Equal("read committed", await shown.ExecuteScalarAsync(Ending));
    }

    [Fact]
    public async Task A_hint_that_comes_after_the_end_is_moot()
    {
        var neighbours = new Neighbours(new(plain!.Source, new() { Schema = plain.Schema, HintInterval = TimeSpan.FromMilliseconds(10) }), () => { });
        await neighbours.DisposeAsync();
        Assert.Null(Record.Exception(neighbours.Hint));
    }

    Task<ClaimReply> ClaimAsync(WorkerId worker) => Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1_000)], SuspectAllowed = false }).AsTask();
}
