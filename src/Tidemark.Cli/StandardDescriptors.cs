using Tidemark.Cli.Spawning;

namespace Tidemark.Cli;

/// <summary>Which of the three standard descriptors whoever started us has given us.</summary>
/// <remarks>
/// A closed one is dangerous: its number goes to the first file that the runtime opens, and talk or a command's output would be written there, or
/// a read of it would never end. What was there before our exec cannot close on exec, and everything opened since does: that tells them apart.
/// </remarks>
internal static class StandardDescriptors
{
    internal const int Input = 0;
    internal const int Output = 1;
    internal const int Error = 2;

    internal static bool IsGiven(int descriptor)
    {
        const int closesOnExec = 1;
        var flags = Libc.Control(descriptor, Libc.GetDescriptorFlags, 0);
        return flags >= 0 && (flags & closesOnExec) == 0;
    }

    /// <summary>Its number, or one that every write refuses.</summary>
    internal static int OrNone(int descriptor) => IsGiven(descriptor) ? descriptor : Descriptors.None;
}
