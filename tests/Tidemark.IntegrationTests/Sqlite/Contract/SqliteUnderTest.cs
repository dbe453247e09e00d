using System.Runtime.InteropServices;
using Tidemark.Leasing;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;
using Tidemark.Storage.Presence;
using Tidemark.Storage;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Contract;

/// <summary>A real SQLite file whose clock stands still. Time that passes is also taken off the beats in the presence files, which go by the machine's clock.</summary>
internal sealed class SqliteUnderTest : IStoreUnderTest
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-contract");
    readonly ManualClock clock = new();
    readonly SqliteJobStore store;

    SqliteUnderTest() => store = new(new() { Path = Path.Combine(folder.FullName, "contract.db") }, clock);

    public IJobStore Store => store;

    public static async Task<IStoreUnderTest> CreateAsync()
    {
        var made = new SqliteUnderTest();
        await made.store.OpenAsync();
        return made;
    }

    public Task PassAsync(TimeSpan time)
    {
        clock.Pass(time);
        foreach (var file in folder.EnumerateFiles("*.presence", SearchOption.AllDirectories)) Age(file.FullName, (long)time.TotalMilliseconds);
        return Task.CompletedTask;
    }

    public Task KillWorkerAsync(WorkerId worker)
    {
        ((PresenceFile)store.PresenceOf(worker)).LetGo();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }

    // flock belongs to the owner's open file: another handle neither takes nor drops it.
    static void Age(string file, long milliseconds)
    {
        using var opened = LockedFile.OpenExisting(file)!;
        var handle = opened.Handle;
        var offset = Marshal.OffsetOf<FileHeader>(nameof(FileHeader.Beat));
        Span<byte> beat = stackalloc byte[sizeof(long)];
        RandomAccess.Read(handle, beat, offset);
        BitConverter.TryWriteBytes(beat, BitConverter.ToInt64(beat) - milliseconds);
        RandomAccess.Write(handle, beat, offset);
    }
}
