using System.Diagnostics;
using Tidemark.IntegrationTests.Behaviour;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>A handler that harms its process, in real processes, beside innocent jobs: they end, and answer for nothing.</summary>
public sealed class HostileTests : IAsyncDisposable
{
    const int Neighbours = 12;
    const int MostProcesses = 12;
    const int Lease = 4_000; // long enough for a busy machine: trust ends at four fifths of it, and one beat that is read late takes half of it

    CrashStore? store;

    public static TheoryData<StoreKind, string> Killers =>
        [(StoreKind.Sqlite, "fails-fast"), (StoreKind.Sqlite, "recurses"), (StoreKind.Sqlite, "hoards"), (StoreKind.PostgreSql, "fails-fast"), .. InFull("recurses", "hoards")];

    public static TheoryData<StoreKind, string> Eaters =>
        [(StoreKind.Sqlite, "blocks-the-pool"), (StoreKind.Sqlite, "burns-the-cores"), (StoreKind.PostgreSql, "blocks-the-pool"), .. InFull("burns-the-cores")];

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => store?.DisposeAsync() ?? default;

    [Theory]
    [MemberData(nameof(Killers))]
    public async Task A_handler_that_kills_its_process_fails_alone_after_as_many_crashes_as_are_allowed(StoreKind kind, string way)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await FleetAsync(kind);
        var (hostile, neighbours) = await AskAsync(fleet, way, milliseconds: 1_500);
        var died = 0;
        for (var process = Start(fleet); !await EndsOrDiesAsync(process, hostile); process = Start(fleet)) Assert.InRange(++died, 1, MostProcesses);

