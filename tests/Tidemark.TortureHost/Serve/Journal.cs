using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tidemark.TortureHost.Serve;

/// <summary>
/// The independent truth: what one process has done, a line each, on the disk before it goes on. Stamped by the machine's monotonic clock, so
/// that the lines of several processes have one order whatever happens to the wall clock.
/// </summary>
internal sealed class Journal : IDisposable
{
    readonly FileStream file;
    readonly Lock gate = new();

    readonly bool toDisk;

    /// <param name="folder">Where it lies.</param>
    /// <param name="life">Which process of the fleet writes it.</param>
    /// <param name="toDisk">False: nobody cuts the power, and what the kernel has a SIGKILL does not take.</param>
    public Journal(string folder, string life, bool toDisk = true) =>
        (this.toDisk, file) = (toDisk, new(Path.Combine(folder, $"journal-{life}.log"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));

    public static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "journal-*.log");

    /// <summary>The parts hold no blanks.</summary>
    public void Write(string what, string token, string run, string more)
    {
        lock (gate)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()} {what} {token} {run} {more}\n");
            file.Write(Encoding.ASCII.GetBytes(line));
            file.Flush(flushToDisk: toDisk);
        }
    }

    public void Dispose() => file.Dispose();
}
