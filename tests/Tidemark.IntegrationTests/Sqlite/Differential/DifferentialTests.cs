using FsCheck;
using FsCheck.Fluent;
using Tidemark.IntegrationTests.Sqlite.Contract;
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
            Prop.ForAll(Sequences.Arbitrary, steps => Difference.FindAsync(steps, SqliteUnderTest.CreateAsync, "SQLite").GetAwaiter().GetResult() is var difference && difference is null
                ? true.Label("alike")
                : false.Label(difference!)));
}
