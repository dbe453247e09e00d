using System.Globalization;

namespace Tidemark.TortureHost.Serve;

/// <summary>What was asked for: a name for the checkers, and how much of it.</summary>
internal sealed record MixArgs(string Token, int Items);

/// <summary>
/// Jobs of every kind, which write what they do to the journal before they do it, and that they are done in the transaction of their success.
/// </summary>
/// <param name="journal">Where to.</param>
/// <param name="life">Of this process.</param>
/// <param name="isKilled">Its processes are killed from outside, again and again: no item answers for that. One that was alone in flight three times would be set aside, and its effect missed.</param>
internal sealed class Mix(Journal journal, string life, bool isKilled)
{
    public const int Bound = 4;
    const int Concurrency = 2;
    const int Partitions = 3;
    static readonly RetryPolicy Soon = new() { MaxRetries = 10, BaseDelay = TimeSpan.FromMilliseconds(10), Ceiling = TimeSpan.FromMilliseconds(100) };
    int runs;

    public static JobKey<MixArgs> Quick { get; } = new("quick");
    public static JobKey<MixArgs> Calls { get; } = new("calls");
    public static JobKey<MixArgs> Effects { get; } = new("effects");
    /// <summary>As effects, given as commands.</summary>
    public static JobKey<MixArgs> Commands { get; } = new("commands");

    public static JobKey<MixArgs> Steps { get; } = new("steps");

    /// <summary>Its partitions are attempts of its own, to the checkers: each cut off costs its bound, and none begins after the job's end.</summary>
    public static JobKey<MixArgs> Split { get; } = new("split");

    public static IReadOnlyList<JobKey<MixArgs>> Kinds { get; } = [Quick, Calls, Effects, Commands, Steps, Split];

    int Crashes => isKilled ? 0 : new StreamOptions().QuarantineAfterCrashes;

    public void AddTo(TidemarkBuilder tidemark)
    {
        tidemark.AddJob(Quick).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, _ => Task.CompletedTask)).Retry(Soon);
        tidemark.AddJob(Calls).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, run => CallAsync(args, job, run))).Retry(Soon)
            .Stream("items", stream => (stream.ResumeCost, stream.Concurrency, stream.QuarantineAfterCrashes) = (ResumeCost.AtMost(Bound), Concurrency, Crashes));
        tidemark.AddJob(Split).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, run => CallAsync(args, job, run))).Retry(Soon)
            .Stream("items", stream => (stream.ResumeCost, stream.Concurrency, stream.Partitions, stream.QuarantineAfterCrashes) = (ResumeCost.AtMost(Bound), Concurrency, Partitions, Crashes));
        tidemark.AddJob(Effects).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, run => WriteAsync(args, job, run))).Retry(Soon)
            .Stream("items", stream => (stream.ResumeCost, stream.QuarantineAfterCrashes) = (ResumeCost.AtMost(Bound), Crashes));
        tidemark.AddJob(Commands).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, run => CommandAsync(args, job, run))).Retry(Soon)
            .Stream("items", stream => (stream.ResumeCost, stream.QuarantineAfterCrashes) = (ResumeCost.AtMost(Bound), Crashes));
        tidemark.AddJob(Steps).HandledBy((MixArgs args, JobContext job) => RunAsync(args, job, run => StepAsync(args, job, run))).Retry(Soon);
    }

    async Task RunAsync(MixArgs args, JobContext job, Func<string, Task> body)
    {
        var run = $"{life}.{Interlocked.Increment(ref runs)}";
        journal.Write("began", args.Token, run, job.Attempt.ToString(CultureInfo.InvariantCulture));
        try
        {
            await body(run);
            job.CommitOnSuccess((transaction, token) => MixTables.DoneAsync(transaction, args.Token, run, token));
            journal.Write("ended", args.Token, run, "ok");
        }
        catch (Exception error)
        {
            journal.Write("ended", args.Token, run, await WhyAsync(job, error));
            throw;
        }
    }

    // An abort shows in the waits of the items as their cancellation, whatever it was given for: the next call of the engine says what for.
    static async Task<string> WhyAsync(JobContext job, Exception error)
    {
        try
        {
            if (error is TaskCanceledException) await job.Cursor<bool>("why").LoadAsync(false);
            return error.GetType().Name;
        }
        catch (Exception told)
        {
            return told.GetType().Name;
        }
    }

    Task CallAsync(MixArgs args, JobContext job, string run) => job.Stream("items", Numbers(args)).ForEachAsync(async (item, token) =>
    {
        journal.Write("item", args.Token, run, item.Key);
        await Task.Delay(Random.Shared.Next(1, 12), token);
    });

    static Task WriteAsync(MixArgs args, JobContext job, string run) => job.Stream("items", Numbers(args)).CommitAsync(async (items, transaction, token) =>
    {
        foreach (var item in items) await MixTables.EffectAsync(transaction, args.Token, item.Value, run, token);
    });

    static Task CommandAsync(MixArgs args, JobContext job, string run) => job.Stream("items", Numbers(args)).CommitAsync((items, batch) =>
    {
        foreach (var item in items) MixTables.AddEffect(batch, args.Token, item.Value, run);
    });

    async Task StepAsync(MixArgs args, JobContext job, string run)
    {
        var parked = await job.StepAsync("first", (_, _) =>
        {
            journal.Write("step", args.Token, run, "first");
            return Task.FromResult(DateTimeOffset.UtcNow.AddMilliseconds(30));
        });
        if (DateTimeOffset.UtcNow < parked) throw Park.Until(parked, "for a moment");
        var failed = job.Cursor<bool>("failed");
        if (!await failed.LoadAsync(false))
        {
            await failed.SaveAsync(true);
            throw new TimeoutException("once");
        }
        await job.StepAsync("second", (_, _) =>
        {
            journal.Write("step", args.Token, run, "second");
            return Task.CompletedTask;
        });
    }

    static Source<int> Numbers(MixArgs args) => Items.Of(Enumerable.Range(0, args.Items).ToArray(), number => $"{number}");
}
