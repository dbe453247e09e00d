using System.CommandLine;
using Tidemark.Sqlite.Files;

namespace Tidemark.Cli.Commands.Schema;

/// <summary><c>tidemark schema script</c>: what the migrations do, for somebody who wants to read it first.</summary>
internal static class Script
{
    internal static Command Create()
    {
        var command = new Command("script", "Writes the statements that make the database, in their order");
        command.SetAction(parsed =>
        {
            foreach (var migration in Migration.Embedded)
            {
                parsed.InvocationConfiguration.Output.WriteLine($"-- {migration.Version:0000} {migration.Name}");
                parsed.InvocationConfiguration.Output.WriteLine(migration.Sql.TrimEnd());
            }
            return ExitCode.Done;
        });
        return command;
    }
}
