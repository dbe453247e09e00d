using System.Diagnostics;
using System.Runtime.InteropServices;
using Tidemark.IntegrationTests.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>The command line as a user has it: real processes in a directory of their own.</summary>
internal sealed partial class CliHost : IDisposable
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Tidemark.Cli");

    readonly List<CliProcess> _started = [];

    internal DirectoryInfo Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tidemark-cli-");

    internal string PathOf(string name) => Path.Combine(Directory.FullName, name);

    internal string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllText(PathOf(name), string.Concat(lines.Select(line => line + "\n")));
        return name;
    }

    internal CliProcess Start(params string[] arguments) => Start(Program, arguments);

    /// <summary>A line of shell; <c>$TIDEMARK</c> is the program.</summary>
    internal async Task<CliEnding> ShellAsync(string script) => await Start("/bin/sh", ["-c", script]).EndAsync();

    internal CliProcess ShellStart(string script) => Start("/bin/sh", ["-c", script]);

    CliProcess Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Directory.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("TIDEMARK_STORE");
        start.Environment["TIDEMARK"] = Program;
        var process = new CliProcess(Process.Start(start)!);
        _started.Add(process);
        return process;
    }

    internal async Task<CliEnding> RunAsync(params string[] arguments) => await Start(arguments).EndAsync();

    public void Dispose()
    {
        foreach (var process in _started) process.Dispose();
        Directory.Delete(recursive: true);
    }

    /// <summary>One process; what it writes is read as it comes, so that no pipe ever fills.</summary>
    internal sealed class CliProcess : IDisposable
    {
        readonly Process _process;
        readonly List<string> _output = [];
        readonly List<string> _error = [];

        internal CliProcess(Process process)
        {
            _process = process;
            _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
            _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            _process.StandardInput.Close();
        }

        internal void Kill() => _process.Kill();

        internal void Drain() => Signal(Terminate);

        internal void Signal(int signal) => Assert.Equal(0, Send(_process.Id, signal));

        /// <summary>Until it has written so many lines of output; false: it ended before.</summary>
        internal Task<bool> WroteAsync(int lines) => BeforeItEndsAsync(_output, written => written.Count >= lines);

        /// <summary>Until a line of its talk has this in it.</summary>
        internal Task<bool> SaidAsync(string text) => BeforeItEndsAsync(_error, said => said.Exists(line => line.Contains(text, StringComparison.Ordinal)));

        internal async Task<CliEnding> EndAsync()
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            lock (_output) return new CliEnding(_process.ExitCode, [.. _output], string.Join('\n', _error));
        }

        public void Dispose()
        {
            if (!_process.HasExited) _process.Kill();
            _process.Dispose();
        }

        async Task<bool> BeforeItEndsAsync(List<string> lines, Func<List<string>, bool> look)
        {
            await Eventually.Is(() => Look() || _process.HasExited, "output or the end of the process");
            return Look();

            bool Look()
            {
                lock (_output) return look(lines);
            }
        }

        void Keep(List<string> lines, string? line)
        {
            if (line is null) return;
            lock (_output) lines.Add(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}

/// <summary>What a process left behind.</summary>
internal sealed record CliEnding(int Code, string[] Output, string Talk);
