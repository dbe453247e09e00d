using System.Runtime.CompilerServices;

namespace Tidemark.TortureHost.Serve;

/// <summary>Handlers that harm the process they run in, each in its own way. The argument's token is the way's name.</summary>
internal static class Hostile
{
    const int Block = 1 << 20;

    public static JobKey<MixArgs> Job { get; } = new("hostile");

    public static void AddTo(TidemarkBuilder tidemark, Journal journal, string life) => tidemark.AddJob(Job).Retry(RetryPolicy.None).HandledBy(async (MixArgs args, JobContext job) =>
    {
        journal.Write("began", args.Token, $"{life}.hostile", $"{job.Attempt}");
        await Ways[args.Token](args.Items);
        journal.Write("ended", args.Token, $"{life}.hostile", "ok");
    });

    /// <summary>Given milliseconds to do it for, if it ends at all.</summary>
    static Dictionary<string, Func<int, Task>> Ways { get; } = new()
    {
        ["blocks-the-pool"] = BlockPoolAsync,
        ["burns-the-cores"] = BurnAsync,
        ["ignores-cancellation"] = _ => Task.Delay(Timeout.Infinite, CancellationToken.None),
        ["fails-fast"] = _ => FailFast(),
        ["recurses"] = _ => Task.FromResult(Recurse(0)),
        ["allocates"] = _ => AllocateAsync(),
        ["hoards"] = HoardAsync,
    };

    static Task FailFast()
    {
        Environment.FailFast("the handler takes the process with it");
        return Task.CompletedTask;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    static int Recurse(int depth) => Recurse(depth + 1) + 1;

    // Every thread that the pool makes is taken at once, and no more are made than there are.
    static Task BlockPoolAsync(int milliseconds)
    {
        ThreadPool.SetMaxThreads(Environment.ProcessorCount, Environment.ProcessorCount);
        for (var i = 0; i < 10 * Environment.ProcessorCount; i++) ThreadPool.QueueUserWorkItem(_ => Thread.Sleep(milliseconds / 10));
        Thread.Sleep(milliseconds);
        return Task.CompletedTask;
    }

    static async Task BurnAsync(int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        await Task.WhenAll(Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(() =>
        {
            while (Environment.TickCount64 < end) Thread.SpinWait(1_000);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    static Task AllocateAsync()
    {
        var hoard = new List<byte[]>();
        while (true) hoard.Add(new byte[Block]);
    }

    // Lets go of nothing when memory has run out, and takes the last bytes as well; ends as the kernel would end it.
    static Task HoardAsync(int milliseconds)
    {
        var hoard = new List<byte[]>(1 << 20);
        var end = Environment.TickCount64 + milliseconds;
        for (var size = Block; Environment.TickCount64 < end;)
        {
            try
            {
                hoard.Add(new byte[size]);
            }
            catch (OutOfMemoryException) when (size > 64)
            {
                size /= 2;
            }
            catch (OutOfMemoryException)
            {
                Thread.Sleep(1);
            }
        }
        Native.Send(Environment.ProcessId, Native.Kill);
        GC.KeepAlive(hoard);
        return Task.CompletedTask;
    }
}
