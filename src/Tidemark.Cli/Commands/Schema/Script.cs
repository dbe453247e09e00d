using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Stores;

namespace Tidemark.Cli.Commands.Schema;

/// <summary><c>tidemark schema script</c>: what the migrations do, for somebody who wants to read it first, or to apply it by hand.</summary>
internal static class Script
{
    static readonly Option<int> From = new("--from")
    {
        Description = "The version that is there already: the steps after it",
        HelpName = "N",
        CustomParser = Values.Number(0, 9_999, "--from 6"),
    };

    static readonly Option<int?> To = new("--to")
    {
        Description = "The last version wanted (default: the newest)",
        HelpName = "N",
        CustomParser = result => Values.Number(1, 9_999, "--to 7")(result),
    };

    static readonly Field<SchemaStep>[] Fields = [new("version", null, step => step.Version), new("name", null, step => step.Name), new("sql", null, step => step.Sql.TrimEnd())];

    internal static Command Create()
    {
        var command = new Command("script", "Writes the statements that make the database, in their order") { SchemaDialect.For, SchemaDialect.Schema, From, To };
        command.SetAction(parsed =>
        {
            var report = new Report(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(GlobalOptions.Json));
            var dialect = SchemaDialect.Of(parsed);
            var from = parsed.GetValue(From);
            var to = Math.Min(parsed.GetValue(To) ?? int.MaxValue, dialect.Steps[^1].Version);
            if (from >= to) throw new UsageException($"--from {from} leaves nothing of the versions up to {to}. Give a smaller one.");
            SchemaStep[] steps = [.. dialect.Steps.Where(step => step.Version > from && step.Version <= to)];
            if (report.IsJson) report.Rows("migration", steps, Fields);
            else report.Line(dialect.Script(steps).TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }
}
