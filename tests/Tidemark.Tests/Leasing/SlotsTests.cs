using Tidemark.Leasing;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Leasing;

public sealed class SlotsTests
{
    readonly ManualClock clock = new();

    static ClaimedJob Job => new()
    {
        Id = new(1), Fence = 1, Worker = new(1), Name = Given.Name, Queue = Given.Queue, Arguments = [], Attempt = 1, Failures = 0, Crashes = 0, IsSuspect = false,
        Priority = 0, DueAt = default, CreatedAt = default, Tags = null, Parent = null, Visit = null, DedupKey = null, HasMemory = false,
    };

    [Fact]
    public void A_job_that_ends_an_idle_time_is_not_given_back_before_a_slot_could_take_it()
    {
        var slots = new Slots(Given.Queue, count: 2, maxPrefetch: 8, clock);
        clock.Pass(TimeSpan.FromMinutes(1));
        slots.Fill([Job], asked: 2, more: false);
        Assert.Empty(slots.TakeStale());
    }

    [Fact]
    public void A_job_that_no_slot_takes_for_too_long_is_given_back()
    {
        var slots = new Slots(Given.Queue, count: 2, maxPrefetch: 8, clock);
        slots.Fill([Job], asked: 2, more: false);
        clock.Pass(TimeSpan.FromSeconds(1));
        slots.Fill([Job with { Id = new(2) }], asked: 1, more: false); // more of it makes what waits no younger
        Assert.Equal([1L, 2L], slots.TakeStale().Select(job => job.Id.Value));
    }
}
