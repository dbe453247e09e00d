using Xunit;

namespace Tidemark.IntegrationTests.Crash.Checks;

/// <summary>All checkers at once.</summary>
internal static class Judge
{
    public static IReadOnlyList<string> Faults(History history, int bound, bool isPaused = false) =>
    [
        .. TotalQueue.Faults(history), .. UniqueTerminal.Faults(history, isPaused), .. FenceOrder.Faults(history),
        .. PaidAgain.Faults(history, bound, isPaused), .. ExactlyOnce.Faults(history),
    ];

    public static void AssertSound(History history, int bound, bool isPaused = false)
    {
        var faults = Faults(history, bound, isPaused);
        Assert.True(faults.Count == 0, $"{faults.Count} faults, the first: {string.Join("; ", faults.Take(5))}");
    }
}
