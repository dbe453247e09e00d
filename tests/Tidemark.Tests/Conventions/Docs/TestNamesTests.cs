using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

public sealed class TestNamesTests
{
    static readonly TestNames Names = new(
    [
        """
        public abstract class StoreContract<TStore>(ITestOutputHelper output) : IAsyncLifetime
        {
            [Fact]
            public async Task A_refused_write_is_lease_lost() { }

            [Theory]
            [InlineData(1)]
            [InlineData(2)]
            public void Two_claims_share_nothing(int count) { }

            public void No_test() { }
        }
        """,
        "public sealed class SqliteTests() : StoreContract<Sqlite>(null) { [Fact(Timeout = 1)] public Task<int> Opens() => null; }",
    ]);

    [Theory]
    [InlineData("StoreContract.A_refused_write_is_lease_lost")]
    [InlineData("StoreContract.Two_claims_share_nothing")]
    [InlineData("SqliteTests.A_refused_write_is_lease_lost")]
    [InlineData("SqliteTests.Opens")]
    public void Own_and_inherited_tests_are_known(string citation) => Assert.True(Names.Has(citation));

    [Theory]
    [InlineData("StoreContract.No_test")]
    [InlineData("StoreContract.Opens")]
    [InlineData("NoTests.Opens")]
    public void What_is_no_test_is_not_known(string citation) => Assert.False(Names.Has(citation));
}
