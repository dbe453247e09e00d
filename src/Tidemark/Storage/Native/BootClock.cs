namespace Tidemark.Storage.Native;

#pragma warning disable RS0030 // Not the engine's time: what two processes of one machine compare, which no injected clock could tell.

/// <summary>The machine's own time line: beats and leases are compared on it, so that a step of the wall clock can neither expire nor extend one.</summary>
internal static class BootClock
{
    /// <summary>Milliseconds since the machine was started, suspension included.</summary>
    public static long Milliseconds => OperatingSystem.IsWindows() ? Environment.TickCount64 : Posix.BootMilliseconds();

    /// <summary>Names the machine's run: a number from before a restart means nothing after it. Empty where the system does not tell.</summary>
    public static Guid BootId { get; } = ReadBootId();

    /// <summary>Containers may run in time namespaces with offsets of their own: numbers of two of them are not comparable. Zero where there is none.</summary>
    public static long TimeNamespace { get; } = ReadTimeNamespace();

    private static Guid ReadBootId()
    {
        const string File = "/proc/sys/kernel/random/boot_id";
        return System.IO.File.Exists(File) && Guid.TryParse(System.IO.File.ReadAllText(File).Trim(), out var id) ? id : Guid.Empty;
    }

    private static long ReadTimeNamespace()
    {
        const string Link = "/proc/self/ns/time";
        if (!OperatingSystem.IsLinux()) return 0;
        var target = new FileInfo(Link).LinkTarget;   // "time:[4026531834]"
        var open = target?.IndexOf('[') ?? -1;
        return open >= 0 && long.TryParse(target.AsSpan(open + 1).TrimEnd(']'), out var number) ? number : 0;
    }
}