        var history = await EndedAsync(fleet, neighbours);
        var status = await FindAsync(hostile);
        Assert.Equal(JobState.Failed, status.State);
        Assert.Contains("crashed 3 times", status.Error, StringComparison.Ordinal);
        Assert.InRange(history.Of("began").Count(entry => entry.Token == way), 3, 4); // once in company, then alone
    }

    [Fact]
    public async Task A_handler_that_allocates_until_nothing_is_left_fails_and_its_process_lives()
    {
        using var fleet = await FleetAsync(StoreKind.Sqlite);
        var (hostile, neighbours) = await AskAsync(fleet, "allocates", milliseconds: 0);
        var process = Start(fleet);
        Assert.True(await EndsOrDiesAsync(process, hostile), fleet.Said());
        await Fleet.EndAsync(process);
        Assert.Equal(JobState.Failed, (await FindAsync(hostile)).State);
        await EndedAsync(fleet, neighbours);
    }

    [Theory]
    [MemberData(nameof(Eaters))]
    public async Task A_handler_that_takes_all_threads_or_all_time_for_many_leases_costs_nobody_a_lease(StoreKind kind, string way)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await FleetAsync(kind);
        var (hostile, neighbours) = await AskAsync(fleet, way, milliseconds: 3 * Lease);
        var process = Start(fleet);
        var rescuer = Start(fleet);
        await Fleet.UpAsync(rescuer);
        await DoneAsync(hostile);
        await fleet.DrainedAsync();
        await Fleet.EndAsync(process, rescuer);

        var history = await EndedAsync(fleet, neighbours);
        var again = history.Of("began").GroupBy(entry => entry.Token).Where(group => group.Count() > 1).SelectMany(group => group).ToList();
        Assert.True(again.Count == 0, $"Taken from its process, and begun again:\n{string.Join('\n', again)}\n{string.Join('\n', (await FindAsync(hostile)).Interruptions)}\n{fleet.Said()}");
        Assert.Equal(0, PaidAgain.Count(history));
    }

    [Fact]
    public async Task A_handler_that_ignores_its_cancellation_holds_up_neither_its_neighbours_nor_the_end_of_its_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        using var fleet = await FleetAsync(StoreKind.Sqlite);
        var (hostile, neighbours) = await AskAsync(fleet, "ignores-cancellation", milliseconds: 0);
        var process = Start(fleet, "--drain-ms", "300");
        await Fleet.UpAsync(process);
        await BegunAsync(fleet, "ignores-cancellation");
        await using (var client = await ClientAsync()) Assert.Equal(ControlResult.Asked, await client.Jobs.CancelAsync(hostile, cancellationToken: Ending));
        await fleet.DrainedAsync();
        await Fleet.EndAsync(process);

        // It is gone with its process; and what was asked of it outlives both.
        var next = Start(fleet);
        await DoneAsync(hostile);
        await Fleet.EndAsync(next);
        Assert.Equal(JobState.Cancelled, (await FindAsync(hostile)).State);
        var history = await EndedAsync(fleet, neighbours);
        Assert.Single(history.Of("began"), entry => entry.Token == "ignores-cancellation");
    }

    static Process Start(Fleet fleet, params string[] options) => fleet.Start(
        new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x6000000", ["DOTNET_DbgEnableMiniDump"] = "0" }, // 96 MiB
        ["--lease-ms", $"{Lease}", .. options]);

    static IEnumerable<(StoreKind, string)> InFull(params string[] ways) => CrashTime.IsFull ? ways.Select(way => (StoreKind.PostgreSql, way)) : [];

    async Task<Fleet> FleetAsync(StoreKind kind) => await Fleet.OfAsync(store = await CrashStore.CreateAsync(kind));

    Task<StartedEngine> ClientAsync() => StartedEngine.StartAsync(store!.Compose);

    // The hostile one first, so that it runs beside all of them; each neighbour is asked for in the journal's own words.
    async Task<(JobId Hostile, JobId[] Neighbours)> AskAsync(Fleet fleet, string way, int milliseconds)
    {
        await using var client = await ClientAsync();
        using var journal = new Journal(store!.Folder, "test");
        journal.Write("asked", way, "-", "hostile:0");
        var (hostile, _) = await client.Jobs.EnqueueAsync(Hostile.Job, new(way, milliseconds), cancellationToken: Ending);
        var neighbours = new List<JobId>();
        for (var number = 0; number < Neighbours; number++)
        {
            var kind = number % 2 == 0 ? Mix.Calls : Mix.Effects;
            journal.Write("asked", $"n{number}", "-", $"{kind.Name}:40");
            neighbours.Add((await client.Jobs.EnqueueAsync(kind, new($"n{number}", 40), cancellationToken: Ending)).Id);
            journal.Write("acked", $"n{number}", "-", $"{neighbours[^1]}");
        }
        return (hostile, [.. neighbours]);
    }

    // True: the job has come to rest; false: the process has died first.
    async Task<bool> EndsOrDiesAsync(Process process, JobId job)
    {
        await using var client = await ClientAsync();
        var since = Stopwatch.StartNew();
        while (!process.HasExited)
        {
            if ((await client.Jobs.FindAsync(job))!.State is JobState.Failed or JobState.Succeeded or JobState.Cancelled) return true;
            Assert.True(since.Elapsed < CrashTime.Longest, $"After {since.Elapsed} neither the job nor its process had ended.");
            await Task.Delay(20, Ending);
        }
        return false;
    }

    async Task DoneAsync(JobId job)
    {
        await using var client = await ClientAsync();
        await client.Jobs.WaitAsync(job, Ending).WaitAsync(CrashTime.Longest, Ending);
    }

    static async Task BegunAsync(Fleet fleet, string token)
    {
        while (!fleet.Read().Of("began").Any(entry => entry.Token == token)) await Task.Delay(20, Ending);
    }

    async Task<JobStatus> FindAsync(JobId job)
    {
        await using var client = await ClientAsync();
        return (await client.Jobs.FindAsync(job))!;
    }

    // Judged by their own account first; then the engine is asked what it has laid to them.
    async Task<History> EndedAsync(Fleet fleet, JobId[] neighbours)
    {
        await Fleet.EndAsync(fleet.All);
        var history = await fleet.FinishAsync();
        Judge.AssertSound(history, Mix.Bound);
        await using var client = await ClientAsync();
        foreach (var id in neighbours)
        {
            var job = (await client.ReadAsync(id)).Job;
            Assert.Equal((JobState.Succeeded, 0, 0), (job.State, job.Crashes, job.Failures));
        }
        return history;
    }
}
