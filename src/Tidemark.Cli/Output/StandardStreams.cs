using System.Runtime.InteropServices;
using System.Text;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Output;

/// <summary>
/// Standard output, where commands' output goes, and standard error, where theirs and our talk go, with a status under it on a terminal.
/// What one command wrote is never mixed with another's.
/// </summary>
internal sealed class StandardStreams
{
    const int MostQuoted = 64 * 1024; // bytes of one command's standard error that fit into an object a line

    readonly int _output;
    readonly int _error;
    readonly bool _outputIsTerminal;

    // Two locks, always in this order: a slow reader of standard output must not hold up the talk, unless both are the one terminal.
    readonly Lock _outputLock = new();
    readonly Lock _errorLock = new();
    readonly StringBuilder _text = new();
    string[] _status = [];
    string? _outputClosed;
    bool _errorClosed;
    int _unflushed;

    /// <param name="output">The descriptor for commands' output.</param>
    /// <param name="error">The descriptor for the talk.</param>
    /// <param name="outputIsTerminal">The status must be taken away before output is written.</param>
    internal StandardStreams(int output, int error, bool outputIsTerminal) =>
        (_output, _error, _outputIsTerminal) = (output, error, outputIsTerminal);

    /// <summary>Makes one line of what a command said on standard error; null: it is given on as it is.</summary>
    internal Func<string, string>? Quote { get; init; }

    internal static StandardStreams OfProcess(Func<string, string>? quote) => new(
        StandardDescriptors.OrNone(StandardDescriptors.Output), StandardDescriptors.OrNone(StandardDescriptors.Error), !Console.IsOutputRedirected)
    {
        Quote = quote,
    };

    /// <summary>
    /// Gives on what one command wrote; an <see cref="OutputReceiver"/>. Standard output gets the work of tries that succeeded, no other: a
    /// try that failed is done again, and what it wrote is evidence, for standard error.
    /// </summary>
    /// <exception cref="OutputClosedException">Standard output takes no more: nothing of this command counts.</exception>
    internal void Deliver(CommandEnding ending, OutputBuffer output, OutputBuffer error)
    {
        if (ending.IsSuccess && output.Length > 0) WriteOutput(output);
        var evidence = !ending.IsSuccess && output.Length > 0;
        if (error.Length == 0 && !evidence) return;
        lock (_errorLock)
        {
            Erase();
            Flush();
            if (evidence) Pass(output);
            if (error.Length > 0) Pass(error);
            Draw();
        }
    }

    /// <summary>Has what was given to standard output on the disk, if that is where it goes: only then may its items count as done.</summary>
    /// <exception cref="TidemarkException">The disk does not take it.</exception>
    internal void Flushed()
    {
        if (Interlocked.Exchange(ref _unflushed, 0) == 0 || Libc.FlushToDisk(_output) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        if (error is Errno.InvalidArgument or Errno.ReadOnlyFileSystem) return; // a pipe, a terminal, /dev/null: nothing there to be flushed
        throw new TidemarkException($"standard output cannot be flushed to its disk: {Errno.Text(error)}. Nothing of the last lines counts as done.");
    }

    /// <summary>One line of talk.</summary>
    internal void Say(string line)
    {
        lock (_errorLock)
        {
            Erase();
            _text.Append(line).Append('\n');
            Draw();
        }
    }

    /// <summary>Shows lines under all that was written, in place of those before; none takes them away.</summary>
    internal void Show(string[] status)
    {
        lock (_errorLock)
        {
            Erase();
            _status = status;
            Draw();
        }
    }

    void WriteOutput(OutputBuffer output)
    {
        lock (_outputLock)
        {
            if (!_outputIsTerminal)
            {
                output.CopyTo(WriteOutput);
                return;
            }
            lock (_errorLock)
            {
                Erase();
                Flush();
                output.CopyTo(WriteOutput);
                Draw();
            }
        }
    }

    void Pass(OutputBuffer said)
    {
        if (Quote is null) said.CopyTo(WriteError);
        else WriteError(Encoding.UTF8.GetBytes(Quote(Encoding.UTF8.GetString(said.Tail(MostQuoted))) + "\n"));
    }

    void WriteOutput(ReadOnlySpan<byte> piece)
    {
        Volatile.Write(ref _unflushed, 1);
        if (_outputClosed is null && DescriptorWriter.Write(_output, piece) is var error and not 0)
        {
            _outputClosed = error == Errno.BrokenPipe
                ? "standard output was closed by its reader, and what it has not taken does not count as done"
                : $"standard output cannot be written ({Errno.Text(error)}), and what it has not taken does not count as done";
        }
        if (_outputClosed is not null) throw new OutputClosedException(_outputClosed);
    }

    void Erase()
    {
        if (_status.Length == 0) return;
        _text.Append('\r');
        if (_status.Length > 1) _text.Append("\x1b[").Append(_status.Length - 1).Append('A');
        _text.Append("\x1b[J");
    }

    // The cursor stays at the end of the last line: a line feed there would scroll the screen with every redraw.
    void Draw()
    {
        _text.AppendJoin('\n', _status);
        Flush();
    }

    void Flush()
    {
        if (_text.Length == 0) return;
        WriteError(Encoding.UTF8.GetBytes(_text.ToString()));
        _text.Clear();
    }

    // The terminal may be gone. That must not end a run that works: it says so by its exit code and in its store.
    void WriteError(ReadOnlySpan<byte> bytes)
    {
        if (!_errorClosed) _errorClosed = DescriptorWriter.Write(_error, bytes) != 0;
    }
}
