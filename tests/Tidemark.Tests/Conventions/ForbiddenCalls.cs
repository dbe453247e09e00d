using Tidemark.Tests.Conventions.Compiled;

namespace Tidemark.Tests.Conventions;

/// <summary>A row of the table below: members of a type (<c>*</c> for all), the calls of them that are meant, and what to use instead.</summary>
internal sealed record ForbiddenCall(string Type, string Members, Func<Use, bool> Meant, string Instead)
{
    readonly string[] names = Members.Split('|');

    public bool Matches(Use use) =>
        use.Target.Type.Plain == Type && (Members == "*" || names.Contains(use.Target.Name)) && Meant(use);
}

/// <summary>
/// What takes the core away from its lanes, its clock or its source of randomness, and so from the simulator. Each row is one way out;
/// the compiler's <c>BannedSymbols.txt</c> says the simple half of it earlier, this table says all of it, also inside lambdas.
/// </summary>
internal static class ForbiddenCalls
{
    const string Clock = "the injected TimeProvider";
    const string Lane = "an await on the lane that the caller is on, or a lane given by Hosting";
    const string Chance = "the one injected source of randomness and ids";
    const string Wait = "a signal, or Task.Delay/WaitAsync with the injected TimeProvider";

    static readonly string[] Delays = ["System.TimeSpan", "System.Int32", "System.Int64", "System.UInt32"];

    public static IReadOnlyList<ForbiddenCall> Table { get; } =
    [
        new("System.Threading.Tasks.Task", "Run", Always, Lane),
        new("System.Threading.Tasks.Task", "Start", Without("System.Threading.Tasks.TaskScheduler"), Lane),
        new("System.Threading.Tasks.TaskFactory", "StartNew", Without("System.Threading.Tasks.TaskScheduler"), Lane),
        new("System.Threading.Tasks.TaskScheduler", "get_Default", Always, Lane),
        new("System.Threading.Tasks.Task", "ConfigureAwait", LeavesTheLane, Lane),
        new("System.Threading.Tasks.ValueTask", "ConfigureAwait", LeavesTheLane, Lane),
        new("System.Threading.Tasks.TaskAsyncEnumerableExtensions", "ConfigureAwait", LeavesTheLane, Lane),
        new("System.Runtime.CompilerServices.ConfiguredCancelableAsyncEnumerable", "ConfigureAwait", LeavesTheLane, Lane),
        new("System.Threading.Thread", ".ctor|Start|UnsafeStart|Join|Yield|SpinWait", Always, Lane),
        new("System.Threading.ThreadPool", "*", Always, Lane),
        new("System.Threading.Tasks.Parallel", "*", Always, Lane),
        new("System.Linq.ParallelEnumerable", "*", Always, Lane),

        new("System.Threading.Timer", "*", Always, "TimeProvider.CreateTimer"),
        new("System.Timers.Timer", "*", Always, "TimeProvider.CreateTimer"),
        new("System.Threading.PeriodicTimer", ".ctor", WithoutProvider, Wait),
        new("System.Threading.Thread", "Sleep", Always, Wait),
        new("System.Threading.Tasks.Task", "Delay|WaitAsync", TimedWithoutProvider, Wait),
        new("System.Threading.Tasks.Task", "Wait|WaitAll|WaitAny", Timed, Wait),
        new("System.Threading.SemaphoreSlim", "Wait|WaitAsync", Timed, Wait),
        new("System.Threading.ManualResetEventSlim", "Wait", Timed, Wait),
        new("System.Threading.CountdownEvent", "Wait", Timed, Wait),
        new("System.Threading.WaitHandle", "WaitOne|WaitAll|WaitAny", Timed, Wait),
        new("System.Threading.Monitor", "Wait|TryEnter", Timed, Wait),
        new("System.Threading.SpinWait", "*", Always, Wait),
        new("System.Threading.CancellationTokenSource", ".ctor", TimedWithoutProvider, "new CancellationTokenSource(delay, timeProvider)"),
        new("System.Threading.CancellationTokenSource", "CancelAsync", Always, "Cancel"),
        new("System.Threading.CancellationTokenSource", "CancelAfter", Always, "new CancellationTokenSource(delay, timeProvider)"),

        new("System.DateTime", "get_Now|get_UtcNow|get_Today", Always, Clock),
        new("System.DateTimeOffset", "get_Now|get_UtcNow", Always, Clock),
        new("System.Diagnostics.Stopwatch", "*", Always, Clock),
        new("System.Environment", "get_TickCount|get_TickCount64", Always, Clock),
        new("System.TimeProvider", "get_System", Always, Clock),

        new("System.Guid", "NewGuid|CreateVersion7", Always, Chance),
        new("System.Random", "get_Shared", Always, Chance),
        new("System.Random", ".ctor", use => use.Target.Parameters.Length == 0, Chance),
        new("System.Security.Cryptography.RandomNumberGenerator", "*", Always, Chance),
    ];

    /// <summary>The calls of the table that a type makes, with the row that each breaks.</summary>
    public static IEnumerable<(Use Use, ForbiddenCall Row)> In(CompiledType type) =>
        from method in type.Methods
        from use in method.Uses()
        from row in Table
        where row.Matches(use)
        select (use, row);

    static bool Always(Use use) => true;
    static bool Timed(Use use) => Delays.Any(use.Target.Takes);
    static bool WithoutProvider(Use use) => !use.Target.Takes("System.TimeProvider");
    static bool TimedWithoutProvider(Use use) => Timed(use) && WithoutProvider(use);
    static Func<Use, bool> Without(string type) => use => !use.Target.Takes(type);

    /// <summary>Options keep the lane only as a literal that has ContinueOnCapturedContext; the overload with a bool has no honest use here.</summary>
    static bool LeavesTheLane(Use use) =>
        !use.Target.Takes("System.Threading.Tasks.ConfigureAwaitOptions")
        || use.LastConstant is not { } options || !((ConfigureAwaitOptions)options).HasFlag(ConfigureAwaitOptions.ContinueOnCapturedContext);
}
