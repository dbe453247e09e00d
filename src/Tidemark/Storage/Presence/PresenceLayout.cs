using System.Runtime.InteropServices;
using Tidemark.Storage;

namespace Tidemark.Storage.Presence;

/// <summary>
/// The bytes of a presence file: one header, then slots, each followed by its places. Fixed sizes, written through mapped memory, so
/// that everything stored before a SIGKILL is there after it. The sizes stand in the header: a reader of another build refuses to guess.
/// </summary>
internal static class PresenceLayout
{
    /// <summary>"TIDEPRES". Written last, so a file that has it is whole.</summary>
    public const long Magic = 0x5345525045444954;
    public const int Version = 3;
    public const int StreamChars = Names.MaxLength;
    public const int KeyChars = 120;

    public static unsafe int SlotSize(int places) => sizeof(SlotHeader) + (places * sizeof(Place));

    public static unsafe long ReturnedAt(int slots, int places) => sizeof(FileHeader) + ((long)slots * SlotSize(places));

    public static unsafe long FileSize(int slots, int places) => ReturnedAt(slots, places) + ((long)StoreLimits.ReturnedRemembered * sizeof(Returned));
}

[StructLayout(LayoutKind.Sequential)]
internal struct FileHeader
{
    public long Magic;
    public int Version;
    public int HeaderSize;
    public int Slots;
    public int SlotSize;
    public int Places;
    public int PlaceSize;
    public long Worker;
    public int ProcessId;
    public int State;
    public Guid BootId;
    public long TimeNamespace;

    /// <summary>On the boot clock, as all instants here.</summary>
    public long StartedAt;
    public long Beat;

    /// <summary>Attempts that ran at the last beat.</summary>
    public long Running;

    /// <summary>Attempts that found no slot: of them nothing is known, so whatever is held and not in a slot may have run.</summary>
    public long Overflowed;

    /// <summary>Attempts whose handlers have returned; the last of them stand in the ring behind the slots.</summary>
    public long Returned;

    /// <summary>Room for later fields, so that the slots need not move.</summary>
    private unsafe fixed byte _reserved[16];
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlotHeader
{
    /// <summary>Odd while what follows, up to the counters, is being written.</summary>
    public int Version;
    public int Taken;
    public long Job;
    public long Fence;
    public long EnteredAt;

    /// <summary>Each only grows while a stream is open; unsaved = settled − saved.</summary>
    public long Started;
    public long Settled;
    public long Saved;
    public long HandlerMs;
    public long SavedMs;

    /// <summary>Items in flight for which there was no place.</summary>
    public int WithoutPlace;

    /// <summary>Zero: in no stream.</summary>
    public int StreamLength;
    public fixed char Stream[PresenceLayout.StreamChars];
}

/// <summary>An attempt that has left its slot. The fence is written last: zero is nobody.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Returned
{
    public long Job;
    public long Fence;

    /// <summary>What it left unsaved: one that was cut off, or had lost its lease, could save nothing any more.</summary>
    public int CostItems;
    public int CostMs;
}

/// <summary>One item in flight.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Place
{
    /// <summary>Odd while being written: the item's handler has not started yet.</summary>
    public int Version;
    public int Taken;

    /// <summary>The whole key's length; more than <see cref="PresenceLayout.KeyChars"/>: only its head is here.</summary>
    public int KeyLength;
    public int Reserved;

    /// <summary>Zero: its time is told of another item of its batch.</summary>
    public long StartedAt;

    /// <summary>Of the whole key, to tell it when only its head is here.</summary>
    public ulong KeyHash;
    public fixed char Key[PresenceLayout.KeyChars];
}

internal enum WorkerPhase
{
    Running = 0,
    Draining = 1,

    /// <summary>Ended in good order.</summary>
    Closed = 2,

    /// <summary>Dead, and somebody has begun to take care of its jobs.</summary>
    Rescuing = 3,

    /// <summary>Dead and taken care of.</summary>
    Buried = 4,
}
