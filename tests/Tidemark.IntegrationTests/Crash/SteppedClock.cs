using Xunit;

namespace Tidemark.IntegrationTests.Crash;

/// <summary>The wall clock of those processes that are given its environment: steps at a word. What they measure waits by goes on as it does.</summary>
internal sealed class SteppedClock(string folder)
{
    const string Library = "/usr/lib/*/faketime/libfaketimeMT.so.1";

    readonly string file = Path.Combine(folder, "clock");

    /// <summary>The library looks at the file once a second of its process's own time.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["LD_PRELOAD"] = FindLibrary(),
        ["FAKETIME_TIMESTAMP_FILE"] = file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };

    /// <summary>Moved into its place: whoever reads meanwhile finds the former step.</summary>
    public async Task SetAsync(TimeSpan offset)
    {
        await File.WriteAllTextAsync(file + "-new", $"{(long)offset.TotalSeconds:+0;-0;+0}\n", TestContext.Current.CancellationToken);
        File.Move(file + "-new", file, overwrite: true);
    }

    public static string FindLibrary()
    {
        var found = Directory.EnumerateDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        Assert.True(found is not null, $"{Library} is missing. Install the package libfaketime (apt-get install libfaketime); ./check does it.");
        return found;
    }
}
