using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>Moves bytes between one command and its buffers, on the caller's thread, until the command has ended.</summary>
internal sealed unsafe class CommandPump(CommandLimits limits) : IDisposable
{
    // Ends of pipes wake us; the tick is for what does not: a command that ended while something it started holds its pipes, or one that
    // the terminal has stopped.
    const int TickMs = 100;

    int _input;
    int _output;
    int _error;
    int _sent;
    bool _wantedTerminal;

    internal OutputBuffer Output { get; } = new(limits);
    internal OutputBuffer Error { get; } = new(limits);

    internal void Clear()
    {
        Output.Clear();
        Error.Clear();
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    /// <summary>Owns the three descriptors from here on. The input is given the line and an end of line, then closed.</summary>
    internal CommandEnding Run(int pid, int input, int output, int error, ReadOnlySpan<byte> line)
    {
        (_input, _output, _error, _sent, _wantedTerminal) = (input, output, error, 0, false);
        try
        {
            if (_input != Descriptors.None)
            {
                Descriptors.MakeNonBlocking(_input);
                Send(line);
            }
            return Until(pid, line);
        }
        catch (TidemarkException refused)
        {
            // Our fault, not the command's: it must not work on unseen, nor stay behind as a zombie.
            _ = Libc.Kill(pid, Signal.Kill);
            _ = Child.Wait(pid, 0);
            Clear();
            return new CommandEnding(EndingKind.OutputRefused, 0, refused.Message);
        }
        finally
        {
            Descriptors.Close(ref _input);
            Descriptors.Close(ref _output);
            Descriptors.Close(ref _error);
        }
    }

    CommandEnding Until(int pid, ReadOnlySpan<byte> line)
    {
        WaitStatus? ended = null;
        long look = Environment.TickCount64 + TickMs, giveUp = long.MaxValue;
        while ((_output & _error & _input) != Descriptors.None)
        {
            Turn(line);
            var now = Environment.TickCount64;
            if (now >= giveUp) break;
            if (ended is not null || now < look) continue;
            look = now + TickMs;
            ended = Look(pid, Libc.WaitNoHang);
            if (ended is null) continue;
            Descriptors.Close(ref _input);
            giveUp = now + (long)limits.Linger.TotalMilliseconds;
        }
        while (ended is null) ended = Look(pid, 0); // it may have closed its streams and work on
        return Decode(ended.Value);
    }

    /// <summary>One wait and what it brought.</summary>
    void Turn(ReadOnlySpan<byte> line)
    {
        var entries = stackalloc Libc.PollEntry[3];
        entries[0] = new Libc.PollEntry { Descriptor = _output, Events = Libc.PollIn }; // a descriptor of -1 is passed over
        entries[1] = new Libc.PollEntry { Descriptor = _error, Events = Libc.PollIn };
        entries[2] = new Libc.PollEntry { Descriptor = _input, Events = Libc.PollOut };
        if (Libc.Poll(entries, 3, TickMs) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.Interrupted) throw new SpawnException(error, $"cannot wait for a command: {Errno.Text(error)}.");
            return;
        }
        if (entries[0].Returned != 0 && !Output.ReadFrom(_output)) Descriptors.Close(ref _output);
        if (entries[1].Returned != 0 && !Error.ReadFrom(_error)) Descriptors.Close(ref _error);
        if (entries[2].Returned != 0) Send(line);
    }

    /// <summary>Writes as much of the line as the pipe takes. A command that does not read it has the right not to.</summary>
    void Send(ReadOnlySpan<byte> line)
    {
        while (_sent <= line.Length)
        {
            nint count;
            var endOfLine = (byte)'\n';
            fixed (byte* start = line)
            {
                count = _sent < line.Length ? Libc.Write(_input, start + _sent, line.Length - _sent) : Libc.Write(_input, &endOfLine, 1);
            }
            if (count >= 0)
            {
                _sent += (int)count;
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.Interrupted) continue;
            if (error == Errno.TryAgain) return;
            break;
        }
        Descriptors.Close(ref _input);
    }

    WaitStatus? Look(int pid, int options)
    {
        var status = Child.Wait(pid, options | Libc.WaitStopped);
        if (status is not { IsStopped: true } stop) return status;
        if (stop.StopSignal is Signal.TerminalInput or Signal.TerminalOutput)
        {
            // Outside the terminal's foreground it would stay stopped for ever. Any other stop is an operator's, who will continue it.
            _wantedTerminal = true;
            _ = Libc.Kill(pid, Signal.Kill);
        }
        return null;
    }

    CommandEnding Decode(WaitStatus status)
    {
        if (status.IsExited) return new CommandEnding(EndingKind.Exited, status.ExitCode);
        return _wantedTerminal
            ? new CommandEnding(EndingKind.WantedTerminal, 0,
                "it asked for input at the terminal, which commands of a run do not have; give it what it asks for by options or a file")
            : new CommandEnding(EndingKind.Signaled, status.KillSignal, status.DumpedCore ? "core dumped" : null);
    }
}
