using System.Text;
using Microsoft.Win32.SafeHandles;
using Tidemark.Cli.Output;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Output;

public sealed class StandardStreamsTests : IDisposable
{
    readonly SafeFileHandle _output = Temporary();
    readonly SafeFileHandle _error = Temporary();

    [Fact]
    public async Task What_one_command_wrote_is_never_mixed_with_anothers()
    {
        var streams = Streams();
        var command = CommandTemplate.Of("sh", "-c", "i=0; while [ $i -lt 200 ]; do echo $1 $i; echo $1 $i >&2; i=$((i+1)); done", "sh", "{}");
        using (var pool = new CommandPool(command, 4, streams.Deliver, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(item => pool.RunAsync(new CommandRequest(Encoding.UTF8.GetBytes($"{item}"), "k", 1))));
        }

        Assert.All([Text(_output), Text(_error)], text =>
        {
            var lines = text.TrimEnd('\n').Split('\n');
            Assert.Equal(20 * 200, lines.Length);
            foreach (var block in lines.Chunk(200)) Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{block[0].Split(' ')[0]} {i}"), block);
        });
    }

    [Fact]
    public void A_status_is_taken_away_before_anything_else_is_written_and_put_back()
    {
        var streams = Streams();

        streams.Show(["one", "two"]);
        streams.Say("talk");
        streams.Show(["three", "four"]);
        streams.Show([]);

        Assert.Equal("one\ntwo\r\x1b[1A\x1b[Jtalk\none\ntwo\r\x1b[1A\x1b[Jthree\nfour\r\x1b[1A\x1b[J", Text(_error));
    }

    [Fact]
    public async Task An_output_nobody_reads_any_more_is_an_error_now_and_ever_after()
    {
        var (read, write) = Descriptors.OpenPipe();
        var streams = new StandardStreams(write, Number(_error), outputIsTerminal: false);
        using var pool = new CommandPool(CommandTemplate.Of("echo", "{}"), 1, streams.Deliver, TimeProvider.System);
        await pool.RunAsync(new CommandRequest("1"u8.ToArray(), "k", 1));

        Descriptors.Close(ref read);

        for (var i = 0; i < 2; i++)
        {
            var closed = await Assert.ThrowsAsync<OutputClosedException>(() => pool.RunAsync(new CommandRequest("2"u8.ToArray(), "k", 1)));
            Assert.Contains("closed by its reader", closed.Message);
        }
        Descriptors.Close(ref write);
    }

    [Fact]
    public void A_terminal_that_has_gone_ends_nothing()
    {
        var (read, write) = Descriptors.OpenPipe();
        var streams = new StandardStreams(Number(_output), write, outputIsTerminal: false);
        Descriptors.Close(ref read);

        streams.Say("to nobody");
        streams.Show(["to nobody"]);

        Descriptors.Close(ref write);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    StandardStreams Streams() => new(Number(_output), Number(_error), outputIsTerminal: false);

    static SafeFileHandle Temporary() => Tidemark.Cli.TemporaryFile.Create().SafeFileHandle;

    static int Number(SafeFileHandle file) => (int)file.DangerousGetHandle();

    static string Text(SafeFileHandle file)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }
}
