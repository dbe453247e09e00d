using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>Finds a program as a shell would: a name with a slash is a path, any other is looked for in PATH.</summary>
internal static unsafe class ProgramFinder
{
    const string DefaultPath = "/usr/local/bin:/usr/bin:/bin";

    /// <summary>The program's path, or why it cannot be run.</summary>
    internal static (byte[]? Path, CommandEnding? Refusal) Find(ReadOnlySpan<byte> program)
    {
        var name = Encoding.UTF8.GetString(program);
        if (program.IsEmpty) return (null, new CommandEnding(EndingKind.NotFound, 127, "the name of the program is empty"));
        if (program.Contains((byte)'/')) return (program.ToArray(), Refusal(name, program));
        CommandEnding? refused = null;
        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? DefaultPath).Split(':'))
        {
            var path = Encoding.UTF8.GetBytes(Path.Combine(directory.Length == 0 ? "." : directory, name));
            var refusal = Refusal(name, path);
            if (refusal is null) return (path, null);
            if (refusal.Value.Kind == EndingKind.NotExecutable) refused ??= refusal;
        }
        return (null, refused ?? new CommandEnding(EndingKind.NotFound, 127, $"{name}: not found in PATH"));
    }

    /// <summary>What the error of a failed exec means.</summary>
    internal static CommandEnding Explain(int error, ReadOnlySpan<byte> program)
    {
        var name = Encoding.UTF8.GetString(program);
        return error switch
        {
            Errno.NoSuchFile or Errno.NotADirectory when File.Exists(name) =>
                new(EndingKind.NotFound, 127, $"{name}: the interpreter named in its first line (#!) does not exist"),
            Errno.NoSuchFile or Errno.NotADirectory => new(EndingKind.NotFound, 127, $"{name}: no such file"),
            Errno.NotAProgram => new(EndingKind.NotExecutable, 126, $"{name}: not a program; give a script a first line such as #!/bin/sh"),
            Errno.AccessDenied => new(EndingKind.NotExecutable, 126, $"{name}: permission denied"),
            Errno.ArgumentsTooLong => new(EndingKind.LineRefused, error,
                "the line is too long to be an argument (the system takes 131,071 bytes); leave out {} to give it on standard input"),
            Errno.TryAgain or Errno.NoMemory or Errno.ProgramBeingWritten =>
                new(EndingKind.NoResources, error, $"cannot start {name}: {Errno.Text(error)}"),
            _ => new(EndingKind.NotExecutable, 126, $"{name}: {Errno.Text(error)}"),
        };
    }

    static CommandEnding? Refusal(string name, ReadOnlySpan<byte> path)
    {
        var text = Encoding.UTF8.GetString(path);
        if (Directory.Exists(text)) return new CommandEnding(EndingKind.NotExecutable, 126, $"{name}: is a directory");
        fixed (byte* start = (byte[])[.. path, 0])
        {
            if (Libc.Access(start, Libc.ExecuteAllowed) == 0) return null;
        }
        return File.Exists(text)
            ? new CommandEnding(EndingKind.NotExecutable, 126, $"{name}: permission denied; make it executable (chmod +x)")
            : new CommandEnding(EndingKind.NotFound, 127, $"{name}: no such file");
    }
}
