using System.Globalization;

namespace Tidemark.Cli.Spawning;

/// <summary>Which signals whoever started us had set to be ignored.</summary>
internal static class IgnoredSignals
{
    const int ChildEnded = 17;

    /// <summary>True if we were started with this signal ignored, as nohup and background jobs of scripts do.</summary>
    internal static bool Contains(int signal)
    {
        const string field = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var mask)
            && (mask >> (signal - 1) & 1) != 0;
    }

    /// <summary>With SIGCHLD ignored the kernel throws away exit codes. Some supervisors start their children so.</summary>
    internal static void RestoreChildSignal()
    {
        if (Contains(ChildEnded)) _ = Libc.SetSignal(ChildEnded, 0);
    }
}
