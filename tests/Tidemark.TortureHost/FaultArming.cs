using Tidemark.Seams;

namespace Tidemark.TortureHost;

/// <summary>
/// <c>TIDEMARK_FAULT=name@k:kill9|stop|throw|sleep</c>: what happens at the k-th hit of a fault point. <c>throw</c> is what a store would throw
/// there: lost on the way before a commit, unknown after it. <c>sleep</c> holds that thread for so long.
/// </summary>
internal static class FaultArming
{
    public const int SleepMs = 2_000;
    public const string Variable = "TIDEMARK_FAULT";

    public static void FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return;
        if (text.Split('@', ':') is not [var name, var count, var deed] || !int.TryParse(count, out var left) || left < 1)
            throw new InvalidOperationException($"{Variable}='{text}' is not name@k:kill9, :stop, :throw or :sleep, with k from 1.");
        var act = Deed(deed);
        FaultPoints.Armed = point =>
        {
            if (point == name && Interlocked.Decrement(ref left) == 0) act(point);
        };
    }

    static Action<string> Deed(string deed) => deed switch
    {
        "kill9" => _ => Native.Send(Environment.ProcessId, Native.Kill),
        "stop" => _ => Native.Send(Environment.ProcessId, Native.Stop),
        "sleep" => _ => Thread.Sleep(SleepMs),
        "throw" => point => throw new StoreException($"The store was cut off at {point}.", outcomeUnknown: point.EndsWith("after-commit", StringComparison.Ordinal)),
        _ => throw new InvalidOperationException($"'{deed}' is none of kill9, stop, throw, sleep."),
    };
}
