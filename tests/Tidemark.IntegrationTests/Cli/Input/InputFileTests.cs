using System.Diagnostics;
using Tidemark.Cli;
using Tidemark.Cli.Input;
using Tidemark.TortureHost;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Input;

public sealed class InputFileTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tidemark-input-");

    [Fact]
    public void A_file_is_read_where_it_lies()
    {
        var path = Write("items.txt", [0xff, (byte)'\n']);

        using var input = InputFile.Open(path, CancellationToken.None);

        Assert.Equal((path, path), (input.Path, input.Name));
    }

    [Fact]
    public async Task A_pipe_is_kept_so_that_it_can_be_read_twice()
    {
        var pipe = Path.Combine(_directory.FullName, "pipe");
        using var made = Process.Start("mkfifo", pipe);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        byte[] lines = [.. "one\n"u8, 0xff, 0, (byte)'\n', .. new byte[300_000]];
        var writing = Task.Run(() => File.WriteAllBytes(pipe, lines), TestContext.Current.CancellationToken);

        using var input = InputFile.Open(pipe, CancellationToken.None);
        await writing;

        Assert.Equal(lines, await File.ReadAllBytesAsync(input.Path, TestContext.Current.CancellationToken));
        Assert.Equal(lines, await File.ReadAllBytesAsync(input.Path, TestContext.Current.CancellationToken));
        Assert.Equal(pipe, input.Name);
    }

    [Fact]
    public async Task A_silent_pipe_does_not_outlast_a_stop()
    {
        var pipe = Path.Combine(_directory.FullName, "silent");
        using var made = Process.Start("mkfifo", pipe);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var opening = Task.Run(() => InputFile.Open(pipe, stop.Token), TestContext.Current.CancellationToken);
        await using var held = new FileStream(pipe, FileMode.Open, FileAccess.Write);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task A_signal_that_interrupts_the_wait_for_a_silent_pipe_leaves_it_to_be_stopped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        var pipe = Path.Combine(_directory.FullName, "interrupted");
        using var made = Process.Start("mkfifo", pipe);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var (thread, opened) = (new TaskCompletionSource<int>(), new TaskCompletionSource());
        new Thread(() =>
        {
            thread.SetResult(Native.ThisThread());
            opened.SetException(Record.Exception(() => InputFile.Open(pipe, stop.Token)) ?? new InvalidOperationException("It has been read."));
        }) { IsBackground = true }.Start();
        await using var held = new FileStream(pipe, FileMode.Open, FileAccess.Write);
        for (var times = 0; times < 20; times++) // most of the time it waits: some signal finds it there
        {
            Native.SendToThread(await thread.Task, Native.ChildEnded);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_is_no_input_says_what_to_give_instead()
    {
        Assert.Contains("is a directory", Refusal(_directory.FullName));
        Assert.Contains("nowhere.txt", Refusal(Path.Combine(_directory.FullName, "nowhere.txt")));
        Assert.Contains("iconv -f UTF-16 -t UTF-8", Refusal(Write("wide.txt", [0xff, 0xfe, (byte)'a', 0])));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static string Refusal(string source) => Assert.Throws<UsageException>(() => InputFile.Open(source, CancellationToken.None)).Message;
}
