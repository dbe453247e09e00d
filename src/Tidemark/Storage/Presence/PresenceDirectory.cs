namespace Tidemark.Storage.Presence;

/// <summary>The folder beside the database with one file a worker.</summary>
internal sealed class PresenceDirectory(string path)
{
    private const string Extension = ".presence";
    private static readonly TimeSpan UnfinishedFor = TimeSpan.FromHours(1);

    public string Path => path;

    /// <summary>For this user only: item keys may tell a lot.</summary>
    public void Create()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string PathOf(long worker) => System.IO.Path.Combine(path, worker + Extension);

    /// <summary>The workers that have a file, dead or alive, in no order.</summary>
    public IEnumerable<long> Workers()
    {
        if (!Directory.Exists(path)) yield break;
        foreach (var file in Directory.EnumerateFiles(path, "*" + Extension))
        {
            if (long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), out var worker)) yield return worker;
        }
    }

    /// <summary>Deletes what processes have left that were killed while they were creating their file.</summary>
    public void Tidy(DateTimeOffset now)
    {
        if (!Directory.Exists(path)) return;
        foreach (var file in Directory.EnumerateFiles(path, "*.new"))
        {
            if (now.UtcDateTime - File.GetLastWriteTimeUtc(file) > UnfinishedFor) File.Delete(file);
        }
    }
}
