using System.Diagnostics;
using SimReconciliation.Carrier;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

/// <summary>One start of the sample as a user starts it: a process, its options, its two outputs.</summary>
internal sealed class SampleProcess : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(3);
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;
    private readonly FileInfo log;

    public SampleProcess(ScratchDirectory data, params string[] options)
    {
        log = new FileInfo(data.File(CarrierBooks.FileName));
        var program = Path.Combine(AppContext.BaseDirectory, "SimReconciliation");
        process = Process.Start(new ProcessStartInfo(program, ["--data", data.Path, .. options])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Waits until the carrier's log has grown so long, or the process has ended. True while it runs.</summary>
    public async Task<bool> ReachAsync(long logLength)
    {
        while (!process.HasExited)
        {
            log.Refresh();
            if (log.Exists && log.Length >= logLength)
                return true;
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        return false;
    }

    public async Task KillAsync()
    {
        process.Kill(); // SIGKILL
        await EndAsync();
    }

    public Task<(int Code, string Output, string Error)> TerminateAsync()
    {
        Libc.Kill(process.Id, Terminate);
        return EndAsync();
    }

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(LongestRun);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        process.Kill(); // what a failed test leaves behind must not outlive it
        process.Dispose();
    }
}
