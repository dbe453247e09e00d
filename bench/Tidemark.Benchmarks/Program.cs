using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark;

var what = args.Length > 0 ? args[0] : "drain";
var dir = Directory.CreateTempSubdirectory("tidemark-bench").FullName;
var key = new JobKey<int>("noop");
var count = 0; var target = 100_000; var done = new TaskCompletionSource();
async Task<IHost> Start(Action<TidemarkBuilder> configure)
{
    var b = Host.CreateEmptyApplicationBuilder(new());
    b.Services.AddLogging(l => l.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
    b.Services.AddTidemark(t => { t.UseSqlite(Path.Combine(dir, "b.db")); configure(t); });
    var h = b.Build(); await h.StartAsync(); return h;
}
if (what == "drain")
{
    var c = await Start(_ => { });
    var jobs = c.Services.GetRequiredService<IJobClient>();
    var sw = Stopwatch.StartNew(); await jobs.EnqueueManyAsync(key, Enumerable.Range(0, target)); Console.WriteLine($"bulk {target / sw.Elapsed.TotalSeconds:N0}/s");
    await c.StopAsync(); await ((IAsyncDisposable)c).DisposeAsync();
    sw.Restart();
    var h = await Start(t => t.AddJob(key).HandledBy((int n) => { if (Interlocked.Increment(ref count) == target) done.TrySetResult(); }));
    await done.Task; Console.WriteLine($"drain {target / sw.Elapsed.TotalSeconds:N0}/s");
    await h.StopAsync(); await ((IAsyncDisposable)h).DisposeAsync();
    Console.WriteLine($"to the end {target / sw.Elapsed.TotalSeconds:N0}/s, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
}
else if (what == "stream")
{
    foreach (var bound in new[] { 1, 10, 100, 1000 })
    {
        var items = bound == 1 ? 10_000 : 100_000; var arr = Enumerable.Range(0, items).ToArray(); var sk = new JobKey<int>($"s{bound}"); long sum = 0;
        var h = await Start(t => t.AddJob(sk).HandledBy(async (int n, JobContext job) => await job.Stream("x", Items.Of(arr, i => i.ToString())).ForEachAsync((i, _) => { sum += i.Value; return Task.CompletedTask; })).Stream("x", s => s.ResumeCost = ResumeCost.AtMost(bound)));
        var jobs = h.Services.GetRequiredService<IJobClient>();
        var sw = Stopwatch.StartNew(); var r = await jobs.EnqueueAsync(sk, 1); var res = await jobs.WaitAsync(r.Id); Console.WriteLine($"bound {bound}: {items / sw.Elapsed.TotalSeconds:N0} items/s {res.State} {res.Error}");
        await h.StopAsync(); await ((IAsyncDisposable)h).DisposeAsync();
    }
}
Directory.Delete(dir, true);
