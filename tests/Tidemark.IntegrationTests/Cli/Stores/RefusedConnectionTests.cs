using System.Globalization;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Cli.Runs;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Stores;

/// <summary>What a user reads who named a server in a way that leads nowhere: what to change, and never the password.</summary>
public sealed class RefusedConnectionTests(GuardedServer server) : IClassFixture<GuardedServer>, IDisposable
{
    const string Secret = "s3cret";

    readonly CliHost host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("Host={0};Username=guarded;Password={1};Database=postgres", ExitCode.Usage, "28P01")]
    [InlineData("postgresql://guarded:{1}@/postgres?host={0}", ExitCode.Usage, "28P01")]
    [InlineData("Host={0};Username=guarded;Database=postgres", ExitCode.Usage, "password")]
    [InlineData("Host={0};Username=tidemark;Password={1};Database=nowhere", ExitCode.Usage, "nowhere")]
    [InlineData("Host={0};Username=tidemark;Password={1};Database=postgres;Colour=red", ExitCode.Usage, "'colour' is no key of a connection")]
    [InlineData("Host={0};Username=tidemark;Password={1};Timeout=soon", ExitCode.Usage, "'timeout' is 'soon'. It takes a whole number")]
    [InlineData("Host={0};Username=tidemark;Password={1};Port=abc", ExitCode.Usage, "'port' is 'abc'. It takes a whole number from 1 to 65535")]
    [InlineData("Host={0};Username=tidemark;Password={1};Port=99999", ExitCode.Usage, "'port' is '99999'. It takes a whole number from 1 to 65535")]
    [InlineData("Host={0};Username=tidemark;Password={1};Pooling=perhaps", ExitCode.Usage, "'pooling' is 'perhaps'. It takes true or false")]
    [InlineData("postgresql://me:{1}@localhost/jobs?sslmode=nonsense", ExitCode.Usage, "'SSL Mode' is 'nonsense'. It takes Disable, Allow, Prefer, Require, VerifyCA, VerifyFull")]
    [InlineData("postgresql://me:{1}/x@localhost/jobs", ExitCode.Usage, "as %2F")]
    [InlineData("postgresql://me:{1}@localhost:notaport/jobs", ExitCode.Usage, "port is no number")]
    [InlineData("Host=localhost:notaport,b;Password={1};Database=jobs", ExitCode.Usage, "port is no number")]
    [InlineData("Host=localhost:99999999999,b;Password={1};Database=jobs", ExitCode.Usage, "port is no number")]
    [InlineData("postgresql://me:x?{1}@localhost/jobs", ExitCode.Usage, "%3F")]
    [InlineData("postgresql://localhost/jobs?x-{1}=1", ExitCode.Usage, "is no key of a connection")]
    [InlineData("Host=a,b;Password={1};Target Session Attributes={1}x", ExitCode.Usage, "has a value that it does not take")]
    [InlineData("dbname=x password={1}", ExitCode.Usage, "cannot be read")]
    [InlineData("Host={0};Username=tidemark;Password={1};Database=postgres;Schema=No;", ExitCode.Usage, "Schema is 'No'")]
    [InlineData("Host={0}/nobody;Username=tidemark;Password={1};Database=postgres", ExitCode.Internal, "Check that the server runs")]
    public async Task A_connection_that_cannot_be_had_is_told_without_its_password(string store, int code, string told)
    {
        var said = await host.RunAsync("jobs", "--store", string.Format(CultureInfo.InvariantCulture, store, server.Folder, Secret));
        Assert.Contains(told, said.Talk, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, said.Talk + string.Join(' ', said.Output), StringComparison.Ordinal);
        Assert.Equal(code, said.Code);
    }

    [Theory]
    [InlineData("PGPASSWORD=s3cret")]
    [InlineData("postgresql:me:s3cret@h")]
    public async Task A_run_makes_no_file_of_what_was_meant_for_a_server(string store)
    {
        host.Write("in.txt", ["1"]);
        var said = await host.RunAsync("run", "--store", store, "--in", "in.txt", "--", "true", "{}");
        Assert.Equal(ExitCode.Usage, said.Code);
        Assert.DoesNotContain(Secret, said.Talk, StringComparison.Ordinal);
        Assert.Equal(["in.txt"], host.Directory.GetFiles().Select(file => file.Name));
    }
}
