using System.Diagnostics;
using Tidemark.Tests.Simulation;

namespace Tidemark.Simulator;

/// <summary>A range of seeds, one after another on each thread: red ones are told at once, with the command that tells their story.</summary>
internal sealed class Seeds(int from, int count, string? flaw, int stopAfter, string? keep)
{
    const int Green = 0, Red = 1, Interrupted = 130;
    static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    readonly Lock gate = new();
    int next = -1, done, red;

    public static IEnumerable<string> Flaws => Tidemark.Tests.Simulation.Flaws.ByName.Keys.Order(StringComparer.Ordinal);

    public static int RunOne(int seed, string? flaw, string? story)
    {
        using var told = story is null ? null : File.CreateText(story);
        var result = Simulation.Run(seed, Make(flaw), told);
        Console.WriteLine($"seed {seed}: {result.Breach ?? "green"} ({result.Events:N0} events, {result.Time.TotalSeconds:N1} s of its time, hash {result.Hash:x16})");
        return result.Breach is null ? Green : Red;
    }

    public async Task<int> RunAsync(int threads, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var telling = TellAsync(began, over.Token);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(() => RunSome(cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        await over.CancelAsync();
        await telling;
        Console.WriteLine(Told(began));
        return red > 0 ? Red : cancel.IsCancellationRequested ? Interrupted : Green;
    }

    void RunSome(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && Volatile.Read(ref red) < stopAfter && Interlocked.Increment(ref next) is var index && index < count)
        {
            var result = Simulation.Run(from + index, Make(flaw));
            if (result.Breach is { } breach) Tell(result.Seed, breach);
            Interlocked.Increment(ref done);
        }
    }

    void Tell(int seed, string breach)
    {
        lock (gate)
        {
            red++;
            Console.WriteLine($"seed {seed}: {breach}\n  its story: tidemark-sim --seed {seed}{(flaw is null ? "" : $" --flaw {flaw}")} --story story.txt");
            if (keep is not null) File.AppendAllText(keep, $"{seed} {breach.ReplaceLineEndings(" ")}\n");
        }
    }

    async Task TellAsync(long began, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TellEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(over)) await Console.Error.WriteLineAsync(Told(began));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // all is told
        }
    }

    string Told(long began)
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return $"{done:N0} of {count:N0} seeds from {from}, {done / seconds:N0}/s, {(red == 0 ? "none" : $"{red:N0}")} red";
    }

    static IFlaw Make(string? name) => name is null ? new NoFlaw() : Tidemark.Tests.Simulation.Flaws.ByName[name].Make();
}
