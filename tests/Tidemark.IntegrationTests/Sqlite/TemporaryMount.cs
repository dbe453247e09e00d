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

    /// <summary>On a file, by a loop device; its name is the same at each call, so that what was unmounted can be looked at again.</summary>
    public static TemporaryMount Ext4(string parent, int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's loop devices.");
        var (path, image) = (Directory.CreateDirectory(System.IO.Path.Combine(parent, "disk")).FullName, System.IO.Path.Combine(parent, "disk.image"));
        var answer = File.Exists(image) ? null : Run("dd", "if=/dev/zero", "of=" + image, "bs=1M", $"count={megabytes}") ?? Run("mkfs.ext4", "-q", "-F", image);
        answer ??= Run("mount", "-o", "loop", image, path);
        Assert.SkipUnless(answer is null, $"Needs mkfs.ext4, a loop device, and the right to mount it: {answer}");
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
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false });
        if (process is null) return $"{program} could not be started";
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : $"{program} {string.Join(' ', arguments)}: {errors.Trim()}";
    }
}
