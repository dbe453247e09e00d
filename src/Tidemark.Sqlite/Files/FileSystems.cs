using System.Collections.Frozen;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Files;

/// <summary>
/// File systems on which SQLite's WAL or our locks are known to fail: memory is not shared between machines, locks are advisory to
/// one client only, or mapped memory is not coherent. A database on one of them is corrupted sooner or later, so it is refused.
/// </summary>
internal static class FileSystems
{
    private static readonly FrozenDictionary<uint, string> Refused = new Dictionary<uint, string>
    {
        [0x6969] = "nfs",
        [0x517B] = "smb",
        [0xFF534D42] = "cifs",
        [0xFE534D42] = "smb2",
        [0x01021997] = "9p",
        [0x65735546] = "fuse or virtiofs",
        [0x5346414F] = "afs",
        [0x6B414653] = "afs",
        [0x73757245] = "coda",
        [0x00C36400] = "ceph",
        [0x0BD00BD0] = "lustre",
        [0x47504653] = "gpfs",
        [0x01161970] = "gfs2",
        [0x7461636F] = "ocfs2",
        [0x19830326] = "beegfs",
        [0x20030528] = "orangefs",
        [0xAAD7AAEA] = "panfs",
        [0x564C] = "ncp",
        [0x786F4256] = "vboxsf",
        [0xBACBACBC] = "vmhgfs",
        [0x7C7C6673] = "prl_fs",
    }.ToFrozenDictionary();

    /// <summary>Throws if the directory lies on such a file system.</summary>
    public static void Check(string directory)
    {
        if (Refusal(directory, NameOf(directory)) is { } refusal) throw new StoreException(refusal);
    }

    /// <summary>The name of a file system that is refused, or null.</summary>
    public static string? NameOf(uint magic) => Refused.GetValueOrDefault(magic);

    public static string? Refusal(string directory, string? fileSystem) => fileSystem is null
        ? null
        : $"'{directory}' lies on a network or shared file system ({fileSystem}), where SQLite loses or corrupts data. "
            + "Put the database on a local disk, or use the PostgreSQL store for several machines.";

    private static string? NameOf(string directory)
    {
        if (OperatingSystem.IsLinux()) return NameOf(Posix.FileSystemMagic(directory));
        var root = Path.GetPathRoot(directory);
        return root is { Length: > 0 } && new DriveInfo(root).DriveType == DriveType.Network ? "network drive" : null;
    }
}
