using Tidemark.Cli.Output;

namespace Tidemark.IntegrationTests.Cli.Output;

internal static class Snapshots
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 21, 3, 7, 0, TimeSpan.Zero);

    internal static RunSnapshot Running { get; } = new()
    {
        Name = "reindex",
        Phase = RunPhase.Running,
        Now = Now,
        Done = 62_102,
        Quarantined = 12,
        Total = 100_000,
        Retried = 31,
        InFlight = 4,
        Rate = 18.42,
        Eta = new EtaRange(TimeSpan.FromMinutes(31), TimeSpan.FromMinutes(37)),
        Redo = new Redo(44, TimeSpan.FromSeconds(9.2)),
        Bound = new Redo(10_000, TimeSpan.FromSeconds(30)),
        Failure = new LastFailure("line 58911", "exit 7: no such customer", Now.AddMinutes(-2)),
    };

    internal static TerminalStyle Plain(int width) => new(width, Color: false, Unicode: true);
}
