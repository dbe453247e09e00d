namespace Tidemark.IntegrationTests.Crash;

/// <summary>How much of the matrix is run: <c>TIDEMARK_CRASH=full</c> takes every hit and the long times, else a part that <c>./check</c> has time for.</summary>
internal static class CrashTime
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("TIDEMARK_CRASH") == "full";

    /// <summary>After which something that was to end is taken for hung.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromSeconds(90);

    public static int Choose(int brief, int full) => IsFull ? full : brief;
}
