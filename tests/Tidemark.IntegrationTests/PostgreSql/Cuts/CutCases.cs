using System.Data.Common;
using Npgsql;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.PostgreSql.Cuts;

/// <summary>A call that a cut may hit. Made anew for each cut: with a job of its own.</summary>
/// <param name="Act">The call, with its token: called again after a failure, as the engine does.</param>
/// <param name="Times">How often it has been carried out, or begun, read from the tables.</param>
/// <param name="InParts">It is several commits, and the message that is cut may come after the first of them; null: it is on a machine that is slow.</param>
internal sealed record CutCase(Func<IJobStore, Task> Act, Func<Task<long>> Times, bool? InParts = false);

/// <summary>One case for each way of writing that the store has.</summary>
/// <param name="plain">Not cut; it prepares.</param>
/// <param name="worker">Of the plain store.</param>
/// <param name="cutOff">Of the store whose connections are cut.</param>
internal sealed class CutCases(PlainStore plain, WorkerId worker, WorkerId cutOff)
{
    /// <summary>Enough for COPY, and few enough for one message: how many there are must not depend on how they are read.</summary>
    public const int Many = 20;

    int made;

    public IReadOnlyDictionary<string, Func<Task<CutCase>>> All => new Dictionary<string, Func<Task<CutCase>>>
    {
        ["enqueue with a key"] = () => Task.FromResult(Enqueue()),
        ["enqueue of many"] = () => Task.FromResult(EnqueueMany()),
        ["claim"] = ClaimAsync,
        ["claim that lets in"] = ClaimAndLetInAsync,
        ["memo"] = async () => Written(await ClaimedAsync(), (store, job) => store.SaveMemoAsync(job.Lease, Given.Memo("step")).AsTask(), job => $"SELECT count(*) FROM {{0}}.step WHERE job = {job}"),
        ["first checkpoint"] = async () => Written(await ClaimedAsync(), (store, job) => SaveAsync(store, job, 1), job => $"SELECT COALESCE(sum(number), 0)::bigint FROM {{0}}.stream WHERE job = {job}"),
        ["second checkpoint"] = SecondCheckpointAsync,
        ["effects"] = EffectsAsync,
        ["effects as commands"] = CommandsAsync,
        ["success"] = async () => Written(await ClaimedAsync(), (store, job) => SettleAsync(store, job, JobEvent.Succeed), job => $"SELECT count(*) FROM {{0}}.finished WHERE id = {job}"),
        ["failure"] = async () => Written(await ClaimedAsync(), (store, job) => SettleAsync(store, job, JobEvent.Fail), job => $"SELECT count(*) FROM {{0}}.job WHERE id = {job} AND state = 3"),
        ["cancel"] = CancelAsync,
    };

