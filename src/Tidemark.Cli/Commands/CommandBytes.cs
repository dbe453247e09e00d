using System.Text;

namespace Tidemark.Cli.Commands;

/// <summary>The user's command as bytes. .NET decodes arguments, and a file name that is not UTF-8 would reach the command changed.</summary>
internal static class CommandBytes
{
    const char Replaced = '\uFFFD';

    /// <param name="command">The last arguments of this process, as .NET gives them.</param>
    /// <param name="processArguments">All arguments of this process as the kernel has them, each ended by a zero byte.</param>
    internal static byte[][] Of(string[] command, ReadOnlySpan<byte> processArguments)
    {
        byte[][] decoded = [.. command.Select(Encoding.UTF8.GetBytes)];
        if (!Array.Exists(command, argument => argument.Contains(Replaced, StringComparison.Ordinal))) return decoded;
        var raw = Cut(processArguments);
        if (raw.Count < command.Length) return decoded;
        byte[][] last = [.. raw.TakeLast(command.Length)];
        // The kernel's copy may be cut short; what does not decode to what we were given is not it.
        return last.Select(Encoding.UTF8.GetString).SequenceEqual(command) ? last : decoded;
    }

    static List<byte[]> Cut(ReadOnlySpan<byte> arguments)
    {
        var cut = new List<byte[]>();
        for (int end; (end = arguments.IndexOf((byte)0)) >= 0; arguments = arguments[(end + 1)..]) cut.Add(arguments[..end].ToArray());
        return cut;
    }
}
