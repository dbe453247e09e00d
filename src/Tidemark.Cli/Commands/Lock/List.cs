using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Lock;

/// <summary><c>tidemark lock list [NAME]</c>.</summary>
internal static class List
{
    static readonly Argument<string?> Name = new("NAME") { Description = "Of this lock only", Arity = ArgumentArity.ZeroOrOne };

    static readonly Field<LockStatus>[] Fields =
    [
        new("lock", "LOCK", held => held.Name),
        new("token", "TOKEN", held => held.Token),
        new("held_at", "HELD SINCE", held => held.HeldSince),
        new("asked_at", "ASKED", held => held.AskedAt),
        new("places", "PLACES", held => held.Places),
        new("owner", "OWNER", held => held.Owner),
        new("worker", "WORKER", held => held.Worker),
    ];

    internal static Command Create() => new Command("list", "Lists who holds which lock, and who waits for it") { Name, OperatorCommand.Limit }.Acting(async scene =>
    {
        var locks = await scene.Store.ListLocksAsync(new() { Name = scene.Parsed.GetValue(Name), Limit = scene.Parsed.GetValue(OperatorCommand.Limit) });
        scene.Report.Rows("lock", locks, Fields);
        if (locks.Length == 0) scene.Report.Say("Nobody holds a lock or waits for one.");
        return ExitCode.Done;
    });
}
