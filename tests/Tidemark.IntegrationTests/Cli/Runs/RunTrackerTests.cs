using Tidemark.Cli.Output;
using Tidemark.Cli.Runs;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

public sealed class RunTrackerTests
{
    [Fact]
    public async Task While_the_store_does_not_answer_a_run_is_shown_as_it_was_last_read_with_what_is_counted_here()
    {
        var store = new InMemoryJobStore(TimeProvider.System);
        await store.OpenAsync();
        var worker = await store.RegisterAsync(Given.Worker);
        var id = (await store.EnqueueAsync([Given.Job], null))[0].Id;
        var claimed = await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false });
        await new Held(store, worker, claimed.Jobs[0], 0).SaveAsync(Given.Rows with { Counters = new() { Done = 3, Retried = 2 } }, RunNames.Stream);
        var outage = new Outage();
        var tracker = new RunTracker("long", ResumeCost.Default, new FaultyStore(store, outage, TimeProvider.System), TimeProvider.System)
        {
            Job = id,
            Scan = new InputScan(Total: 10, SettledHere: 3, SettledEver: 3),
            DoneBefore = 3,
            Phase = RunPhase.Running,
        };

        var before = tracker.Look();
        outage.HasBegun = true;
        tracker.Succeeded();
        var during = tracker.Look();
        var unsaved = tracker.NotSaved();

        Assert.Equal((3L, 2L), (before.Done, before.Retried));
        Assert.Equal((4L, 2L), (during.Done, during.Retried));
        Assert.Equal(1L, unsaved.Items);
    }

    sealed class Outage : IFaultSource
    {
        internal bool HasBegun { get; set; }

        public Fault Next(string operation) => new() { ErrorBefore = HasBegun };
    }
}
