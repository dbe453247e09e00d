using Microsoft.Extensions.Logging;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Leasing;

/// <summary>
/// The sign of life, on the pulse lane. Needs no pool thread: the lane's wait and the store's beat complete synchronously in production, so the
/// whole loop is one blocking thread (measured: an async beat lost nine of ten beats under blocked handlers, a blocking thread none). One is given an
/// interval after the one before it was: what took long is followed soon.
/// </summary>
/// <param name="parts">The engine's world.</param>
/// <param name="worker">Whose lease it is.</param>
/// <param name="running">Its attempts.</param>
/// <param name="holds">Whether it holds anything that others would wait for if it died.</param>
internal sealed class Beats(EngineParts parts, WorkerLease worker, RunningAttempts running, Func<bool> holds)
{
    const int ShortestRest = 5; // a part of the interval: where each beat takes long, more of them would not help
    const int RestsALease = 3;  // of one that may rest: two more beats are tried before its lease is in danger
    static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5); // others count on whoever beats, and a connection that lies idle for long is dropped on the way

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Leasing");
    volatile bool stopping;
    WorkerId? buried; // the registration that is known to be dead: each is told of once, however the beats around it went
    bool warned;

    public volatile bool Draining;

    /// <summary>Called once for each registration that is found to have been declared dead.</summary>
    public Action? DeclaredDead { get; set; }

    public async ValueTask RunAsync()
    {
        while (!stopping)
        {
            var sent = parts.Time.GetTimestamp();
            var next = await BeatAsync(sent);
            var (left, least) = (next - parts.Time.GetElapsedTime(sent), parts.Options.BeatInterval / ShortestRest);
            await parts.Lanes.Pulse.WaitAsync(left > least ? left : least);
        }
    }

    /// <summary>The rest that the store has granted is over: whoever holds something beats for it.</summary>
    public void Hasten() => parts.Lanes.Pulse.Interrupt();

    public void Stop()
    {
        stopping = true;
        parts.Lanes.Pulse.Interrupt();
    }

    TimeSpan Rest => TimeSpan.FromTicks(Math.Max(parts.Options.BeatInterval.Ticks, Math.Min(parts.Options.LeaseDuration.Ticks / RestsALease, LongestRest.Ticks)));

    // Answers when the next is due, counted from when this one was sent.
    async ValueTask<TimeSpan> BeatAsync(long sent)
    {
        var id = worker.Id;
        try
        {
            FaultPoints.Hit(FaultPoints.RenewInside);
            var reply = await parts.Store.BeatAsync(new() { Worker = id, Draining = Draining, Running = running.Count, Holds = Draining || running.Count > 0 || holds() });
            if (reply.Alive)
            {
                worker.BeatAccepted(sent);
                warned = false;
                return reply.MayRest ? Rest : parts.Options.BeatInterval;
            }
            if (buried == id || (Draining && running.Count == 0)) return parts.Options.BeatInterval; // it has signed off just now, or has nothing left to lose
            buried = id;
            if (reply.Why is { } why) logger.LogCritical("{Why}", why);
            else logger.LogCritical("This worker was declared dead after a silence longer than its lease of {Lease}: its jobs have gone to others, and its own attempts are cancelled.", parts.Options.LeaseDuration);
            worker.Lost();
            running.AskAll(new(StopCause.LeaseLost, reply.Why ?? "The worker was declared dead."));
            DeclaredDead?.Invoke();
        }
        catch (Exception fault) // whatever it is: a worker that stops beating loses all its jobs
        {
            if (!warned) logger.LogError(fault, "A beat could not be given: {Message}", fault.Message);
            warned = true;
        }
        return parts.Options.BeatInterval;
    }
}
