using System.Reflection;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Simulation;

public sealed class FaultyStoreTests
{
    static async Task<InMemoryJobStore> OpenAsync()
    {
        var store = new InMemoryJobStore(new ManualClock());
        await store.OpenAsync();
        return store;
    }

    [Fact]
    public async Task An_error_before_leaves_nothing_done_and_says_so()
    {
        var store = await OpenAsync();
        var faulty = new FaultyStore(store, new Always(new() { ErrorBefore = true }), TimeProvider.System);
        var error = await Assert.ThrowsAsync<StoreException>(async () => await faulty.EnqueueAsync([Given.Job], null));
        Assert.False(error.OutcomeUnknown);
        Assert.Empty((await store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task An_error_after_leaves_it_done_and_the_caller_in_doubt()
    {
        var store = await OpenAsync();
        var faulty = new FaultyStore(store, new Always(new() { ErrorAfter = true }), TimeProvider.System);
        var error = await Assert.ThrowsAsync<StoreException>(async () => await faulty.EnqueueAsync([Given.Job], null));
        Assert.True(error.OutcomeUnknown);
        Assert.Single((await store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task Delays_last_until_the_given_clock_says_so()
    {
        var store = await OpenAsync();
        var clock = new HeldTimers();
        var faulty = new FaultyStore(store, new Always(new() { DelayBefore = TimeSpan.FromSeconds(2), DelayAfter = TimeSpan.FromSeconds(3) }), clock);
        var enqueued = faulty.EnqueueAsync([Given.Job], null).AsTask();
        Assert.Empty((await store.ListJobsAsync(new())).Jobs);
        Assert.Equal(TimeSpan.FromSeconds(2), clock.Ring());
        Assert.Single((await store.ListJobsAsync(new())).Jobs);
        Assert.False(enqueued.IsCompleted);
        Assert.Equal(TimeSpan.FromSeconds(3), clock.Ring());
        Assert.Single(await enqueued);
    }

    [Fact]
    public async Task Every_operation_can_meet_a_fault()
    {
        var faults = new Always(new() { ErrorBefore = true });
        var faulty = new FaultyStore(await OpenAsync(), faults, TimeProvider.System);
        var operations = typeof(IJobStore).GetInterfaces().Where(part => part != typeof(IAsyncDisposable)).SelectMany(part => part.GetMethods()).ToList();
        Assert.True(operations.Count > 20);
        foreach (var operation in operations)
        {
            var asked = operation.GetParameters().Select(at => at.ParameterType.IsValueType ? Activator.CreateInstance(at.ParameterType) : null).ToArray();
            var answer = operation.Invoke(faulty, BindingFlags.DoNotWrapExceptions, null, asked, null)!;
            await Assert.ThrowsAsync<StoreException>(() => answer as Task ?? (Task)answer.GetType().GetMethod(nameof(ValueTask.AsTask))!.Invoke(answer, null)!);
        }
        Assert.Equal(operations.Select(operation => operation.Name), faults.Met);
    }

    [Fact]
    public void One_seed_means_one_sequence_of_faults()
    {
        var rates = new FaultRates { ErrorBefore = 0.2, ErrorAfter = 0.2, Delay = 0.3, Spared = ["BeatAsync"] };
        static Fault[] Draw(SeededFaults faults) => [.. Enumerable.Range(0, 1_000).Select(_ => faults.Next("ClaimAsync"))];
        var drawn = Draw(new(7, rates));
        Assert.Equal(drawn, Draw(new(7, rates)));
        Assert.NotEqual(drawn, Draw(new(8, rates)));
        Assert.InRange(drawn.Count(fault => fault.ErrorBefore), 150, 250);
        Assert.InRange(drawn.Count(fault => fault.ErrorAfter), 150, 250);
        Assert.InRange(drawn.Count(fault => fault.DelayBefore > TimeSpan.Zero), 240, 360);
        Assert.InRange(drawn.Count(fault => fault.DelayAfter > TimeSpan.Zero), 240, 360);
        Assert.DoesNotContain(drawn, fault => fault.ErrorBefore && fault.ErrorAfter);
        Assert.All(drawn, fault => Assert.True(fault.DelayBefore <= rates.LongestDelay && fault.DelayAfter <= rates.LongestDelay));
        Assert.Equal(default, new SeededFaults(7, rates with { ErrorBefore = 1 }).Next("BeatAsync"));
        var calm = new SeededFaults(7, rates with { ErrorBefore = 1 });
        calm.Calm();
        Assert.Equal(default, calm.Next("ClaimAsync"));
    }

    sealed class Always(Fault fault) : IFaultSource
    {
        public List<string> Met { get; } = [];

        public Fault Next(string operation)
        {
            Met.Add(operation);
            return fault;
        }
    }

    /// <summary>Timers that ring when told to.</summary>
    sealed class HeldTimers : TimeProvider
    {
        readonly Queue<(TimeSpan Due, Action Ring)> timers = [];

        /// <summary>Rings the next one and says how long it was set for.</summary>
        public TimeSpan Ring()
        {
            var (due, ring) = timers.Dequeue();
            ring();
            return due;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Enqueue((dueTime, () => callback(state)));
            return new Nothing();
        }

        sealed class Nothing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;
            public void Dispose() { }
            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
