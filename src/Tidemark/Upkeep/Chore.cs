using Microsoft.Extensions.Logging;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>Periodic work of one shape: a name, an interval, a run. One that throws is logged and tried again; it never stops the others.</summary>
internal sealed class Chore(string name, TimeSpan interval, Func<Task> runOnce, EngineParts parts) : IDisposable
{
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Upkeep");
    readonly Wake wake = new(parts.Lanes.Timers);
    volatile bool stopping;
    bool failing;

    /// <summary>The loop; runs on the engine lane until <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        while (!stopping)
        {
            try
            {
                await runOnce();
                failing = false;
            }
            catch (Exception fault)
            {
                if (!failing) logger.LogError(fault, "The chore '{Chore}' failed and will be tried again: {Message}", name, fault.Message);
                failing = true;
            }
            if (!stopping) await wake.WaitAsync(interval);
        }
    }

    /// <summary>Runs it now, or once more after the present run.</summary>
    public void Hint() => wake.Set();

    public void Stop()
    {
        stopping = true;
        wake.Set();
    }

    public void Dispose() => wake.Dispose();
}
