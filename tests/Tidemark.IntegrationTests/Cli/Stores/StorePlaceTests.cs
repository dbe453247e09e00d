using Tidemark.Cli;
using Tidemark.Cli.Stores;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Stores;

/// <summary>What a place names, told without ever repeating a password.</summary>
public sealed class StorePlaceTests
{
    [Theory]
    [InlineData("postgresql://worker:s3cret@db:6432/jobs?sslmode=verify-full&schema=billing", "Username=worker;Password=s3cret;Host=db:6432;Database=jobs;SSL Mode=verifyfull;Schema=billing")]
    [InlineData("postgres://a,b:5433/jobs", "Host=a,b:5433;Database=jobs")]
    [InlineData("postgresql:///jobs?host=/run/postgresql&user=me", "Database=jobs;host=/run/postgresql;Username=me")]
    [InlineData("postgresql://me:a%40b%3Ac@db", "Username=me;Password=a@b:c;Host=db")]
    [InlineData("postgresql://me:a@b@db/jobs?connect_timeout=3&target_session_attrs=read-write", "Username=me;Password=a@b;Host=db;Database=jobs;Timeout=3;Target Session Attributes=read-write")]
    [InlineData("postgresql://[::1]:5432/jobs", "Host=[::1]:5432;Database=jobs")]
    [InlineData("postgresql://me@/jobs?host=::1", "Username=me;Database=jobs;host=::1")]
    [InlineData("postgresql://me:a%2Fb%3Fc@db:6432", "Username=me;Password=a/b?c;Host=db:6432")]
    [InlineData("postgresql://", "Host=localhost")]
    [InlineData("Host=db;Username=worker;Password='a;b'", "host=db;username=worker;password=a;b")]
    [InlineData("Username=worker;Server=db", "username=worker;server=db")]
    public void A_server_is_named_by_a_url_or_by_keys(string said, string pairs) =>
        Assert.Equal(pairs, string.Join(';', StorePlace.Read(said).Server!.Select(pair => $"{pair.Key}={pair.Value}")));

    [Theory]
    [InlineData("tidemark.db")]
    [InlineData("./a=b.db")]
    [InlineData("/var/lib/host/x.db")]
    [InlineData("./postgres/jobs.db")]
    public void Anything_else_is_a_file(string said) => Assert.Equal((said, said), (StorePlace.Read(said).Path, StorePlace.Read(said).Shown));

    [Theory]
    [InlineData("Password=s3cret;Database=jobs", "no Host among them")]
    [InlineData("host=db dbname=jobs user=me password=s3cret", "Use semicolons")]
    [InlineData("Host=db;Password=s3cret;'", "cannot be read")]
    [InlineData("postgresql://me:s3cret@db/jobs?sslmode", "has no value")]
    [InlineData("mysql://me:s3cret@db/jobs", "of a kind that is not known")]
    [InlineData("postgresql://me:s3cret/x@localhost/jobs", "as %2F")]
    [InlineData("postgresql://me:5432/s3cret@localhost/jobs", "as %2F")]
    [InlineData("postgresql://me:x?s3cret@localhost/jobs", "%3F")]
    [InlineData("postgresql://me:5432?s3cret@localhost/jobs", "%3F")]
    [InlineData("postgresql://localhost/jobs?s3cret", "has no value")]
    [InlineData("postgresql://me:s3cret@localhost:notaport/jobs", "port is no number")]
    [InlineData("postgresql://me:s3cret@a,b:99999/jobs", "port is no number")]
    [InlineData("postgresql://me:s3cret@[::1]:x/jobs", "port is no number")]
    [InlineData("Host=a,b:s3cret;Database=jobs", "port is no number")]
    [InlineData("dbname=x password=s3cret", "postgresql://USER:PASSWORD@HOST/DATABASE")]
    [InlineData("port=5432 password = s3cret", "Host=db;")]
    [InlineData("PGPASSWORD=s3cret", "Host=db;")]
    [InlineData("postgres:/me:s3cret@h/jobs", "Host=db;")]
    [InlineData("PostgreSQL:me:s3cret@h", "Host=db;")]
    [InlineData(" postgresql:me:s3cret@h", "Host=db;")]
    public void What_cannot_be_meant_is_refused_without_the_password(string said, string why)
    {
        var mistake = Assert.Throws<UsageException>(() => StorePlace.Read(said));
        Assert.Contains(why, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_is_shown_without_user_and_password()
    {
        Assert.Equal("PostgreSQL at db:6432 database jobs schema billing", StorePlace.Read("postgresql://me:s3cret@db:6432/jobs?schema=billing").Shown);
        Assert.DoesNotContain("s3cret", StorePlace.Read("Host=db;Username=me;Password=s3cret").Shown, StringComparison.Ordinal);
    }
}
