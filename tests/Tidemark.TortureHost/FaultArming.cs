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

    /// <param name="gate">
    /// The gate's file, if a stop shall come while nobody of this process is inside: it hits all threads, also a writer that is there by chance, and then
    /// everybody waits for it. Not for points inside the write itself.
    /// </param>
    public static void FromEnvironment(string? gate = null)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return;
        if (text.Split('@', ':') is not [var name, var count, var deed] || !int.TryParse(count, out var left) || left < 1)
            throw new InvalidOperationException($"{Variable}='{text}' is not name@k:kill9, :stop, :throw or :sleep, with k from 1.");
        var act = Deed(deed, gate);
        FaultPoints.Armed = point =>
        {
            if (point == name && Interlocked.Decrement(ref left) == 0) act(point);
        };
    }

    static Action<string> Deed(string deed, string? gate) => deed switch
    {
        "kill9" => _ => Native.Send(Environment.ProcessId, Native.Kill),
        "stop" => _ => Stop(gate),
        "sleep" => _ => Thread.Sleep(SleepMs),
        "throw" => point => throw new StoreException($"The store was cut off at {point}.", outcomeUnknown: point.EndsWith("after-commit", StringComparison.Ordinal)),
        _ => throw new InvalidOperationException($"'{deed}' is none of kill9, stop, throw, sleep."),
    };

    // To this thread: sent to the process, the signal is for whichever of its threads takes it, and until that one has, this one goes on. Beside three busy loops one of two did, out of the gate and on.
    static void Stop(string? gate)
    {
        if (gate is null) Native.SendToThread(Native.ThisThread(), Native.Stop);
        else Stopper.StopThisProcess(gate);
    }
}
