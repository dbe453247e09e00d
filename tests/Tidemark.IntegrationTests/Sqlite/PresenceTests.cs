using Tidemark.Sqlite;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;
using Tidemark.Storage.Presence;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class PresenceTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly PresenceDirectory _directory;

    public PresenceTests() => _directory = new PresenceDirectory(_folder.Database + "-presence");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_living_worker_is_seen_with_what_it_does()
    {
        var presence = PresenceFile.Create(_directory, worker: 7, slots: 4, places: 8);
        var slot = presence.Enter(new JobId(42), fence: 3);
        presence.OpenStream(slot, "reconcile");
        var first = presence.ItemStarted(slot, "8944-1");
        presence.ItemStarted(slot, "8944-2");
        presence.ItemEnded(slot, first, settled: true, handlerMs: 12);
        presence.Beat(WorkerPhase.Draining);

        var seen = PresenceReader.Read(presence.Path)!;
        Assert.Equal((7, true, WorkerPhase.Draining, Environment.ProcessId), (seen.Worker, seen.IsAlive, seen.Phase, seen.ProcessId));
        Assert.InRange(seen.BeatAge!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var running = Assert.Single(seen.Slots);
        Assert.Equal((new JobId(42), 3, "reconcile", 2, 1, 1, 12, 2), (running.Job, running.Fence, running.Stream, running.Started, running.Settled, running.UnsavedItems, running.UnsavedMs, running.CostItems));
        Assert.Equal("8944-2", Assert.Single(running.InFlight).Key);

        presence.Saved(slot, items: 1, handlerMs: 12);
        var saved = PresenceReader.Read(presence.Path)!.Slots[0];
        Assert.Equal((0, 0, 1), (saved.UnsavedItems, saved.UnsavedMs, saved.CostItems));
        presence.Leave(slot);
        Assert.Empty(PresenceReader.Read(presence.Path)!.Slots);
        presence.Retire();
        Assert.Null(PresenceReader.Read(presence.Path));
        Assert.Empty(_directory.Workers());
    }

    [Fact]
    public void The_next_stream_starts_at_zero_and_a_slot_is_used_again()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 2);
        var slot = presence.Enter(new JobId(1), 1);
        Assert.Equal(-1, presence.Enter(new JobId(2), 1));
        presence.OpenStream(slot, "first");
        presence.ItemEnded(slot, presence.ItemStarted(slot, "a"), settled: true, 5);
        presence.OpenStream(slot, "second");
        var seen = PresenceReader.Read(presence.Path)!.Slots[0];
        Assert.Equal(("second", 0, 0, 0), (seen.Stream, seen.Started, seen.Settled, seen.CostItems));
        presence.Leave(slot);
        Assert.Equal(slot, presence.Enter(new JobId(2), 1));
        Assert.Null(PresenceReader.Read(presence.Path)!.Slots[0].Stream);
        presence.Retire();
    }

    [Fact]
    public void More_items_than_places_are_counted_without_their_keys()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 2);
        var slot = presence.Enter(new JobId(1), 1);
        presence.OpenStream(slot, "s");
        int[] places = [presence.ItemStarted(slot, "a"), presence.ItemStarted(slot, "b"), presence.ItemStarted(slot, "c")];
        Assert.Equal([0, 1, -1], places);
        var seen = PresenceReader.Read(presence.Path)!.Slots[0];
        Assert.Equal((3, 2, 1), (seen.CostItems, seen.InFlight.Length, seen.WithoutPlace));
        presence.ItemEnded(slot, -1, settled: true, 0);
        presence.ItemEnded(slot, 0, settled: false, 0);   // given back unprocessed, by a drain say
        seen = PresenceReader.Read(presence.Path)!.Slots[0];
        Assert.Equal((2, 1, 0, 1), (seen.CostItems, seen.InFlight.Length, seen.WithoutPlace, seen.Settled));
        presence.Retire();
    }

    [Fact]
    public void A_key_too_long_for_its_place_is_still_told_apart()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 2);
        var slot = presence.Enter(new JobId(1), 1);
        presence.OpenStream(slot, "s");
        var key = new string('ü', 119) + "🐚-one";
        presence.ItemStarted(slot, key);
        var item = PresenceReader.Read(presence.Path)!.Slots[0].InFlight[0];
        Assert.False(item.IsWhole);
        Assert.True(item.Matches(key));
        Assert.False(item.Matches(new string('ü', 119) + "🐚-two"));
        presence.Retire();
    }

    [Fact]
    public void A_file_without_its_owner_is_taken_over_by_one_rescuer_only()
    {
        Abandon(worker: 5);
        var path = _directory.PathOf(5);
        Assert.False(PresenceReader.Read(path)!.IsAlive);
        using (var rescuer = PresenceReader.TryTakeOver(path)!)
        {
            Assert.Equal("lost", rescuer.Snapshot.Slots[0].InFlight[0].Key);
            Assert.Null(PresenceReader.TryTakeOver(path));
            Assert.False(PresenceReader.Read(path)!.IsAlive);   // held, but by a rescuer
        }

        // That rescuer gave up before the rescue was done: the next one finds everything as it was.
        using (var next = PresenceReader.TryTakeOver(path)!)
        {
            Assert.Equal(1, next.Snapshot.Slots[0].CostItems);
            next.Bury();
        }

        Assert.False(File.Exists(path));
        Assert.Null(PresenceReader.TryTakeOver(path));
    }

    [Fact]
    public void A_living_worker_is_never_taken_over()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 1);
        Assert.Null(PresenceReader.TryTakeOver(presence.Path));
        Assert.True(presence.IsSeen());
        File.Delete(presence.Path);
        Assert.False(presence.IsSeen());
        presence.Retire();
    }

    // It works on another file under this name, say, or a backup has been put back under it.
    [Fact]
    public async Task A_number_whose_worker_lives_elsewhere_is_not_given_until_it_is_gone()
    {
        await using var store = new SqliteJobStore(_folder.Options, TimeProvider.System);
        await store.OpenAsync();
        var next = (await store.RegisterAsync(Given.Worker)).Value + 1;
        var living = PresenceFile.Create(_directory, next, slots: 1, places: 1);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.RegisterAsync(Given.Worker));
        Assert.Contains("exists already", refused.Message);
        Assert.True(living.IsSeen());

        living.LetGo();
        Assert.Equal(next, (await store.RegisterAsync(Given.Worker)).Value);
        Assert.True(PresenceReader.Read(_directory.PathOf(next))!.IsAlive);
    }

    [Fact]
    public void A_file_of_another_layout_is_left_alone()
    {
        Abandon(worker: 5);
        var path = _directory.PathOf(5);
        var bytes = File.ReadAllBytes(path);
        bytes[8] = 99;   // the layout's version
        File.WriteAllBytes(path, bytes);
        Assert.Null(PresenceReader.Read(path));
        Assert.Null(PresenceReader.TryTakeOver(path));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void The_folder_is_for_its_owner_only_and_a_worker_has_one_file()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 1);
        Assert.Contains("exists already", Assert.Throws<StoreException>(() => PresenceFile.Create(_directory, worker: 1, slots: 1, places: 1)).Message);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(presence.Path));
        }

        Assert.Equal([1L], _directory.Workers());
        presence.Retire();
    }

    [Fact]
    public void Many_threads_start_and_end_items_and_nothing_is_miscounted()
    {
        var presence = PresenceFile.Create(_directory, worker: 1, slots: 1, places: 100);
        var slot = presence.Enter(new JobId(1), 1);
        presence.OpenStream(slot, "s");
        var torn = 0;
        using var over = new CancellationTokenSource();
        var reader = new Thread(() =>
        {
            while (!over.IsCancellationRequested)
            {
                foreach (var item in PresenceReader.Read(presence.Path)!.Slots[0].InFlight)
                {
                    if (item.Key.Length < 10 || item.Key.Any(c => c != item.Key[0])) torn++;
                }
            }
        });
        reader.Start();
        Parallel.For(0, 8, thread =>
        {
            var key = new string((char)('a' + thread), 10 + (thread * 13));
            for (var i = 0; i < 20_000; i++) presence.ItemEnded(slot, presence.ItemStarted(slot, key), settled: true, 1);
        });
        over.Cancel();
        reader.Join();
        var seen = PresenceReader.Read(presence.Path)!.Slots[0];
        Assert.Equal((160_000, 160_000, 160_000, 0, 0), (seen.Started, seen.Settled, seen.UnsavedMs, seen.InFlight.Length, torn));
        presence.Retire();
    }

    /// <summary>Leaves the file as a killed worker leaves it: everything written, the lock free. (With a real SIGKILL: the torture tests.)</summary>
    private void Abandon(long worker)
    {
        var presence = PresenceFile.Create(_directory, worker, slots: 2, places: 4);
        var slot = presence.Enter(new JobId(9), 2);
        presence.OpenStream(slot, "s");
        presence.ItemStarted(slot, "lost");
        byte[] bytes;
        using (var file = LockedFile.OpenExisting(presence.Path)!)
        {
            bytes = new byte[RandomAccess.GetLength(file.Handle)];
            RandomAccess.Read(file.Handle, bytes, 0);
        }

        presence.Retire();
        File.WriteAllBytes(_directory.PathOf(worker), bytes);
    }
}
