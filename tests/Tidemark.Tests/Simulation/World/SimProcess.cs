using Tidemark.Seams;

namespace Tidemark.Tests.Simulation;

/// <summary>What dies, sleeps and wakes as one: an operating system process. Its clock, its threads and its store connection are its own.</summary>
internal sealed class SimProcess
{
    readonly Sim sim;

    public SimProcess(Sim sim, string name)
    {
        (this.sim, Name) = (sim, name);
        Clock = new(sim, this);
        Scheduler = new(sim, this);
    }

    public string Name { get; }
    public SimClock Clock { get; }
    public SimScheduler Scheduler { get; }
    public bool IsDead { get; private set; }

    /// <summary>It may die at any of its events.</summary>
    public bool IsMortal { get; init; }
    /// <summary>Told to leave.</summary>
    public bool IsLeaving { get; set; }

    public TimeSpan PausedUntil { get; private set; }

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>The longest that one of its tasks waits for a thread.</summary>
    public TimeSpan Busy { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Told of its death.</summary>
    public Action<string>? Died { get; set; }

    /// <summary>Nothing of it runs any more, not even what is queued.</summary>
    public void Kill(string how)
    {
        if (IsDead) return;
        IsDead = true;
        sim.Note($"{Name} dies: {how}");
        Died?.Invoke(how);
    }

    /// <summary>Nothing of it runs for so long; then everything goes on as if nothing had been.</summary>
    public void Pause(TimeSpan time)
    {
        PausedUntil = sim.Now + time;
        sim.Note($"{Name} is paused for {time.TotalSeconds:0.0} s");
    }

    public void Unpause() => PausedUntil = TimeSpan.Zero;

    /// <summary>Starts a loop of this process.</summary>
    public Task Start(Func<Task> loop) => Lanes.StartOn(Scheduler, loop);

    /// <summary>An event of its own: between the wish to cancel and the token's saying so anything may happen.</summary>
    public Task Cancel(CancellationTokenSource source) => Start(() =>
    {
        source.Cancel();
        return Task.CompletedTask;
    });
}
