using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Tidemark.Tests.Conventions.Controls;

/// <summary>One method for each way out of the simulator that the scan must find. Never run: only their compiled bodies are read.</summary>
internal static class WaysOut
{
    public static Task Run() => Task.Run(() => { });
    public static void Start(Task task) => task.Start();
    public static Task StartNew() => Task.Factory.StartNew(() => { });
    public static Task<int> StartNewOfResult() => new TaskFactory<int>().StartNew(() => 1);
    public static TaskScheduler DefaultScheduler() => TaskScheduler.Default;
    public static async Task InAnAsyncBody(Task task) => await task.ConfigureAwait(false);
    public static async ValueTask<int> OfAValueTask(ValueTask<int> task) => await task.ConfigureAwait(false);
    public static async Task ByOptions(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    public static async Task ByComputedOptions(Task task, ConfigureAwaitOptions options) => await task.ConfigureAwait(options);
    public static async Task OfADisposable(IAsyncDisposable resource) { await using var held = resource.ConfigureAwait(false); }
    public static async Task OfAStream(IAsyncEnumerable<int> items) { await foreach (var item in items.ConfigureAwait(false)) _ = item; }
    public static ConfiguredCancelableAsyncEnumerable<int> OfACancelableStream(IAsyncEnumerable<int> items) => items.WithCancellation(default).ConfigureAwait(false);
    public static void StartAThread() => new Thread(() => { }).Start();
    public static bool Queue() => ThreadPool.QueueUserWorkItem(_ => { });
    public static void Loop() => Parallel.For(0, 1, _ => { });
    public static int Query(int[] numbers) => numbers.AsParallel().Count();

    public static Timer OldTimer() => new(_ => { });
    public static System.Timers.Timer OlderTimer() => new(1);
    public static PeriodicTimer Periodic() => new(TimeSpan.FromSeconds(1));
    public static void Sleep() => Thread.Sleep(1);
    public static Task Delay() => Task.Delay(1);
    public static Task WaitAsync(Task task) => task.WaitAsync(TimeSpan.FromSeconds(1));
    public static bool WaitFor(Task task) => task.Wait(1);
    public static Task<bool> Enter(SemaphoreSlim gate) => gate.WaitAsync(1);
    public static bool Await(ManualResetEventSlim signal) => signal.Wait(1);
    public static bool Await(CountdownEvent signal) => signal.Wait(1);
    public static bool Await(WaitHandle signal) => signal.WaitOne(1);
    public static bool TryEnter(object gate) => Monitor.TryEnter(gate, 1);
    public static void Spin() => default(SpinWait).SpinOnce();
    public static CancellationTokenSource Timeout() => new(TimeSpan.FromSeconds(1));
    public static Task CancelElsewhere(CancellationTokenSource source) => source.CancelAsync();
    public static void CancelLater(CancellationTokenSource source) => source.CancelAfter(1);

    public static DateTime Now() => DateTime.UtcNow;
    public static DateTimeOffset NowToo() => DateTimeOffset.UtcNow;
    public static long Measure() => Stopwatch.GetTimestamp();
    public static long Ticks() => Environment.TickCount64;
    public static TimeProvider Clock() => TimeProvider.System;

    public static Guid NewId() => Guid.NewGuid();
    public static Random SharedChance() => Random.Shared;
    public static Random UnseededChance() => new();
    public static int SecretChance() => RandomNumberGenerator.GetInt32(2);

    public static Func<DateTime> InALambda() => () => DateTime.UtcNow;
    public static Func<DateTime> InAClosure(int days) => () => DateTime.UtcNow.AddDays(days);
    public static Func<Guid> AsAMethodGroup() => Guid.NewGuid;
    public static IEnumerable<Guid> InAnIterator() { yield return Guid.NewGuid(); }
    public static DateTime InALocalFunction() { return Now(); static DateTime Now() => DateTime.UtcNow; }
    public static T InAGenericMethod<T>(Func<Guid, T> make) => make(Guid.NewGuid());
}