    string Sql(string sql) => string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, plain.Schema);

    Task<long> AskAsync(string sql) => plain.AskAsync<long>(Sql(sql));

    CutCase Written(ClaimedJob job, Func<IJobStore, ClaimedJob, Task> act, Func<long, string> count) => new(store => act(store, job), () => AskAsync(count(job.Id.Value)));

    CutCase Enqueue()
    {
        var key = $"key-{++made}";
        return new(store => store.EnqueueAsync([Given.Job with { Name = "keyed", Dedup = Given.Key(key) }], null).AsTask(), () => AskAsync($"SELECT count(*) FROM {{0}}.job WHERE dedup_key = '{key}'"));
    }

    // No token: it is called again only if it has not been carried out.
    CutCase EnqueueMany()
    {
        var tag = $",many-{++made},";
        Task<long> TimesAsync() => AskAsync($"SELECT count(*) / {Many} FROM {{0}}.job WHERE tags = '{tag}'");
        return new(async store =>
        {
            if (await TimesAsync() == 0) await store.EnqueueAsync([.. Enumerable.Repeat(Given.Job with { Name = "many", Tags = tag }, Many)], null);
        }, TimesAsync);
    }

    async Task<CutCase> ClaimAsync()
    {
        var id = (await plain.Store.EnqueueAsync([Given.Job], null))[0].Id;
        var isInDoubt = false;
        return new(async store =>
        {
            var reply = isInDoubt ? await store.ClaimAsync(new() { Worker = cutOff, Demands = [], SuspectAllowed = false, Known = [] }) : null;
            isInDoubt = true;
            await UntilAsync(
                () => reply?.Jobs.Any(job => job.Id == id) == true,
                async () => reply = await store.ClaimAsync(new() { Worker = cutOff, Demands = [new(Given.Queue, 1)], SuspectAllowed = false }));
            var job = reply!.Jobs.Single(job => job.Id == id);
            await plain.Store.SettleAsync([Given.Outcome(job, cutOff, JobEvent.Succeed)]);
        }, () => AskAsync($"SELECT COALESCE(sum(attempt), 0)::bigint FROM (SELECT id, attempt FROM {{0}}.job UNION ALL SELECT id, attempt FROM {{0}}.finished) AS jobs WHERE id = {id.Value}"), InParts: null); // a slow look makes the next ones begin at the low water, and look again from the bottom
    }

    // One job is free, the other waits for a look at its limit: taken, let in, taken are three commits, and what the first one took must not be forgotten.
    async Task<CutCase> ClaimAndLetInAsync()
    {
        var jobs = new[] { Given.Job, Given.Job with { Limit = new() { Key = $"key-{++made}", Places = 1 } } };
        var ids = (await plain.Store.EnqueueAsync(jobs, null)).Select(reply => reply.Id).ToList();
        var isInDoubt = false;
        return new(async store =>
        {
            var held = new List<ClaimedJob>();
            if (isInDoubt) held.AddRange((await store.ClaimAsync(new() { Worker = cutOff, Demands = [], SuspectAllowed = false, Known = [] })).Jobs);
            isInDoubt = true;
            var ask = new ClaimRequest { Worker = cutOff, Demands = [new(Given.Queue, jobs.Length)], SuspectAllowed = false };
            await UntilAsync(() => held.Count == jobs.Length, async () => held.AddRange((await store.ClaimAsync(held.Count == 0 ? ask : ask.After(held))).Jobs));
            await plain.Store.SettleAsync([.. ids.Select(id => Given.Outcome(held.Single(job => job.Id == id), cutOff, JobEvent.Succeed))]);
        }, () => AskAsync($"SELECT (COALESCE(sum(attempt), 0)::bigint + 1) / 2 FROM (SELECT id, attempt FROM {{0}}.job UNION ALL SELECT id, attempt FROM {{0}}.finished) AS jobs WHERE id IN ({ids[0].Value}, {ids[1].Value})"), InParts: true);
    }

    async Task<CutCase> SecondCheckpointAsync()
    {
        var job = await ClaimedAsync();
        await SaveAsync(plain.Store, job, 1);
        return Written(job, (store, held) => SaveAsync(store, held, 2), id => $"SELECT number - 1 FROM {{0}}.stream WHERE job = {id}");
    }

    async Task<CutCase> EffectsAsync()
    {
        var job = await ClaimedAsync();
        await plain.RunAsync(Sql("CREATE TABLE IF NOT EXISTS {0}.effect (job bigint NOT NULL)"));
        return Written(job, (store, held) =>
            store.CheckpointAsync(new() { Lease = held.Lease, Stream = Given.Stream, Number = 1, Rows = null, Effects = new Inserted(Sql($"INSERT INTO {{0}}.effect VALUES ({held.Id.Value})")) }).AsTask(),
            id => $"SELECT count(*) FROM {{0}}.effect JOIN {{0}}.stream USING (job) WHERE job = {id}");
    }

    async Task<CutCase> CommandsAsync()
    {
        var job = await ClaimedAsync();
        await plain.RunAsync(Sql("CREATE TABLE IF NOT EXISTS {0}.unique_effect (job bigint PRIMARY KEY)")); // made a second time, it is refused
        await SaveAsync(plain.Store, job, 1);
        var effects = new Composed(Sql($"INSERT INTO {{0}}.unique_effect VALUES ({job.Id.Value})"));
        return Written(job, (store, held) =>
            store.CheckpointAsync(new() { Lease = held.Lease, Stream = Given.Stream, Number = 2, Rows = null, Effects = effects }).AsTask(),
            id => $"SELECT count(*) FROM {{0}}.unique_effect JOIN {{0}}.stream USING (job) WHERE job = {id} AND number = 2");
    }

    async Task<CutCase> CancelAsync()
    {
        var id = (await plain.Store.EnqueueAsync([Given.Job with { Name = "cancelled" }], null))[0].Id;
        return new(store => store.ControlAsync(new() { Job = id, Action = ControlAction.Cancel, By = "a test", Reason = null, Until = null }).AsTask(),
            () => AskAsync($"SELECT count(*) FROM {{0}}.audit WHERE job = {id.Value}"));
    }

    // The server may not have heard yet that a connection was cut: rows that its session still holds are passed over by a claim.
    static async Task UntilAsync(Func<bool> isThere, Func<Task> claim)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!isThere())
        {
            await claim();
            if (!isThere()) await Task.Delay(5, limit.Token);
        }
    }

    async Task<ClaimedJob> ClaimedAsync()
    {
        await plain.Store.EnqueueAsync([Given.Job], null);
        return (await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs.Single();
    }

    static Task<SaveReply> SaveAsync(IJobStore store, ClaimedJob job, long number) =>
        store.CheckpointAsync(new() { Lease = job.Lease, Stream = Given.Stream, Number = number, Rows = Given.Rows with { Cursor = Given.Json($"{number}") }, Effects = null }).AsTask();

    async Task SettleAsync(IJobStore store, ClaimedJob job, JobEvent happened)
    {
        var verdicts = await store.SettleAsync([Given.Outcome(job, worker, happened)]);
        if (verdicts[0] != SettleVerdict.Settled) throw new InvalidOperationException($"{happened} of job {job.Id} is {verdicts[0]}.");
    }

    class Inserted(string sql) : IEffects
    {
        protected string Text => sql;

        public async ValueTask<CheckpointRows> RunAsync(IEffectScope scope)
        {
            await using var insert = new NpgsqlCommand(sql, (NpgsqlConnection)scope.Transaction.Connection!);
            await insert.ExecuteNonQueryAsync(scope.TimeLimit);
            return Given.Rows;
        }
    }

    sealed class Composed(string sql) : Inserted(sql), IEffects
    {
        bool isComposed;

        bool IEffects.CanCompose => !isComposed;

        bool IEffects.MayBeMade => isComposed;

        CheckpointRows IEffects.Compose(DbBatch batch)
        {
            isComposed = true;
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Text));
            return Given.Rows;
        }
    }
}
