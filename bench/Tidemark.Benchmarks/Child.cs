using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>Another process of this program; killed at the latest when it is disposed.</summary>
internal sealed class Child(Process process) : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static Child Start(params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, UseShellExecute = false }) ?? throw new InvalidOperationException("No process was started."));

    public async Task<string> ReadLineAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        return await process.StandardOutput.ReadLineAsync(late.Token) ?? throw new InvalidOperationException("The child ended without a word.");
    }

    /// <summary>Whatever else is said before that; throws if it ends without.</summary>
    public async Task ReadyAsync()
    {
        while (await ReadLineAsync() != "ready") continue;
    }

    /// <summary>SIGKILL; returns once the process is gone.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
