using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Sqlite.Files;

namespace Tidemark.Cli.Commands.Schema;

/// <summary><c>tidemark schema script</c>: what the migrations do, for somebody who wants to read it first.</summary>
internal static class Script
{
    static readonly Field<Migration>[] Fields =
        [new("version", null, migration => migration.Version), new("name", null, migration => migration.Name), new("sql", null, migration => migration.Sql.TrimEnd())];

    internal static Command Create()
    {
        var command = new Command("script", "Writes the statements that make the database, in their order");
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(GlobalOptions.Json));
            if (report.IsJson) report.Rows("migration", Migration.Embedded, Fields);
            else
            {
                foreach (var migration in Migration.Embedded)
                {
                    report.Line($"-- {migration.Version:0000} {migration.Name}");
                    report.Line(migration.Sql.TrimEnd());
                }
            }
            return ExitCode.Done;
        });
        return command;
    }
}
