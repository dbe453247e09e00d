using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>The command as given, with the line put in place of every <c>{}</c>, all in bytes: a line need not be UTF-8.</summary>
internal sealed unsafe class CommandTemplate
{
    readonly Argument[] _arguments;

    /// <param name="command">The program and its arguments, as bytes; at least the program.</param>
    internal CommandTemplate(IReadOnlyList<byte[]> command)
    {
        if (command.Count == 0) throw new ArgumentException("A command has at least a program.", nameof(command));
        _arguments = [.. command.Select(argument => new Argument(argument))];
        TakesLineAsArgument = Array.Exists(_arguments, argument => argument.Pieces.Length > 1);
    }

    internal static CommandTemplate Of(params IReadOnlyList<string> command) => new([.. command.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>False: no argument has a <c>{}</c>, and the line comes on the command's standard input.</summary>
    internal bool TakesLineAsArgument { get; }

    /// <summary>The program's name if it is the same for every line, else null.</summary>
    internal byte[]? FixedProgram => _arguments[0].Pieces.Length == 1 ? _arguments[0].Pieces[0] : null;

    internal byte[] Program(ReadOnlySpan<byte> line) => _arguments[0].With(line);

    /// <summary>What <see cref="Write"/> will take of a block.</summary>
    internal nuint Size(int lineLength)
    {
        nuint size = 0;
        foreach (var argument in _arguments) size += argument.Size(lineLength) + 1;
        return size + (nuint)((_arguments.Length + 2) * sizeof(byte*));
    }

    internal byte** Write(NativeBlock block, ReadOnlySpan<byte> line)
    {
        var argv = block.Pointers(_arguments.Length + 1);
        for (var i = 0; i < _arguments.Length; i++)
        {
            argv[i] = block.Here;
            _arguments[i].Write(block, line);
            block.EndText();
        }
        argv[_arguments.Length] = null;
        return argv;
    }

    /// <summary>As a person would type it, for messages; bytes that are not UTF-8 show as U+FFFD.</summary>
    public override string ToString() => string.Join(' ', _arguments.Select(argument => Encoding.UTF8.GetString(argument.With("{}"u8))));

    /// <summary>One argument, cut at its placeholders: n pieces have n − 1 lines between them.</summary>
    sealed class Argument
    {
        internal Argument(ReadOnlySpan<byte> text)
        {
            var pieces = new List<byte[]>();
            for (int at; (at = text.IndexOf("{}"u8)) >= 0; text = text[(at + 2)..]) pieces.Add(text[..at].ToArray());
            pieces.Add(text.ToArray());
            Pieces = [.. pieces];
        }

        internal byte[][] Pieces { get; }

        internal nuint Size(int lineLength) =>
            (nuint)(Pieces.Sum(piece => (long)piece.Length) + (Pieces.Length - 1L) * lineLength);

        internal void Write(NativeBlock block, ReadOnlySpan<byte> line)
        {
            block.Append(Pieces[0]);
            for (var i = 1; i < Pieces.Length; i++)
            {
                block.Append(line);
                block.Append(Pieces[i]);
            }
        }

        internal byte[] With(ReadOnlySpan<byte> line)
        {
            var whole = new byte[Size(line.Length)];
            var at = 0;
            for (var i = 0; i < Pieces.Length; i++)
            {
                if (i > 0)
                {
                    line.CopyTo(whole.AsSpan(at));
                    at += line.Length;
                }
                Pieces[i].CopyTo(whole, at);
                at += Pieces[i].Length;
            }
            return whole;
        }
    }
}
