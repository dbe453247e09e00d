using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Cli.Input;

/// <summary>
/// The input of a run as a file that can be read more than once, as a run must: to count and tell repeated lines, then to hand them out.
/// A regular file is read where it lies, standard input too if it is one; a pipe is first copied to a nameless temporary file.
/// </summary>
internal sealed class InputFile : IDisposable
{
    internal const string StandardInput = "-";

    readonly SafeHandle? _held;

    InputFile(string path, string name, SafeHandle? held) => (Path, Name, _held) = (path, name, held);

    /// <summary>What to open; valid until disposed.</summary>
    internal string Path { get; }

    /// <summary>What people call it: for messages.</summary>
    internal string Name { get; }

    /// <summary>How much there is to read.</summary>
    internal long Bytes { get; private set; }

    /// <param name="source">A path, or <c>-</c> for standard input.</param>
    /// <param name="cancellationToken">Ends the wait for a slow pipe.</param>
    /// <exception cref="UsageException">There is no such input, or it is not lines of text.</exception>
    internal static InputFile Open(string source, CancellationToken cancellationToken)
    {
        var input = source == StandardInput ? OpenStandardInput(cancellationToken) : OpenPath(source, cancellationToken);
        try
        {
            input.Examine();
            return input;
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    public void Dispose() => _held?.Dispose();

    static InputFile OpenPath(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
            throw new UsageException($"--in {path} is a directory. Give a file of lines; its files, one a line: find {path} -type f | tidemark run …");
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Spool.IsSeekable(file)
                ? new InputFile(System.IO.Path.GetFullPath(path), path, null)
                : Spooled(file, path, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--in {path} cannot be read: {refused.Message}");
        }
    }

    static InputFile OpenStandardInput(CancellationToken cancellationToken)
    {
        const string name = "standard input";
        const string place = "/proc/self/fd/0";
        if (!StandardDescriptors.IsGiven(StandardDescriptors.Input))
            throw new UsageException("standard input is closed and there is no other input. Name a file of lines: --in FILE");
        var input = new SafeFileHandle(StandardDescriptors.Input, ownsHandle: false);
        try
        {
            // Part of it may have been read by whoever started us: what is left counts, and only a copy begins there.
            if (Spool.IsSeekable(input) && Spool.IsAtStart(input))
            {
                using (File.OpenHandle(place)) return new InputFile(place, name, null);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // Opened for us by someone with more rights than we have: it can be read, but not opened again.
        }
        return Spooled(input, name, cancellationToken);
    }

    static InputFile Spooled(SafeFileHandle from, string name, CancellationToken cancellationToken)
    {
        var copy = Spool.Copy(from, name, cancellationToken);
        return new InputFile($"/proc/self/fd/{copy.DangerousGetHandle()}", name, copy);
    }

    void Examine()
    {
        Span<byte> start = stackalloc byte[2];
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Bytes = RandomAccess.GetLength(file);
        if (RandomAccess.Read(file, start, 0) == 2 && start is [0xff, 0xfe] or [0xfe, 0xff])
            throw new UsageException($"{Name} is UTF-16, not lines of bytes. Convert it first: iconv -f UTF-16 -t UTF-8");
    }
}
