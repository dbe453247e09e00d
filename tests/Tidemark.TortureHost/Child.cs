using System.Diagnostics;

namespace Tidemark.TortureHost;

/// <summary>One writer, life after life. Started and signalled by one thread: a child dies with the thread that started it.</summary>
internal sealed class Child(string folder, int writer)
{
    private Process? _process;

    public int Writer => writer;
    public int Life { get; private set; }

    /// <summary>Its worker id in the presence folder.</summary>
    public long Worker => (writer * 1_000_000L) + Life;
    public bool IsStopped { get; private set; }
    public bool IsRunning => _process is { HasExited: false };
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>When what is waited for is due: to start again, or to go on.</summary>
    public long DueAt { get; set; }

    public void Start()
    {
        Life++;
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            ["write", "--folder", folder, "--writer", writer.ToString(), "--life", Life.ToString()])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
    }

    public void KillHard()
    {
        Native.Send(_process!.Id, Native.Kill);
        _process.WaitForExit();
        IsStopped = false;
    }

    public void Stop()
    {
        Native.Send(_process!.Id, Native.Stop);
        IsStopped = true;
    }

    public void GoOn()
    {
        Native.Send(_process!.Id, Native.Continue);
        IsStopped = false;
    }

    /// <summary>Asks it to end in good order.</summary>
    public void AskToEnd() => _process!.StandardInput.Close();

    public bool WaitForEnd(TimeSpan limit) => _process!.WaitForExit(limit);
}
