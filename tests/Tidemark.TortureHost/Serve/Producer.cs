namespace Tidemark.TortureHost.Serve;

/// <summary>Asks for one job after the other until it is told to stop. An unknown outcome is asked again by the same key.</summary>
internal sealed class Producer(Journal journal, string life, IJobClient jobs, Arguments arguments)
{
    readonly IReadOnlyList<JobKey<MixArgs>> kinds = arguments.Has("no-due-times") ? [.. Mix.Kinds.Where(kind => kind != Mix.Steps)] : Mix.Kinds;
    readonly int most = arguments.Number("produce", 0);
    readonly int pause = arguments.Number("pause-ms", 20);
    readonly int items = arguments.Number("items", 12);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var number = 0; number < most && !stop.IsCancellationRequested; number++)
        {
            var kind = kinds[number % kinds.Count];
            var args = new MixArgs($"{life}-{number}", items);
            journal.Write("asked", args.Token, "-", $"{kind.Name}:{items}");
            if (await AskAsync(kind, args, stop) is { } id) journal.Write("acked", args.Token, "-", $"{id}");
            await Task.Delay(pause, CancellationToken.None);
        }
    }

    async Task<JobId?> AskAsync(JobKey<MixArgs> kind, MixArgs args, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return (await jobs.EnqueueAsync(kind, args, new() { Dedup = Dedup.Key(args.Token).ForEver() }, CancellationToken.None)).Id;
            }
            catch (StoreException refused)
            {
                journal.Write("refused", args.Token, "-", refused.OutcomeUnknown ? "unknown" : "known");
                if (stop.IsCancellationRequested) return null;
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}
