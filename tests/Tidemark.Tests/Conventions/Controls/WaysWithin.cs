namespace Tidemark.Tests.Conventions.Controls;

/// <summary>The honest forms of the same: the scan must let them pass. Never run.</summary>
internal static class WaysWithin
{
    public static Task OnALane(TaskScheduler lane) => Task.Factory.StartNew(() => { }, default, TaskCreationOptions.None, lane);
    public static Task Delay(TimeProvider clock) => Task.Delay(TimeSpan.FromSeconds(1), clock);
    public static Task WaitAsync(Task task, TimeProvider clock) => task.WaitAsync(TimeSpan.FromSeconds(1), clock);
    public static Task WaitAsync(Task task, CancellationToken stop) => task.WaitAsync(stop);
    public static PeriodicTimer Periodic(TimeProvider clock) => new(TimeSpan.FromSeconds(1), clock);
    public static CancellationTokenSource Timeout(TimeProvider clock) => new(TimeSpan.FromSeconds(1), clock);
    public static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    public static Task Enter(SemaphoreSlim gate, CancellationToken stop) => gate.WaitAsync(stop);
    public static Random Seeded(int seed) => new(seed);
    public static DateTimeOffset Now(TimeProvider clock) => clock.GetUtcNow();
}
