using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>One line for the command to work on.</summary>
/// <param name="Line">Its bytes, without the end of line.</param>
/// <param name="Key">The item's key, given to the command.</param>
/// <param name="Attempt">1 for the first try of this item.</param>
internal readonly record struct CommandRequest(ReadOnlyMemory<byte> Line, string Key, int Attempt);

/// <summary>A place for one running command: blocks its caller from start to end, keeps its buffers for the next. One caller at a time.</summary>
internal sealed unsafe class CommandSlot(CommandTemplate template, CommandEnvironment environment, RunGuard guard, CommandLimits limits)
    : IDisposable
{
    readonly NativeBlock _block = new();
    readonly CommandPump _pump = new(limits);
    int _null = Descriptors.OpenNull();
    byte[]? _program;

    /// <summary>What the last command wrote; valid until the next starts.</summary>
    internal OutputBuffer Output => _pump.Output;

    /// <inheritdoc cref="Output"/>
    internal OutputBuffer Error => _pump.Error;

    /// <summary>
    /// 1. the line put in its place; 2. pipes; 3. start; 4. its output read until it has ended; 5. how it ended.
    /// </summary>
    internal CommandEnding Run(in CommandRequest request)
    {
        _pump.Clear();
        var line = request.Line.Span;
        if (template.TakesLineAsArgument && line.Contains((byte)0))
            return new CommandEnding(EndingKind.LineRefused, 0,
                "the line has a NUL byte and cannot be an argument; leave out {} to give it on standard input");
        if (Resolve(line) is { } refusal) return refusal;
        Prepare(request, out var path, out var arguments, out var variables);

        var input = template.TakesLineAsArgument ? new PipeEnds(_null, Descriptors.None) : Descriptors.OpenPipe();
        PipeEnds output = default, error = default;
        var pid = Descriptors.None;
        int failure;
        try
        {
            output = Descriptors.OpenPipe();
            error = Descriptors.OpenPipe();
            failure = Start(path, arguments, variables, input.Read, output.Write, error.Write, out pid);
        }
        finally
        {
            if (!template.TakesLineAsArgument) Close(input.Read);
            Close(output.Write);
            Close(error.Write);
            if (pid == Descriptors.None)
            {
                Close(input.Write);
                Close(output.Read);
                Close(error.Read);
            }
        }
        return failure != 0 ? ProgramFinder.Explain(failure, _program) : _pump.Run(pid, input.Write, output.Read, error.Read, line);
    }

    public void Dispose()
    {
        Descriptors.Close(ref _null);
        _pump.Dispose();
        _block.Dispose();
    }

    CommandEnding? Resolve(ReadOnlySpan<byte> line)
    {
        if (_program is not null && template.FixedProgram is not null) return null;
        var (path, refusal) = ProgramFinder.Find(template.Program(line));
        _program = path;
        return refusal;
    }

    void Prepare(in CommandRequest request, out byte* path, out byte** arguments, out byte** variables)
    {
        var line = request.Line.Span;
        var key = Encoding.UTF8.GetBytes($"{CommandEnvironment.ItemKey}={request.Key}");
        var attempt = Encoding.UTF8.GetBytes($"{CommandEnvironment.Attempt}={request.Attempt}");
        var pointers = environment.Count + 3;
        var texts = key.Length + attempt.Length + _program!.Length + 3;
        _block.Begin((nuint)((pointers + 1) * sizeof(byte*) + texts) + template.Size(line.Length));

        variables = _block.Pointers(pointers);
        environment.CopyTo(variables);
        arguments = template.Write(_block, line);
        path = Text(_program);
        variables[environment.Count] = Text(key);
        variables[environment.Count + 1] = Text(attempt);
        variables[environment.Count + 2] = null;
    }

    byte* Text(ReadOnlySpan<byte> text)
    {
        var at = _block.Here;
        _block.Append(text);
        _block.EndText();
        return at;
    }

    int Start(byte* path, byte** arguments, byte** variables, int input, int output, int error, out int pid)
    {
        for (var tries = 1; ; tries++)
        {
            var failure = Child.Start(
                new ChildStart
                {
                    Path = path,
                    Arguments = arguments,
                    Environment = variables,
                    Attributes = guard.Attributes(),
                    Input = input,
                    Output = output,
                    Error = error,
                },
                out pid);
            // The guard died between the look at it and the start: its group is no longer one to join. The next look starts a new guard.
            if (failure is not (Errno.NotPermitted or Errno.NoSuchProcess) || tries == 3) return failure;
        }
    }

    static void Close(int descriptor)
    {
        if (descriptor > 2) Descriptors.Close(ref descriptor);
    }
}
