using FsCheck;
using FsCheck.Fluent;
using Tidemark.IntegrationTests.PostgreSql.Contract;
using Tidemark.IntegrationTests.Sqlite.Differential;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Differential;

/// <summary>The model has to be what PostgreSQL is too. The suite runs the same sequences each time; others, at random: <c>TIDEMARK_SEQUENCES=5000</c>.</summary>
public sealed class PostgreSqlDifferentialTests
{
    static readonly int? Others = int.TryParse(Environment.GetEnvironmentVariable("TIDEMARK_SEQUENCES"), out var count) ? count : null;

    // Fewer than on SQLite: each call goes over a socket. Other ones, too.
    static Config Plan => Others is { } count
        ? Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(count)
        : Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(25).WithReplay(20260302, 7);

    [Fact]
    public void The_model_and_PostgreSQL_answer_every_sequence_of_calls_alike() =>
        Check.One(
            Plan,
            Prop.ForAll(Sequences.Arbitrary, steps => Difference.FindAsync(steps, PostgreSqlUnderTest.CreateAsync, "PostgreSQL").GetAwaiter().GetResult() is var difference && difference is null
                ? true.Label("alike")
                : false.Label(difference!)));
}
