using System.Text;
using Tidemark.Cli.Commands;
using Tidemark.Cli.Output;
using Tidemark.Cli.Stores;

namespace Tidemark.Cli.Runs;

/// <summary>Says which lines would run, byte for byte, one a line on standard output; runs nothing and makes no store.</summary>
internal sealed class DryRun(RunOptions options)
{
    internal async Task<int> RunAsync(Source<InputLine, LinePosition> source, CancellationToken cancellationToken)
    {
        await using var opened = await StoreDoor.OpenExistingAsync(options.Store);
        var store = opened?.Store;
        var former = store is null || options.Restart ? null : await new FormerRun(store, RunNames.JobOf(options.Name)).FindAsync();
        if (former?.Job.State == JobState.Cancelled) former = null;
        var writer = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        void WriteLine(ReadOnlySpan<byte> text)
        {
            writer.Write(text);
            writer.WriteByte((byte)'\n');
        }
        var scan = await InputScan.ReadAsync(
            source, former, store, line => WriteLine(options.Talk.Json ? Encoding.UTF8.GetBytes(JsonText.WouldRun(options.Name, line.Number, line.Text)) : line.Bytes.Span), cancellationToken);
        if (options.Talk.Json) WriteLine(Encoding.UTF8.GetBytes(JsonText.DryRun(options.Name, scan.Total, scan.Total - scan.SettledHere)));
        await writer.FlushAsync(cancellationToken);
        if (!options.Talk.Quiet && !options.Talk.Json)
            await Console.Error.WriteLineAsync($"{options.Name}: {Counts.Items(scan.Total - scan.SettledHere, "line")} of {Counts.Of(scan.Total)} would run; nothing was run.");
        return scan.IsAnother && !options.Yes ? ExitCode.OtherInput : ExitCode.Done;
    }
}
