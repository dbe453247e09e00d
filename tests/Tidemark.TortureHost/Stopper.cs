using System.Diagnostics;
using Tidemark.Storage.Native;

namespace Tidemark.TortureHost;

/// <summary>
/// Stops a process while none of its threads is inside the gate or next to it, by being there itself. The process cannot do that alone: to stop after it has
/// let go of the gate is to stop in whoever has waited behind it, which on a busy machine is always somebody.
/// </summary>
internal static class Stopper
{
    /// <summary>Returns once it has been continued.</summary>
    public static void StopThisProcess(string gate)
    {
        using var stopper = Process.Start(Environment.ProcessPath!, ["stop", "--gate", gate, "--pid", $"{Environment.ProcessId}"]);
        stopper.WaitForExit();
        if (stopper.ExitCode != 0) throw new InvalidOperationException($"'torture stop' ended with {stopper.ExitCode} and has stopped nobody.");
    }

    public static int Run(Arguments arguments)
    {
        // Both locks of the gate, and the turnstile first: who has that one waits for the other, and would be stopped with it in hand.
        using var turnstile = LockedFile.OpenOrCreate(arguments.Text("gate") + "-queue");
        using var door = LockedFile.OpenOrCreate(arguments.Text("gate"));
        turnstile.Lock();
        door.Lock();
        var process = arguments.Number("pid", 0);
        Native.Send(process, Native.Stop);
        while (!HasStopped(process)) Thread.Sleep(1);
        return 0;
    }

    /// <summary>Each thread by itself: the process is told as stopped before the last of them is. One that has gone has not stopped.</summary>
    public static bool HasStopped(int process) => Directory.Exists($"/proc/{process}/task") && Directory.EnumerateDirectories($"/proc/{process}/task").All(task =>
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(task, "stat")); // "12 (a name) S 1 …": the name may hold anything, its last bracket is the last
            return stat[stat.LastIndexOf(')') + 2] == 'T';
        }
        catch (IOException)
        {
            return true; // the thread has ended
        }
    });
}
