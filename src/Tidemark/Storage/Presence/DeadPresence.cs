using Tidemark.Storage.Native;

namespace Tidemark.Storage.Presence;

/// <summary>
/// The file of a dead worker in the hands of its one rescuer, who holds its lock. If the rescuer dies too, the lock is free again and
/// the next one starts over.
/// </summary>
internal sealed class DeadPresence(string path, LockedFile file, PresenceSnapshot snapshot) : IDisposable
{
    public PresenceSnapshot Snapshot => snapshot;

    /// <summary>After the rescue has been committed, never before: until then the file is the only account of what the death cost.</summary>
    public void Bury()
    {
        // Marked first: another rescuer may have opened the file already and gets the lock when we let go.
        Mark(WorkerPhase.Buried);
        File.Delete(path);
    }

    public void Mark(WorkerPhase phase)
    {
        Span<byte> state = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(state, (int)phase);
        RandomAccess.Write(file.Handle, state, System.Runtime.InteropServices.Marshal.OffsetOf<FileHeader>(nameof(FileHeader.State)));
    }

    public void Dispose()
    {
        file.Unlock();
        file.Dispose();
    }
}
