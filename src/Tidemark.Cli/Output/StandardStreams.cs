using System.Text;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Output;

/// <summary>
/// Standard output, where commands' output goes, and standard error, where theirs and our talk go, with a status under it on a terminal.
/// What one command wrote is never mixed with another's.
/// </summary>
internal sealed class StandardStreams
{
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

    /// <param name="output">The descriptor for commands' output.</param>
    /// <param name="error">The descriptor for the talk.</param>
    /// <param name="outputIsTerminal">The status must be taken away before output is written.</param>
    internal StandardStreams(int output, int error, bool outputIsTerminal) =>
        (_output, _error, _outputIsTerminal) = (output, error, outputIsTerminal);

    internal static StandardStreams OfProcess() => new(1, 2, !Console.IsOutputRedirected);

    /// <summary>Gives on what one command wrote; an <see cref="OutputReceiver"/>.</summary>
    /// <exception cref="OutputClosedException">Standard output takes no more: nothing of this command counts.</exception>
    internal void Deliver(OutputBuffer output, OutputBuffer error)
    {
        if (output.Length > 0) WriteOutput(output);
        if (error.Length == 0) return;
        lock (_errorLock)
        {
            Erase();
            Flush();
            error.CopyTo(WriteError);
            Draw();
        }
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

    void WriteOutput(ReadOnlySpan<byte> piece)
    {
        if (_outputClosed is null && DescriptorWriter.Write(_output, piece) is var error and not 0)
        {
            _outputClosed = error == Errno.BrokenPipe
                ? "standard output was closed by its reader. Nothing that it has not taken counts as done; the same command goes on from here."
                : $"standard output cannot be written: {Errno.Text(error)}. Nothing that it has not taken counts as done; mend it, "
                    + "and the same command goes on from here.";
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
