using Tidemark.Locking;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>
/// Locks: tickets in lines. Tokens grow in every store, but not by the same steps: they are told by their place among those that have been given.
/// </summary>
internal static partial class Verbs
{
    static readonly string[] Locks = ["door", "gate"];

    static async Task<object?> AskLockAsync(Bench bench, Step step)
    {
        if (bench.Worker(step.A) is not { } worker) return null;
        var again = step.B % 6 == 0 && bench.Asked is { } former && former.Worker == worker;
        var ask = again ? bench.Asked! : new LockAsk
        {
            Worker = worker,
            Call = bench.NextCall(),
            Name = Locks[step.B % 2],
            Places = 1 + (step.C % 3),
            Owner = step.C % 2 == 0 ? "job 12" : null,
            Waits = step.C % 4 != 0,
        };
        bench.Asked = ask;
        var reply = await bench.Store.AskLockAsync(ask);
        if (reply.Token != 0 && !bench.Tokens.Contains(reply.Token)) bench.Tokens.Add(reply.Token);
        return new LockTold(reply.Verdict, bench.PlaceOf(reply.Token));
    }

    static async Task<object?> LetGoAsync(Bench bench, Step step) => bench.Worker(step.A) is { } worker && bench.Tokens.Count > 0
        ? TicketsOf(bench, await bench.Store.LetGoAsync(worker, [.. ((int[])[step.B, step.C]).Select(number => Bench.Pick(bench.Tokens, number)).Distinct()]))
        : null;

    static async Task<object?> TicketsAsync(Bench bench, Step step) => bench.Worker(step.A) is { } worker ? TicketsOf(bench, await bench.Store.ReadTicketsAsync(worker)) : null;

    static async Task<object?> BreakLockAsync(Bench bench, Step step) => bench.Tokens.Count > 0 ? await bench.Store.BreakLockAsync(Bench.Pick(bench.Tokens, step.A), "ada") : null;

    static TicketRow[] TicketsOf(Bench bench, TicketRow[] rows) => [.. rows.Select(row => row with { Token = bench.PlaceOf(row.Token) }).OrderBy(row => row.Token)];
}

/// <summary>What an asking was told: the verdict, and which of the tokens that were given.</summary>
internal sealed record LockTold(LockVerdict Verdict, long Place);
