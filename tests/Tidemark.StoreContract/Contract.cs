using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Storage;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>
/// What "works the same" means: inherit each contract once a store. A fresh store for each test; nothing else is shared.
/// </summary>
public abstract class Contract : IAsyncLifetime
{
    IStoreUnderTest? under;

    internal abstract Task<IStoreUnderTest> CreateAsync();

    internal IJobStore Store => under!.Store;

    public async ValueTask InitializeAsync() => under = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (under is not null) await under.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal Task PassAsync(TimeSpan time) => under!.PassAsync(time);

    internal Task PassAsync(double seconds) => PassAsync(TimeSpan.FromSeconds(seconds));

    internal Task KillAsync(WorkerId worker) => under!.KillWorkerAsync(worker);

    internal async Task<DateTimeOffset> NowAsync() => (await Store.GetStoreAsync()).Now;

    internal async Task<EnqueueReply> AskForAsync(NewJob job) => (await Store.EnqueueAsync([job], null))[0];

    internal async Task<JobId> EnqueueAsync(NewJob? job = null) => (await AskForAsync(job ?? Given.Job)).Id;

    internal async Task<JobId[]> EnqueueAsync(int count, NewJob? job = null) =>
        [.. (await Store.EnqueueAsync([.. Enumerable.Repeat(job ?? Given.Job, count)], null)).Select(reply => reply.Id)];

    internal Task<WorkerId> RegisterAsync(WorkerProfile? profile = null) => Store.RegisterAsync(profile ?? Given.Worker).AsTask();

    // A store that may look before it takes must not look past anything.
    internal Task<ClaimReply> ClaimReplyAsync(WorkerId worker, int max = 100, bool suspect = false, string queue = Given.Queue) =>
        Store.ClaimAsync(new() { Worker = worker, Demands = [new(queue, max)], SuspectAllowed = suspect, Prompt = ClaimPrompt.Poll }).AsTask();

    internal async Task<ClaimedJob[]> ClaimAsync(WorkerId worker, int max = 100, bool suspect = false, string queue = Given.Queue) =>
        (await ClaimReplyAsync(worker, max, suspect, queue)).Jobs;

    internal async Task<JobId[]> ClaimIdsAsync(WorkerId worker, int max = 100, bool suspect = false) =>
        [.. (await ClaimAsync(worker, max, suspect)).Select(job => job.Id)];

    /// <summary>Claims the one job that can be claimed and enters it.</summary>
    internal async Task<Held> TakeAsync(WorkerId worker, bool suspect = false) => Enter(worker, Assert.Single(await ClaimAsync(worker, suspect: suspect)));

    internal Held Enter(WorkerId worker, ClaimedJob job) => new(Store, worker, job, Store.PresenceOf(worker).Enter(job.Id, job.Fence));

    /// <summary>Enqueues a job and runs it in a worker of its own, or the given one.</summary>
    internal async Task<Held> RunAsync(NewJob? job = null, WorkerId? worker = null)
    {
        await EnqueueAsync(job);
        return await TakeAsync(worker ?? await RegisterAsync());
    }

    internal async Task<JobDetails> DetailsAsync(JobId id) => Assert.IsType<JobDetails>(await Store.GetJobAsync(id));

    internal async Task<JobReading> ReadAsync(JobId id) => (await DetailsAsync(id)).Job;

    internal async Task<JobState> StateAsync(JobId id) => (await ReadAsync(id)).State;

    internal async Task<QuarantineReading[]> QuarantineAsync(JobId? job = null) =>
        (await Store.ListQuarantineAsync(new() { Job = job, Limit = 1_000 })).Items;

    internal Task<ControlReply> ControlAsync(JobId job, ControlAction action, string? reason = null, DateTimeOffset? until = null) =>
        Store.ControlAsync(new() { Job = job, Action = action, By = "ada", Reason = reason, Until = until }).AsTask();

    // Who else lives is told by those stores only to which it costs something to ask.
    internal async Task<RescueReply> RescueAsync(int limit = 100, int crashBudget = 3, int itemCrashBudget = 3, WorkerId by = default) =>
        await Store.RescueAsync(new RescueRequest { By = by, CrashBudget = crashBudget, ItemCrashBudgets = new Dictionary<(string, string), int> { [(Given.Name, Given.Stream)] = itemCrashBudget }, Limit = limit })
            with { Fleet = null };

    /// <summary>Kills the worker and rescues its jobs.</summary>
    internal async Task<RescueReply> CrashAsync(WorkerId worker, int crashBudget = 3, int itemCrashBudget = 3)
    {
        await KillAsync(worker);
        return await RescueAsync(crashBudget: crashBudget, itemCrashBudget: itemCrashBudget);
    }

    /// <summary>Waits for a hint that <paramref name="action"/> must cause.</summary>
    internal async Task HintedAsync(Func<Task> action)
    {
        var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Store.WorkArrived = () => hinted.TrySetResult();
        await action();
        await hinted.Task.WaitAsync(under!.HintPatience, TestContext.Current.CancellationToken);
        Store.WorkArrived = null;
    }
}
