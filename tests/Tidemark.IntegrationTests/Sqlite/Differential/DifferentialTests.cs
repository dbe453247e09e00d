using FsCheck;
using FsCheck.Fluent;
using Tidemark.IntegrationTests.Sqlite.Contract;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>
/// The simulator proves its promises on the in-memory model, so the model has to be what SQLite is: the same calls, the same answers, and the same
/// state to every reader. The suite runs the same sequences each time; others, at random: <c>TIDEMARK_SEQUENCES=5000</c>.
/// </summary>
public sealed class DifferentialTests
{
    static readonly int? Others = int.TryParse(Environment.GetEnvironmentVariable("TIDEMARK_SEQUENCES"), out var count) ? count : null;

    static Config Plan => Others is { } count
        ? Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(count)
        : Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(150).WithReplay(20260301, 7);

    [Fact]
    public void The_model_and_SQLite_answer_every_sequence_of_calls_alike() =>
        Check.One(
            Plan,
            Prop.ForAll(Sequences.Arbitrary, steps => DifferenceAsync(steps).GetAwaiter().GetResult() is var difference && difference is null
                ? true.Label("alike")
                : false.Label(difference!)));

    static async Task<string?> DifferenceAsync(Step[] steps)
    {
        await using var model = new Bench(await InMemoryUnderTest.CreateAsync());
        await using var sqlite = new Bench(await SqliteUnderTest.CreateAsync());
        for (var at = 0; at < steps.Length; at++)
        {
            var (expected, actual) = (await AnswerAsync(model, steps[at]), await AnswerAsync(sqlite, steps[at]));
            if (expected != actual) return Told("answers", steps[..(at + 1)], expected, actual);
            if (at % 10 != 9 && at != steps.Length - 1) continue;
            (expected, actual) = (await model.ObserveAsync(), await sqlite.ObserveAsync());
            if (expected != actual) return Told("state", steps[..(at + 1)], expected, actual);
        }
        return null;
    }

    // What a call throws is an answer too, but its words are each store's own.
    static async Task<string> AnswerAsync(Bench bench, Step step)
    {
        try
        {
            return Same.Text(await Verbs.All[step.Verb].Run(bench, step));
        }
        catch (Exception thrown)
        {
            return thrown.GetType().Name;
        }
    }

    static string Told(string what, Step[] steps, string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).First(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        var from = Math.Max(0, line - 12);
        return $"The {what} differ after {string.Join(' ', steps)}\nmodel:\n{string.Join('\n', left.Skip(from).Take(20))}\nsqlite:\n{string.Join('\n', right.Skip(from).Take(20))}";
    }
}
