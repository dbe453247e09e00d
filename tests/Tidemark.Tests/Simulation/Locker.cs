using Tidemark.Locking;

namespace Tidemark.Tests.Simulation;

/// <summary>Somebody in a process who wants the lock again and again, holds it for a while, and lets it go or loses it.</summary>
internal sealed class Locker(Sim sim, SimProcess process, LockKeeper keeper, Holds holds, Plan plan)
{
    public async Task RunAsync()
    {
        while (sim.Now < plan.Busyness && !process.IsLeaving)
        {
            await Task.Delay(Time(2), process.Clock);
            try
            {
                var wait = sim.Random.Next(3) == 0 ? Time(1) : Timeout.InfiniteTimeSpan;
                if (await keeper.AcquireAsync(Holds.Door, new() { Places = plan.Places }, wait, CancellationToken.None) is not { } ticket) continue;
                holds.Entered(process, keeper, ticket);
                await HoldAsync(ticket);
                holds.Left(ticket);
                await keeper.LetGoAsync(ticket);
            }
            catch (StoreException)
            {
                // it asks again
            }
            catch (InvalidOperationException) when (process.IsLeaving)
            {
                return; // nobody gets one any more
            }
        }
    }

    async Task HoldAsync(Ticket ticket)
    {
        var lost = new TaskCompletionSource(); // a continuation run asynchronously would leave the simulation
        using var told = ticket.Lost.Token.Register(() => lost.TrySetResult());
        await Task.WhenAny(lost.Task, Task.Delay(Time(3), process.Clock));
    }

    TimeSpan Time(int times) => plan.LockTime * (times * sim.Random.NextDouble());
}
