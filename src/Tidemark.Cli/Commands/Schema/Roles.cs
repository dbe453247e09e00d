using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Stores;

namespace Tidemark.Cli.Commands.Schema;

/// <summary><c>tidemark schema roles</c>: who may what in a PostgreSQL schema.</summary>
internal static class Roles
{
    static readonly Option<string?> Prefix = new("--prefix") { Description = "How the roles' names begin (default: the schema's name)", HelpName = "NAME" };

    internal static Command Create()
    {
        var command = new Command("roles", "Writes the statements that make a migrator, a worker, an enqueuer and a viewer of a PostgreSQL store") { SchemaDialect.Schema, Prefix };
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, json: false);
            report.Line(PostgreSqlSchema.Roles(SchemaDialect.SchemaOf(parsed), parsed.GetValue(Prefix)).TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }
}
