using System.Diagnostics;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>A small file system for one test. Skips the test where it may not be mounted.</summary>
internal sealed class TemporaryMount : IDisposable
{
    private TemporaryMount(string path) => Path = path;

    public string Path { get; }

    public static TemporaryMount Tmpfs(string parent, string size)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's tmpfs.");
        var path = Directory.CreateDirectory(System.IO.Path.Combine(parent, "mount")).FullName;
        var answer = Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path);
        Assert.SkipUnless(answer is null, $"Needs the right to mount a tmpfs: {answer}");
        return new TemporaryMount(path);
    }

    public void Remount(string options)
    {
        if (Run("mount", "-o", "remount," + options, Path) is { } answer) Assert.Fail(answer);
    }

    public void Dispose()
    {
        if (Run("umount", "-l", Path) is { } answer) throw new InvalidOperationException(answer);
    }

    /// <summary>Null if it went well.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)}: {errors.Trim()}";
    }
}
