using System.Security.Cryptography;
using System.Text;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Spawning;

public sealed class CommandPoolTests
{
    [Fact]
    public async Task The_line_takes_the_place_of_every_pair_of_braces_byte_for_byte()
    {
        using var host = new PoolHost(["printf", "%s|", "a{}b", "{}{}", "{", "plain"]);
        byte[] line = [0xff, (byte)' ', 0xc3, (byte)'*', (byte)'\'', 0x80];

        var result = await host.RunAsync(line);

        Assert.True(result.Ending.IsSuccess, result.Error);
        byte[] expected = [(byte)'a', .. line, .. "b|"u8, .. line, .. line, .. "|{|plain|"u8];
        Assert.Equal(expected, host.Output);
    }

    [Fact]
    public async Task Without_braces_the_line_comes_on_standard_input()
    {
        using var host = new PoolHost(["cat"]);
        byte[] line = [.. "no "u8, 0, 0xff, .. " end of line"u8];

        await host.RunAsync(line);

        Assert.Equal([.. line, (byte)'\n'], host.Output);
    }

    [Fact]
    public async Task A_line_larger_than_a_pipe_comes_through_whole_while_output_is_read()
    {
        using var host = new PoolHost(["cat"]);
        var line = new byte[3_000_000];
        Array.Fill(line, (byte)'x');

        var result = await host.RunAsync(line);

        Assert.True(result.Ending.IsSuccess, result.Error);
        Assert.Equal(line.Length + 1, host.Output.Length);
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exec 0<&-; exit 0", 0)]
    public async Task A_command_need_not_read_its_line(string script, int code)
    {
        using var host = new PoolHost(["sh", "-c", script]);

        var result = await host.RunAsync(new byte[1_000_000]);

        Assert.Equal(new CommandEnding(EndingKind.Exited, code), result.Ending);
    }

    [Fact]
    public async Task With_braces_standard_input_is_empty()
    {
        using var host = new PoolHost(["sh", "-c", "wc -c # {}"]);

        await host.RunAsync("line");

        Assert.Equal("0", host.OutputText.Trim());
    }

    [Fact]
    public async Task Output_beyond_the_memory_limit_comes_through_whole()
    {
        using var host = new PoolHost(
            ["sh", "-c", "head -c 5000000 /dev/zero; head -c 700000 /dev/zero >&2"],
            limits: new CommandLimits { OutputInMemory = 64 * 1024 });

        var first = await host.RunAsync("1");
        var second = await host.RunAsync("2");

        Assert.True(first.Ending.IsSuccess && second.Ending.IsSuccess, first.Error + second.Error);
        Assert.Equal(SHA256.HashData(new byte[10_000_000]), SHA256.HashData(host.Output));
        Assert.Equal(1_400_000, host.ErrorText.Length);
    }

    [Fact]
    public async Task A_command_that_writes_more_than_is_kept_is_killed_and_told_why()
    {
        using var host = new PoolHost(["yes"], limits: new CommandLimits { OutputInMemory = 64 * 1024, Output = 1_000_000 });

        var result = await host.RunAsync("1");

        Assert.Equal(EndingKind.OutputRefused, result.Ending.Kind);
        Assert.Contains("1,000,000 bytes", result.Error);
    }

    [Fact]
    public async Task A_command_knows_its_item_and_try()
    {
        using var host = new PoolHost(["sh", "-c", "echo $TIDEMARK_ITEM_KEY $TIDEMARK_ATTEMPT $HOME"]);

        await host.RunAsync("1", attempt: 3);

        Assert.Equal($"a-key 3 {Environment.GetEnvironmentVariable("HOME")}\n", host.OutputText);
    }

    [Fact]
    public async Task A_command_may_be_ended_by_a_broken_pipe_as_in_a_shell()
    {
        using var host = new PoolHost(["sh", "-c", "kill -PIPE $$; echo still here"]);

        var result = await host.RunAsync("1");

        Assert.Equal("killed by SIGPIPE", result.Ending.ToString());
        Assert.Equal("", host.OutputText);
    }

    [Fact]
    public async Task What_a_command_leaves_in_the_background_does_not_hold_it_up()
    {
        using var host = new PoolHost(["sh", "-c", "sleep 300 & echo done"]);

        var result = await host.RunAsync("1");

        Assert.True(result.Ending.IsSuccess, result.Error);
        Assert.Equal("done\n", host.OutputText);
    }

    [Fact]
    public async Task Output_of_a_helper_that_outlives_its_command_by_a_moment_is_still_taken()
    {
        using var host = new PoolHost(["sh", "-c", "(sleep 0.05; echo late) & echo early"]);

        await host.RunAsync("1");

        Assert.Equal("early\nlate\n", host.OutputText);
    }

    [Fact]
    public async Task An_output_that_cannot_be_given_on_fails_the_one_who_asked()
    {
        OutputReceiver closed = (_, _, _) => throw new IOException("closed by its reader");
        using var pool = new CommandPool(CommandTemplate.Of("echo"), 1, closed, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<IOException>(() => pool.RunAsync(new CommandRequest("1"u8.ToArray(), "k", 1)));

        Assert.Equal("closed by its reader", refused.Message);
    }

    [Fact]
    public async Task A_line_that_is_asked_for_after_the_end_is_aborted_and_has_not_failed()
    {
        var pool = new CommandPool(CommandTemplate.Of("true"), 1, (_, _, _) => { }, TimeProvider.System);
        pool.Dispose();

        var late = await pool.RunAsync(new CommandRequest("1"u8.ToArray(), "k", 1));

        Assert.Equal(EndingKind.Aborted, late.Ending.Kind);
    }

    [Fact]
    public async Task An_abort_ends_what_its_attempt_had_and_nothing_of_the_next()
    {
        using var host = new PoolHost(["echo", "{}"]);
        await host.RunAsync("1");
        host.Pool.Abort();
        var aborted = await host.RunAsync("2");

        host.Pool.Begin();
        var next = await host.RunAsync("3");

        Assert.Equal((EndingKind.Aborted, true), (aborted.Ending.Kind, next.Ending.IsSuccess));
        Assert.Equal("1\n3\n", host.OutputText);
    }

    [Fact]
    public async Task As_many_commands_run_at_once_as_there_are_slots()
    {
        const string script = "echo x >> \"$1\"/started; while [ ! -e \"$1\"/go ]; do sleep 0.01; done";
        using var host = new PoolHost(["sh", "-c", script, "sh", "{}"], parallel: 3);
        var started = Path.Combine(host.Directory.FullName, "started");

        var all = Enumerable.Range(0, 5).Select(_ => host.RunAsync(host.Directory.FullName)).ToArray();
        await Eventually.Lines(started, 3);
        File.WriteAllText(Path.Combine(host.Directory.FullName, "go"), "");

        Assert.All(await Task.WhenAll(all), result => Assert.True(result.Ending.IsSuccess));
        Assert.Equal(5, File.ReadAllLines(started).Length);
    }

    [Fact]
    public async Task The_last_lines_of_standard_error_are_the_text_of_a_failure()
    {
        const string script = """
            exec >&2
            for i in 1 2 3 4 5 6 7; do echo line $i; done
            printf '\033[31mred\n'
            echo 'retry-after: 90'
            exit 3
            """;
        using var host = new PoolHost(["sh", "-c", script]);

        var result = await host.RunAsync("1");

        Assert.Equal("exit 3: line 4 | line 5 | line 6 | line 7 | [31mred", result.Error);
        Assert.Equal(TimeSpan.FromSeconds(90), result.Hint?.After);
        Assert.Equal(Encoding.UTF8.GetByteCount(host.ErrorText), host.ErrorText.Length);
        Assert.StartsWith("line 1\n", host.ErrorText);
    }
}
